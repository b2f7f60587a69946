"""The search never sees the outer test speakers: spoil all that is theirs, and it ends the same."""

from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
from optuna.pruners import NopPruner

from ser_tasks.evaluation.scoring import Labels, evaluate_fold
from ser_tasks.evaluation.splits import leave_one_out
from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.inner import by_class, search_part
from ser_tasks.evaluation.tuning.objective import fold_uar
from ser_tasks.evaluation.tuning.sampler import PlacedTpe
from ser_tasks.evaluation.tuning.search import Search
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.models import MODELS
from ser_tasks.params.reading import read_params

SMALL = {"svm.inner_folds": 2, "svm.c": [1], "svm.anova_alpha": 0.5}
PARAMS = with_settings(read_params(Path(__file__).parents[3] / "params.yaml"), SMALL)
EMOTIONS = ("anger", "happiness", "sadness")


def corpus() -> tuple[pd.DataFrame, np.ndarray]:
    """Five speakers, three emotions, four utterances of each; features that distinguish them, not always."""
    rows = [
        {"utterance_id": f"{s}{e}{n}", "speaker": s, "emotion": e, "group": None, "sha256": None}
        for s in "abcde"
        for e in EMOTIONS
        for n in range(4)
    ]
    table = pd.DataFrame(rows)
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(3, 6))
    own = centres[[EMOTIONS.index(e) for e in table.emotion]]
    return table, (own + generator.normal(size=own.shape)).astype(np.float32)


def searched(utterances: pd.DataFrame, features: np.ndarray) -> tuple[list[tuple[Any, ...]], Any]:
    """All trials of the study inside the first outer fold, speaker a being tested, and its conclusion."""
    fold, space = leave_one_out(utterances, "speaker")[0], SPACES["svm"]
    part = search_part(utterances, fold, divide=by_class, n_folds=2, seed=0, straddling=frozenset())
    labels = Labels.of(part.utterances)
    known = features[utterances.utterance_id.isin(labels.utterance_ids)]
    study = optuna.create_study(direction="maximize", sampler=PlacedTpe(seed=0, startup_trials=2), pruner=NopPruner())
    search = Search(study, space.distributions, n_folds=2, trials=3)
    while job := search.next():
        inner, params = part.folds[job.fold], with_settings(PARAMS, settings(PARAMS, space, job.drawn))
        outcome = evaluate_fold(inner, labels, known, MODELS["svm"], params, seed=0)
        search.tell(job, fold_uar(inner, outcome, labels))
    return [(t.params, t.value) for t in study.trials], search.best()


def test_spoilt_test_speakers_change_nothing_and_spoilt_training_speakers_do():
    utterances, features = corpus()
    clean = searched(utterances, features)

    tested = (utterances.speaker == "a").to_numpy()
    spoilt = features.copy()
    spoilt[tested] = np.nan
    wrong = utterances.assign(emotion=np.where(tested, "disgust", utterances.emotion))
    assert searched(wrong, spoilt) == clean

    learnt = (utterances.speaker == "b").to_numpy()
    spoilt = features.copy()
    spoilt[learnt] *= -1
    assert searched(utterances, spoilt) != clean, "else the test above could not fail"
