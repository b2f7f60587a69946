"""Utterances that several models get wrong, and are sure of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.evaluation.comparison.predictions import posteriors

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Confused:
    """One utterance; `answers` holds each model's likeliest class with its posterior."""

    utterance_id: str
    truth: str
    answers: Mapping[str, tuple[str, float]]
    wrong: int  # models
    confidence: float  # mean posterior of the wrong predictions


def most_confused(tables: Mapping[str, pd.DataFrame], classes: Sequence[str], *, top: int) -> list[Confused]:
    """Those that most models get wrong, the most confident first among equals; none that fewer than half do.

    Args:
        tables: by model, one line an utterance; utterances that not all predicted are left out
        classes: of the predictions
        top: how many
    """
    by_id = {name: table.set_index("utterance_id") for name, table in tables.items()}
    shared = sorted(set.intersection(*(set(table.index) for table in by_id.values()))) if by_id else []
    if not shared:
        return []
    truth = list(next(iter(by_id.values())).truth[shared])
    p = np.stack([posteriors(table.loc[shared], classes) for table in by_id.values()])  # model, utterance, class
    likeliest, confidence = np.array(classes)[p.argmax(axis=2)], p.max(axis=2)
    is_wrong = likeliest != np.array(truth)
    wrong = is_wrong.sum(axis=0)
    found = [
        Confused(
            name,
            truth[i],
            {model: (str(likeliest[m, i]), float(confidence[m, i])) for m, model in enumerate(tables)},
            int(wrong[i]),
            float(confidence[is_wrong[:, i], i].mean()),
        )
        for i, name in enumerate(shared)
        if wrong[i] and 2 * wrong[i] >= len(tables)
    ]
    return sorted(found, key=lambda one: (-one.wrong, -one.confidence, one.utterance_id))[:top]
