"""Manifests of Lhotse: supervisions beside their recordings, or cuts, which hold both.

Source: https://lhotse.readthedocs.io (1.33.0, whose files are read)
"""

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.prepared import ROUNDING, as_source, written_path
from ser_tasks.corpora.importing.read_table import are_words
from ser_tasks.corpora.importing.source_table import PARTS, SourceError, SourceTable
from ser_tasks.corpora.importing.time_columns import timed
from ser_tasks.corpora.vocabulary import plain

NAME = re.compile(
    r"(?P<head>.*?(?:^|[_.-]))(?P<kind>recordings|supervisions|cuts)(?P<tail>(?:[_.-].*)?)\.jsonl(?:\.gz)?"
)
STATES = {"recordings": "sources", "supervisions": "recording_id", "cuts": "type"}  # a key of each line
OWN = ("path", "channel", "text", "language", "speaker", "gender")
TIMES = ("start", "duration")
SAME_SOUND = ("Resample",)  # transforms of a recording that leave times and voices as they are
CHANGED = "are of a recording that is changed as it is read ({})"
Line = dict[str, Any]


@dataclass(frozen=True)
class Manifest:
    """Supervisions with their recordings, or cuts."""

    file: Path
    recordings: Path | None
    part: str  # the end of its name, or its beginning, or the name of its folder


def find_lhotse(path: Path) -> tuple[list[Manifest], list[str]]:
    """The manifests at a path, or in folders below it that are called as parts, and notes of what is not read.

    A file is one by its name and its first line, so a table of that name stays a table. None: it is something else.

    Raises:
        SourceError: a file of supervisions without its recordings
    """
    found, notes = _in_folder(path if path.is_dir() else path.parent, path)
    if path.is_file() and notes and not found:
        raise SourceError(f"{path}: {notes[0]}. Put them there, or give cuts, which hold both.")
    if path.is_dir() and not found:
        for child in sorted(path.iterdir()):
            if child.is_dir() and plain(child.name) in PARTS:
                own, more = _in_folder(child, child)
                found += [replace(one, part=child.name) for one in own]
                notes += more
    return found, notes


def _in_folder(folder: Path, path: Path) -> tuple[list[Manifest], list[str]]:
    """Those of a folder, or of one file of it."""
    files = dict[tuple[str, str, str], Path]()
    for file in sorted(folder.glob("*.jsonl*"), reverse=True):  # of two endings the shorter one
        if (match := NAME.fullmatch(file.name)) and STATES[match["kind"]] in _first(file):
            files[match["head"], match["kind"], match["tail"].strip("_.- ")] = file
    found, notes = [], list[str]()
    for (head, kind, tail), file in sorted(files.items()):
        before = next((word for word in re.split("[_.-]", head) if plain(word) in PARTS), "")
        part = before if before and plain(tail) not in PARTS else tail
        if kind == "supervisions":
            all_of_them = [own for (other, sort, _), own in files.items() if (other, sort) == (head, "recordings")]
            recordings = files.get((head, "recordings", tail)) or (all_of_them[0] if len(all_of_them) == 1 else None)
            if recordings is None and path in (folder, file):
                notes.append(f"{file.name} is not read: no recordings of that name beside it")
            elif recordings is not None and path in (folder, file, recordings):
                found.append(Manifest(file, recordings, part))
        elif kind == "cuts" and path == file:
            found.append(Manifest(file, None, part))
        elif kind == "cuts" and path == folder:
            if (head, "supervisions", tail) in files:
                notes.append(f"{file.name} is not read: the supervisions of that name are")
            else:
                found.append(Manifest(file, None, part))
    return found, notes


def _first(file: Path) -> Line:
    try:
        return next(_lines(file), {})
    except SourceError:
        return {}


def read_lhotse(manifests: Iterable[Manifest], path: Path, notes: Iterable[str], given: ImportOptions) -> SourceTable:
    """A row for each supervision, with what stands in `custom`; manifests of several names are the parts of a split.

    Raises:
        SourceError: a line that is not of a manifest, sounds that are no files
    """
    used, dropped, unread = list(manifests), Counter[str](), set[str]()
    root = (path if path.is_dir() else path.parent).resolve()
    rows, whole = dict[str, Line](), True
    if len(used) > 1 and not all(manifest.part for manifest in used):
        names = ", ".join(manifest.file.name for manifest in used)
        notes = [*notes, f"several manifests are read as one, since nothing says which part each is: {names}"]
        used = [replace(manifest, part="") for manifest in used]
    for manifest in used:
        part = {"split": PARTS.get(plain(manifest.part), manifest.part)} if len(used) > 1 and manifest.part else {}
        for where, supervision, recording, custom in _supervised(manifest, dropped):
            try:
                row = _row(supervision, recording, custom, partial(written_path, root=root, given=given))
                length = float(recording["duration"])
            except _Unusable as reason:
                dropped[str(reason)] += 1
                continue
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise SourceError(
                    f"{where}: not what Lhotse has of a supervision ({error!r}). Prepare it again."
                ) from error
            unread |= custom.keys() - _values(custom).keys() - {name for name, own in custom.items() if own is None}
            whole = whole and row["start"] == 0 and abs(row["duration"] - length) <= ROUNDING
            rows[where] = row | part
    for row in rows.values() if whole else ():
        del row["start"], row["duration"]
    lists = [f"lists of numbers and objects in custom are not read: {', '.join(sorted(unread))}"] if unread else []
    return as_source("manifests of Lhotse", rows, root, notes=[*notes, *lists], dropped=dropped)


