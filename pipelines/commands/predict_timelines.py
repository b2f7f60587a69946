"""What `ser predict --timeline` does: one timeline for each recording, into one file for all or each into its own."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pipelines.commands.exit_statuses import INTERRUPTED, UNREADABLE
from pipelines.commands.predict_formats import Output, timeline_formats
from pipelines.display.predictions import report, report_fault
from pipelines.orchestration.worker_pool import WorkerPool, worker_pool
from ser_tasks.atomic import atomic_path
from ser_tasks.audio.channels import MIX
from ser_tasks.audio.decode import open_sound
from ser_tasks.bundles.dimensions.card import DimensionCard
from ser_tasks.bundles.inference.files import window_columns
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline
from ser_tasks.bundles.inference.timeline import Timeline, clock
from ser_tasks.bundles.inference.timeline_pass import rating_timeline_of, steps, timeline_of
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

    from pipelines.commands.predict_formats import TimelineFormat
    from ser_tasks.bundles.dimensions.card import AnyCard
    from ser_tasks.params import TimelineParams

NAME = "{name}"  # in the name of a file: that of the recording
AnyTimeline: TypeAlias = Timeline | RatingTimeline
Take = Callable[[Path, AnyTimeline], None]


def predict_timelines(
    paths: Sequence[Path],
    *,
    folder: Path,
    card: AnyCard,
    outputs: Sequence[Output],
    settings: TimelineParams,
    workers: int,
    progress: Progress,
    channel: str = MIX,
) -> int:
    """The exit status, after the timeline of every recording is written, each before the next begins.

    Args:
        paths: of the recordings
        folder, card: of the bundle
        outputs: where the timelines go; {name} in a file's name stands for that of the recording
        settings: of segments, windows and smoothing
        workers: processes
        progress: bar
        channel: to read, see `ser_tasks.bundles.inference.streaming.mono_blocks`

    Returns:
        the exit status: 0, UNREADABLE if a recording got no timeline, INTERRUPTED after Ctrl-C

    Raises:
        UserError: several recordings would go into one file that can hold one; or a file cannot be written
    """
    check_collisions(paths, outputs, timeline_formats(card))
    check_writable(outputs)
    status = 0
    with ExitStack() as stack:
        takers = [_taker(output, card, stack, alone=len(paths) == 1) for output in outputs]
        pool = stack.enter_context(worker_pool(folder, workers))
        for path in paths:
            try:
                timeline = _timeline(path, card=card, pool=pool, settings=settings, progress=progress, channel=channel)
            except UserError as error:
                report_fault(str(error))
                status = UNREADABLE
                continue
            except KeyboardInterrupt:
                report(f"{path}: stopped before any prediction.")
                return INTERRUPTED
            for take in takers:
                take(path, timeline)
            report(_in_words(path, timeline))
            if timeline.stopped is not None:
                return INTERRUPTED
    return status


def check_collisions(paths: Sequence[Path], outputs: Sequence[Output], formats: Mapping[str, TimelineFormat]) -> None:
    """Raise UserError where two recordings would be written to one file that can hold one."""
    for output in outputs:
        if output.to is None or (NAME not in str(output.to) and formats[output.format].many):
            continue
        files = Counter(_target(output.to, path) for path in paths)
        file, count = files.most_common(1)[0]
        if count > 1:
            raise UserError(
                f"--to {output.to}: {count} recordings would be written to {file}. Put {NAME} into the name, and give "
                "recordings different names; or write CSV, JSON Lines, Parquet or RTTM, which hold many."
            )


def check_writable(outputs: Sequence[Output]) -> None:
    """Raise UserError where a file could not be written, before hours of work for it; its folder is made."""
    for to in (output.to for output in outputs if output.to is not None):
        to.parent.mkdir(parents=True, exist_ok=True)
        if to.is_dir() or not os.access(to.parent, os.W_OK):
            found = "a folder" if to.is_dir() else "no file can be written there"
            raise UserError(f"--to {to}: {found}. Name a file in a folder that you may write to.")


def _timeline(
    path: Path, *, card: AnyCard, pool: WorkerPool, settings: TimelineParams, progress: Progress, channel: str
) -> AnyTimeline:
    source = open_sound(path)  # raises at once for a broken file
    tasks = {
        step: progress.add_task(f"{path.name}: {step}", total=source.duration, start=False) for step in steps(card)
    }

    def advance(step: str, seconds: float) -> None:
        progress.start_task(tasks[step])
        progress.advance(tasks[step], seconds)

    try:
        how: dict[str, Any] = {"settings": settings, "map_batches": pool.map, "progress": advance, "channel": channel}
        timeline: AnyTimeline = (
            rating_timeline_of(source, card=card, **how)
            if isinstance(card, DimensionCard)
            else timeline_of(source, card=card, **how)
        )
        for note in source.notes:
            report(f"{path}: {note}.")
        return timeline
    finally:
        for task in tasks.values():
            progress.remove_task(task)


def _in_words(path: Path, timeline: AnyTimeline) -> str:
    speech = sum(end - start for start, end in timeline.segments)
    until = f", stopped at {clock(timeline.stopped)}" if timeline.stopped is not None else ""
    counts = {"segment": len(timeline.segments), "window": len(timeline.windows)}
    if isinstance(timeline, Timeline):
        counts["emotion"] = len({segment.emotion for segment in timeline.emotion_segments})
    counted = ", ".join(f"{n} {what}{'s' * (n != 1)}" for what, n in counts.items())
    return f"{path}: {clock(timeline.statistics.duration)} long, {clock(speech)} of it speech, {counted}{until}."


def _taker(output: Output, card: AnyCard, stack: ExitStack, *, alone: bool) -> Take:
    """What takes one timeline after the other: into one file for all, or each into its own."""
    if output.to is not None and (alone or NAME in str(output.to)):
        return partial(_write_own, output, card, output.to)
    form = timeline_formats(card)[output.format]
    opened = cache(lambda: stack.enter_context(form.opened(window_columns(card), output.to)))
    if output.to is None:
        opened()  # the line of names is printed at once; a file is opened when there is something for it

    def into_one(path: Path, timeline: AnyTimeline) -> None:
        for item in form.items(path, timeline):
            opened()(item)

    return into_one


def _write_own(output: Output, card: AnyCard, to: Path, path: Path, timeline: AnyTimeline) -> None:
    """Into a file that is there whole or not at all, whatever ends the process."""
    form = timeline_formats(card)[output.format]
    with _whole(_target(to, path)) as file, form.opened(window_columns(card), file) as write:
        for item in form.items(path, timeline):
            write(item)


def _whole(target: Path) -> AbstractContextManager[Path]:
    """Where to write it: beside the file until it is complete; a pipe or /dev/stdout takes it as it comes."""
    return nullcontext(target) if target.exists() and not target.is_file() else atomic_path(target.resolve())


def _target(to: Path, path: Path) -> Path:
    return Path(str(to).replace(NAME, path.stem))
