"""Groups that a model serves worse: its UAR for one part of the utterances against the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.evaluation.comparison.mantel_haenszel import mantel_haenszel_p
from ser_tasks.evaluation.comparison.predictions import confusion, likeliest_classes
from ser_tasks.evaluation.holm import holm
from ser_tasks.evaluation.metrics import Interval, confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error
from ser_tasks.evaluation.student_t import two_sided_p

if TYPE_CHECKING:
    from ser_tasks.params import EvaluationParams

SPEAKER = "speaker"
FEWEST = 2  # speakers on each side of a test that is about more than these speakers
PRIOR = 2.0  # hits and misses added to each class, after Agresti & Coull (1998)

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """One part of the utterances: a speaker, a gender, a quarter by duration.

    Attributes:
        classes: those that occur in it and outside: what `uar` and `difference` are over
        interval: of `uar`
        difference: UAR here less UAR of the rest; None where nothing is left to compare with
        p: of no difference, corrected for all tests of the table; None: not tested, there are too few speakers
    """

    factor: str
    name: str
    utterances: int
    speakers: int
    classes: tuple[str, ...]
    uar: float
    interval: Interval
    difference: float | None
    p: float | None


def levels(
    answers: pd.DataFrame,
    factors: Mapping[str, Mapping[str, str]],
    speakers: Mapping[str, str],
    classes: Sequence[str],
    params: EvaluationParams,
) -> list[Level]:
    """Every level of every factor, with tests corrected for their number (Holm).

    A speaker is tested by its utterances: hits against those of all others, class by class (Mantel-Haenszel). Any
    other level is tested over speakers: whole speakers are drawn, and the UAR of the level less that of the rest is
    held against its spread, with Student's t for one degree less than the side with fewer speakers has. Of a factor
    with two levels there is one test.

    Args:
        answers: one line an utterance
        factors: by name, utterance id -> level; utterances without one take no part
        speakers: utterance id -> speaker
        classes: of the predictions
        params: section evaluation of params.yaml
    """
    table = pd.DataFrame({"truth": answers.truth, "predicted": likeliest_classes(answers, classes)})
    table["speaker"] = [speakers[name] for name in answers.utterance_id]
    found: list[Level] = []
    for factor, level_of in factors.items():
        table["level"] = [level_of.get(name) for name in answers.utterance_id]
        known = table[table.level.notna()]
        for name in dict.fromkeys(level_of.values()):
            here = (known.level == name).to_numpy()
            if here.any():
                found.append(_level((factor, name), known, here, classes, params))
    return _corrected(found)


def quarters(values: pd.Series, unit: str) -> dict[str, str]:
    """Utterance id -> quarter of the values, shortest first, named by its ends; nothing where they do not differ."""
    values = values[np.isfinite(values)]
    edges = np.unique(np.quantile(values, [0, 0.25, 0.5, 0.75, 1])) if len(values) else np.empty(0)
    if len(edges) < FEWEST + 1:
        return {}
    place = np.clip(np.searchsorted(edges, values.to_numpy(), side="right") - 1, 0, len(edges) - 2)
    names = [f"{low:.1f} to {high:.1f} {unit}" for low, high in pairwise(edges)]
    ordered = sorted(zip(place, values.index, strict=True))
    return {str(utterance): names[quarter] for quarter, utterance in ordered}


def uar_in(level: Level, answers: pd.DataFrame, level_of: Mapping[str, str], classes: Sequence[str]) -> float:
    """UAR of another model's predictions in the same group, over the same classes.

    Args:
        level: of `levels`
        answers: one line an utterance
        level_of: of its factor, utterance id -> level
        classes: of the predictions
    """
    here = np.array([level_of.get(name) == level.name for name in answers.utterance_id])
    counted = answers[here & answers.truth.isin(level.classes or classes).to_numpy()]
    return _uar(confusion(counted, classes))


def _level(
    called: tuple[str, str],
    known: pd.DataFrame,
    here: NDArray[np.bool_],
    classes: Sequence[str],
    params: EvaluationParams,
) -> Level:
    factor, name = called
    mine, rest = known[here], known[~here]
    both = tuple(one for one in classes if one in set(mine.truth) & set(rest.truth))
    about: dict[str, Any] = {"factor": factor, "name": name}
    about |= {"utterances": len(mine), "speakers": mine.speaker.nunique()}
    if not both:
        own = _counts(mine, classes)
        return Level(**about, classes=(), uar=_uar(own), interval=_utterance_interval(own), difference=None, p=None)
    shared = known.truth.isin(both).to_numpy()
    sides = [_counts(known[shared & side], classes) for side in (here, ~here)]
    uar, other = (_uar(side) for side in sides)
    about |= {"classes": both, "uar": uar, "difference": uar - other}
    if factor == SPEAKER:
        p = mantel_haenszel_p(np.stack([_right_wrong(side, classes, both) for side in sides], axis=1))
        return Level(**about, interval=_utterance_interval(sides[0]), p=p)
    interval, tested = _over_speakers(known[shared], here[shared], classes, params)
    return Level(**about, interval=interval, p=tested)


def _over_speakers(
    table: pd.DataFrame, here: NDArray[np.bool_], classes: Sequence[str], params: EvaluationParams
) -> tuple[Interval, float | None]:
    """Interval of the level's UAR, and p of no difference to the rest, from draws of whole speakers."""
    names = sorted(table.speaker.unique())
    counts = np.stack(
        [
            [_counts(table[(table.speaker == name).to_numpy() & side], classes) for side in (here, ~here)]
            for name in names
        ]
    )
    sizes = counts.sum(axis=(2, 3))
    present = (sizes > 0).sum(axis=0)  # speakers on either side
    if present[0] < FEWEST:
        return Interval(0.0, 1.0), None
    draws = speaker_draws(len(names), resamples=params.bootstrap_resamples, seed=params.seed)
    drawn = np.einsum("rs,smij->rmij", draws, counts)
    drawn = drawn[(drawn.sum(axis=(2, 3)) > 0).all(axis=1)]
    uar = unweighted_average_recall(drawn)
    whole = unweighted_average_recall(counts.sum(axis=0))
    n, here_alone = effective_speakers(sizes.sum(axis=1)), effective_speakers(sizes[:, 0])
    half = half_width(standard_error(uar[:, 0], n), here_alone, params.confidence)
    interval = Interval(max(0.0, float(whole[0]) - half), min(1.0, float(whole[0]) + half))
    if present.min() < FEWEST:
        return interval, None
    distance, error = abs(float(whole[0] - whole[1])), standard_error(uar[:, 0] - uar[:, 1], n)
    fewest = min(here_alone, effective_speakers(sizes[:, 1]))
    p = two_sided_p(distance / error, fewest - 1) if error > 0 else float(distance == 0)
    return interval, p


