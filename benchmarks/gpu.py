"""On an accelerator: folds at once against one after the other, then the two largest networks for real.

    for model in residual_cnn cnn_blstm_attention blstm_attention td_cnn_lstm_published patch_dcnn_blstm; do
        ser remote export ravdess $model --to plans/$model.json; done              # here
    python -m benchmarks.gpu plans --features data/features --out outcomes         # there, within ten minutes

There needs keras, jax, numpy, scipy, scikit-learn, pandas and pyarrow, and of this project ser_tasks/ and this file.
Every plan is timed, EPOCHS epochs of it: two folds one after the other, and all folds at once in either arrangement.
What is printed is the median of an epoch of one fold, the first epoch of each way (which compiles) among the three, so
that it never is the median. Then the plans with the most weights are trained until the time is up, by the way that was
fastest for each; a second run goes on from the last checkpoint, and `ser remote import outcomes/PLAN` brings rows back.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.models.remote.outcomes import Outcome
    from ser_tasks.models.remote.plan import Plan

EPOCHS, FOLDS_ALONE, FOR_REAL = 3, 2, 2
ALONE, WAYS = "one by one", ("vectorised", "unrolled")
TIMING_SHARE = 0.5  # of the time, at most


class Timed(NamedTuple):
    """A plan, the weights of its network, and seconds of an epoch of one fold by way; without those that failed."""

    plan: Path
    parameters: int
    seconds: dict[str, float]

    @property
    def fastest(self) -> str:
        """The way to train it for real."""
        return min(self.seconds, key=lambda way: self.seconds[way])


def brief(plan: Plan) -> Plan:
    """The same for a few epochs, without refit."""
    return replace(plan, training={**plan.training, "epochs": EPOCHS, "patience": EPOCHS, "refit": False})


def timed(file: Path, features: Path, *, until: float) -> Timed:
    """Each way once, as long as there is time."""
    from ser_tasks.models.remote.clips import read_clips  # noqa: PLC0415  Keras and JAX: once the backend is set
    from ser_tasks.models.remote.one_by_one import train_one_by_one  # noqa: PLC0415
    from ser_tasks.models.remote.parallel import train_plan  # noqa: PLC0415
    from ser_tasks.models.remote.plan import read_plan  # noqa: PLC0415

    plan = brief(read_plan(file))
    clips, seconds, parameters = read_clips(plan, features), {}, 0
    for way in (WAYS[0], ALONE, *WAYS[1:]):  # what is likeliest to be wanted first: compiling may take all the time
        if time.monotonic() > until:
            print(f"{plan.title}: {way} is not timed, the time is up", flush=True)
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                if way == ALONE:
                    few = replace(plan, folds=plan.folds[:FOLDS_ALONE])
                    outcomes = train_one_by_one(few, clips, folder=Path(folder), tell=_quiet)
                else:
                    outcomes = train_plan(
                        plan, clips, folder=Path(folder), arrangement=way, together=None, every=EPOCHS, tell=_quiet
                    )
        except UserError as error:
            print(f"{plan.title}: {way} failed: {error}", flush=True)
            continue
        seconds[way], parameters = seconds_of(outcomes), outcomes[0].chosen["parameters"]
        print(f"{plan.title}: {seconds[way]:.3f} s an epoch of a fold, {way}", flush=True)
    return Timed(file, parameters, seconds)


def seconds_of(outcomes: Sequence[Outcome]) -> float:
    """Median over folds of the seconds of an epoch."""
    return median(outcome.chosen["seconds_per_epoch"] for outcome in outcomes)


def table(rows: Sequence[Timed], hardware: str) -> str:
    """As Markdown: a line for each plan, its seconds and how many times as fast folds at once are."""
    lines = [
        f"On {hardware}, seconds an epoch of one fold:",
        "",
        "| network | parameters | one by one | at once | ratio |",
    ]
    lines.append("|---|---|---|---|---|")
    for row in rows:
        at_once = {way: row.seconds[way] for way in WAYS if way in row.seconds}
        best = min(at_once, key=lambda way: at_once[way]) if at_once else None
        alone = row.seconds.get(ALONE)
        cells = [f"{alone:.3f}" if alone else "–", f"{at_once[best]:.3f} ({best})" if best else "–"]
        cells.append(f"{alone / at_once[best]:.2f}" if alone and best else "–")
        lines.append(f"| {row.plan.stem} | {row.parameters:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def train_for_real(row: Timed, *, features: Path, out: Path, seconds: float) -> None:
    """By its fastest way, in a process of its own that ends when the time is up; a checkpoint of every epoch stays."""
    how = ["--one-by-one"] if row.fastest == ALONE else ["--arrangement", row.fastest]
    command = [sys.executable, "-m", "ser_tasks.models.remote", str(row.plan)]
    command += ["--features", str(features), "--out", str(out), "--checkpoint-every", "1", *how]
    try:
        subprocess.run(command, check=False, timeout=max(1.0, seconds))
    except subprocess.TimeoutExpired:
        print(f"{row.plan.stem}: the time is up; the same command goes on from {out / row.plan.stem}", flush=True)


def main(arguments: Sequence[str]) -> None:
    """Time all plans, then train the largest."""
    options = _parser().parse_args(arguments)
    os.environ.setdefault("KERAS_BACKEND", "jax")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # two processes share the device
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(options.out.resolve() / "compiled"))  # for a second run
    began, seconds = time.monotonic(), 60 * options.minutes
    files = sorted(options.plans.glob("*.json"))
    rows = [timed(file, options.features, until=began + TIMING_SHARE * seconds) for file in files]
    from ser_tasks.models.remote.hardware import hardware  # noqa: PLC0415  with JAX

    print(table([row for row in rows if row.seconds], hardware()), flush=True)
    largest = sorted((row for row in rows if row.seconds), key=lambda row: -row.parameters)[:FOR_REAL]
    for place, row in enumerate(largest):
        left = began + seconds - time.monotonic()
        train_for_real(row, features=options.features, out=options.out, seconds=left / (len(largest) - place))


def _quiet(line: str) -> None:
    """Lines of each epoch are not shown while ways are timed."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("plans", type=Path, help="folder of plans that `ser remote export` wrote")
    parser.add_argument("--features", type=Path, required=True, help="folder above those that the plans name")
    parser.add_argument("--out", type=Path, required=True, help="gets the outcomes of what is trained for real")
    parser.add_argument("--minutes", type=float, default=9.5, help="then no way is begun, and all training stops")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
