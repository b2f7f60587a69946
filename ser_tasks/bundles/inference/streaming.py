"""Long recordings, block by block: memory does not grow with their length."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from ser_tasks.audio.channels import MIX, OPPOSITE, Together, heard, place_of, remark_on
from ser_tasks.audio.recording import AudioError, Samples, Source

BLOCK = 10.0  # s that are decoded at once: long enough to be fast, 77 MB of 20 channels at 96 kHz


def mono_blocks(source: Source, *, sampling_rate: int, block: float = BLOCK, channel: str = MIX) -> Iterator[Samples]:
    """A recording as the recogniser hears it, down-mixed and resampled, one piece after the other.

    All pieces in a row are what `ser_tasks.audio.decode.read_mono` gives for the file, without ever holding it.

    Args:
        source: the recording, of any length
        sampling_rate: wanted, in Hz (soxr, high quality)
        block: s of sound that are decoded at once
        channel: that is heard, see `ser_tasks.audio.channels.mixed_down`; of a mix, from the block on where the
            channels first cancel, the louder one alone; that, and channels that differ, are said in the notes

    Yields:
        shape (n_samples,), full scale [-1, 1]; lengths differ, none is empty

    Raises:
        AudioError: truncated, damaged, without samples, or with samples that are NaN or infinite
    """
    resampler = soxr.ResampleStream(source.sampling_rate, sampling_rate, 1, dtype="float32", quality="HQ")
    same = source.sampling_rate == sampling_rate
    done, place, together = 0, None, None
    for samples in source.blocks(max(1, round(block * source.sampling_rate))):
        if place is None and samples.any():
            place = place_of(samples, channel, source.path)
        if channel == MIX and source.n_channels > 1:
            together = Together.of(samples) + together if together else Together.of(samples)
        mono = heard(samples, place)
        _refuse_broken(source.path, mono, start=done / source.sampling_rate)
        done += len(mono)
        piece = mono if same else np.asarray(resampler.resample_chunk(mono), np.float32)
        if len(piece):
            yield piece
    rest = resampler.resample_chunk(np.empty(0, np.float32), last=True)
    if not same and len(rest):
        yield np.asarray(rest, np.float32)
    if not done:
        raise AudioError(f"{source.path}: the file holds no samples. Copy it again.")
    if together is not None:
        remark = remark_on(together) if place is None else OPPOSITE
        if remark is not None and remark not in source.notes:  # a source is heard several times
            source.notes.append(remark)


def _refuse_broken(path: Path, mono: Samples, *, start: float) -> None:
    broken = np.count_nonzero(~np.isfinite(mono))
    if broken:
        raise AudioError(
            f"{path}: {broken} samples are NaN or infinite in the block from {start:.0f} s on. "
            "Export it again as 16-bit PCM."
        )
