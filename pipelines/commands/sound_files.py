"""Commands that make sound files of sound files: their targets, and one row of a table for each that is written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from pipelines.commands.exit_statuses import INTERRUPTED, UNREADABLE
from pipelines.commands.predict_formats import csv_rows
from pipelines.display.predictions import bar, report, report_fault
from ser_tasks.audio.attempt import result_or_fault
from ser_tasks.audio.channels import EACH, channels_of, check_channel
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Samples, Source
from ser_tasks.audio.recording_files import gather_rooted, unlisted, would_find
from ser_tasks.audio.write import ENDINGS, Written, write_sound
from ser_tasks.bundles.inference.files import Columns, Row
from ser_tasks.errors import UserError


@dataclass(frozen=True)
class Job:
    """One recording, and the path below the folder of results that its files begin with: no ending yet."""

    source: Path
    target: Path


Make: TypeAlias = Callable[[Job, Source], Iterable[Row]]
"""Writes the files of one recording, and gives a row for each."""


def make_files(
    inputs: Sequence[str], make: Make, *, to: Path, table: str, columns: Columns, overwrite: bool, kind: str
) -> int:
    """The exit status, after every file is written, and how many is reported.

    Args:
        inputs: files, folders, patterns, or - for a list on standard input
        make: writes the files of one recording
        to: folder to write
        table: its name in that folder
        columns: of the table
        overwrite: files of the same names may be replaced
        kind: of the files, for the report: sentences

    Raises:
        UserError: nothing can start
    """
    jobs = jobs_of(inputs, to, table=table, overwrite=overwrite)
    status, written = write_all(jobs, make, columns=columns, table=to / table)
    report(f"{written} {kind} of {len(jobs)} recordings in {to}, listed in {to / table}.")
    return status


def jobs_of(inputs: Sequence[str], to: Path, *, table: str, overwrite: bool) -> list[Job]:
    """The recordings of a command line, and where what is made of each will be.

    Args:
        inputs: files, folders, patterns, or - for a list on standard input
        to: folder of the results
        table: its name in that folder
        overwrite: files of the same names may be replaced

    Raises:
        UserError: no recording; two with the same target; or a folder that is not empty, or among the inputs
    """
    names = tuple(unlisted(inputs, sys.stdin if "-" in inputs else ()))
    found, passed_over = gather_rooted(names, ())
    if passed_over:
        kinds = ", ".join(f"{count} {ending}" for ending, count in passed_over.most_common(5))
        report(f"Left out of the folders, as their names do not end as those of sound files do: {kinds}.")
    if not found:
        raise UserError("-: no path on standard input. Write one on each line.")
    jobs = [Job(one.path, one.place.with_suffix("")) for one in found]
    _check_apart(jobs)
    _check_folder(jobs, to, table=table, overwrite=overwrite)
    _check_outside(names, jobs, to, table=table)
    return jobs


def _check_apart(jobs: Sequence[Job]) -> None:
    by_target: dict[Path, Path] = {}
    for job in jobs:
        other = by_target.setdefault(job.target, job.source)
        if other is not job.source:
            raise UserError(
                f"{other} and {job.source} would both be written to {job.target}. Give the folder that holds both, "
                "rename one, or call the command for each with a --to of its own."
            )


def _check_folder(jobs: Sequence[Job], to: Path, *, table: str, overwrite: bool) -> None:
    if to.exists() and not to.is_dir():
        raise UserError(f"--to {to}: a file. Name a folder.")
    for job in jobs:
        if job.source.resolve().is_relative_to(to.resolve()):
            raise UserError(f"--to {to}: {job.source} is in that folder, and could be replaced. Name another folder.")
    if to.is_dir() and any(to.iterdir()) and not overwrite:
        raise UserError(
            f"--to {to}: the folder is not empty. Name a new one; or add --overwrite: {table} and files of the same "
            "names are replaced."
        )


def _check_outside(names: Sequence[str], jobs: Sequence[Job], to: Path, *, table: str) -> None:
    """Raise UserError where the next call would take the results for recordings."""
    sounds = (job.target.with_name(job.target.name + ending) for job in jobs for ending in ENDINGS.values())
    results = [to / name for name in (Path(table), *sounds)]
    for name in names:  # a file among the results is refused as a source in the folder
        if not Path(name).expanduser().is_file() and any(would_find(name, result) for result in results):
            raise UserError(
                f"--to {to}: it is inside of {name}, so the next call would take what this one writes for recordings. "
                "Name a folder outside of it."
            )


def write_all(jobs: Sequence[Job], make: Make, *, columns: Columns, table: Path) -> tuple[int, int]:
    """Exit status, and number of files written, after everything is made, with the table beside it.

    Args:
        jobs: in their order
        make: writes the files of one recording
        columns: of the table
        table: a CSV; each row is written at once
    """
    faults = written = 0
    with bar(visible=True) as progress, csv_rows(columns, table) as write:
        task = progress.add_task("files", total=len(jobs))
        try:
            for job in jobs:
                for row in _rows(make, job):
                    if isinstance(row, str):
                        faults += 1
                        report_fault(row)
                    else:
                        written += 1
                        write(row)
                progress.advance(task)
        except KeyboardInterrupt:
            report("Stopped: what is in the table is written, whole.")
            return INTERRUPTED, written
    return (UNREADABLE if faults else 0), written


def _rows(make: Make, job: Job) -> Iterable[Row | str]:
    """The rows of one recording; then, if it went wrong, the reason."""
    rows = iter(_made(make, job))
    while True:
        found = result_or_fault(lambda: next(rows, None), job.source)
        if found is None:
            return
        yield found
        if isinstance(found, str):
            return


def _made(make: Make, job: Job) -> Iterator[Row]:
    source = open_sound(job.source)
    yield from make(job, source)
    for note in source.notes:
        report(f"{job.source}: {note}.")


def channels_wanted(source: Source, channel: str) -> list[tuple[str, str]]:
    """Channels to read, and what the name of a file says of each: nothing, where there is one.

    Args:
        source: the recording
        channel: mix, left, right, a number from 1, or each
    """
    check_channel(channel)
    if channel != EACH:
        return [(channel, "")]
    named = channels_of(source.n_channels)
    return [(name, f"_{name}" if len(named) > 1 else "") for name in named]


def write_reported(file: Path, sound: Iterable[Samples], *, sampling_rate: int) -> Written:
    """What `write_sound` wrote of the blocks of a sound; clipped samples are reported, if there are any."""
    written = write_sound(file, sound, sampling_rate=sampling_rate)
    if written.clipped:
        share = 100 * written.clipped / written.n_samples
        report(
            f"{file}: {written.clipped} samples ({share:.2g} %) were outside of full scale, and are clipped.",
            style="yellow",
        )
    return written
