"""One fold of `ridge` on more and more utterances: features left on the disk, and held in memory, each in a process.

    python -m benchmarks.large_ridge FOLDER [--utterances 14400 144000] [--features 2102] [--most-in-memory 20000]

FOLDER gets stores of generated features in the true format: 8.4 kB an utterance, and as much again unpacked.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
SHARD = 2000  # utterances
SPEAKERS = 100


def ids(n: int) -> tuple[str, ...]:
    """Of n utterances."""
    return tuple(f"u{number:07d}" for number in range(n))


def made(folder: Path, n: int, n_features: int) -> Path:
    """A store of n utterances: features that vary together along twenty directions, and by themselves."""
    import numpy as np  # noqa: PLC0415  in a process that is not measured

    from ser_tasks.features.store import write_rows  # noqa: PLC0415

    own = folder / f"{n}x{n_features}" / "functionals"
    if own.is_dir():
        return own
    scratch = own.with_name(f"{own.name}.unfinished")
    scratch.mkdir(parents=True, exist_ok=True)
    mixing = np.random.default_rng(0).normal(0, 1, (20, n_features)).astype(np.float32)
    metadata = {"dimensions": json.dumps([f"d{place}" for place in range(n_features)])}
    for first in range(0, n, SHARD):
        draw, names = np.random.default_rng(first + 1), ids(n)[first : first + SHARD]
        values = draw.normal(0, 1, (len(names), 20)).astype(np.float32) @ mixing
        values += draw.normal(0, 2, values.shape).astype(np.float32)
        rows = [
            {"utterance_id": name, "n_frames": 1, "values": row, "speech_found": None}
            for name, row in zip(names, values, strict=True)
        ]
        write_rows(rows, metadata, scratch / f"{first:07d}.parquet")
    scratch.rename(own)
    return own


def rated(n: int) -> Any:
    """Ratings that follow three of the twenty directions, but for noise."""
    import numpy as np  # noqa: PLC0415

    from ser_tasks.evaluation.dimensions.scoring import Ratings  # noqa: PLC0415

    names, draw = ids(n), np.random.default_rng(0)
    speakers = [f"s{place % SPEAKERS}" for place in range(n)]
    hidden = np.concatenate(
        [
            np.random.default_rng(first + 1).normal(0, 1, (len(names[first : first + SHARD]), 20))[:, :3]
            for first in range(0, n, SHARD)
        ]
    )
    values = np.clip(3 + 0.6 * hidden + draw.normal(0, 0.5, hidden.shape), 1, 5)
    return Ratings(names, ("valence", "activation", "dominance"), tuple(map(tuple, values.tolist())), tuple(speakers))


def fold(store: Path, n: int, *, from_disk: bool) -> dict[str, float]:
    """CPU seconds and peak memory in MB of this process, and the CCC of what it predicts."""
    import numpy as np  # noqa: PLC0415

    from pipelines.settings import project_params  # noqa: PLC0415
    from ser_tasks.evaluation.dimensions import fold as module  # noqa: PLC0415
    from ser_tasks.evaluation.dimensions.agreement import concordance  # noqa: PLC0415
    from ser_tasks.evaluation.splits import Fold  # noqa: PLC0415

    module.IN_MEMORY = 0 if from_disk else n
    names, ratings = ids(n), rated(n)
    test = tuple(
        name for name, speaker in zip(names, ratings.speakers, strict=True) if int(speaker[1:]) < SPEAKERS // 5
    )
    train = tuple(
        name for name, speaker in zip(names, ratings.speakers, strict=True) if int(speaker[1:]) >= SPEAKERS // 5
    )
    request = module.DimensionRequest(
        Fold("one", train, (), test), ratings, store, "none", "ridge", project_params(), 0
    )
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = before.ru_utime + before.ru_stime
    outcome = module.compute_dimension_fold(request)
    after = resource.getrusage(resource.RUSAGE_SELF)
    row = {name: place for place, name in enumerate(names)}
    truth = np.array(ratings.values)[[row[name] for name in outcome["utterance_ids"]]]
    predicted = np.array(outcome["predicted"])
    return {
        "cpu": after.ru_utime + after.ru_stime - began,
        "peak": after.ru_maxrss / 1024,
        "before": before.ru_maxrss / 1024,
        "ccc": float(np.mean([concordance(t, p) for t, p in zip(truth.T, predicted.T, strict=True)])),
    }


def main() -> None:
    """A line for each number of utterances and way to read them."""
    if sys.argv[1:2] == ["--fold"]:
        print(json.dumps(fold(Path(sys.argv[2]), int(sys.argv[3]), from_disk=sys.argv[4] == "disk")))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--utterances", type=int, nargs="+", default=[14_400, 144_000])
    parser.add_argument("--features", type=int, default=2102)
    parser.add_argument("--most-in-memory", type=int, default=20_000, help="utterances; of more it takes an hour")
    arguments = parser.parse_args()
    print(f"{'utterances':>10s}  {'features':10s}{'CPU s':>8s}{'ms each':>9s}{'peak MB':>9s}{'CCC':>8s}")
    for n in arguments.utterances:
        store = made(arguments.folder, n, arguments.features).resolve()
        for way in ("disk", "memory") if n <= arguments.most_in_memory else ("disk",):
            command = [sys.executable, "-m", "benchmarks.large_ridge", "--fold", str(store), str(n), way]
            began = time.perf_counter()
            run = subprocess.run(command, env=os.environ | THREADS, capture_output=True, text=True, check=False)
            if run.returncode:
                sys.exit(f"{n} utterances, {way}: no figures after {time.perf_counter() - began:.0f} s.\n{run.stderr}")
            found = json.loads(run.stdout.splitlines()[-1])
            figures = f"{found['cpu']:8.1f}{1e3 * found['cpu'] / n:9.2f}{found['peak']:9.0f}{found['ccc']:8.4f}"
            print(f"{n:10d}  {way:10s}{figures}", flush=True)


if __name__ == "__main__":
    main()
