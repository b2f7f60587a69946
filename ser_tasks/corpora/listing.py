"""Which files below a corpus root are the corpus, and which are skipped, and why."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from ser_tasks.corpora.corpus import Corpus, CorpusError

VIDEO = (".mp4", ".avi", ".mov", ".mkv", ".flv")


@dataclass(frozen=True)
class Listing:
    """Paths relative to the root, '/' between folders, sorted; skipped files are counted by reason."""

    audio: tuple[str, ...]
    side: tuple[str, ...]  # label files the corpus reads
    skipped: Mapping[str, int]

    @property
    def version(self) -> tuple[str, ...]:
        """Every file that is part of the corpus' version: what the manifest lists."""
        return tuple(sorted(self.audio + self.side))


def list_audio(root: Path, corpus: Corpus) -> Listing:
    """Walk the corpus root, through linked folders too.

    Raises:
        CorpusError: no such folder, or no file of the corpus in it
    """
    if not root.is_dir():
        gone = f"it is a link to {root.readlink()}, which is gone" if root.is_symlink() else "there is no such folder"
        raise CorpusError(f"{root}: {gone}. To get {corpus.name}: {corpus.how_to_get}.")
    if corpus.listed is not None:
        return _listed(root, corpus.listed(root), corpus)
    audio, side, skipped = [], [], Counter[str]()
    for path in _files(root, skipped):
        if any(fnmatchcase(path, glob) for glob in corpus.side_files):
            side.append(path)
        elif PurePosixPath(path).suffix.lower() not in corpus.extensions:
            skipped[_why(path)] += 1
        elif not corpus.sounds or any(fnmatchcase(path, glob) for glob in corpus.sounds):
            audio.append(path)
        else:
            skipped[f"{PurePosixPath(path).suffix.lower()} files elsewhere than the utterances"] += 1
    if not audio and not side:
        found = ", ".join(f"{count} {reason}" for reason, count in skipped.items()) or "nothing"
        raise CorpusError(
            f"{root}: no {' or '.join(corpus.extensions)} file of {corpus.name} in it; found: {found}. "
            f"To get {corpus.name}: {corpus.how_to_get}."
        )
    return Listing(tuple(sorted(audio)), tuple(sorted(side)), dict(skipped))


def _listed(root: Path, audio: Sequence[str], corpus: Corpus) -> Listing:
    """The files that the corpus' own table names; whatever else lies beside them is not of it."""
    gone = [path for path in (*corpus.side_files, *audio) if not (root / path).is_file()]
    if gone:
        raise CorpusError(
            f"{root}: {len(gone)} of the {len(audio) + len(corpus.side_files)} files of {corpus.name} are not there, "
            f"the first is {root / gone[0]}. Put them back, or get the corpus again: {corpus.how_to_get}."
        )
    return Listing(tuple(sorted(audio)), tuple(sorted(corpus.side_files)), {})


def _files(root: Path, skipped: Counter[str]) -> Iterator[str]:
    """Every visible file below root, relative, each real folder once."""
    seen: set[str] = set()
    for folder, folders, files in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:  # a link back up would never end
            folders.clear()
            skipped["folders linked twice"] += 1
            continue
        seen.add(real)
        hidden = [name for name in folders if name.startswith(".")]
        skipped.update(["hidden folders"] * len(hidden))
        folders[:] = sorted(set(folders).difference(hidden))
        for name in files:
            path = Path(folder) / name
            if name.startswith("."):
                skipped["hidden files"] += 1
            elif not path.exists():
                raise CorpusError(
                    f"{path}: a link to {path.readlink()}, which is gone. Restore it, or remove the link."
                )
            else:
                yield path.relative_to(root).as_posix()


def _why(path: str) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in VIDEO:
        return "video files, which are not of this corpus"
    return f"{suffix} files" if suffix else "files without extension"
