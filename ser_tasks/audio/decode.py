"""Recordings in: decoded, down-mixed, resampled, and refused when they are not sound."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ser_tasks.errors import UserError


class AudioError(UserError):
    """A file that cannot be used as a recording."""


@dataclass(frozen=True)
class Recording:
    """What one file holds: samples of shape (n_samples, n_channels), full scale [-1, 1], in Hz."""

    samples: NDArray[np.float32]
    sampling_rate: int

    @property
    def duration(self) -> float:
        """Length in s."""
        return len(self.samples) / self.sampling_rate

    @property
    def sha256(self) -> str:
        """Digest of the sound itself: equal for a WAV and the FLAC made from it."""
        digest = hashlib.sha256(f"{self.sampling_rate} {self.samples.shape[1]}".encode())
        digest.update(np.ascontiguousarray(self.samples, dtype="<f4").tobytes())
        return digest.hexdigest()


def read_recording(path: Path) -> Recording:
    """Decode a whole file (WAV, FLAC, OGG, MP3, AIFF) at its own rate and channels.

    Raises:
        AudioError: missing, empty, truncated or foreign file, no samples, or NaN or infinite samples
    """
    if not path.is_file():
        raise AudioError(f"{path}: no such file. Restore it, or run `ser fetch` on its corpus again.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes). Copy it again from the release.")
    _refuse_short_riff(path)
    try:
        with soundfile.SoundFile(path) as sound:
            promised, sampling_rate = sound.frames, sound.samplerate
            samples = sound.read(dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path}: not readable as sound ({error.error_string.rstrip('.')}), {_looks_like(path)}. "
            "Expected WAV, FLAC, OGG, MP3 or AIFF: copy it again from the release, or remove it from the folder."
        ) from error
    if len(samples) < promised:
        raise AudioError(
            f"{path}: truncated: the header promises {promised} samples, {len(samples)} are there. "
            "Copy it again from the release."
        )
    if len(samples) == 0:
        raise AudioError(f"{path}: the file holds no samples. Copy it again from the release.")
    if not np.isfinite(samples).all():
        raise AudioError(
            f"{path}: {np.count_nonzero(~np.isfinite(samples))} samples are NaN or infinite. "
            "Export it again as 16-bit PCM."
        )
    return Recording(samples, sampling_rate)


def read_mono(
    path: Path, *, sampling_rate: int, start: float | None = None, end: float | None = None
) -> NDArray[np.float32]:
    """One utterance as the recogniser hears it: down-mixed and resampled.

    Args:
        path: the recording
        sampling_rate: wanted, in Hz (soxr, high quality)
        start, end: part of the file, in s; None is the file's own beginning or end

    Returns:
        shape (n_samples,), full scale [-1, 1]
    """
    recording = read_recording(path)
    first = round((start or 0.0) * recording.sampling_rate)
    last = len(recording.samples) if end is None else round(end * recording.sampling_rate)
    if not 0 <= first < last <= len(recording.samples):
        raise AudioError(
            f"{path}: the part from {start} s to {end} s is not inside the file ({recording.duration:.3f} s). "
            "Mend its times in the corpus."
        )
    mono = np.asarray(recording.samples[first:last].mean(axis=1), np.float32)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _refuse_short_riff(path: Path) -> None:
    """A cut WAV still opens, shortened; but its header states the size it had (0 or all ones: it was streamed)."""
    with path.open("rb") as file:
        head = file.read(12)
    promised = int.from_bytes(head[4:8], "little") + 8
    if (head[:4], head[8:]) == (b"RIFF", b"WAVE") and promised not in (8, 2**32 + 7) and path.stat().st_size < promised:
        raise AudioError(
            f"{path}: truncated: the header promises {promised} bytes, {path.stat().st_size} are there. "
            "Copy it again from the release."
        )


def _looks_like(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(16)
    return f"its first bytes are {head!r}"
