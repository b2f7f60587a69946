"""The split that a source has: whose names for its parts are known here, or given, and what is asked of the rest."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ser_tasks.corpora.finding import some
from ser_tasks.corpora.importing.options import DROP
from ser_tasks.corpora.importing.problem import option
from ser_tasks.corpora.importing.rows import Rows
from ser_tasks.corpora.vocabulary import plain


def split_of(rows: Rows, spelt: "pd.Series[Any] | None", given: Mapping[str, str]) -> None:
    """The source's split: parts that are left out go; half a split is none, and asked about.

    Args:
        rows: with the parts that are known
        spelt: as the source has them; None: it has none
        given: parts as the user named them
    """
    found = Counter(() if spelt is None else spelt.dropna())
    if unused := sorted(part for part in given if plain(part) not in map(plain, found)):
        there = f"There are: {', '.join(sorted(found))}" if found else "There is no column of parts"
        rows.problems.append(f"--split {unused[0]}=…: no row is of this part. {there}.")
    if spelt is None:
        return
    gone = rows.table.split == DROP
    if gone.any():
        left = sorted(set(spelt[rows.table.index][gone]))
        hint = option("--split", f"{left[0]}=test")
        rows.let_go(gone, f"are of parts that are not taken ({hint}): {', '.join(left)}")
    lost = Counter(spelt[rows.table.index][rows.table.split.isna()].dropna())
    if not lost:
        return
    if rows.table.split.notna().any():
        named = ", ".join(f"{part!r} ({n} rows)" for part, n in lost.items())
        mends = " ".join(option("--split", f"{part}={DROP}") for part in lost)
        rows.problems.append(
            f"{len(lost)} parts of the split are not known here: {named}. Say what each is: add {mends}, with train, "
            f"validation or test in place of {DROP} where you want it; or that it is no split: add --column split=none."
        )
    else:
        rows.notes.append(f"split: {len(lost)} values are no parts known here, so it is none: {some(sorted(lost))}")
    rows.table = rows.table.assign(split=None)
