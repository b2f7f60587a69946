"""What `ser convert` does: recordings, and sound tracks of videos, as WAV or FLAC at one rate, and augmented copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from pipelines.commands.sound_files import Job, channels_wanted, make_files, write_reported
from ser_tasks.audio.channels import check_channel
from ser_tasks.audio.recording import AudioError, Samples, Source
from ser_tasks.audio.write import ENDINGS
from ser_tasks.augmentation.signal import augmented_copy
from ser_tasks.bundles.inference.files import Columns, Row
from ser_tasks.bundles.inference.streaming import mono_blocks
from ser_tasks.errors import UserError
from ser_tasks.params import SignalAugmentationParams
from ser_tasks.params.reading import PARAMS_FILE, read_params

TABLE = "converted.csv"
COLUMNS: Columns = {
    "file": "text",
    "source": "text",
    "channel": "text",
    "copy": "count",
    "sampling_rate": "count",
    "duration": "text",
    "clipped": "count",
}


def convert(
    inputs: Sequence[str],
    *,
    to: Path,
    form: str,
    rate: int | None,
    channel: str,
    copies: int,
    overwrite: bool,
) -> int:
    """The exit status, after every file is written.

    Args:
        inputs: files, folders, patterns, or - for a list on standard input
        to: folder to write
        form: wav or flac
        rate: in Hz; None: that of each recording
        channel: mix, left, right, each, or a number from 1
        copies: of each recording, with the steps of signal_augmentation in params.yaml
        overwrite: files of the same names may be replaced

    Raises:
        UserError: nothing can start
    """
    check_channel(channel)
    params = read_params()
    settings = augmentation(params.signal_augmentation, copies)
    wanted = Wanted(ENDINGS[form], rate, channel, settings, params.predict.longest)
    make = partial(_converted, to=to, wanted=wanted)
    return make_files(inputs, make, to=to, table=TABLE, columns=COLUMNS, overwrite=overwrite, kind="files")


def augmentation(section: SignalAugmentationParams, copies: int) -> SignalAugmentationParams:
    """The section of params.yaml with so many copies.

    Raises:
        UserError: every step is off, so that the copies would equal the original
    """
    try:
        return SignalAugmentationParams.model_validate(section.model_dump() | {"copies": copies})
    except ValidationError as error:
        reason = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UserError(f"--copies {copies}: {PARAMS_FILE}: signal_augmentation: {reason}.") from error


@dataclass(frozen=True)
class Wanted:
    """What is made of each recording."""

    ending: str
    rate: int | None  # Hz; None: its own
    channel: str
    augmentation: SignalAugmentationParams
    longest: float  # s that a copy is made of


def _converted(job: Job, source: Source, *, to: Path, wanted: Wanted) -> Iterator[Row]:
    rate = wanted.rate or source.sampling_rate
    for channel, suffix in channels_wanted(source, wanted.channel):
        name = job.target.with_name(job.target.name + suffix)
        blocks = mono_blocks(source, sampling_rate=rate, channel=channel)
        for number, sound in enumerate(_versions(blocks, rate, name, wanted)):
            copied = f"_copy{number}" if number else ""
            file = name.with_name(f"{name.name}{copied}{wanted.ending}")
            written = write_reported(to / file, sound, sampling_rate=rate)
            yield {
                "file": file.as_posix(),
                "source": str(job.source),
                "channel": channel,
                "copy": number,
                "sampling_rate": rate,
                "duration": f"{written.n_samples / rate:.3f}",
                "clipped": written.clipped,
            }


def _versions(blocks: Iterator[Samples], rate: int, name: Path, wanted: Wanted) -> Iterator[Iterable[Samples]]:
    """The sound itself, block by block; and its copies, which need all of it at once."""
    settings = wanted.augmentation
    if not settings.copies:
        yield blocks
        return
    signal = _whole(blocks, rate, wanted.longest)
    yield [signal]
    for number in range(1, settings.copies + 1):
        identity = name.as_posix()  # the same draws on any machine
        yield [augmented_copy(signal, sampling_rate=rate, settings=settings, utterance_id=identity, number=number)]


def _whole(blocks: Iterator[Samples], rate: int, longest: float) -> Samples:
    """Raises AudioError for a recording that is too long to be held."""
    parts, found = [], 0
    for block in blocks:
        parts.append(block)
        found += len(block)
        if found > longest * rate:
            raise AudioError(
                f"longer than {longest:g} s, and a copy is made of a whole recording at once. Cut it first (ser "
                f"segment), leave --copies away, or raise predict.longest in {PARAMS_FILE}."
            )
    return np.concatenate(parts)
