"""Images and weights that a rule gives: the same here, and where the reference was made."""

import zlib

import numpy as np

SIZES = ((224, 224), (64, 64), (64, 65), (33, 47))


def image(height: int, width: int) -> np.ndarray:
    """Ripples, shape (height, width, 3), in [-2, 2]."""
    row, column, channel = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    ripples = np.sin(0.11 * row * (channel + 1) + 0.07 * column + 0.5 * channel) * np.cos(0.031 * row * column / 8)
    return (2 * ripples).astype(np.float32)


def drawn(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The tensor of this name: kernels keep the variance of what they are given, no normalisation is idle."""
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("num_batches_tracked"):
        return np.array(1)
    if len(shape) > 1:
        return generator.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32)
    if name.endswith(("running_mean", "bias")):
        return generator.normal(0, 0.1, shape).astype(np.float32)
    return generator.uniform(0.7, 1.4, shape).astype(np.float32)
