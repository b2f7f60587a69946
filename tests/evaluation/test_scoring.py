"""From folds to figures, with a recogniser whose predictions are known."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from ser_tasks.evaluation.scoring import FoldOutcome, Labels, evaluate_fold, predicted_classes, prediction_table, score
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.recogniser import Model
from ser_tasks.params import EvaluationParams

IDS = ("u1", "u2", "u3", "u4", "u5", "u6")
LABELS = Labels(IDS, ("anger", "sadness") * 3, tuple("aabbcc"))
FEATURES = np.arange(6, dtype=np.float32)[:, None]
FOLDS = [
    Fold("speaker a", IDS[2:], (), IDS[:2]),
    Fold("speaker b", (*IDS[:2], *IDS[4:]), (), IDS[2:4]),
    Fold("speaker c", IDS[:4], (), IDS[4:]),
]
SETTINGS = EvaluationParams(seed=0, bootstrap_resamples=500, confidence=0.95)


@dataclass
class Witness:
    """Remembers what it was shown, and always says anger."""

    section: object
    classes: tuple[str, ...]
    seed: int
    seen: dict = field(default_factory=dict)

    def fit(self, train, validation, *, folder):
        self.seen["train"], self.seen["validation"] = train, validation
        return {"rows": len(train.emotions)}

    def posteriors(self, features):
        self.seen["test"] = features
        return np.tile([0.9, 0.1], (len(features), 1))


def outcome_and_witness(fold: Fold, *, copies=(), **table) -> tuple[FoldOutcome, Witness]:
    witnesses = []

    def build(section, *, classes, seed):
        witnesses.append(Witness(section, classes, seed))
        return witnesses[-1]

    model = Model(build, lambda params: "section", "functionals", "svm", **table)
    outcome = evaluate_fold(fold, LABELS, FEATURES, model, params=None, seed=7, copies=copies)
    return outcome, witnesses[0]


def test_a_model_is_shown_the_training_part_and_asked_about_the_test_part_only():
    outcome, witness = outcome_and_witness(FOLDS[1])
    assert witness.seen["train"].features.ravel().tolist() == [0, 1, 4, 5]
    assert witness.seen["train"].speakers.tolist() == ["a", "a", "c", "c"]
    assert witness.seen["test"].ravel().tolist() == [2, 3]
    assert witness.seen["validation"] is None
    assert (witness.classes, witness.seed) == (("anger", "sadness"), 7)
    assert outcome == FoldOutcome(("u3", "u4"), ((0.9, 0.1), (0.9, 0.1)), {"rows": 4})


def test_an_official_validation_part_reaches_the_model_apart_from_the_training_part():
    _, witness = outcome_and_witness(Fold("official", IDS[:2], IDS[2:4], IDS[4:]))
    assert witness.seen["train"].features.ravel().tolist() == [0, 1]
    assert witness.seen["validation"].features.ravel().tolist() == [2, 3]


def test_speaker_norm_reaches_train_and_test_only_where_the_table_says_so():
    _, plain = outcome_and_witness(FOLDS[0])
    _, normed = outcome_and_witness(FOLDS[0], speaker_norm=True)
    assert plain.seen["test"].ravel().tolist() == [0, 1]
    assert normed.seen["test"].ravel().tolist() == [-1, 1]
    assert normed.seen["train"].features.ravel().tolist() == [-1, 1, -1, 1]


def test_augmented_copies_are_normalised_by_speaker_too_each_by_its_own_mean():
    louder = 10 * FEATURES + 300
    _, plain = outcome_and_witness(FOLDS[0], copies=(louder,))
    _, normed = outcome_and_witness(FOLDS[0], copies=(louder,), speaker_norm=True)
    assert plain.seen["train"].copies[0].ravel().tolist() == [320, 330, 340, 350]
    assert normed.seen["train"].copies[0].ravel().tolist() == [-1, 1, -1, 1]


@pytest.fixture
def predictions() -> pd.DataFrame:
    """Everything right for speaker a; b: one of two; c: anger always."""
    posteriors = [((0.9, 0.1), (0.2, 0.8)), ((0.7, 0.3), (0.6, 0.4)), ((0.8, 0.2), (0.9, 0.1))]
    outcomes = [FoldOutcome(f.test, p, {}) for f, p in zip(FOLDS, posteriors, strict=True)]
    return prediction_table([(fold, 3) for fold in FOLDS], outcomes, LABELS)


def test_the_prediction_table_keeps_fold_seed_truth_and_posteriors_of_every_utterance(predictions):
    assert list(predictions.columns) == ["utterance_id", "fold", "seed", "truth", "anger", "sadness"]
    assert predictions.iloc[3].to_dict() == {
        "utterance_id": "u4",
        "fold": "speaker b",
        "seed": 3,
        "truth": "sadness",
        "anger": 0.6,
        "sadness": 0.4,
    }
    assert predicted_classes(predictions, ("anger", "sadness")) == ["anger", "sadness", *["anger"] * 4]


def test_the_headline_is_pooled_and_folds_stand_beside_it(predictions):
    figures, confusion = score(predictions, LABELS, SETTINGS)
    assert confusion.tolist() == [[3, 0], [2, 1]]
    assert figures["uar"] == round((1 + 1 / 3) / 2, 4)
    assert figures["accuracy"] == round(4 / 6, 4)
    assert figures["recall"] == {"anger": 1.0, "sadness": round(1 / 3, 4)}
    assert [fold["uar"] for fold in figures["folds"]] == [1.0, 0.5, 0.5]
    assert figures["uar_fold_mean"] == round(2 / 3, 4)
    assert figures["uar_fold_sd"] == round(float(np.std([1, 0.5, 0.5])), 4)
    assert figures["uar_low"] <= figures["uar"] <= figures["uar_high"]


def test_utterances_tested_in_several_folds_neither_move_the_figures_nor_narrow_the_interval(predictions):
    again = pd.concat([predictions, predictions.assign(fold=predictions.fold + " again")], ignore_index=True)
    once, twice = score(predictions, LABELS, SETTINGS), score(again, LABELS, SETTINGS)
    assert (twice[1] == 2 * once[1]).all()
    pooled = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "weighted_f1", "recall", "uar_fold_mean")
    assert {key: twice[0][key] for key in pooled} == {key: once[0][key] for key in pooled}
    assert len(twice[0]["folds"]) == 6
