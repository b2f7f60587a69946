"""The version of a corpus: one line per file, its size and the digest of its bytes.

Decoding and hashing release the interpreter lock, so threads are enough for many files at once.
"""

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.whole import is_pointer
from ser_tasks.corpora.corpus import Corpus, CorpusError
from ser_tasks.corpora.listing import Listing, list_audio
from ser_tasks.provenance.file_digest import file_sha256

Item = TypeVar("Item")
Result = TypeVar("Result")

COLUMNS = ["path", "bytes", "sha256"]


def map_files(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """`function` of each item, in their order; the first exception is raised and the rest is not started."""
    pool = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        return list(pool.map(function, items))
    finally:
        pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Entry:
    """One file of the version; `path` is relative to the corpus root."""

    path: str
    bytes: int
    sha256: str


def write_manifest(corpus: Corpus, root: Path, path: Path) -> list[Entry]:
    """State that what is below `root` now is the version."""
    entries = digest_files(root, list_audio(root, corpus))
    save_entries(entries, path)
    return entries


def digest_files(root: Path, listing: Listing) -> list[Entry]:
    """Size and digest of every file of the version, sorted by path.

    Raises:
        CorpusError: files that Git LFS has not fetched
    """
    check_pointers(root, listing.version)

    def entry(path: str) -> Entry:
        file = root / path
        return Entry(path, file.stat().st_size, file_sha256(file))

    return map_files(entry, listing.version)


def save_entries(entries: Sequence[Entry], path: Path) -> None:
    """Write the lines sorted by path, so that one version has one text."""
    with atomic_path(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        lines.writerows((e.path, e.bytes, e.sha256) for e in sorted(entries, key=lambda entry: entry.path))


def read_manifest(path: Path) -> list[Entry]:
    """The lines written by `save_entries`.

    Raises:
        CorpusError: missing, or not such a table
    """
    if not path.is_file():
        raise CorpusError(
            f"{path}: no such manifest. Run `ser fetch {path.stem}` (or `dvc pull`) to state which files are used."
        )
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    try:
        if lines[0] != COLUMNS:
            raise ValueError(f"columns {lines[0]}")
        return [Entry(name, int(size), digest) for name, size, digest in lines[1:]]
    except (ValueError, IndexError) as error:
        raise CorpusError(
            f"{path}: not a manifest ({error}); expected the columns {', '.join(COLUMNS)}. "
            f"Run `ser fetch {path.stem}` to write it again."
        ) from error


def check_names(root: Path, listing: Listing, entries: Sequence[Entry]) -> None:
    """Refuse a folder that has lost or gained files since the manifest was written.

    Raises:
        CorpusError: names the first of each; or files that Git LFS has not fetched
    """
    check_pointers(root, listing.version)
    listed, there = {entry.path for entry in entries}, set(listing.version)
    missing, new = sorted(listed - there), sorted(there - listed)
    if not missing and not new:
        return
    found = [
        f"{len(names)} {what} (the first: {names[0]})"
        for names, what in ((missing, "listed files are missing"), (new, "files are not listed"))
        if names
    ]
    raise CorpusError(f"{root}: the folder is not the version its manifest states: {' and '.join(found)}. {MEND}")


def check_sizes(root: Path, entries: Sequence[Entry]) -> None:
    """Refuse a file that is missing or of another size than stated: quick, for a look before every run.

    Raises:
        CorpusError: names the first, and how many
    """
    check_pointers(root, [entry.path for entry in entries])
    changed = [e for e in entries if not (root / e.path).is_file() or (root / e.path).stat().st_size != e.bytes]
    if changed:
        raise CorpusError(
            f"{root}: {len(changed)} of {len(entries)} files are missing or not of the size that the manifest states, "
            f"the first is {changed[0].path}. {MEND}"
        )


def check_pointers(root: Path, paths: Sequence[str]) -> None:
    """Refuse a folder with files that Git LFS has not fetched, all in one message.

    Raises:
        CorpusError: names the first, and how many
    """
    pointers = [path for path in paths if is_pointer(root / path)]
    if pointers:
        raise CorpusError(
            f"{root}: {len(pointers)} of {len(paths)} files are Git LFS pointers, not the files themselves; the first "
            f"is {pointers[0]}. Fetch what they stand for: git lfs pull, in the folder that was cloned."
        )


def check_file(root: Path, entry: Entry) -> None:
    """Refuse a file whose bytes are not those the manifest states."""
    file = root / entry.path
    if not file.is_file():
        raise CorpusError(f"{file}: listed in the manifest, but missing. {MEND}")
    size = file.stat().st_size
    if size == entry.bytes and file_sha256(file) == entry.sha256:
        return
    raise CorpusError(
        f"{file}: changed since the manifest was written ({size} bytes, the manifest states {entry.bytes}, "
        f"sha256 {entry.sha256[:12]}...). {MEND}"
    )


MEND = (
    "Restore the files from the release; or, if the change is intended, run `ser fetch` on this corpus again: "
    "it keeps the folder and writes the manifest anew."
)
