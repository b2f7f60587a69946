"""Speed and values of the two engines of lld as the product runs them: same files, same run, turn by turn.

    python -m benchmarks.lld [FOLDER]

FOLDER is searched for WAV and FLAC files, of which at most 20 are taken; without one, the voices of the demo corpus
speak.
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.decode import read_mono
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.features.lld import LldParams
from ser_tasks.features.table import feature_set
from ser_tasks.params import AudioParams, DemoParams, Section

SAMPLING_RATE = 16_000  # Hz
WINDOW, HOP = 0.025, 0.010  # s
MOST_FILES = 20
ROUNDS = 5  # the fastest counts
LLD = feature_set("lld")


def settings(engine: Literal["vectorised", "pyAudioAnalysis"]) -> dict[str, Section]:
    """The sections of params.yaml that decide lld."""
    lld = LldParams(window=WINDOW, hop=HOP, deltas=True, engine=engine)
    return {"audio": AudioParams(sampling_rate=SAMPLING_RATE), "lld": lld}


LIBRARY, VECTORISED = (partial(LLD, params=settings(engine)) for engine in ("pyAudioAnalysis", "vectorised"))
NAMES = LLD.names(settings("vectorised"))


def recordings(folder: Path | None) -> dict[str, NDArray[np.float32]]:
    """Signals by name: evenly spread files of the folder, or synthetic ones."""
    if folder is None:
        demo = DemoParams(speakers=4, utterances_per_emotion=1, difficulty=0, seed=0)
        return {f"synthetic speaker {i}": synthesise_utterance(i, "neutral", 0, demo)[0] for i in range(demo.speakers)}
    paths = sorted([*folder.rglob("*.wav"), *folder.rglob("*.flac")])
    if not paths:
        sys.exit(f"{folder}: no .wav or .flac file below it. Name a folder of recordings.")
    chosen = paths[:: -(-len(paths) // MOST_FILES)]
    return {path.name: read_mono(path, sampling_rate=SAMPLING_RATE) for path in chosen}


def seconds_of(extract: Callable[[NDArray[np.float32]], Any], signal: NDArray[np.float32]) -> float:
    """Wall-clock time of one extraction."""
    begin = time.perf_counter()
    extract(signal)
    return time.perf_counter() - begin


def relative_difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    """Largest difference of each column relative to the value, or to a tenth of the column's peak if more."""
    floor = 0.1 * np.abs(other).max(axis=0) + np.finfo(np.float32).tiny
    return np.asarray((np.abs(one - other) / np.maximum(np.abs(other), floor)).max(axis=0), np.float64)


def main() -> None:
    """Print one line per recording, and the sum."""
    signals = recordings(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    print(
        f"{'recording':28s}{'s':>7s}{'pyAudioAnalysis ms':>20s}{'vectorised ms':>15s}{'ratio':>8s}{'difference':>12s}"
    )
    total = np.zeros(2)
    worst = np.zeros(len(NAMES))
    for name, signal in signals.items():
        rounds = [(seconds_of(LIBRARY, signal), seconds_of(VECTORISED, signal)) for _ in range(ROUNDS)]
        best = np.min(rounds, axis=0)
        difference = relative_difference(VECTORISED(signal), LIBRARY(signal))
        total, worst = total + best, np.maximum(worst, difference)
        print(line(name, len(signal) / SAMPLING_RATE, best, difference.max()))
    print(line("all", sum(map(len, signals.values())) / SAMPLING_RATE, total, worst.max()))
    where = f"largest in '{NAMES[worst.argmax()]}'" if worst.any() else "none"
    print(f"difference of the values as they are stored (float32): {where}")


def line(name: str, length: float, best: NDArray[np.float64], difference: float) -> str:
    """One row of the printed table."""
    library, vectorised = 1e3 * best
    times = f"{library:20.1f}{vectorised:15.2f}{library / vectorised:8.1f}"
    return f"{name:28s}{length:7.2f}{times}{difference:12.1e}"


if __name__ == "__main__":
    main()