def _utterance_interval(counts: Counts) -> Interval:
    """95 % of the UAR for this speaker alone, whose utterances are the sample; wide where a class has few of them.

    Source: variances of the recalls after Agresti & Coull (1998), doi:10.1080/00031305.1998.10480550
    """
    support = counts.sum(axis=1)
    n = support[support > 0] + 2 * PRIOR
    p = (np.diag(counts)[support > 0] + PRIOR) / n
    half = 1.96 * float(np.sqrt((p * (1 - p) / n).sum())) / len(n)
    return Interval(max(0.0, _uar(counts) - half), min(1.0, _uar(counts) + half))


def _corrected(found: list[Level]) -> list[Level]:
    """Holm over all tests; the two levels of a factor share one."""
    sizes = pd.Series([level.factor for level in found]).value_counts()
    own = [f"{level.factor} {'' if sizes[level.factor] == FEWEST else level.name}" for level in found]
    tests = {name: level.p for name, level in zip(own, found, strict=True) if level.p is not None}
    adjusted = dict(zip(tests, holm(list(tests.values())), strict=True))
    return [
        replace(level, p=adjusted[name] if level.p is not None else None)
        for name, level in zip(own, found, strict=True)
    ]


def n_tests(found: Sequence[Level]) -> int:
    """Number of tests that the p values are corrected for."""
    sizes = pd.Series([level.factor for level in found], dtype=str).value_counts()
    return len(
        {(level.factor, "" if sizes[level.factor] == FEWEST else level.name) for level in found if level.p is not None}
    )


def _counts(table: pd.DataFrame, classes: Sequence[str]) -> Counts:
    return confusion_matrix(list(table.truth), list(table.predicted), classes)


def _uar(counts: Counts) -> float:
    return float(unweighted_average_recall(counts))


def _right_wrong(counts: Counts, classes: Sequence[str], both: Sequence[str]) -> Counts:
    """Shape (n_classes, 2): hits and misses of each class that both sides have."""
    rows = [list(classes).index(name) for name in both]
    right = np.diag(counts)[rows]
    return np.stack([right, counts.sum(axis=1)[rows] - right], axis=1)
