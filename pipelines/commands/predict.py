"""What `ser predict` does: finds bundle and recordings, and writes one prediction for each."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from pipelines import paths
from pipelines.commands.bundles import find_bundle
from pipelines.commands.exit_statuses import INTERRUPTED, UNREADABLE
from pipelines.commands.predict_formats import ANSWERS, Output, outputs, timeline_formats
from pipelines.commands.predict_timelines import predict_timelines
from pipelines.display.predictions import bar, report, report_fault
from pipelines.orchestration.worker_pool import worker_pool
from ser_tasks.audio.channels import EACH, MIX, check_channel
from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording_files import gather
from ser_tasks.bundles.card import Card, check_files
from ser_tasks.bundles.dimensions.card import AnyCard, read_any_card
from ser_tasks.bundles.inference.files import (
    Outcome,
    predict_files,
    prediction_columns,
    prediction_row,
)
from ser_tasks.bundles.onnx_network.runtime import has_network, on_onnx_runtime
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import percent
from ser_tasks.params.reading import read_params

if TYPE_CHECKING:
    from rich.progress import Progress

    from ser_tasks.params import PredictParams


SHIPPED = (
    "Bundle: {folder}, a small model of {kind} speech (UAR {uar} on unseen speakers). A model on a speech "
    "encoder is far better: docs/encoders.md. --bundle NAME takes another."
)
FILES_PER_WORKER, SECONDS_PER_WORKER = 24, 120  # with less, starting another process takes longer than it saves
NETWORK = 4  # times as many of a network: it takes 10 ms for a file, not 30


def run(
    inputs: Sequence[str],
    *,
    bundle: str | None,
    to: Sequence[Path],
    form: str | None,
    timeline: bool,
    workers: int | None,
    channel: str = MIX,
    transcript: str | None = None,
) -> int:
    """The exit status, after the predictions are written.

    Raises:
        UserError: nothing can start: no bundle, no recordings, an unknown format, words for a bundle without
    """
    _check_one_channel(channel, timeline=timeline)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    folder, params = find_bundle(bundle), read_params()
    card = read_any_card(folder)
    wanted = outputs(to, form, timeline_formats(card) if timeline else ANSWERS)
    check_files(card, folder)  # before an existing file of predictions is overwritten
    if bundle is None and isinstance(card, Card):
        _introduce(folder, card)
    paths = recordings(inputs)
    if transcript is not None:
        _check_words(card, transcript, paths, timeline=timeline)
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
            card=card,
            outputs=wanted,
            limits=params.predict,
            workers=workers or processes(card, len(paths) // FILES_PER_WORKER),
            progress=progress,
            channel=channel,
            transcript=transcript,
        )
    report(sum_up(tally, seconds=perf_counter() - began))
    return INTERRUPTED if tally.stopped else UNREADABLE if tally.faults else 0


def _check_one_channel(channel: str, *, timeline: bool) -> None:
    check_channel(channel)
    if timeline and channel == EACH:
        raise UserError(
            "--timeline --channel each: a timeline is of one channel. Run the command once for each, with a --to of "
            "its own: --channel left, --channel right, or the number of the channel."
        )


def _check_words(card: AnyCard, words: str, paths: Sequence[Path], *, timeline: bool) -> None:
    if not words.strip():
        raise UserError("--transcript: no words in it. Leave it out: the bundle has its recogniser find them.")
    if card.asr is None:
        raise UserError(f"--transcript: {card.model} reads no words. Leave it out.")
    if timeline or len(paths) != 1:
        found = "with --timeline" if timeline else f"for {len(paths)} files"
        raise UserError(
            f"--transcript {found}: it gives the words of one recording to a model that reads words. Leave it out: "
            "such a model has its recogniser find them."
        )


def _introduce(folder: Path, card: Card) -> None:
    """Report which model was taken, if it is one that the project comes with."""
    if folder.parent == paths.SHIPPED:
        report(SHIPPED.format(folder=folder, kind=card.training.kind, uar=percent(card.figures.uar)))


def recordings(inputs: Sequence[str]) -> tuple[Path, ...]:
    """The paths of the recordings; what else a folder holds is reported.

    Raises:
        UserError: standard input holds no path
    """
    found = gather(inputs, sys.stdin if "-" in inputs else ())
    if found.passed_over:
        kinds = ", ".join(f"{count} {ending}" for ending, count in found.passed_over.most_common(5))
        report(f"Left out of the folders, as their names do not end as those of sound files do: {kinds}.")
    if not found.paths:
        raise UserError("-: no path on standard input. Write one on each line: find . -name '*.wav' | ser predict -")
    return found.paths


def _seconds(paths: Sequence[Path]) -> float:
    """Seconds of sound in all, as far as the headers state; an error in a file is reported when its turn comes."""
    total = 0.0
    for path in paths:
        with suppress(UserError, OSError):
            total += open_sound(path).duration or 0.0
    return total


def processes(card: AnyCard, most: int) -> int:
    """Number of worker processes: one for each core that has work; Keras and Whisper use all cores from one process."""
    if card.asr is not None and card.asr.engine == "faster_whisper":
        return 1
    if has_network(card):
        most = most // NETWORK if on_onnx_runtime(card) else 1
    return max(1, min(os.cpu_count() or 1, most))


BATCH = 8  # files that a worker takes at a time: one call of the model for all of them


@dataclass
class Tally:
    """Counts of predicted files, of unsure predictions and of errors."""

    requested: int
    of: str = "files"  # or channels
    files: set[Path] = field(default_factory=set)  # that were started
    predicted: int = 0  # of these, or of their channels
    unsure: int = 0
    faults: int = 0
    seconds: float = 0.0  # of sound with a prediction
    stopped: bool = False

    def count(self, outcome: Outcome) -> None:
        """One more."""
        self.requested += outcome.path in self.files  # another channel
        self.files.add(outcome.path)
        if outcome.prediction is None:
            self.faults += 1
        else:
            self.predicted += 1
            self.unsure += outcome.prediction.unsure
            self.seconds += outcome.prediction.duration


def predict(
    paths: Sequence[Path],
    *,
    folder: Path,
    card: AnyCard,
    outputs: Sequence[Output],
    limits: PredictParams,
    workers: int,
    progress: Progress,
    channel: str = MIX,
    transcript: str | None = None,
) -> Tally:
    """Counts, after every file is predicted in order; a prediction is written at once, Ctrl-C leaves what was written.

    Args:
        paths: of the recordings
        folder, card: of the bundle
        outputs: where the predictions go
        limits: of one file
        workers: processes
        progress: bar
        channel, transcript: see `ser_tasks.bundles.inference.files.predict_files`
    """
    channels = channel == EACH
    columns, tally = (
        prediction_columns(card, channels=channels),
        Tally(len(paths), "channels" if channels else "files"),
    )
    task = progress.add_task("files", total=len(paths))
    with ExitStack() as stack:
        writers = [stack.enter_context(ANSWERS[output.format](columns, output.to)) for output in outputs]
        pool = stack.enter_context(worker_pool(folder, workers))
        try:
            for outcome in chain.from_iterable(
                pool.map(
                    partial(predict_files, limits=limits, channel=channel, words=transcript), _batches(paths, workers)
                )
            ):
                for write in writers:
                    write(prediction_row(outcome, columns))
                if outcome.fault is not None:
                    report_fault(outcome.fault)
                tally.count(outcome)
                progress.update(task, completed=len(tally.files))
        except KeyboardInterrupt:
            tally.stopped = True
    return tally


def sum_up(tally: Tally, *, seconds: float) -> str:
    """One sentence: how many files in how many seconds, and how many not."""
    parts = [f"{tally.predicted} of {tally.requested} {tally.of} predicted, {tally.unsure} of them unsure"]
    if tally.faults:
        parts.append(f"{tally.faults} could not be, see the errors above")
    if tally.stopped:
        parts.append(f"stopped before the other {tally.requested - tally.predicted - tally.faults}")
    speed = f" {tally.seconds:.0f} s of sound in {seconds:.1f} s: {tally.seconds / seconds:.0f} × real time."
    return f"{'; '.join(parts)}.{speed if tally.predicted else ''}"


def _batches(paths: Sequence[Path], workers: int) -> Iterator[Sequence[Path]]:
    """Small enough that every worker gets some."""
    size = max(1, min(BATCH, len(paths) // (2 * workers)))
    return (paths[first : first + size] for first in range(0, len(paths), size))
