"""Damaged and odd tables through the plan of an import: a plan or a clear error, within a time and a memory.

python -m benchmarks.reliability.damaged_tables [NUMBER] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from benchmarks.reliability.spoil import spoilt
from benchmarks.reliability.watch import watched
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.plan import plan_import

ENDINGS = (".csv", ".tsv", ".jsonl", ".json", ".parquet")
ODD = ("", " ", "nan", "None", "-1", "1e309", "0:00", "a,b", '"', "\x00", "..", "/", "03", "angry;sad", "x" * 5_000)


def written(table: pd.DataFrame, path: Path) -> Path:
    """In the format of its ending."""
    match path.suffix:
        case ".parquet":
            table.to_parquet(path)
        case ".json":
            table.to_json(path, orient="records")
        case ".jsonl":
            table.to_json(path, orient="records", lines=True)
        case ending:
            table.to_csv(path, index=False, sep="\t" if ending == ".tsv" else ",")
    return path


def corpus(folder: Path) -> pd.DataFrame:
    """Eight recordings of two speakers, and a table that describes them."""
    rng = np.random.default_rng(0)
    for number in range(8):
        soundfile.write(folder / f"{number}.wav", rng.normal(0, 0.1, 16_000), 16_000)
    return pd.DataFrame(
        {
            "file": [f"{number}.wav" for number in range(8)],
            "speaker": list("AABBAABB"),
            "emotion": ["angry", "sad"] * 4,
            "start": [0.1] * 8,
            "end": [0.9] * 8,
            "text": ["a word or two"] * 8,
        }
    )


def odd(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Some cells hold what nobody expects; rows or columns may be gone, or there twice."""
    table = table.astype(object)
    for _ in range(int(rng.integers(1, 6))):
        table.iat[int(rng.integers(len(table))), int(rng.integers(table.shape[1]))] = str(rng.choice(ODD))
    rows = rng.choice(len(table), size=int(rng.integers(1, 12)))
    columns = rng.choice(table.columns, size=int(rng.integers(2, table.shape[1] + 1)), replace=False)
    return table.iloc[rows][list(columns)].astype(str).reset_index(drop=True)


def main(number: int, seed: int) -> int:
    """Try, and print what became of it."""
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        table = corpus(folder)
        whole = [written(table, folder / f"whole{ending}").read_bytes() for ending in ENDINGS]
        target = [folder / f"table{ending}" for ending in ENDINGS]

        def attempt(index: int) -> str | None:
            rng, which = np.random.default_rng([seed, index]), index % len(ENDINGS)
            if rng.random() < 0.5:
                target[which].write_bytes(spoilt(whole[which], rng)[1])
            else:
                written(odd(table, rng), target[which])
            plan_import("mine", ImportOptions(path=str(target[which])))
            return None

        tally = watched(attempt, range(number))
    return 0 if tally.show(f"damaged and odd tables, {len(ENDINGS)} formats", time.perf_counter() - began) else 1


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(arguments + [5_000, 0][len(arguments) :])))
