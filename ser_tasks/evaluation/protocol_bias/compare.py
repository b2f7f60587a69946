"""UAR difference of two prediction tables, and the bias of choosing on the test part."""

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd

from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.evaluation.scoring import Labels, predicted_classes
from ser_tasks.models.ensembles.paired import uar_difference
from ser_tasks.params import EvaluationParams

KEYS = ["utterance_id", "truth"]
Parts = Mapping[float, Mapping[tuple[str, int], pd.DataFrame]]  # setting -> fold and seed -> answers


def against(first: pd.DataFrame, second: pd.DataFrame, labels: Labels, params: EvaluationParams) -> dict[str, float]:
    """UAR of the first less that of the second, on what both predicted; several seeds count as their mean.

    Args:
        first, second: prediction tables
        labels: of the corpus
        params: interval and its resamples, which draw whole speakers

    Returns:
        uar_difference, low, high, p as of `ser_tasks.models.ensembles.paired`, and how many utterances they are about
    """
    one, other = _one_answer_each(first, labels), _one_answer_each(second, labels)
    one, other = (a[a.utterance_id.isin(b.utterance_id)] for a, b in ((one, other), (other, one)))
    speakers = dict(zip(labels.utterance_ids, labels.speakers, strict=True))
    found = uar_difference(
        one, other, speakers, confidence=params.confidence, resamples=params.bootstrap_resamples, seed=params.seed
    )
    return found.figures() | {"utterances": len(one)}


def chosen_on_test(tables: Mapping[float, pd.DataFrame], classes: Sequence[str]) -> tuple[pd.DataFrame, list[float]]:
    """Of each fold the predictions of the setting that does best on its own test part, and these settings.

    Never a result: it shows what choosing epochs or settings by test scores adds.

    Args:
        tables: setting -> prediction table, all of the same folds
        classes: in the order of the columns
    """
    parts: Parts = {
        value: {(str(fold), int(str(seed))): part for (fold, seed), part in table.groupby(["fold", "seed"], sort=False)}
        for value, table in tables.items()
    }
    folds = list(next(iter(parts.values())))
    best = [max(parts, key=partial(_uar_of, parts, fold, classes)) for fold in folds]
    return pd.concat([parts[value][fold] for value, fold in zip(best, folds, strict=True)], ignore_index=True), best


def _uar_of(parts: Parts, fold: tuple[str, int], classes: Sequence[str], value: float) -> float:
    answers = parts[value][fold]
    confusion = confusion_matrix(list(answers.truth), predicted_classes(answers, classes), classes)
    return float(unweighted_average_recall(confusion))


def _one_answer_each(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    classes = sorted(set(labels.emotions))
    return table.groupby(KEYS, as_index=False, sort=False)[classes].mean()
