"""The verdict of a comparison, in sentences made from its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ser_tasks.evaluation.comparison.ties import Standing
from ser_tasks.evaluation.result import with_interval

if TYPE_CHECKING:
    from ser_tasks.evaluation.comparison.rows import Comparison, Row

SMALLEST = 0.001  # p that is written as such
NOTICED = 1.0  # points of UAR


def verdict(comparison: Comparison, found: Standing | None, title: str) -> list[str]:
    """Which model to use, what equals it, what is worse, and what is used differently.

    Args:
        comparison: of one corpus
        found: of its ranked rows; None where there is none
        title: of the corpus
    """
    sentences = []
    if found is not None:
        sentences += [_choice(comparison, title), *_others(found)]
    sentences += _adapted(comparison, alone=found is None, title=title)
    if comparison.speaker_overlap == "shared":
        sentences.append(
            "Test speakers are in training here, or may be, as these folds are published: new speakers may do worse."
        )
    return sentences


def in_words(names: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))


def p_value(p: float) -> str:
    """p = 0.012, or p < 0.001."""
    return f"p < {SMALLEST}" if p < SMALLEST else f"p = {p:.3f}"


def _choice(comparison: Comparison, title: str) -> str:
    best, *others = comparison.ranked
    if not others:
        return f"On {title} one model has been evaluated: {_figure(best)}."
    return f"On {title}, choose {_figure(best)}."


def _figure(row: Row) -> str:
    return f"{row.name}: UAR {with_interval(row.result)} %"


def _others(found: Standing) -> list[str]:
    sentences = []
    tied, worse, unknown = found.marked("tied"), found.marked("worse"), found.marked("not tested")
    if tied:
        sentences.append(
            f"{in_words(tied)} cannot be distinguished from it on these {found.speakers} speakers{_gap(found, tied)}."
        )
    if worse:
        highest = max(found.tests[name].p for name in worse)
        bound = f"p < {SMALLEST}" if highest < SMALLEST else f"p ≤ {highest:.3f}"
        one = found.tests[worse[0]].p if len(worse) == 1 else None
        are = f"is worse ({p_value(one)}" if one is not None else f"are worse (each {bound}"
        tests = len(found.tests)
        sentences.append(f"{in_words(worse)} {are}{f', corrected for {tests} tests' if tests > 1 else ''}).")
    if unknown:
        sentences.append(f"{in_words(unknown)} could not be tested: the predictions are not on this machine.")
    return sentences


def _gap(found: Standing, tied: list[str]) -> str:
    """How far below the best they are all the same, for no evidence of a difference is none of equality."""
    points = [f"{100 * found.tests[name].difference.difference:.1f}" for name in (tied[0], tied[-1])]
    if float(points[-1]) < NOTICED:
        return ""
    apart = points[0] if len(tied) == 1 else f"{points[0]} to {points[-1]}"
    return f", though here {'it is' if len(tied) == 1 else 'they are'} {apart} points below"


def _adapted(comparison: Comparison, *, alone: bool, title: str) -> list[str]:
    if not comparison.adapted:
        return []
    best = comparison.adapted[0]
    figure = f"{best.name} reaches {with_interval(best.result)} %"
    if alone:
        return [f"On {title}, {figure}; it needs all of a speaker's audio before its first prediction."]
    return [
        f"With all of a speaker's audio at hand, {figure}; it is used differently, so it is not ranked with the others."
    ]
