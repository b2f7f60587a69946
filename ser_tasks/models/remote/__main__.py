"""Carry out plans: python -m ser_tasks.models.remote PLAN.json... --features DIR --out DIR."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ser_tasks.errors import UserError


def main(arguments: Sequence[str]) -> int:
    """Plan after plan; one that cannot be carried out leaves the others be.

    Returns:
        0, or 1 where some plan was not carried out
    """
    options = _parser().parse_args(arguments)
    stems = [path.stem for path in options.plans]
    if twice := sorted({stem for stem in stems if stems.count(stem) > 1}):
        sys.stderr.write(f"several plans are called {twice}: they would share a folder. Rename their files.\n")
        return 1
    os.environ.setdefault("KERAS_BACKEND", "jax")
    failed = 0
    for path in options.plans:
        try:
            _carry_out(path, options)
        except UserError as error:
            sys.stderr.write(f"{error}\n")
            failed = 1
    return failed


def _carry_out(path: Path, options: argparse.Namespace) -> None:
    from ser_tasks.models.remote.clips import read_clips  # noqa: PLC0415  Keras and JAX: once its backend is known
    from ser_tasks.models.remote.one_by_one import train_one_by_one  # noqa: PLC0415
    from ser_tasks.models.remote.outcomes import comparison, read_outcomes, write_predictions  # noqa: PLC0415
    from ser_tasks.models.remote.parallel import require_jax, train_plan  # noqa: PLC0415
    from ser_tasks.models.remote.plan import read_plan  # noqa: PLC0415

    if not options.one_by_one:
        require_jax()
    plan = read_plan(path)
    folder = options.out / path.stem
    own = folder / "one_by_one" if options.one_by_one else folder
    if len(read_outcomes(own, plan)) == len(plan.folds) * len(plan.seeds) and (own / "predictions.parquet").exists():
        _tell(f"{plan.title}: finished earlier, see {own}")
    else:
        clips = read_clips(plan, options.features)
        if options.one_by_one:
            outcomes = train_one_by_one(plan, clips, folder=own, tell=_tell)
        else:
            outcomes = train_plan(
                plan,
                clips,
                folder=own,
                arrangement=options.arrangement,
                together=options.together,
                every=options.checkpoint_every,
                shapes=options.padded_lengths,
                tell=_tell,
            )
        write_predictions(own, plan, outcomes)
    for line in comparison(plan, at_once=folder, one_by_one=folder / "one_by_one"):
        _tell(line)


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is no whole number above 0")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ser_tasks.models.remote", description=__doc__)
    parser.add_argument("plans", metavar="PLAN.json", nargs="+", type=Path)
    parser.add_argument("--features", type=Path, required=True, help="folder above those that the plans name")
    parser.add_argument("--out", type=Path, required=True, help="gets a folder for each plan, called like its file")
    parser.add_argument("--one-by-one", action="store_true", help="the ordinary training, fold after fold, to compare")
    parser.add_argument("--together", type=_positive, metavar="N", help="folds at once (default: all)")
    parser.add_argument("--arrangement", choices=["vectorised", "unrolled"], default="vectorised")
    parser.add_argument(
        "--padded-lengths",
        type=_positive,
        default=4,
        metavar="N",
        help="of folds at once, at most; fewer compile faster and pad more",
    )
    parser.add_argument("--checkpoint-every", type=_positive, default=5, metavar="EPOCHS")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
