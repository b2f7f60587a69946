"""A folder of sounds whose names, and folders, say everything."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd

from ser_tasks.bundles.inference.inputs import SUFFIXES, gather
from ser_tasks.corpora.finding import some
from ser_tasks.corpora.importing.guess_pattern import guess_pattern
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.pattern import Pattern, compile_pattern
from ser_tasks.corpora.importing.problem import SourceError
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceTable


def read_names(folder: Path, given: ImportOptions) -> SourceTable:
    """Every sound below a folder, and what its path says by the pattern that was given, or else by one that fits all.

    Raises:
        SourceError: no sound, no clear pattern, or names that are not like it
    """
    root = folder.resolve()
    paths = [path.relative_to(root).as_posix() for path in gather([str(root)], []).paths if path.is_file()]
    if not paths:
        raise SourceError(
            f"{folder}: no sound below it ({', '.join(sorted(SUFFIXES))}). Give the folder that holds them."
        )
    text, why = (given.pattern, "you said so") if given.pattern else guess_pattern(paths)
    table = pd.DataFrame({"path": paths}, index=paths, dtype=object)
    table, roles = with_fields(table, "path", compile_pattern(text), (), "the names")
    unlike = table[_no_field(table, roles)].index
    if len(unlike) and "unmatched" not in given.drop:
        raise SourceError(
            f"{len(unlike)} of {len(paths)} names are not like the pattern {text}: {some(list(unlike))}. Mend the "
            "pattern, or leave them out: add --drop unmatched."
        )
    return SourceTable(
        "folder of sounds with labels in their names",
        table.drop(index=unlike),
        (root,),
        roles={"path": ColumnChoice("path", "the files of the folder"), **roles},
        notes=(f"names are read as {text}: {why}",),
        dropped={"have a name that is not like the pattern": len(unlike)} if len(unlike) else {},
    )


def with_fields(
    table: pd.DataFrame, column: str, pattern: Pattern, taken: Collection[str], why: str
) -> tuple[pd.DataFrame, dict[str, ColumnChoice]]:
    """The table with a column for each role that the pattern reads and that is not taken yet; and these roles."""
    fields = [pattern.fields(path.replace("\\", "/")) or {} if path else {} for path in table[column]]
    names = [name for name in pattern.regex.groupindex if name not in taken]
    roles = {name: ColumnChoice(f"{name} in the name", why) for name in names}
    new = {roles[name].column: [one.get(name) for one in fields] for name in names}
    return pd.concat([table, pd.DataFrame(new, index=table.index, dtype=object)], axis=1), roles


def _no_field(table: pd.DataFrame, roles: dict[str, ColumnChoice]) -> "pd.Series[bool]":
    return table[[one.column for one in roles.values()]].isna().all(axis=1)
