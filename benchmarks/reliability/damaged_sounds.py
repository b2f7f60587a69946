"""Damaged sound files of every format through the one reader: a result or a clear error, within a time and a memory.

python -m benchmarks.reliability.damaged_sounds [NUMBER] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.reliability.spoil import spoilt
from benchmarks.reliability.watch import watched
from ser_tasks.audio.decode import read_recording
from tests.audio.encoded import SPECIMEN, specimen

LONGER = 3.0  # times as much sound as was written is odd


def main(number: int, seed: int) -> int:
    """Try, and print what became of it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = [(name, specimen(Path(folder), name).read_bytes()) for name in SPECIMEN]
        target = Path(folder, "clip")

        def attempt(index: int) -> str | None:
            name, content = whole[index % len(whole)]
            target.write_bytes(spoilt(content, np.random.default_rng([seed, index]))[1])
            samples, rate = SPECIMEN[name][2:]
            recording = read_recording(target)
            much = len(recording.samples) > LONGER * samples and recording.sampling_rate == rate
            return "a result with more sound than was ever there" if much else None

        tally = watched(attempt, range(number))
    return 0 if tally.show(f"damaged sound files, {len(whole)} formats", time.perf_counter() - began) else 1


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [10_000, 0][len(arguments) :])))
