"""Ratings of valence, activation and dominance: from the scale of a table to 1 to 5, and from raters to one mean."""

import math
import re
from collections.abc import Mapping

from ser_tasks.corpora.importing.options import SCALES
from ser_tasks.corpora.importing.source_table import NUMBER, ColumnChoice, Rows, SourceError, as_number

LOWEST, HIGHEST = 1.0, 5.0  # of every rating here
ENDS = re.compile(r"([^:]+):([^:]+)")
DIGITS = 6
WHERE = ("file", "start", "end", "channel")  # the same in rows of the same sound, but for how a number is written


def ends_of(scale: str) -> tuple[float, float]:
    """1:7 -> its lowest and its highest value.

    Raises:
        SourceError: not two numbers, the lower one first
    """
    found = ENDS.fullmatch(scale)
    ends = [end.strip() for end in found.groups()] if found else []
    if not ends or not all(map(NUMBER.fullmatch, ends)) or _number(ends[0]) >= _number(ends[1]):
        raise SourceError(f"--scale {scale}: expected its lowest and highest value, as 1:7 or -1:1.")
    return _number(ends[0]), _number(ends[1])


def to_one_scale(rows: Rows, given: str | None, taken: Mapping[str, ColumnChoice]) -> None:
    """Ratings mapped to LOWEST to HIGHEST; values beyond the ends of their scale are a problem.

    Args:
        rows: with ratings as numbers in text
        given: the scale of the table; None: that of every rating here
        taken: role -> its column
    """
    low, high = (LOWEST, HIGHEST) if given is None else ends_of(given)
    rated = {role: values for role in SCALES if (values := rows.table[role].dropna().astype(float)).size}
    if given is not None and not rated:
        rows.problems.append(f"--scale {given}: no column has ratings of {', '.join(SCALES)}. Leave it out.")
    for role, values in rated.items():
        beyond = values[~values.between(low, high)]
        if len(beyond):
            rows.problems.append(
                f"{taken[role].column}: {len(beyond)} of {len(values)} ratings are outside of {low:g} to {high:g}, the "
                f"first is {beyond.iloc[0]:g} ({beyond.index[0]}); all are {values.min():g} to {values.max():g}. State "
                "the scale of the table, which is mapped to 1 to 5: add --scale LOWEST:HIGHEST, as 1:7 or -1:1; or "
                "correct these rows."
            )
        elif given is not None:
            mapped = LOWEST + (values - low) * (HIGHEST - LOWEST) / (high - low)
            rows.table[role] = [_text(value) for value in mapped.reindex(rows.table.index)]
    for role, values in rated.items():
        nowhere = rows.table.loc[values.index, "path"].isna()
        if nowhere.any():
            rows.notes.append(
                f"{role}: {int(nowhere.sum())} of {len(values)} ratings stand in rows without a sound: not read. Write "
                "each in the row of its sound"
            )
    spans = [f"{role} {values.min():g} to {values.max():g} in {len(values)} rows" for role, values in rated.items()]
    if spans:
        how = f"mapped from {given} to 1:5" if given else "taken as of 1 to 5 (--scale LOWEST:HIGHEST for another)"
        rows.notes.append(f"ratings: {', '.join(spans)}; {how}")


def mean_of_raters(rows: Rows, *, voted: bool) -> None:
    """Each rating as the mean over the raters of its sound, of whom each counts once, those without a label too.

    Args:
        rows: before any is left out
        voted: whether rows are stated to be those of raters, whatever column they have
    """
    table = rows.table
    if not voted and table.rater.isna().all():
        return
    place = table.file.where(table.file.notna(), table.path)
    where = table.assign(file=place)[[*WHERE]].fillna("").astype(str)
    where = where.assign(**{role: where[role].map(_as_written) for role in ("start", "end")})
    sound = where.groupby([*WHERE], sort=False).ngroup()
    rater = table.rater.where(table.rater.notna(), [f"row {number}" for number in range(len(table))])
    for role in SCALES:
        of_each = table[role].astype(float).groupby([sound, rater]).mean()
        means = of_each.groupby(level=0).mean()
        table[role] = [_text(means[number]) for number in sound]


def note_partly_rated(rows: Rows) -> None:
    """Count utterances that are rated in some dimensions of the corpus and not in all."""
    rated = [role for role in SCALES if rows.table[role].notna().any()]
    there = rows.table[rated].notna()
    partly = there.any(axis=1) & ~there.all(axis=1)
    if partly.any():
        rows.notes.append(
            f"{int(partly.sum())} utterances are not rated in all of {', '.join(rated)}: models of dimensions leave "
            "them out"
        )


def _as_written(time: str) -> str:
    """A number in one way of writing it; another time as it stands."""
    number = as_number(time)
    return time if number is None else repr(float(number))


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _text(value: float) -> str | None:
    return None if math.isnan(value) else repr(round(float(value), DIGITS))
