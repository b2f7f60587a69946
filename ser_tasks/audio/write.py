"""Sound written to files of 16 bits, block by block; what does not fit is clipped, and counted."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.recording import AudioError, Samples

ENDINGS = {"wav": ".wav", "flac": ".flac"}  # what can be written
FULL_SCALE = 2**15
MOST_BYTES = 2**32 - 2**16  # of a WAV: its header counts them in 32 bits


class Written(NamedTuple):
    """What one file holds."""

    n_samples: int
    clipped: int  # samples outside of full scale, which are at its ends now


def as_pcm16(samples: Samples) -> NDArray[np.int16]:
    """The nearest 16-bit integers, those outside of full scale clipped: a decoded 16-bit file gets its own back.

    >>> as_pcm16(np.array([-1.5, -1.0, 0.5, 32767 / 32768, 1.0], np.float32)).tolist()
    [-32768, -32768, 16384, 32767, 32767]

    Args:
        samples: full scale [-1, 1], any shape

    Returns:
        the same shape
    """
    scaled = np.round(np.asarray(samples, np.float64) * FULL_SCALE)
    return np.asarray(np.clip(scaled, -FULL_SCALE, FULL_SCALE - 1), np.int16)


def write_sound(path: Path, blocks: Iterable[Samples], *, sampling_rate: int) -> Written:
    """Write one mono recording, whole or not at all; its folder is made.

    Args:
        path: ends in .wav or .flac
        blocks: one after the other, each of shape (n_samples,), full scale [-1, 1]
        sampling_rate: in Hz

    Raises:
        AudioError: a rate that the format does not have, or more samples than a WAV can count
    """
    n_samples = clipped = 0
    with atomic_path(path) as temporary, _opened(temporary, path, sampling_rate) as sound:
        for block in blocks:
            n_samples += len(block)
            clipped += int(np.count_nonzero(np.abs(block) > 1))
            if path.suffix == ENDINGS["wav"] and 2 * n_samples > MOST_BYTES:
                raise AudioError(f"{path}: longer than a WAV can be (4 GiB). Write FLAC: --format flac.")
            sound.write(as_pcm16(block))
    return Written(n_samples, clipped)


def _opened(temporary: Path, path: Path, sampling_rate: int) -> soundfile.SoundFile:
    try:
        return soundfile.SoundFile(temporary, "w", sampling_rate, channels=1, subtype="PCM_16")
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path}: cannot be written at {sampling_rate} Hz ({error.error_string.strip().rstrip('.')}). "
            "Choose another rate (--rate 16000) or format."
        ) from error
