"""The recordings that tasks of Label Studio name: uploaded under another name, served from a folder, or at an address.

An upload is stored as eight hexadecimal digits, a minus, and what Django's `get_valid_filename` leaves of its name; a
path of more than a hundred characters is cut, and ends in an underscore and seven characters drawn at random. (1.23.2)
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, takewhile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ser_tasks.audio.recording_files import SUFFIXES, gather

UPLOADED = re.compile(r"/data/(?P<stored>upload/(?:\d+/)?[0-9a-f]{8}-(?P<name>[^/?]+))$")
SERVED = re.compile(r"/data/local-files/\?d=(.+)$")
ADDRESS = re.compile(r"[a-z][a-z0-9+-]*://", re.IGNORECASE)
LONGEST = 100  # characters of a path that is stored
CUT = re.compile(r"(.+)_[A-Za-z0-9]{7}(\.\w+)")


def valid_name(name: str) -> str:
    """What is left of the name of an upload."""
    return re.sub(r"[^-\w.]", "", name.strip().replace(" ", "_"))


def is_recording(value: str | None) -> bool:
    """Whether a value of a task names a sound."""
    return value is not None and Path(_path(value)).suffix.lower() in SUFFIXES


def recordings_of(values: Iterable[str | None], folders: Sequence[Path]) -> dict[str, str]:
    """Value of a task -> the path to look for; of uploads the file itself, where one alone fits.

    A file that two uploads could be is taken for none of them, since it is known to be only one of both.

    Args:
        values: of one field of all tasks
        folders: that hold the files as they were before the upload, or as they were stored
    """
    distinct = list(dict.fromkeys(value for value in values if value))
    uploads = {value: found for value in distinct if (found := UPLOADED.search(unquote(value)))}
    names = _by_valid_name(folders if uploads else ())
    in_order = [*names]
    stored = {value: _stored(found, names, in_order) for value, found in uploads.items()}
    claimed = Counter(path for path in stored.values() if path is not None)
    paths = {value: _path(value) for value in distinct}
    return paths | {value: str(path) for value, path in stored.items() if path is not None and claimed[path] == 1}


def _path(value: str) -> str:
    """Without the server, its question and its percent signs."""
    if served := SERVED.search(value):
        return unquote(served[1])
    if uploaded := UPLOADED.search(unquote(value)):
        return uploaded["stored"].rpartition("/")[2]
    return unquote(urlsplit(value).path).lstrip("/") if ADDRESS.match(value) else value


def _by_valid_name(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """In the order of the names."""
    names: dict[str, list[Path]] = {}
    for path in dict.fromkeys(path for folder in folders for path in gather([str(folder)], []).paths):
        names.setdefault(valid_name(path.name), []).append(path)
    return dict(sorted(names.items()))


def _stored(found: "re.Match[str]", names: Mapping[str, list[Path]], in_order: Sequence[str]) -> Path | None:
    """The file of an upload: as it was stored, as it was before, or the only one whose name begins as the cut one."""
    name = found["name"]
    fitting = names.get(found["stored"].rpartition("/")[2]) or names.get(name) or []
    if not fitting and len(found["stored"]) == LONGEST and (cut := CUT.fullmatch(name)):
        begun = islice(in_order, bisect_left(in_order, cut[1]), None)
        alike = [own for own in takewhile(lambda own: own.startswith(cut[1]), begun) if own.endswith(cut[2])]
        fitting = [file for own in alike for file in names[own]]
    return fitting[0] if len(fitting) == 1 else None
