"""Evaluations written by hand: a corpus of a few speakers, and models that are right as often as one likes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ser_tasks.evaluation.comparison.predictions import by_seed
from ser_tasks.evaluation.comparison.rows import Row
from ser_tasks.evaluation.scoring import Labels, score
from ser_tasks.params import EvaluationParams

CLASSES = ("anger", "joy")
PARAMS = EvaluationParams(seed=0, bootstrap_resamples=500, confidence=0.95)


def labels(n_speakers: int = 6, each: int = 20) -> Labels:
    """Half of what everyone says is angry."""
    ids = [f"s{speaker}-{i:02d}" for speaker in range(n_speakers) for i in range(each)]
    return Labels(tuple(ids), tuple(CLASSES[i % 2] for i in range(len(ids))), tuple(name[:2] for name in ids))


def speakers_of(known: Labels) -> dict[str, str]:
    return dict(zip(known.utterance_ids, known.speakers, strict=True))


def predictions(known: Labels, accuracy: float, *, seed: int) -> pd.DataFrame:
    """Answers that are right with this probability, with confidences from 0.5 to 1; a fold for each speaker."""
    rng = np.random.default_rng(seed)
    right = rng.random(len(known.emotions)) < accuracy
    sure = rng.uniform(0.5, 1, len(right))
    angry = np.array([truth == "anger" for truth in known.emotions])
    anger = np.where(angry == right, sure, 1 - sure)
    return pd.DataFrame(
        {
            "utterance_id": known.utterance_ids,
            "fold": [f"speaker {name}" for name in known.speakers],
            "seed": 0,
            "truth": known.emotions,
            "anger": anger,
            "joy": 1 - anger,
        }
    )


def result(model: str, table: pd.DataFrame, known: Labels, **changes: object) -> dict:
    """The figures of these predictions, as an evaluation states them."""
    figures, _ = score(table, known, PARAMS)
    return {
        "corpus": "demo",
        "corpus_kind": "synthetic",
        "preset": "four_classes",
        "protocol": "speaker_independent",
        "protocol_kind": "loso",
        "model": model,
        **figures,
        "utterances": len(table),
        "speakers": len(set(known.speakers)),
        "classes": list(CLASSES),
        "dropped": {},
        "feature_set": "functionals",
        "seed": 0,
        "versions": {"python": "3.11"},
        "warnings": [],
    } | changes


def rows(accuracies: Mapping[str, float], known: Labels, **changes: object) -> list[Row]:
    """A row for each model, of its accuracy."""
    made = {name: predictions(known, share, seed=i) for i, (name, share) in enumerate(accuracies.items())}
    return [Row(result(name, table, known, **changes), by_seed(table)) for name, table in made.items()]
