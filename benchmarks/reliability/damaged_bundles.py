"""Damaged bundles: one that is not as it was written is an error, and foreign code in it never runs.

python -m benchmarks.reliability.damaged_bundles [NUMBER] [SEED]
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.reliability.spoil import spoilt
from benchmarks.reliability.watch import watched
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.prediction import recognise
from tests.bundles.small_bundles import RATE, small_bundle, voice


def main(number: int, seed: int) -> int:
    """Try, and print what became of it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        whole, target = small_bundle(Path(name, "whole")), Path(name, "target")
        recording = Recording(voice("anger", speaker=5)[:, None], RATE)
        expected = recognise(load_bundle(whole), recording)
        files = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())

        def attempt(index: int) -> str | None:
            rng, which = np.random.default_rng([seed, index]), files[index % len(files)]
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(whole, target)
            content = (whole / which).read_bytes()
            damaged = spoilt(content, rng)[1]
            (target / which).write_bytes(damaged)
            answer = recognise(load_bundle(target), recording)
            same = answer.probabilities == expected.probabilities
            return None if same else f"another prediction, {which} damaged"

        tally = watched(attempt, range(number))
    return 0 if tally.show(f"damaged bundles, {len(files)} files", time.perf_counter() - began) else 1


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [1_000, 0][len(arguments) :])))
