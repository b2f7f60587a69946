"""The best model, and those not significantly worse: paired tests against the best, corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ser_tasks.evaluation.holm import holm
from ser_tasks.models.ensembles.paired import McNemar, UarDifference, mcnemar, uar_difference

if TYPE_CHECKING:
    import pandas as pd

    from ser_tasks.evaluation.comparison.rows import Row
    from ser_tasks.params import EvaluationParams

ALPHA = 0.05

Mark = Literal["best", "tied", "worse", "not tested"]


@dataclass(frozen=True)
class Test:
    """The best model against another one; `p` of both tests is corrected for the number of models tested."""

    difference: UarDifference  # best less the other
    p: float
    mcnemar: McNemar
    mcnemar_p: float

    @property
    def tied(self) -> bool:
        """Whether the other one is not significantly worse than the best."""
        return self.p >= ALPHA


@dataclass(frozen=True)
class Standing:
    """Models in the order of their UAR, the best first."""

    order: tuple[str, ...]
    tests: Mapping[str, Test]  # by model; of those whose predictions are here
    speakers: int

    @property
    def best(self) -> str:
        """Of the highest UAR."""
        return self.order[0]

    def mark(self, model: str) -> Mark:
        """The outcome of its tests."""
        if model == self.best:
            return "best"
        if model not in self.tests:
            return "not tested"
        return "tied" if self.tests[model].tied else "worse"

    def marked(self, mark: Mark) -> list[str]:
        """Models with this mark, in their order."""
        return [model for model in self.order if self.mark(model) == mark]


def standing(rows: tuple[Row, ...], speakers: Mapping[str, str], params: EvaluationParams) -> Standing:
    """Test each row against the first.

    The test is the paired bootstrap over speakers of `uar_difference`: the speakers are the sample, and utterances of
    one speaker are not independent. McNemar's test of the same answers stands beside it, for those who look for it.

    Args:
        rows: one or more, of one comparison, best first
        speakers: utterance id -> speaker
        params: section evaluation of params.yaml
    """
    best, *others = rows
    answered = [(row.name, row.answers) for row in others if row.answers is not None]
    found: dict[str, tuple[UarDifference, McNemar]] = {}
    if best.answers is not None:
        found = {name: _tests(best.answers, answers, speakers, params) for name, answers in answered}
    p = holm([difference.p for difference, _ in found.values()])
    p_mcnemar = holm([test.p for _, test in found.values()])
    tests = {
        name: Test(difference, corrected, test, corrected_mcnemar)
        for (name, (difference, test)), corrected, corrected_mcnemar in zip(found.items(), p, p_mcnemar, strict=True)
    }
    tested = set() if best.answers is None else {speakers[name] for name in best.answers.utterance_id}
    return Standing(tuple(row.name for row in rows), tests, len(tested))


def _tests(
    best: pd.DataFrame, other: pd.DataFrame, speakers: Mapping[str, str], params: EvaluationParams
) -> tuple[UarDifference, McNemar]:
    difference = uar_difference(
        best,
        other,
        speakers,
        confidence=params.confidence,
        resamples=params.bootstrap_resamples,
        seed=params.seed,
    )
    return difference, mcnemar(best, other)
