"""Which files are annotations by hand, and their tiers: one visible table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ser_tasks.corpora.importing.annotations.audacity import is_label_track, read_label_track
from ser_tasks.corpora.importing.annotations.elan import read_eaf
from ser_tasks.corpora.importing.annotations.label_files import is_label_file, read_label_file
from ser_tasks.corpora.importing.annotations.nova import joined, read_nova
from ser_tasks.corpora.importing.annotations.praat import read_text_grid
from ser_tasks.corpora.importing.annotations.tiers import Annotated
from ser_tasks.corpora.importing.annotations.transcriber import read_trs
from ser_tasks.corpora.importing.source_table import SourceError

READERS: Mapping[str, Callable[[Path, Path, str | None], Annotated]] = {
    ".textgrid": read_text_grid,
    ".eaf": read_eaf,
    ".txt": read_label_track,
    ".lab": read_label_file,
    ".trs": read_trs,
    ".annotation": read_nova,
}
"""By the ending of the file, in small letters."""

CHECKS: Mapping[str, Callable[[Path], bool]] = {
    ".txt": is_label_track,
    ".lab": is_label_file,
}
"""Of endings that other files have, too."""

HIDDEN = (".", "__MACOSX")  # folders and files that nobody wrote
PROGRAMS = "Praat, ELAN, Audacity, WaveSurfer, Transcriber or NOVA"


def find_annotations(path: Path) -> list[Path]:
    """The files of annotations that something is, or holds."""
    if path.is_file():
        return [path] if _is_annotation(path) else []
    found = (file for file in path.rglob("*") if _is_annotation(file))
    return sorted(file for file in found if not any(own.startswith(HIDDEN) for own in file.relative_to(path).parts))


def _is_annotation(file: Path) -> bool:
    ending = file.suffix.lower()
    return ending in READERS and file.is_file() and (ending not in CHECKS or CHECKS[ending](file))


def read_annotated(
    files: Sequence[Path], root: Path, encoding: str | None
) -> tuple[list[Annotated], list[SourceError]]:
    """The tiers of each file, of NOVA those of all files about one recording; and why other files cannot be read.

    A fault is one that is not what its ending says, cut, or of times that are not those of a recording.

    Args:
        files: with endings of READERS
        root: folder that is imported
        encoding: that was given
    """
    read, faults = list[Annotated](), list[SourceError]()
    for file in files:
        try:
            read.append(READERS[file.suffix.lower()](file, root, encoding))
        except SourceError as error:
            faults.append(error)
    return joined(read), faults
