"""Decoding of recordings, with an error for every file that is damaged, cut or no audio.

The content of a file decides its format, whatever its name. libsndfile reads what it knows whole; FFmpeg reads the
rest, and what libsndfile would read in part. docs/sounds.md has what each does with each format.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.audio.channels import MIX, mixed_down
from ser_tasks.audio.libsndfile import NotBySndfile, open_libsndfile
from ser_tasks.audio.recording import AudioError, Recording, Source
from ser_tasks.audio.whole import check_whole, notes_on_size

__all__ = ["AudioError", "Recording", "open_sound", "read_mono", "read_recording"]

MOST = 2**22  # samples per channel that are decoded at once, whatever a header promises


def open_sound(path: Path) -> Source:
    """A sound file by its header, before it is decoded.

    Raises:
        AudioError: missing, empty, cut or foreign file
    """
    if path.is_dir():
        raise AudioError(
            f"{path}: no sound file in this folder, nor further down. Name a folder that has some, or files."
        )
    if not path.is_file():
        raise AudioError(
            f"{path}: no such file. Correct the name (a pattern with * must match something), or restore the "
            "file; of a corpus: run `ser fetch` again."
        )
    if path.stat().st_size == 0:
        raise AudioError(f"{path}: the file is empty (0 bytes). Copy it again from its source.")
    check_whole(path)
    try:
        source = open_libsndfile(path)
        source.notes.extend(notes_on_size(path))
        return source
    except NotBySndfile as refusal:
        from ser_tasks.audio.ffmpeg import open_ffmpeg  # noqa: PLC0415 - slow to load, and few corpora need it

        return open_ffmpeg(path, otherwise=str(refusal), notes=refusal.notes)


def read_recording(path: Path, *, allow: Callable[[Source, int], None] | None = None) -> Recording:
    """A whole file, decoded at its own rate and channels: of a video, the first sound track.

    Args:
        path: of the file
        allow: raises where that is too much: called with the samples per channel that the header states, and then with
            those that were decoded so far

    Raises:
        AudioError: missing, empty, truncated, damaged or foreign file, no samples, or NaN or infinite samples
    """
    source = open_sound(path)
    judge = allow or (lambda source, n_samples: None)
    judge(source, source.n_samples or 0)
    blocks, found = [], 0
    for block in source.blocks(min(source.n_samples or MOST, MOST)):
        found += len(block)
        judge(source, found)
        blocks.append(block)
    if not found:
        raise AudioError(f"{path}: the file holds no samples. Copy it again from its source.")
    samples = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    broken = np.count_nonzero(~np.isfinite(samples))
    if broken:
        raise AudioError(f"{path}: {broken} samples are NaN or infinite. Export it again as 16-bit PCM.")
    return Recording(samples, source.sampling_rate, tuple(source.notes))


def read_mono(
    path: Path, *, sampling_rate: int, start: float | None = None, end: float | None = None, channel: str = MIX
) -> NDArray[np.float32]:
    """One utterance as models read it: down-mixed and resampled.

    Args:
        path: the recording
        sampling_rate: wanted, in Hz (soxr, high quality)
        start, end: part of the file, in s; None is the file's own beginning or end
        channel: see `ser_tasks.audio.channels.mixed_down`

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
    mono = mixed_down(recording.samples[first:last], channel, path=path)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)
