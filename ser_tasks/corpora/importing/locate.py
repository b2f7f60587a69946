"""Where the files are that a table names: at its folder, at another one, further up or down, under another ending."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from ser_tasks.audio.recording_files import SUFFIXES, gather

TRIED = 200  # names that decide where the others are looked for


@dataclass(frozen=True)
class Way:
    """How a path in the table becomes one on this machine."""

    folder: Path | None  # that it begins at; None: it is absolute
    cut: int = 0  # folders at its beginning that are not there
    endings: tuple[str, ...] = ("",)  # tried behind the name; "": its own
    names: "Names | None" = None  # everything below the folder by its name, where paths tell nothing
    first: tuple[Path, ...] = ()  # of files of one name, the one that is in the first of these that has one alone


Names = dict[str, list[Path]]


@dataclass(frozen=True)
class Located:
    """The files of a column, in its order; None is not there."""

    files: list[Path | None]
    how: str  # for people; empty: as they stand
    several: Mapping[str, Sequence[Path]] = field(default_factory=dict)  # values that are the name of more than one
    unsure: int = 0  # rows with such values

    @property
    def share(self) -> float:
        """Share of the values that name a file; one that names several counts by half."""
        found = sum(file is not None for file in self.files) + self.unsure / 2
        return found / max(len(self.files), 1)


def locate(values: Sequence[str | None], folders: Sequence[Path]) -> Located:
    """The files that these values name, looked for in one and the same way.

    Args:
        values: paths, relative or absolute, with slashes or backslashes, with or without their ending; or bare names
        folders: that relative ones may begin at
    """
    distinct = list(dict.fromkeys(value for value in values if value))
    sample = distinct[:: max(1, len(distinct) // TRIED)][:TRIED]
    best, hits = Way(None), 0
    for way in _ways(sample, folders):
        found = sum(_find(value, way) is not None for value in sample)
        if found > hits:
            best, hits = way, found
        if hits == len(sample):
            break
    if not hits:
        best = next((way for way in _by_names(folders) if any(_of_that_name(value, way) for value in sample)), best)
    where = {value: _find(value, best) for value in distinct}
    several = {value: own for value in distinct if len(own := _of_that_name(value, best)) > 1}
    files = [where.get(value) if value else None for value in values]
    return Located(files, _said(best) if hits else "", several, sum(value in several for value in values))


def is_there(value: str, folders: Sequence[Path]) -> bool:
    """Whether a path names a file: as it stands, without its first folders, or with the ending of a sound."""
    return any(_find(value, way) is not None for way in _by_path([value], folders))


def _ways(sample: Sequence[str], folders: Sequence[Path]) -> Iterator[Way]:
    yield from _by_path(sample, folders)
    yield from _by_names(folders)


def _by_names(folders: Sequence[Path]) -> Iterator[Way]:
    for folder in folders:
        yield Way(folder, names=_by_name(folder), first=tuple(folders))


def _by_path(sample: Sequence[str], folders: Sequence[Path]) -> Iterator[Way]:
    deepest = max((len(_parts(value)) for value in sample), default=1)
    yield Way(None)
    for endings in (("",), tuple(sorted(SUFFIXES))):
        for cut in range(deepest):
            yield from (Way(folder, cut, endings) for folder in folders)


def _find(value: str, way: Way) -> Path | None:
    parts = _parts(value)
    if way.names is not None:
        found = _of_that_name(value, way)
        return found[0] if len(found) == 1 else None
    if way.folder is None:
        return _file(Path(*parts), ("",)) if Path(*parts).is_absolute() else None
    return _file(way.folder.joinpath(*[part for part in parts if part != "/"][way.cut :]), way.endings)


def _of_that_name(value: str, way: Way) -> list[Path]:
    """Files that a name may be of: those whose folders agree longest with its own, if several, in the first folder."""
    parts, names = _parts(value), way.names or {}
    found = names.get(_normal(parts[-1])) or names.get(_normal(_without_ending(parts[-1]))) or []
    if len(found) < 2:
        return found
    agree = [_agreement(path.parent.parts, parts[:-1]) for path in found]
    nearest = [path for path, length in zip(found, agree, strict=True) if length == max(agree)]
    for folder in way.first:
        inside = [path for path in nearest if path.is_relative_to(folder)]
        if len(inside) == 1:
            return inside
    return nearest


def _agreement(folders: Sequence[str], wanted: Sequence[str]) -> int:
    """How many of the last folders are the same."""
    alike = [_normal(one) == _normal(other) for one, other in zip(reversed(folders), reversed(wanted), strict=False)]
    return alike.index(False) if False in alike else len(alike)


def _file(path: Path, endings: Sequence[str]) -> Path | None:
    for ending in endings:
        name = (
            path
            if not ending
            else path.with_suffix(ending)
            if path.suffix.lower() in SUFFIXES
            else Path(f"{path}{ending}")
        )
        for form in (str(name), *(unicodedata.normalize(kind, str(name)) for kind in ("NFC", "NFD"))):
            if os.path.isfile(form):  # noqa: PTH113 - many, and a Path for each is slow
                return Path(form)
    return None


def _without_ending(name: str) -> str:
    """1.5 has none: that is no name of 1.wav."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in SUFFIXES else name


def _parts(value: str) -> tuple[str, ...]:
    return PureWindowsPath(value).parts if "\\" in value else PurePosixPath(value).parts


def _by_name(folder: Path) -> Names:
    names: Names = {}
    for path in gather([str(folder)], []).paths:
        for name in {_normal(path.name), _normal(path.stem)}:
            names.setdefault(name, []).append(path)
    return names


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _said(way: Way) -> str:
    if way.names is None and not way.cut and way.endings == ("",):
        return ""
    how = [f"files are found below {way.folder}"]
    if way.names is not None:
        how.append("by their names alone")
    if way.cut:
        how.append(f"without the first {way.cut} folder{'s' * (way.cut > 1)} of the path")
    if way.endings != ("",):
        how.append("with another ending, or the one that the names lack")
    return ", ".join(how)


def endings(files: Sequence[Path]) -> str:
    """340 .flac, 2 .txt: for people."""
    return ", ".join(
        f"{n} {ending or 'without ending'}" for ending, n in Counter(f.suffix.lower() for f in files).most_common()
    )
