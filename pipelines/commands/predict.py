"""One answer for each recording of a command line, a folder or a list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.commands.predict_formats import ANSWERS, Output
from pipelines.display.predictions import fault
from pipelines.orchestration.worker_pool import crew
from ser_tasks.audio.channels import EACH, MIX
from ser_tasks.bundles.inference.files import Outcome, predict_files, prediction_columns, prediction_row

if TYPE_CHECKING:
    from rich.progress import Progress

    from ser_tasks.params import PredictParams

BATCH = 8  # files that a worker takes at a time: the model is asked once for all of them
UNREADABLE, INTERRUPTED = 2, 130  # exit statuses


@dataclass
class Tally:
    """What became of the files."""

    asked: int
    of: str = "files"  # or channels
    files: set[Path] = field(default_factory=set)  # that were taken up
    answered: int = 0  # of these, or of their channels
    unsure: int = 0
    faults: int = 0
    seconds: float = 0.0  # of sound that was answered
    stopped: bool = False

    def count(self, outcome: Outcome) -> None:
        """One more."""
        self.asked += outcome.path in self.files  # another channel
        self.files.add(outcome.path)
        if outcome.prediction is None:
            self.faults += 1
        else:
            self.answered += 1
            self.unsure += outcome.prediction.unsure
            self.seconds += outcome.prediction.duration


def predict(
    paths: Sequence[Path],
    *,
    folder: Path,
    classes: Sequence[str],
    outputs: Sequence[Output],
    limits: PredictParams,
    workers: int,
    progress: Progress,
    channel: str = MIX,
) -> Tally:
    """Answer every file, in order, and write each answer as soon as it is there; Ctrl-C leaves what was written.

    Args:
        paths: of the recordings
        folder: of the bundle
        classes: that it knows
        outputs: where the answers go
        limits: of one file
        workers: processes
        progress: bar
        channel: that is heard, see `ser_tasks.bundles.inference.files.predict_files`
    """
    channels = channel == EACH
    columns, tally = (
        prediction_columns(classes, channels=channels),
        Tally(len(paths), "channels" if channels else "files"),
    )
    task = progress.add_task("files", total=len(paths))
    with ExitStack() as stack:
        writers = [stack.enter_context(ANSWERS[output.format](columns, output.to)) for output in outputs]
        team = stack.enter_context(crew(folder, workers))
        try:
            for outcome in chain.from_iterable(
                team.ask(partial(predict_files, limits=limits, channel=channel), _batches(paths, workers))
            ):
                for write in writers:
                    write(prediction_row(outcome, classes, channels=channels))
                if outcome.fault is not None:
                    fault(outcome.fault)
                tally.count(outcome)
                progress.update(task, completed=len(tally.files))
        except KeyboardInterrupt:
            tally.stopped = True
    return tally


def sum_up(tally: Tally, *, seconds: float) -> str:
    """One sentence on what was done in how many seconds, and what was not."""
    parts = [f"{tally.answered} of {tally.asked} {tally.of} answered, {tally.unsure} of them unsure"]
    if tally.faults:
        parts.append(f"{tally.faults} could not be, see the errors above")
    if tally.stopped:
        parts.append(f"stopped before the other {tally.asked - tally.answered - tally.faults}")
    speed = f" {tally.seconds:.0f} s of sound in {seconds:.1f} s: {tally.seconds / seconds:.0f} × real time."
    return f"{'; '.join(parts)}.{speed if tally.answered else ''}"


def _batches(paths: Sequence[Path], workers: int) -> Iterator[Sequence[Path]]:
    """Small enough that every worker gets some."""
    size = max(1, min(BATCH, len(paths) // (2 * workers)))
    return (paths[first : first + size] for first in range(0, len(paths), size))
