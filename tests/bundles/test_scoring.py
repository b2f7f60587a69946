"""Figures of a bundle on a test set: numbers worked by hand, and scikit-learn."""

import numpy as np
import pytest
import soundfile
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, f1_score

from ser_tasks.audio.clip import Clip
from ser_tasks.audio.decode import read_mono
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.clips import predict_clips
from ser_tasks.bundles.inference.prediction import Prediction
from ser_tasks.bundles.scoring import (
    FIGURES,
    LabelledPrediction,
    prediction_rows,
    predictions_table,
    restricted,
    score_labelled,
    shared_classes,
)
from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import Labels, evaluate_fold, prediction_table
from ser_tasks.evaluation.scoring import score as score_predictions
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.models import MODELS
from ser_tasks.params import EvaluationParams
from tests.bundles.small_bundles import CLASSES as BUZZES
from tests.bundles.small_bundles import RATE, SVM, small_params, voice

CLASSES = ("anger", "calm", "sadness")
PARAMS = EvaluationParams(seed=0, bootstrap_resamples=200, confidence=0.95)


def labelled(number, truth, posteriors, *, unsure=False, speaker="1"):
    probabilities = dict(zip(CLASSES, posteriors, strict=True))
    emotion = max(probabilities, key=probabilities.__getitem__)
    prediction = Prediction(emotion, probabilities, probabilities[emotion], unsure, (), 1.0)
    return LabelledPrediction(f"u{number}", speaker, truth, prediction)


PREDICTIONS = [
    labelled(1, "anger", (0.6, 0.2, 0.2)),  # 0.6 / 0.8 = 0.75 of anger
    labelled(2, "anger", (0.1, 0.6, 0.3), unsure=True, speaker="2"),  # 0.25: sadness, wrong; calm outside
    labelled(3, "sadness", (0.2, 0.0, 0.8)),  # 0.8 of sadness
    labelled(4, "sadness", (0.1, 0.5, 0.4), speaker="2"),  # 0.8 of sadness; calm outside
]


def score(predictions, **changes):
    settings = {"classes": ("anger", "sadness"), "unsure_below": 0.55, "n_bins": 1, "params": PARAMS} | changes
    return score_labelled(predictions, **settings)


def test_posteriors_of_the_kept_classes_are_divided_by_their_sum():
    found = restricted(np.array([[0.5, 0.3, 0.2], [0.0, 1.0, 0.0]]), CLASSES, ("sadness", "anger"))
    np.testing.assert_allclose(found, [[2 / 7, 5 / 7], [0.5, 0.5]])


def test_posteriors_of_all_classes_stay_as_they_are_bit_by_bit():
    posteriors = np.random.default_rng(0).dirichlet(np.ones(3), size=9)
    np.testing.assert_array_equal(restricted(posteriors, CLASSES, CLASSES), posteriors)


def test_the_figures_are_those_worked_by_hand():
    found = score(PREDICTIONS)
    assert (found["uar"], found["accuracy"]) == (0.75, 0.75)
    assert found["recall"] == {"anger": 0.5, "sadness": 1.0}
    assert found["confusion"] == [[1, 1], [0, 2]]
    assert found["outside"] == 0.5
    # one bin: accuracy 0.75, mean confidence (0.75 + 0.75 + 0.8 + 0.8) / 4
    assert found["ece"] == pytest.approx(abs(0.75 - 0.775), abs=1e-4)
    assert found["unsure"] == {"share": 0.25, "error": 1.0, "error_of_others": 0.0}
    # by the bundle's own confidence: 0.5 of the fourth is below 0.55
    assert found["low_confidence"] == {"share": 0.25, "error": 0.0, "error_of_others": 0.3333}


