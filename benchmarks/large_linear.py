"""One fold of a linear model on more and more utterances: features on the disk, and in memory, each in a process.

    python -m benchmarks.large_linear MODEL FOLDER [--utterances 14400 144000] [--features N] [--most-in-memory 20000]

MODEL is ridge or logistic (in memory, of which logistic_large is the one on the disk), scored by mean CCC or by UAR.

FOLDER gets stores of generated features in the true format: 8.4 kB an utterance, and as much again unpacked.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
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


def hidden(n: int) -> Any:
    """Of each utterance, its places along the first three of the twenty directions: shape (n, 3)."""
    import numpy as np  # noqa: PLC0415

    sizes = [min(SHARD, n - first) for first in range(0, n, SHARD)]
    draws = [np.random.default_rng(SHARD * shard + 1) for shard in range(len(sizes))]
    return np.concatenate([draw.normal(0, 1, (size, 20))[:, :3] for draw, size in zip(draws, sizes, strict=True)])


def divided(n: int) -> tuple[Any, tuple[str, ...]]:
    """A fold whose test part is a fifth of the speakers, and the speaker of each utterance."""
    from ser_tasks.evaluation.splits import Fold  # noqa: PLC0415

    names, speakers = ids(n), tuple(f"s{place % SPEAKERS}" for place in range(n))
    tested = [int(speaker[1:]) < SPEAKERS // 5 for speaker in speakers]
    train, test = (
        tuple(name for name, own in zip(names, tested, strict=True) if own is side) for side in (False, True)
    )
    return Fold("one", train, (), test), speakers


def fold_of_ratings(store: Path, n: int, *, from_disk: bool) -> Callable[[], float]:
    """A fold of `ridge`, whose ratings follow the three directions, but for noise; called, it gives the mean CCC."""
    import numpy as np  # noqa: PLC0415

    from pipelines.settings import project_params  # noqa: PLC0415
    from ser_tasks.evaluation.dimensions import fold as module  # noqa: PLC0415
    from ser_tasks.evaluation.dimensions.agreement import concordance  # noqa: PLC0415
    from ser_tasks.evaluation.dimensions.scoring import Ratings  # noqa: PLC0415

    module.IN_MEMORY = 0 if from_disk else n
    values = np.clip(3 + 0.6 * hidden(n) + np.random.default_rng(0).normal(0, 0.5, (n, 3)), 1, 5)
    fold, speakers = divided(n)
    names = ("valence", "activation", "dominance")
    ratings = Ratings(ids(n), names, tuple(map(tuple, values.tolist())), speakers)
    request = module.DimensionRequest(fold, ratings, store, "none", "ridge", project_params(), 0, store.parent)

    def run() -> float:
        outcome = module.compute_dimension_fold(request)
        row = {name: place for place, name in enumerate(ids(n))}
        truth, predicted = values[[row[name] for name in outcome["utterance_ids"]]], np.array(outcome["predicted"])
        return float(np.mean([concordance(t, p) for t, p in zip(truth.T, predicted.T, strict=True)]))

    return run


def fold_of_classes(store: Path, n: int, *, from_disk: bool) -> Callable[[], float]:
    """The same of logistic regression, of four classes: which of the directions is the largest, if any; UAR."""
    import numpy as np  # noqa: PLC0415

    from pipelines.evaluations.plan import request_class  # noqa: PLC0415
    from pipelines.settings import project_params  # noqa: PLC0415
    from ser_tasks.evaluation.fold import compute_fold  # noqa: PLC0415
    from ser_tasks.evaluation.metrics import uar_of  # noqa: PLC0415
    from ser_tasks.evaluation.scoring import Labels  # noqa: PLC0415

    places = np.column_stack([np.zeros(n), hidden(n)]) + np.random.default_rng(0).normal(0, 0.5, (n, 4))
    truth, (fold, speakers) = places.argmax(axis=1), divided(n)
    labels = Labels(ids(n), tuple(np.array(["calm", "joy", "rage", "sad"])[truth].tolist()), speakers)
    model = "logistic_large" if from_disk else "logistic"
    request = request_class(model)(
        *(fold, labels, store, "none", model, project_params(), 0), *(store.parent / "work", store.parent / "adopted")
    )

    def run() -> float:
        outcome = compute_fold(request)
        row = {name: place for place, name in enumerate(ids(n))}
        posteriors = np.array(outcome["posteriors"])
        return float(uar_of(truth[[row[name] for name in outcome["utterance_ids"]]], posteriors.argmax(axis=1)))

    return run


FOLDS = {"ridge": fold_of_ratings, "logistic": fold_of_classes}


def measured(model: str, store: Path, n: int, *, from_disk: bool) -> dict[str, float]:
    """CPU seconds and peak memory in MB of a fold in this process, and how good its predictions are."""
    run = FOLDS[model](store, n, from_disk=from_disk)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = before.ru_utime + before.ru_stime
    score = run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": after.ru_utime + after.ru_stime - began, "peak": after.ru_maxrss / 1024, "score": score}


def main() -> None:
    """A line for each number of utterances and way to read them."""
    if sys.argv[1:2] == ["--fold"]:
        model, store, n, way = sys.argv[2:]
        print(json.dumps(measured(model, Path(store), int(n), from_disk=way == "disk")))
        return
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=FOLDS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--utterances", type=int, nargs="+", default=[14_400, 144_000])
    parser.add_argument("--features", type=int, default=2102)
    parser.add_argument("--most-in-memory", type=int, default=20_000, help="utterances; of more it takes an hour")
    arguments = parser.parse_args()
    print(f"{'utterances':>10s}  {'features':10s}{'CPU s':>8s}{'ms each':>9s}{'peak MB':>9s}{'score':>8s}")
    for n in arguments.utterances:
        store = made(arguments.folder, n, arguments.features).resolve()
        for way in ("disk", "memory") if n <= arguments.most_in_memory else ("disk",):
            asked = ("--fold", arguments.model, str(store), str(n), way)
            command = [sys.executable, "-m", "benchmarks.large_linear", *asked]
            began = time.perf_counter()
            run = subprocess.run(command, env=os.environ | THREADS, capture_output=True, text=True, check=False)
            if run.returncode:
                sys.exit(f"{n} utterances, {way}: no figures after {time.perf_counter() - began:.0f} s.\n{run.stderr}")
            found = json.loads(run.stdout.splitlines()[-1])
            figures = f"{found['cpu']:8.1f}{1e3 * found['cpu'] / n:9.2f}{found['peak']:9.0f}{found['score']:8.4f}"
            print(f"{n:10d}  {way:10s}{figures}", flush=True)


if __name__ == "__main__":
    main()
