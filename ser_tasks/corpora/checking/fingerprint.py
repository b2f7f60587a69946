"""Exact recognition of genuine files: the number of samples and a digest of the sound of each."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.atomic import atomic_path

COLUMNS = ["stem", "n_samples", "digest"]
DIGITS = 16  # hex digits kept of the sha256


@dataclass(frozen=True)
class Fingerprint:
    """A genuine file: samples per channel at the official rate, and the beginning of `Recording.sha256`."""

    n_samples: int
    digest: str


def read_fingerprints(path: Path) -> dict[str, Fingerprint]:
    """{file stem: fingerprint} of every genuine file known."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["stem"]: Fingerprint(int(row["n_samples"]), row["digest"]) for row in csv.DictReader(file)}


def write_fingerprints(prints: Mapping[str, Fingerprint], path: Path) -> None:
    """Write the table, sorted by stem."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        lines.writerows((stem, one.n_samples, one.digest) for stem, one in sorted(prints.items()))
