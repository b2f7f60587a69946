"""The best model, and those not significantly worse: paired tests against the best, corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from ser_tasks.evaluation.comparison.predictions import every_pair
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
    """The best model against another one; `p` is corrected for the number of models tested."""

    difference: UarDifference  # best less the other
    p: float

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
    answers: Mapping[str, pd.DataFrame] = field(repr=False)  # predictions of the best and of those, of the first seed

    @cached_property
    def mcnemar(self) -> dict[str, tuple[McNemar, float]]:
        """McNemar's test of the first seeds, and its p corrected in the same way; for who looks for it: it is slow."""
        found = {model: mcnemar(self.answers[self.best], self.answers[model]) for model in self.tests}
        return dict(zip(found, zip(found.values(), holm([one.p for one in found.values()]), strict=True), strict=True))

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
    one speaker are not independent. Of several seeds the answers of each count, as in the UAR of the result, never
    their mean, which would be an ensemble. McNemar's test, of the first seed, is for those who look for it.

    Args:
        rows: one or more, of one comparison, best first
        speakers: utterance id -> speaker
        params: section evaluation of params.yaml
    """
    best, *others = rows
    if best.answers is None:
        return Standing(tuple(row.name for row in rows), {}, 0, {})
    answers = {row.name: row.answers for row in others if row.answers is not None}
    found = {
        row.name: uar_difference(
            *every_pair(best.seeds, row.seeds, speakers),
            confidence=params.confidence,
            resamples=params.bootstrap_resamples,
            seed=params.seed,
        )
        for row in others
        if row.seeds
    }
    corrected = holm([difference.p for difference in found.values()])
    tests = {name: Test(own, p) for (name, own), p in zip(found.items(), corrected, strict=True)}
    tested = {speakers[name] for name in best.answers.utterance_id}
    return Standing(tuple(row.name for row in rows), tests, len(tested), {best.name: best.answers, **answers})
