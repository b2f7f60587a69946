"""Whether a file gives the logits that Keras gives, on utterances drawn for the purpose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.onnx_network.conversion import NotConvertedError
from ser_tasks.bundles.onnx_network.runtime import FRAMES, OnnxNetwork
from ser_tasks.models.multimodal.packed import FIRST_DIMENSION, SOUND, WORD
from ser_tasks.models.training.batches import pad
from ser_tasks.text.tokens import UNKNOWN

BATCHES = ((600, 150, 40, 7, 2, 1), (3,), (64, 64))  # n_frames of each utterance: mixed, short alone, no padding
TOLERANCE = 1e-4  # of the largest logit, or of 1


def check_agreement(network: Any, file: Path) -> float:
    """The largest difference of a logit, as a share of the largest logit or of 1.

    Args:
        network: a keras.Model with the contract of `ser_tasks.models.networks`
        file: the same as ONNX

    Raises:
        NotConvertedError: more than TOLERANCE, or not a number
    """
    generator, runtime, worst = np.random.default_rng(0), OnnxNetwork(file), 0.0
    for lengths in BATCHES:
        frames, mask = pad([drawn(network, n_frames, generator) for n_frames in lengths], multiple=1)
        given = {"frames": frames, "mask": mask}
        expected = np.asarray(network.predict_on_batch(given), np.float64)
        difference = np.abs(runtime.predict_on_batch(given) - expected).max() / max(1.0, np.abs(expected).max())
        if not difference <= TOLERANCE:
            raise NotConvertedError(
                f"logits differ by {difference:.2g} of their size from Keras' on utterances of {_listed(lengths)} "
                f"frames, expected at most {TOLERANCE:g}"
            )
        worst = max(worst, float(difference))
    return worst


def _listed(lengths: Sequence[int]) -> str:
    return ", ".join(map(str, lengths))


def drawn(network: Any, n_frames: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """An utterance as the network reads it, at random: shape (n_frames, n_dims).

    Sound has the mean and standard deviation of the training set; words are of the vocabulary, in as many turns as the
    network reads. Of sound and words together, one of the two is missing in two of three.
    """
    branches = {layer.name: layer for layer in network.layers}
    if "standardise" in branches:
        return _sound(network, n_frames, generator)
    rows = np.zeros((n_frames, network.input[FRAMES].shape[-1]), np.float32)
    if "speech" not in branches:
        rows[:] = _turns(network, n_frames, generator)
        return rows
    missing = generator.choice(("sound", "words", "nothing"))
    if missing != "words":
        rows[: -(-n_frames // 2), WORD] = _words(branches["text"], -(-n_frames // 2), generator)
    if missing != "sound":
        rows[:, SOUND] = 1
        rows[:, FIRST_DIMENSION:] = _sound(branches["speech"], n_frames, generator)
    return rows


def _sound(network: Any, n_frames: int, generator: np.random.Generator) -> NDArray[np.float32]:
    layer = network.get_layer("standardise")
    mean, std = (np.asarray(values, np.float32) for values in (layer.mean, layer.std))
    return mean + std * generator.standard_normal((n_frames, len(mean)), np.float32)


def _turns(network: Any, n_tokens: int, generator: np.random.Generator) -> NDArray[np.float32]:
    """Rows of `token_frames`: words, turns ago from the oldest to 0, and whether the speaker is the same."""
    n_turns = next((layer.n_turns for layer in network.layers if layer.name == "turns"), 1)
    ago = np.sort(generator.integers(0, n_turns, n_tokens))[::-1] if n_tokens > 1 else np.zeros(1)
    ago = ago - ago[-1]
    return np.stack([_words(network, n_tokens, generator), ago, ago % 2 == 0], axis=1).astype(np.float32)


def _words(network: Any, n_tokens: int, generator: np.random.Generator) -> NDArray[np.int64]:
    return generator.integers(UNKNOWN, network.get_layer("words").n_words, n_tokens)
