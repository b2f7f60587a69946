"""Paired test of two prediction tables of the same utterances."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.metrics import Interval, confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error
from ser_tasks.evaluation.student_t import two_sided_p


@dataclass(frozen=True)
class McNemar:
    """Utterances that only one of two models got right, and how likely so uneven a division is by chance."""

    first_only: int
    second_only: int
    p: float


@dataclass(frozen=True)
class UarDifference:
    """UAR of the first less that of the second, its interval over speakers, and the p value of no difference."""

    difference: float
    interval: Interval
    p: float
    speakers: int

    def figures(self) -> dict[str, float]:
        """As a result states them, with four digits."""
        low, high = self.interval.low, self.interval.high
        stated = {"uar_difference": self.difference, "low": low, "high": high, "p": self.p}
        return {key: round(value, 4) for key, value in stated.items()}


def mcnemar(first: pd.DataFrame, second: pd.DataFrame) -> McNemar:
    """Exact McNemar test, two-sided, of the likeliest classes in two prediction tables.

    It takes utterances for independent: those of one speaker are not, so read it beside `uar_difference`.

    Raises:
        UserError: the tables are about other utterances

    Source: McNemar (1947), doi:10.1007/BF02295996; Dietterich (1998), doi:10.1162/089976698300017197
    """
    both = _paired(first, second)
    right = both[["said_first", "said_second"]].to_numpy() == both[["truth"]].to_numpy()
    first_only, second_only = int((right[:, 0] & ~right[:, 1]).sum()), int((~right[:, 0] & right[:, 1]).sum())
    discordant = first_only + second_only
    from scipy.stats import binomtest  # noqa: PLC0415  a second

    return McNemar(first_only, second_only, float(binomtest(first_only, discordant).pvalue) if discordant else 1.0)


def uar_difference(
    first: pd.DataFrame,
    second: pd.DataFrame,
    speakers: Mapping[str, str],
    *,
    confidence: float,
    resamples: int,
    seed: int,
) -> UarDifference:
    """Paired bootstrap of the pooled UAR's difference that draws whole speakers, the same for both tables.

    Interval and p value as in `ser_tasks.evaluation.metrics.uar_interval`: the bootstrap's standard error with
    Student's t. One speaker says nothing: p is 1.

    Args:
        first, second: prediction tables about the same utterances
        speakers: utterance id -> speaker
        confidence: of the interval
        resamples: draws
        seed: of the draws

    Raises:
        UserError: the tables are about other utterances

    Source: Efron & Tibshirani (1993), "An Introduction to the Bootstrap"; Bisani & Ney (2004),
    doi:10.1109/ICASSP.2004.1326009, paired
    """
    both = _paired(first, second)
    classes = sorted(set(both.truth) | set(both.said_first) | set(both.said_second))
    own = both.groupby([speakers[name] for name in both.utterance_id], sort=True)
    counts = np.stack([[_confusion(part, side, classes) for side in ("said_first", "said_second")] for _, part in own])
    difference = float(_difference(counts.sum(axis=0)))
    if len(counts) == 1:
        return UarDifference(difference, Interval(-1.0, 1.0), 1.0, 1)
    draws = speaker_draws(len(counts), resamples=resamples, seed=seed)
    n = effective_speakers(counts[:, 0].sum(axis=(1, 2)))
    error = standard_error(_difference(np.einsum("rs,smij->rmij", draws, counts)), n)
    half = half_width(error, n, confidence)
    p = two_sided_p(difference / error, n - 1) if error > 0 else float(difference == 0)
    interval = Interval(max(-1.0, difference - half), min(1.0, difference + half))
    return UarDifference(difference, interval, p, len(counts))


def _difference(confusions: NDArray[np.int64]) -> NDArray[np.float64]:
    """(..., 2, n_classes, n_classes) -> (...)."""
    uar = unweighted_average_recall(confusions)
    return np.asarray(uar[..., 0] - uar[..., 1])


def _confusion(part: pd.DataFrame, side: str, classes: list[str]) -> NDArray[np.int64]:
    return confusion_matrix(list(part.truth), list(part[side]), classes)


def _paired(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Columns utterance_id, truth, said_first, said_second."""
    tables = [_answers(table) for table in (first, second)]
    both = tables[0].merge(
        tables[1], on=["utterance_id", "truth"], suffixes=("_first", "_second"), validate="one_to_one"
    )
    if len({len(both), len(first), len(second)}) > 1:
        raise UserError(
            f"a paired test needs the same utterances and truths: {len(first)} in one table, {len(second)} in the "
            f"other, {len(both)} in both. Compare them on what both answered."
        )
    return both


def _answers(table: pd.DataFrame) -> pd.DataFrame:
    classes = [name for name in table.columns if name not in ("utterance_id", "fold", "seed", "truth")]
    said = np.array(classes)[table[classes].to_numpy().argmax(axis=1)]
    return pd.DataFrame({"utterance_id": table.utterance_id, "truth": table.truth, "said": said})
