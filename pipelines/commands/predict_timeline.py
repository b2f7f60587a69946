"""Emotion over time: the timelines of long recordings, written as they are finished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.predict import INTERRUPTED, UNREADABLE
from pipelines.commands.predict_formats import TIMELINES, Output
from pipelines.display.predictions import fault, say
from pipelines.orchestration.worker_pool import Crew, crew
from ser_tasks.audio.channels import MIX
from ser_tasks.audio.decode import open_sound
from ser_tasks.bundles.inference.listen import answer_windows, listen
from ser_tasks.bundles.inference.rows import clock, moment_columns
from ser_tasks.bundles.inference.timeline import Timeline
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from rich.progress import Progress

    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams

NAME = "{name}"  # in the name of a file: that of the recording
Take = Callable[[Path, Timeline], None]


def predict_timelines(
    paths: Sequence[Path],
    *,
    folder: Path,
    card: Card,
    outputs: Sequence[Output],
    settings: TimelineParams,
    workers: int,
    progress: Progress,
    channel: str = MIX,
) -> int:
    """Listen to every recording in turn, and write its timeline before the next begins.

    Args:
        paths: of the recordings
        folder, card: of the bundle
        outputs: where the timelines go; {name} in a file's name stands for that of the recording
        settings: of segments, windows and smoothing
        workers: processes
        progress: bar
        channel: that is heard, see `ser_tasks.bundles.inference.streaming.mono_blocks`

    Returns:
        the exit status: 0, UNREADABLE if a recording got no timeline, INTERRUPTED after Ctrl-C

    Raises:
        UserError: several recordings would go into one file that can hold one
    """
    refuse_collisions(paths, outputs)
    status = 0
    with ExitStack() as stack:
        takers = [_taker(output, card.classes, stack) for output in outputs]
        team = stack.enter_context(crew(folder, workers))
        for path in paths:
            try:
                timeline = _listened(path, card=card, team=team, settings=settings, progress=progress, channel=channel)
            except UserError as error:
                fault(str(error))
                status = UNREADABLE
                continue
            except KeyboardInterrupt:
                say(f"{path}: stopped before any of it was answered.")
                return INTERRUPTED
            for take in takers:
                take(path, timeline)
            say(_in_words(path, timeline))
            if timeline.stopped is not None:
                return INTERRUPTED
    return status


def refuse_collisions(paths: Sequence[Path], outputs: Sequence[Output]) -> None:
    """Raise UserError where two recordings would be written to one file that can hold one."""
    for output in outputs:
        if output.to is None or (NAME not in str(output.to) and TIMELINES[output.format].many):
            continue
        files = Counter(_target(output.to, path) for path in paths)
        file, count = files.most_common(1)[0]
        if count > 1:
            raise UserError(
                f"--to {output.to}: {count} recordings would be written to {file}. Put {NAME} into the name, and give "
                "recordings different names; or write CSV, JSON Lines, Parquet or RTTM, which hold many."
            )


def _listened(
    path: Path, *, card: Card, team: Crew, settings: TimelineParams, progress: Progress, channel: str
) -> Timeline:
    source = open_sound(path)  # says at once what is wrong with the file
    tasks = {
        step: progress.add_task(f"{path.name}: {step}", total=source.duration, start=False)
        for step in ("level", "speech", "emotion")
    }

    def heard(step: str, seconds: float) -> None:
        progress.start_task(tasks[step])
        progress.advance(tasks[step], seconds)

    try:
        timeline = listen(
            source, card=card, settings=settings, ask=partial(team.ask, answer_windows), heard=heard, channel=channel
        )
        for note in source.notes:
            say(f"{path}: {note}.")
        return timeline
    finally:
        for task in tasks.values():
            progress.remove_task(task)


def _in_words(path: Path, timeline: Timeline) -> str:
    speech = sum(end - start for start, end in timeline.segments)
    until = f", stopped at {clock(timeline.stopped)}" if timeline.stopped is not None else ""
    return (
        f"{path}: {clock(timeline.survey.duration)} long, {clock(speech)} of it speech, {len(timeline.segments)} "
        f"segments, {len(timeline.moments)} windows, {len(timeline.stretches)} stretches{until}."
    )


def _taker(output: Output, classes: Sequence[str], stack: ExitStack) -> Take:
    """What takes one timeline after the other: into one file for all, or each into its own."""
    form, columns = TIMELINES[output.format], moment_columns(classes)
    if output.to is None or NAME not in str(output.to):
        write = stack.enter_context(form.opened(columns, output.to))

        def into_one(path: Path, timeline: Timeline) -> None:
            for item in form.items(path, timeline):
                write(item)

        return into_one

    def into_its_own(path: Path, timeline: Timeline) -> None:
        with form.opened(columns, _target(output.to or path, path)) as write:
            for item in form.items(path, timeline):
                write(item)

    return into_its_own


def _target(to: Path, path: Path) -> Path:
    return Path(str(to).replace(NAME, path.stem))
