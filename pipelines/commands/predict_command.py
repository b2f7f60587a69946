"""What `ser predict` does with its arguments: which bundle, which recordings, how many workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from pipelines import paths
from pipelines.commands.bundles import find_bundle
from pipelines.commands.predict import INTERRUPTED, UNREADABLE, predict, sum_up
from pipelines.commands.predict_formats import ANSWERS, TIMELINES, outputs
from pipelines.commands.predict_timeline import predict_timelines
from pipelines.display.predictions import bar, say
from ser_tasks.audio.channels import MIX, check_channel
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording_files import gather
from ser_tasks.bundles.card import Card, check_files, read_card
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import percent
from ser_tasks.params.reading import read_params

SHIPPED = (
    "Asked: {folder}, a small model of {kind} speech (UAR {uar} on unseen speakers). A model on a speech "
    "encoder is far better: docs/encoders.md. --bundle NAME asks another."
)
FILES_PER_WORKER, SECONDS_PER_WORKER = 24, 120  # less, and starting another process takes longer than it saves


def run(
    inputs: Sequence[str],
    *,
    bundle: str | None,
    to: Sequence[Path],
    form: str | None,
    timeline: bool,
    workers: int | None,
    channel: str = MIX,
) -> int:
    """Predict, and return the exit status.

    Raises:
        UserError: nothing can begin: no bundle, no recordings, an unknown format
    """
    check_channel(channel, each=not timeline)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    folder, params = find_bundle(bundle), read_params()
    card, wanted = read_card(folder), outputs(to, form, TIMELINES if timeline else ANSWERS)
    check_files(card, folder)  # before a file of answers that is there is written over
    if bundle is None:
        _introduce(folder, card)
    paths = recordings(inputs)
    quiet = not to and wanted[0].format != "table"  # the rows themselves show how far it is
    with bar(visible=not quiet) as progress:
        if timeline:
            return predict_timelines(
                paths,
                folder=folder,
                card=card,
                outputs=wanted,
                settings=params.timeline,
                workers=workers or processes(card, int(_seconds(paths) / SECONDS_PER_WORKER)),
                progress=progress,
                channel=channel,
            )
        began = perf_counter()
        tally = predict(
            paths,
            folder=folder,
            classes=card.classes,
            outputs=wanted,
            limits=params.predict,
            workers=workers or processes(card, len(paths) // FILES_PER_WORKER),
            progress=progress,
            channel=channel,
        )
    say(sum_up(tally, seconds=perf_counter() - began))
    return INTERRUPTED if tally.stopped else UNREADABLE if tally.faults else 0


def _introduce(folder: Path, card: Card) -> None:
    """Report which model was taken, if it is one that the project comes with."""
    if folder.parent == paths.SHIPPED:
        say(SHIPPED.format(folder=folder, kind=card.training.kind, uar=percent(card.figures.uar)))


def recordings(inputs: Sequence[str]) -> tuple[Path, ...]:
    """The paths that are meant; what a folder holds besides sound is said.

    Raises:
        UserError: standard input holds no path
    """
    found = gather(inputs, sys.stdin if "-" in inputs else ())
    if found.passed_over:
        kinds = ", ".join(f"{count} {ending}" for ending, count in found.passed_over.most_common(5))
        say(f"Left out of the folders, as their names do not end as those of sound files do: {kinds}.")
    if not found.paths:
        raise UserError("-: no path on standard input. Write one on each line: find . -name '*.wav' | ser predict -")
    return found.paths


def _seconds(paths: Sequence[Path]) -> float:
    """Of sound in all, as far as the headers say; what is wrong with a file is said when its turn comes."""
    total = 0.0
    for path in paths:
        with suppress(UserError, OSError):
            total += open_sound(path).duration or 0.0
    return total


def processes(card: Card, most: int) -> int:
    """As many as there are cores, if there is work for them; a network uses all cores from one process."""
    if any(name.endswith(".keras") for name in card.files):
        return 1
    return max(1, min(os.cpu_count() or 1, most))
