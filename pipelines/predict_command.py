"""What `ser predict` does with its arguments: which bundle, which recordings, how many workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from pipelines import places
from pipelines.predict import INTERRUPTED, UNREADABLE, predict, sum_up
from pipelines.predict_formats import ANSWERS, TIMELINES, outputs
from pipelines.predict_timeline import predict_timelines
from pipelines.show_predictions import bar, say
from ser_tasks.bundle.card import FILE, Card, check_files, read_card
from ser_tasks.errors import UserError
from ser_tasks.inference.inputs import gather
from ser_tasks.inference.streaming import extent
from ser_tasks.read_params import read_params

FILES_PER_WORKER, SECONDS_PER_WORKER = 24, 120  # less, and starting another process takes longer than it saves


def run(
    inputs: Sequence[str],
    *,
    bundle: str | None,
    to: Sequence[Path],
    form: str | None,
    timeline: bool,
    workers: int | None,
) -> int:
    """Predict, and return the exit status.

    Raises:
        UserError: nothing can begin: no bundle, no recordings, an unknown format
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    folder, params = find_bundle(bundle), read_params()
    card, wanted = read_card(folder), outputs(to, form, TIMELINES if timeline else ANSWERS)
    check_files(card, folder)  # before a file of answers that is there is written over
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
        )
    say(sum_up(tally, seconds=perf_counter() - began))
    return INTERRUPTED if tally.stopped else UNREADABLE if tally.faults else 0


def find_bundle(named: str | None) -> Path:
    """The folder of the bundle that is meant.

    Raises:
        UserError: no such bundle, or none is named and there is not exactly one
    """
    here = sorted(card.parent.name for card in places.bundle("").glob(f"*/{FILE}"))
    listed = f"In {places.bundle('')}: {', '.join(here) or 'none'}."
    if named is None:
        if len(here) == 1:
            return places.bundle(here[0])
        found = "there is no bundle" if not here else "there are several bundles, and none is named"
        raise UserError(
            f"--bundle: {found}. {listed} Name one, or make one of bundles: in params.yaml: dvc repro bundle@NAME"
        )
    for folder in (places.bundle(named), Path(named)):
        if (folder / FILE).is_file():
            return folder
    raise UserError(
        f"--bundle {named}: neither a bundle in {places.bundle('')} nor the folder of one (with {FILE}). {listed} "
        "Name one of them, or make it, where bundles: in params.yaml has it: dvc repro bundle@NAME"
    )


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
            total += extent(path).duration or 0.0
    return total


def processes(card: Card, most: int) -> int:
    """As many as there are cores, if there is work for them; a network uses all cores from one process."""
    if any(name.endswith(".keras") for name in card.files):
        return 1
    return max(1, min(os.cpu_count() or 1, most))
