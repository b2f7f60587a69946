"""A tone as FFmpeg writes it, in every format that it can write here."""

from pathlib import Path

import av
import numpy as np

SECONDS, HERTZ = 3, 220


def tone(rate: int = 16_000, seconds: float = SECONDS) -> np.ndarray:
    """A tone that swells and fades, shape (n_samples,), full scale [-1, 1]."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * HERTZ * time) * (1 - 0.5 * np.cos(2 * np.pi * time))).astype(np.float32)


def encode(
    path: Path,
    codec: str,
    *,
    rate: int = 16_000,
    container: str | None = None,
    muxing: dict[str, str] | None = None,
    coding: dict[str, str] | None = None,
) -> Path:
    """Write the tone with FFmpeg; a codec that knows no 16 kHz gets its own rate."""
    with av.open(str(path), "w", format=container, options=muxing or {}) as out:
        stream = out.add_stream(codec, rate=rate, layout="mono", options=coding or {})
        stream.bit_rate = 32_000
        frame = av.AudioFrame.from_ndarray((tone(rate) * 32_767).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        sizes = av.AudioResampler(
            stream.codec_context.format.name, "mono", rate, stream.codec_context.frame_size or None
        )
        for part in [*sizes.resample(frame), *sizes.resample(None), None]:
            out.mux(stream.encode(part))
    return path
