"""Long recordings, block by block, and their signal statistics: memory does not grow with the length."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.audio.channels import MIX, OPPOSITE, Together, channel_at, place_of, remark_on
from ser_tasks.audio.recording import AudioError, Samples, Source

STEP = 0.05  # s of sound under one point of the outline
LOUD = 20  # of these, a second

BLOCK = 10.0  # s that are decoded at once: long enough to be fast, 77 MB of 20 channels at 96 kHz


@dataclass(frozen=True)
class SignalStatistics:
    """Length, level and outline of a recording.

    Attributes:
        duration: in s
        peak: largest magnitude, full scale is 1
        outline: lowest and highest sample of each STEP s, shape (n_steps, 2)
    """

    duration: float
    peak: float
    outline: NDArray[np.float32]

    @property
    def loud(self) -> float:
        """Magnitude that the loudest second reaches in each of its steps; of less than two seconds, the loudest half.

        The peak may be that of a click; a voice is as loud as this, however long it is silent.
        """
        steps = np.sort(np.abs(self.outline).max(axis=1, initial=0.0))[::-1]
        return float(steps[min(LOUD, (len(steps) + 1) // 2) - 1]) if len(steps) else 0.0


def signal_statistics(blocks: Iterable[Samples], *, sampling_rate: int) -> SignalStatistics:
    """Signal statistics of a recording, in one pass.

    Args:
        blocks: mono, one after the other, each of shape (n_samples,)
        sampling_rate: in Hz
    """
    length, outline = 0, []
    for piece in in_lengths(blocks, round(STEP * sampling_rate)):
        length += len(piece)
        outline.append((piece.min(), piece.max()))
    extremes = np.array(outline, np.float32).reshape(-1, 2)
    return SignalStatistics(length / sampling_rate, float(np.abs(extremes).max(initial=0.0)), extremes)


def in_lengths(blocks: Iterable[Samples], length: int) -> Iterator[Samples]:
    """The same samples in pieces of `length`; the last may be shorter."""
    rest = np.empty(0, np.float32)
    for block in blocks:
        joined = np.concatenate([rest, block])
        whole = len(joined) // length * length
        yield from joined[:whole].reshape(-1, length)
        rest = joined[whole:]
    if len(rest):
        yield rest


def mono_blocks(source: Source, *, sampling_rate: int, block: float = BLOCK, channel: str = MIX) -> Iterator[Samples]:
    """A recording as models read it, down-mixed and resampled, one piece after the other.

    All pieces in a row are what `ser_tasks.audio.decode.read_mono` gives for the file, without ever holding it.

    Args:
        source: the recording, of any length
        sampling_rate: wanted, in Hz (soxr, high quality)
        block: s of sound that are decoded at once
        channel: see `ser_tasks.audio.channels.mixed_down`; of a mix, from the block on where the
            channels first cancel, the louder one alone; that, and channels that differ, are remarked on in the notes

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
        mono = channel_at(samples, place)
        _check_finite(source.path, mono, start=done / source.sampling_rate)
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
        if remark is not None and remark not in source.notes:  # a source is read several times
            source.notes.append(remark)


def _check_finite(path: Path, mono: Samples, *, start: float) -> None:
    broken = np.count_nonzero(~np.isfinite(mono))
    if broken:
        raise AudioError(
            f"{path}: {broken} samples are NaN or infinite in the block from {start:.0f} s on. "
            "Export it again as 16-bit PCM."
        )
