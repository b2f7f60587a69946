"""A clip with a picture and a tone, as short as a codec makes it."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 22_050


def write_video(path: Path, *, codec: str | None, frequency: float = 440.0) -> Path:
    """0.4 s of grey, with a tone unless codec is None."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tone = 0.3 * np.sin(2 * np.pi * frequency * np.arange(round(0.4 * RATE)) / RATE)
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        sound = container.add_stream(codec, rate=RATE, layout="mono") if codec else None
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
            container.mux(pictures.encode(frame))
        container.mux(pictures.encode(None))
        if sound is not None:
            whole = codec.startswith("pcm")
            samples = np.round(tone * 2**15).astype(np.int16) if whole else tone.astype(np.float32)
            frame = av.AudioFrame.from_ndarray(samples[None], format="s16" if whole else "fltp", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
            container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path