class _Unusable(Exception):  # noqa: N818
    """Why a supervision is left out."""


def _row(supervision: Line, recording: Line, custom: Line, placed: Callable[[str], str]) -> Line:
    """Its columns, the path as it is placed.

    Raises:
        _Unusable: a sound that is no file as it lies there, or a channel that is none of one file
    """
    changed = [str(own.get("name", own) if isinstance(own, dict) else own) for own in recording.get("transforms") or ()]
    if others := [name for name in changed if name not in SAME_SOUND]:
        raise _Unusable(CHANGED.format(", ".join(others)))
    source, channel = _source(supervision["channel"], recording)
    if source["type"] != "file":
        raise _Unusable(f"are no file, but of type {source['type']}: CutSet.save_audios(FOLDER) writes files")
    return {
        "path": placed(source["source"]),
        "start": float(supervision["start"]),
        "duration": float(supervision["duration"]),
        **({"channel": channel} if channel else {}),
        **_values(supervision),
        **{f"custom.{name}" if name in OWN or timed(name) else name: own for name, own in _values(custom).items()},
    }


def _values(fields: Line) -> Line:
    """Plain values, but for what places a supervision in its recording."""
    placing = ("id", "recording_id", *TIMES, "channel", "custom", "alignment") if "recording_id" in fields else ()
    plain_ones = {name: own for name, own in fields.items() if isinstance(own, str | int | float) or are_words(own)}
    return {name: own for name, own in plain_ones.items() if name not in placing}


def _supervised(manifest: Manifest, dropped: Counter[str]) -> Iterator[tuple[str, Line, Line, Line]]:
    """Where each supervision stands, itself, its recording, and what is custom; without a recording it is counted."""
    known = {own["id"]: own for own in _lines(manifest.recordings)} if manifest.recordings else {}
    folder = manifest.file.parent.name
    place = f"{folder}/{manifest.file.name}" if folder == manifest.part else manifest.file.name
    for number, line in enumerate(_lines(manifest.file), 1):
        where = f"{place} line {number}"
        if manifest.recordings is None:
            yield from _of_cut(where, line, dropped)
        elif line.get("recording_id") in known:
            yield where, line, known[line["recording_id"]], line.get("custom") or {}
        else:
            dropped["are of a recording that the manifest has not"] += 1


def _of_cut(where: str, line: Line, dropped: Counter[str]) -> Iterator[tuple[str, Line, Line, Line]]:
    """The same of a cut, whose supervisions count their time from its beginning."""
    if changes := line.get("transforms"):
        dropped[CHANGED.format(", ".join(str(own.get("name", own)) for own in changes))] += 1
        return
    cut = _alone(line)
    if cut is None or not cut.get("supervisions"):
        dropped["are cuts of several recordings, or of none" if cut is None else "are cuts without a supervision"] += 1
        return
    for place, own in enumerate(cut["supervisions"], 1):
        try:
            moved = own | {"start": cut["start"] + own["start"]}
            custom = {**(cut.get("custom") or {}), **(own.get("custom") or {})}
        except (KeyError, TypeError) as error:
            raise SourceError(f"{where}: not a cut as Lhotse has it ({error!r}). Prepare it again.") from error
        yield f"{where}, supervision {place}", moved, cut["recording"], custom


def _alone(cut: Line) -> Line | None:
    """The cut of one recording: itself, or the only one that is mixed with padding."""
    if "recording" in cut:
        return cut
    mixed = [track.get("cut", {}) for track in cut.get("tracks") or ()]
    recorded = [own for own in mixed if own.get("type") != "PaddingCut"]
    return recorded[0] if len(recorded) == 1 and "recording" in recorded[0] else None


def _source(channel: Any, recording: Line) -> tuple[Line, int | None]:
    """The file of a supervision, and its channel there, from 1; None: the mix of all."""
    asked, sources = {channel} if isinstance(channel, int) else set(channel or ()), recording["sources"]
    source = next((own for own in sources if asked <= {*own["channels"]}), None)
    if source is not None and (asked or len(sources) == 1):
        channels = source["channels"]
        if len(channels) == 1 or len(asked) in (0, len(channels)):
            return source, None
        if len(asked) == 1:
            return source, channels.index(*asked) + 1
    raise _Unusable("are of some of several channels, or of channels in several files")


def _lines(file: Path) -> Iterator[Line]:
    try:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8-sig") as text:
            for number, line in enumerate(text, 1):
                if line.strip():
                    found = json.loads(line)
                    if not isinstance(found, dict) or "id" not in found:
                        raise SourceError(f"{file}: line {number}: not an object with an id. Prepare it again.")
                    yield found
    except (OSError, EOFError, ValueError) as error:
        raise SourceError(f"{file}: not JSON Lines, or not all of it ({error!r}). Prepare it again.") from error
