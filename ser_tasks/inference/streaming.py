"""Long recordings, block by block: memory does not grow with their length."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from ser_tasks.audio.decode import VIDEOS
from ser_tasks.audio.recording import AudioError
from ser_tasks.audio.riff import refuse_short_riff

Samples = NDArray[np.float32]

BLOCK = 10.0  # s that are decoded at once: long enough to be fast, 77 MB of 20 channels at 96 kHz


@dataclass(frozen=True)
class Extent:
    """What a file says of itself before anything is decoded; duration in s, None where it does not say."""

    sampling_rate: int
    channels: int
    duration: float | None

    @property
    def decoded(self) -> float:
        """Bytes of the whole recording as 32-bit samples, all channels."""
        return 4 * self.channels * self.sampling_rate * (self.duration or 0.0)


def extent(path: Path) -> Extent:
    """Rate, channels and length of a recording, from its header alone.

    Raises:
        AudioError: missing, empty or foreign file, or a video without a sound track
    """
    refuse_absent(path)
    if path.suffix.lower() in VIDEOS:
        from ser_tasks.inference.video_stream import video_extent  # noqa: PLC0415 - loads ffmpeg

        return video_extent(path)
    try:
        info = soundfile.info(path)
    except soundfile.LibsndfileError as error:
        raise unreadable(path, error.error_string) from error
    return Extent(info.samplerate, info.channels, info.frames / info.samplerate)


def mono_blocks(path: Path, *, sampling_rate: int, block: float = BLOCK) -> Iterator[Samples]:
    """A recording as the recogniser hears it, down-mixed and resampled, one piece after the other.

    All pieces in a row are what `ser_tasks.audio.decode.read_mono` gives for the file, without ever holding it.

    Args:
        path: the recording, of any length
        sampling_rate: wanted, in Hz (soxr, high quality)
        block: s of sound that are decoded at once

    Yields:
        shape (n_samples,), full scale [-1, 1]; lengths differ, none is empty

    Raises:
        AudioError: as `extent`; also truncated, or with samples that are NaN or infinite
    """
    source = extent(path)
    resampler = soxr.ResampleStream(source.sampling_rate, sampling_rate, 1, dtype="float32", quality="HQ")
    same = source.sampling_rate == sampling_rate
    done = 0
    for samples in _decoded(path, frames=max(1, round(block * source.sampling_rate))):
        mono = np.asarray(samples.mean(axis=1), np.float32)
        _refuse_broken(path, mono, start=done / source.sampling_rate)
        done += len(mono)
        piece = mono if same else np.asarray(resampler.resample_chunk(mono), np.float32)
        if len(piece):
            yield piece
    rest = resampler.resample_chunk(np.empty(0, np.float32), last=True)
    if not same and len(rest):
        yield np.asarray(rest, np.float32)
    if not done:
        raise AudioError(f"{path}: the file holds no samples. Copy it again.")


def refuse_absent(path: Path) -> None:
    """Raise AudioError where there is no file, a folder, or nothing in the file."""
    if path.is_dir():
        raise AudioError(
            f"{path}: no sound file in this folder, nor further down. Name a folder that has some, or files."
        )
    if not path.is_file():
        raise AudioError(f"{path}: no such file. Correct the name; a pattern with * must match something.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes). Copy it again from where it came.")


def unreadable(path: Path, reason: str) -> AudioError:
    """What is said of a file that no decoder knows."""
    with path.open("rb") as file:
        head = file.read(16)
    return AudioError(
        f"{path}: not readable as sound ({reason.rstrip('.')}), its first bytes are {head!r}. Expected WAV, FLAC, OGG, "
        "MP3, AIFF, or a video with sound (MP4, M4A, MKV, AVI): convert it, copy it again, or leave it out."
    )


def truncated(path: Path, *, promised: float, found: float) -> AudioError:
    """What is said of a file that ends before it should; both in s."""
    return AudioError(
        f"{path}: truncated: the header promises {promised:.2f} s of sound, {found:.2f} s are there. Copy it again."
    )


def _decoded(path: Path, *, frames: int) -> Iterator[Samples]:
    """Blocks of shape (n_samples, n_channels) at the file's own rate."""
    if path.suffix.lower() in VIDEOS:
        from ser_tasks.inference.video_stream import video_blocks  # noqa: PLC0415 - loads ffmpeg

        yield from video_blocks(path, frames=frames)
        return
    refuse_short_riff(path, kind=b"WAVE")
    try:
        with soundfile.SoundFile(path) as sound:
            promised, rate, found = sound.frames, sound.samplerate, 0
            while len(samples := sound.read(frames, dtype="float32", always_2d=True)):
                found += len(samples)
                yield samples
    except soundfile.LibsndfileError as error:
        raise unreadable(path, error.error_string) from error
    if found < promised:
        raise truncated(path, promised=promised / rate, found=found / rate)


def _refuse_broken(path: Path, mono: Samples, *, start: float) -> None:
    broken = np.count_nonzero(~np.isfinite(mono))
    if broken:
        raise AudioError(
            f"{path}: {broken} samples are NaN or infinite in the block from {start:.0f} s on. "
            "Export it again as 16-bit PCM."
        )
