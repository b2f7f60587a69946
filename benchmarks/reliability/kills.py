"""`ser repro` killed at random moments, again and again: the run that may end gives what an undisturbed one gives.

In a fresh clone, set up and never run (git says what differs from the results that were committed):
python -m benchmarks.reliability.kills CLONE [KILLS] [SEED]
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

MOMENTS = (1.0, 20.0)  # s after which a run is killed
STUCK = 1_800.0  # s that the last run may take


def main(clone: Path, kills: int, seed: int) -> int:
    """Kill, run to the end, and print what is left."""
    rng, ended = np.random.default_rng(seed), 0
    for number in range(kills):
        moment = float(rng.uniform(*MOMENTS))
        finished = _run(clone, moment)
        ended += finished is not None
        print(f"{number + 1}: {'killed' if finished is None else 'it had ended'} after {moment:.1f} s", flush=True)
        if finished not in (None, 0):
            print("a run that was not killed failed")
            return 1
    began = time.perf_counter()
    status = _run(clone, STUCK)
    print(f"{ended} had ended; the last run: exit status {status} after {time.perf_counter() - began:.0f} s")
    changed = subprocess.run(["git", "status", "--porcelain"], cwd=clone, check=True, capture_output=True, text=True)
    print(f"git status: {changed.stdout.strip() or 'clean: every result is the one that was committed'}")
    return 0 if status == 0 and not changed.stdout else 1


def _run(clone: Path, seconds: float) -> int | None:
    """The exit status; None: it was killed, with all that it had started, whatever each was doing."""
    with clone.with_name(f"{clone.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [clone / ".venv/bin/ser", "repro"], cwd=clone, stdout=log, stderr=log, start_new_session=True
        )
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return None


if __name__ == "__main__":
    folder, *rest = sys.argv[1:]
    numbers = [int(number) for number in rest] + [50, 0][len(rest) :]
    sys.exit(main(Path(folder).resolve(), *numbers))
