"""MP3 at a low bit rate."""

import io

import av
import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Signal = NDArray[np.float32]


def through_mp3(signal: Signal, *, sampling_rate: int, kilobits: float) -> Signal:
    """Coded by LAME at a constant bit rate, and decoded again, in memory.

    Its header says by how much the coder delays, and the decoder takes that off again.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz
        kilobits: a second

    Returns:
        shape (n_samples,), in time with the signal

    Raises:
        UserError: a sampling rate that MP3 does not have, or samples that did not come back
    """
    rates = av.Codec("libmp3lame", "w").audio_rates or []
    if sampling_rate not in rates:
        raise UserError(
            f"MP3: the signal has {sampling_rate} Hz, MP3 has {sorted(rates)}. Set audio.sampling_rate to one of them, "
            "or take mp3 out of robustness.conditions in params.yaml."
        )
    decoded, _ = soundfile.read(io.BytesIO(_coded(signal, sampling_rate, round(1_000 * kilobits))), dtype="float32")
    if len(decoded) < len(signal):
        raise UserError(
            f"MP3: only {len(decoded)} of {len(signal)} samples came back. Update soundfile and av, or take mp3 out of "
            "robustness.conditions in params.yaml."
        )
    return np.asarray(decoded[: len(signal)], np.float32)  # a few samples of its last frame may be left over


def _coded(signal: Signal, sampling_rate: int, bit_rate: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("libmp3lame", rate=sampling_rate, layout="mono", bit_rate=bit_rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(signal[None]), format="fltp", layout="mono")
        frame.sample_rate = sampling_rate
        for sound in (frame, None):
            container.mux(stream.encode(sound))
    return file.getvalue()
