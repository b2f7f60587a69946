"""Paths of the recordings that a command line names: files, folders, patterns, and lists of them."""

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

SUFFIXES = frozenset(
    f".{ending}"
    for ending in (
        *("wav", "flac", "mp3", "ogg", "opus", "aif", "aiff", "m4a", "mp4", "mov", "avi", "mkv", "webm"),
        *("3gp", "aac", "ac3", "aifc", "amr", "ape", "asf", "au", "awb", "caf", "flv", "m4v", "mka", "mp2", "mpc"),
        *("mpeg", "mpg", "oga", "ogv", "rf64", "snd", "sph", "spx", "tta", "voc", "w64", "wma", "wmv", "wv"),
    )
)
"""Of the files that are looked for in a folder; a file named by itself is tried whatever it is called."""


@dataclass(frozen=True)
class Inputs:
    """Recordings in the order of the arguments.

    Attributes:
        paths: of the recordings; one that does not exist stands here too, so that it gets its message in its place
        passed_over: endings of the files in the folders that are no sound by their name, and how many of each
    """

    paths: tuple[Path, ...]
    passed_over: Counter[str]


@dataclass(frozen=True)
class Rooted:
    """A recording, and its place below the argument that named it: a/b.wav of the folder recordings."""

    path: Path
    place: Path


def gather_rooted(names: Iterable[str], listed: Iterable[str]) -> tuple[tuple[Rooted, ...], Counter[str]]:
    """Recordings with their places, each once; and the endings that were passed over.

    The place of what a folder holds is below that folder; of a match of a pattern, below the last folder of the pattern
    without * ? [; of a file, its name alone.

    Args:
        names, listed: as in `gather`
    """
    passed_over, found, seen = Counter[str](), list[Rooted](), set[Path]()
    for name in unlisted(names, listed):
        root = _root(name)
        for path in _meant(name, passed_over):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                found.append(Rooted(path, path.relative_to(root) if root in path.parents else Path(path.name)))
    return tuple(found), passed_over


def _root(name: str) -> Path:
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    if path.exists():
        return path.parent
    return Path(*takewhile(lambda part: not glob.has_magic(part), path.parts[:-1]))


def gather(names: Iterable[str], listed: Iterable[str]) -> Inputs:
    """Paths of the recordings.

    Args:
        names: a file; a folder (everything below it that is sound by its ending, sorted, links followed); a pattern
            with * ? [ or ** (its matches, sorted); or - for all of `listed`
        listed: names of the same kinds, one each line; empty lines count for nothing
    """
    passed_over: Counter[str] = Counter()
    paths = [path for name in unlisted(names, listed) for path in _meant(name, passed_over)]
    return Inputs(tuple(paths), passed_over)


def unlisted(names: Iterable[str], listed: Iterable[str]) -> Iterator[str]:
    """The names, each - replaced by the lines that are listed; see `gather`."""
    for name in names:
        if name == "-":
            yield from (line.rstrip("\r\n") for line in listed if line.strip())
        else:
            yield name


def would_find(name: str, place: Path) -> bool:
    """Whether a name of `gather` stands for a file at this place, once there is one: itself, or in a folder of it.

    Of a pattern with ** everything below its last folder without * ? [ counts.
    """
    root, place = _root(name).resolve(), place.resolve()
    if not place.is_relative_to(root) or any(part.startswith(".") for part in place.relative_to(root).parts):
        return False
    named = Path(name).expanduser()
    if named.exists() or not glob.has_magic(name):
        return named.is_dir() or place == named.resolve()
    pattern = str(root.joinpath(*named.parts[len(_root(name).parts) :]))
    return "**" in named.parts or any(path.match(pattern) for path in (place, *place.parents))


def _meant(name: str, passed_over: Counter[str]) -> list[Path]:
    path = Path(name).expanduser()
    if path.is_dir():
        return _inside(path, passed_over) or [path]
    if path.exists() or not glob.has_magic(name):
        return [path]
    matches = [Path(match) for match in sorted(glob.glob(str(path), recursive=True))]  # noqa: PTH207 - absolute ones too
    found = [file for match in matches for file in (_inside(match, passed_over) if match.is_dir() else [match])]
    return found or [path]


def _inside(folder: Path, passed_over: Counter[str]) -> list[Path]:
    found = []
    for path in _files_below(folder, set()):
        if path.suffix.lower() in SUFFIXES:
            found.append(path)
        else:
            passed_over[path.suffix.lower() or path.name] += 1
    return sorted(found)


def _files_below(folder: Path, seen: set[Path]) -> Iterator[Path]:
    """Every file, hidden ones left out; a folder that links lead to twice is entered once."""
    real = folder.resolve()
    if real in seen:
        return
    seen.add(real)
    for entry in os.scandir(folder):
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _files_below(Path(entry.path), seen)
        else:
            yield Path(entry.path)
