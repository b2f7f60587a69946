"""What readers of prepared corpora share: paths as they were written, and rows that become a source."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ser_tasks.corpora.importing.options import TIMES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text, separator_of
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable

STATED = ("path", "channel", *TIMES)
ROUNDING = 1e-3  # s: a part as long as its recording, but for this, is all of it


def written_path(path: str, root: Path, given: ImportOptions) -> str:
    """A relative path from the folder that it was written in, if that is this one or one above; else as it stands.

    Recipes run above the folder that they write, so paths in it begin there, unless the user says where.
    """
    if Path(path).is_absolute() or given.audio is not None:
        return path
    return next((str(folder / path) for folder in (root, *root.parents) if (folder / path).is_file()), path)


def as_source(
    name: str, rows: Mapping[str, Mapping[str, Any]], root: Path, *, notes: Sequence[str], dropped: Mapping[str, int]
) -> SourceTable:
    """The rows, by where they stand.

    Raises:
        SourceError: none is left
    """
    if not rows:
        counted = "".join(f"; {count} {why}" for why, count in dropped.items())
        raise SourceError(f"{root}: {name}, but no utterance is left{counted}. Give what they were prepared from.")
    found = pd.DataFrame([*rows.values()], index=[*rows], dtype=object)
    table = as_text(found)
    roles = {role: ColumnChoice(role, "stated by the format") for role in STATED if role in table}
    return SourceTable(
        name, table, (root,), roles, notes=tuple(notes), dropped=dict(dropped), separator=separator_of(found)
    )