def test_the_figures_are_those_of_scikit_learn():
    draw = np.random.default_rng(1)
    truths = draw.choice(CLASSES, 60)
    predictions = [
        labelled(i, str(truth), draw.dirichlet(np.ones(3)), speaker=str(i % 5)) for i, truth in enumerate(truths)
    ]
    found = score(predictions, classes=CLASSES)
    predicted = [one.prediction.emotion for one in predictions]
    assert found["uar"] == pytest.approx(balanced_accuracy_score(truths, predicted), abs=1e-4)
    assert found["macro_f1"] == pytest.approx(f1_score(truths, predicted, average="macro"), abs=1e-4)
    assert found["weighted_f1"] == pytest.approx(f1_score(truths, predicted, average="weighted"), abs=1e-4)
    assert found["confusion"] == confusion_matrix(truths, predicted, labels=CLASSES).tolist()
    assert found["uar_low"] < found["uar"] < found["uar_high"]


def test_where_nothing_is_unsure_its_error_is_unknown_not_zero():
    assert score([PREDICTIONS[0], PREDICTIONS[2]])["unsure"] == {"share": 0.0, "error": None, "error_of_others": 0.0}


def test_fewer_than_two_shared_classes_are_refused():
    with pytest.raises(UserError, match=r"share 1 class.*Found anger, joy; the bundle has anger, calm, sadness"):
        shared_classes(["anger", "joy"], CLASSES)


def test_rows_hold_the_restricted_posteriors_and_behind_them_what_could_not_be_predicted():
    rows = prediction_rows(predictions_table(PREDICTIONS, ("anger", "sadness")), {"u5": ("3", "anger", "cut")})
    assert [row["utterance_id"] for row in rows] == ["u1", "u2", "u3", "u4", "u5"]
    assert rows[1]["emotion"] == "sadness"
    assert (rows[1]["anger"], rows[1]["sadness"]) == pytest.approx((0.25, 0.75))
    assert (rows[4]["truth"], rows[4]["emotion"], rows[4]["remarks"], rows[4]["anger"]) == (
        "anger",
        None,
        ["cut"],
        None,
    )


def test_the_figures_are_those_of_an_evaluation_with_the_same_training_and_test_set(bundle_folder, tmp_path):
    trained = [(e, s, t) for e in BUZZES for s in range(4) for t in range(3)]
    tested = [(e, s, t) for e in BUZZES for s in (7, 8, 9) for t in (7, 8)]
    sounds = [voice(e, speaker=s, take=t) for e, s, t in trained]
    for emotion, speaker, take in tested:
        soundfile.write(tmp_path / f"{emotion}{speaker}{take}.wav", voice(emotion, speaker=speaker, take=take), 48_000)
    names = [f"{e}{s}{t}" for e, s, t in (*trained, *tested)]
    sounds += [read_mono(tmp_path / f"{name}.wav", sampling_rate=RATE) for name in names[len(trained) :]]
    params = small_params().model_copy(update={"svm": SVM, "evaluation": PARAMS})
    sections = {name: getattr(params, name) for name in SECTIONS}
    features = np.concatenate([feature_set("functionals")(sound, sections) for sound in sounds])
    emotions, speakers = (tuple(str(one[place]) for one in (*trained, *tested)) for place in (0, 1))
    labels = Labels(tuple(names), emotions, speakers)
    fold = Fold("all", tuple(names[: len(trained)]), (), tuple(names[len(trained) :]))
    outcome = evaluate_fold(fold, labels, features, MODELS["svm"], params, seed=0)
    figures, confusion = score_predictions(prediction_table([(fold, 0)], [outcome], labels), labels, PARAMS)

    clips = [Clip(name, f"{name}.wav", None, None, "") for name in fold.test]
    found = predict_clips(load_bundle(bundle_folder), clips, root=tmp_path, largest=1024)
    predictions = [
        LabelledPrediction(one.utterance_id, s, e, one.prediction)
        for one, e, s in zip(found, emotions[len(trained) :], speakers[len(trained) :], strict=True)
    ]
    scored = score(predictions, classes=tuple(sorted(BUZZES)), params=PARAMS)
    assert {name: scored[name] for name in FIGURES} == {name: figures[name] for name in FIGURES}
    assert scored["confusion"] == confusion.tolist()
    posteriors = predictions_table(predictions, sorted(BUZZES))[sorted(BUZZES)]
    np.testing.assert_allclose(posteriors, outcome.posteriors, atol=1e-5)
