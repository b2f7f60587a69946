"""Groups of utterances and speakers on which the models are worse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.report.parts import (
    Cell,
    Dot,
    Section,
    between,
    count,
    finding,
    folded,
    join,
    note,
    render,
    signed,
    table,
    whiskers,
)
from pipelines.report.svg import LOOKS, Look, badge, span_of, whisker
from ser_tasks.evaluation.comparison.groups import SPEAKER, Level, n_tests, uar_in
from ser_tasks.evaluation.comparison.ties import ALPHA
from ser_tasks.evaluation.comparison.verdict import in_words, p_value
from ser_tasks.evaluation.result import percent

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.report.block import Block

PLAIN = Look("circle", LOOKS["worse"].colour)
DIFFERS = Look("diamond", LOOKS["adapted"].colour)


def groups(block: Block) -> Section | None:
    """The section: of the best model with tests, of the others without."""
    found = block.levels
    if not found:
        return None
    name = block.predicted[0].name
    return Section(
        "groups",
        "Groups with lower recall",
        join(finding(_finding(name, found)), _drawn(name, found), note(_how(block, found)), _others(block, found)),
    )


def differs(level: Level) -> bool:
    """Whether the corrected test calls it a difference."""
    return level.p is not None and level.p < ALPHA


def _finding(name: str, found: list[Level]) -> str:
    worse = [level for level in found if differs(level) and (level.difference or 0) < 0]
    better = [
        level for level in found if differs(level) and (level.difference or 0) > 0 and not _one_of_two(level, found)
    ]
    if not worse and not better:
        return (
            f"{name}: no group differs from the rest beyond chance, corrected for {n_tests(found)} tests. With few "
            "speakers that is weak evidence of equal treatment."
        )
    findings = [
        f"{'worse' if side is worse else 'better'} for {in_words([_called(level) for level in side])}"
        for side in (worse, better)
        if side
    ]
    return f"{name} does {'; '.join(findings)} (corrected for {n_tests(found)} tests)."


def _one_of_two(level: Level, found: list[Level]) -> bool:
    """Whether the factor has two levels: then the other one has the same difference with the other sign."""
    return sum(one.factor == level.factor for one in found) == 2


def _called(level: Level) -> str:
    return f"{level.factor} {level.name} ({signed(level.difference or 0)} points, {p_value(level.p or 0)})"


def _drawn(name: str, found: list[Level]) -> Markup:
    span = span_of([end for level in found for end in (level.interval.low, level.interval.high)])
    rows: list[Dot | str] = []
    for level in found:
        if level.factor not in rows:
            rows.append(level.factor)
        look = DIFFERS if differs(level) else PLAIN
        drawn = whisker(span, value=level.uar, low=level.interval.low, high=level.interval.high, look=look)
        rows.append(Dot(level.name, drawn, _figure(level), note=_n(level)))
    legend = [(badge(DIFFERS), "differs from the rest, p < 0.05 corrected"), (badge(PLAIN), "no difference shown")]
    return whiskers(f"{name}: UAR of each group and its 95 % interval", rows, span, legend)


def _n(level: Level) -> str:
    if level.factor == SPEAKER:
        return count(level.utterances, "utterance")
    return f"{count(level.utterances, 'utterance')}, {count(level.speakers, 'speaker')}"


def _figure(level: Level) -> str | Markup:
    test = f", {p_value(level.p)}" if level.p is not None and differs(level) else ""
    figure = f"{percent(level.uar)} {between(level.interval)}{test}"
    return render("strong", figure) if differs(level) else figure


def _how(block: Block, found: list[Level]) -> str:
    partial = [level for level in found if set(level.classes) != set(block.classes) and level.factor != SPEAKER]
    left_out = sorted({name for level in partial for name in set(block.classes) - set(level.classes)})
    sentences = [
        f"{n_tests(found)} tests of a group against the rest, p values corrected for their number (Holm).",
        "A speaker is tested by its own utterances: right or wrong against all others, emotion by emotion "
        "(Mantel-Haenszel); its interval is over its utterances.",
        "Any other group is tested, and its interval drawn, over speakers.",
    ]
    if left_out:
        sentences.append(
            f"UAR of a group is over the emotions that occur in it and outside; some groups lack {in_words(left_out)}."
        )
    if "estimated SNR" in block.factors:
        sentences.append(
            "SNR is estimated from each recording's quiet and loud frames (after NIST stnr): it orders the recordings "
            "of one corpus."
        )
    if "duration" in block.factors:
        sentences.append(
            "Duration goes with emotion and with the sentence: a difference there need not be due to length."
        )
    return " ".join(sentences)


def _others(block: Block, found: list[Level]) -> Markup | None:
    if len(block.predicted) == 1:
        return None
    rows: list[list[str | Cell]] = []
    for level in found:
        shares = [uar_in(level, answers, block.factors[level.factor], block.classes) for answers in _tables(block)]
        cells = (Cell(percent(share), share) for share in shares)
        rows.append([f"{level.factor} {level.name}", str(level.utterances), *cells])
    columns = ["group", "n", *(row.name for row in block.predicted)]
    grid = table("UAR in % of every model in every group, without tests", columns, rows, css="grid")
    return folded("The same groups under every model", grid)


def _tables(block: Block) -> list[pd.DataFrame]:
    return [row.answers for row in block.predicted if row.answers is not None]
