"""Answers as rows of a table: which columns, and what stands in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from ser_tasks.bundles.inference.files import Outcome
    from ser_tasks.bundles.inference.timeline import Timeline

Kind: TypeAlias = Literal["text", "number", "share", "count", "flag", "texts"]
Columns: TypeAlias = dict[str, Kind]
Row: TypeAlias = dict[str, Any]


def answer_columns(classes: Sequence[str], *, channels: bool = False) -> Columns:
    """Of one row per file, or per channel of it; the classes are posteriors."""
    fixed: Columns = {
        "path": "text",
        **({"channel": "text"} if channels else {}),
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
        "duration": "number",
    }
    return fixed | _shares(classes)


def answer_row(outcome: Outcome, classes: Sequence[str], *, channels: bool = False) -> Row:
    """One file; of one without an answer, everything is empty but its path and the fault, among the remarks."""
    which = {"path": str(outcome.path)} | ({"channel": outcome.channel} if channels else {})
    if outcome.answer is None:
        empty = dict.fromkeys(answer_columns(classes))
        return which | {**empty, **which, "unsure": True, "remarks": [str(outcome.fault)]}
    answer = outcome.answer
    return (
        which
        | {
            "emotion": answer.emotion,
            "confidence": answer.confidence,
            "unsure": answer.unsure,
            "remarks": list(answer.remarks),
            "duration": answer.duration,
        }
        | dict(answer.probabilities)
    )


def moment_columns(classes: Sequence[str]) -> Columns:
    """Of one row per moment of a timeline; times in s."""
    fixed: Columns = {
        "path": "text",
        "segment": "count",
        "start": "number",
        "end": "number",
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
    }
    return fixed | _shares(classes)


def moment_rows(path: Path, timeline: Timeline) -> Iterator[Row]:
    """All moments of one recording."""
    for moment in timeline.moments:
        yield {
            "path": str(path),
            "segment": moment.segment,
            "start": moment.start,
            "end": moment.end,
            "emotion": moment.emotion,
            "confidence": moment.confidence,
            "unsure": moment.unsure,
            "remarks": list(moment.remarks),
        } | dict(moment.probabilities)


def as_text(row: Row) -> Mapping[str, str]:
    """Values as CSV has them: numbers with 6 digits, true and false, texts with semicolons, nothing for none."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _shares(classes: Sequence[str]) -> Columns:
    return dict.fromkeys(classes, "share")


def clock(seconds: float) -> str:
    """75.25 -> 1:15.2."""
    minutes, rest = divmod(round(seconds, 1), 60)  # first, or 59.97 were 0:60.0
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
