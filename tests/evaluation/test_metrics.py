"""The figures of a result, against hand-worked numbers and scikit-learn."""

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from ser_tasks.evaluation.metrics import (
    Interval,
    accuracy,
    confusion_matrix,
    macro_f1,
    recall_per_class,
    uar_interval,
    uar_of,
    unweighted_average_recall,
    weighted_f1,
)

CLASSES = ("anger", "neutral", "sadness")


def answers(seed: int, n: int = 200) -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    truth = rng.choice(CLASSES, n, p=[0.6, 0.3, 0.1])
    predicted = np.where(rng.random(n) < 0.5, truth, rng.choice(CLASSES, n))
    return truth.tolist(), predicted.tolist()


def test_rows_are_the_truth_and_columns_the_prediction():
    matrix = confusion_matrix(["anger", "anger", "sadness"], ["anger", "neutral", "sadness"], CLASSES)
    assert matrix.tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


@pytest.mark.parametrize(("truth", "predicted"), [("boredom", "anger"), ("anger", "boredom"), ("boredom", "boredom")])
def test_a_label_outside_the_classes_is_an_error_that_names_it(truth, predicted):
    with pytest.raises(ValueError, match=r"labels \['boredom'\] are not among"):
        confusion_matrix([truth], [predicted], CLASSES)


@pytest.mark.parametrize("seed", range(5))
def test_uar_accuracy_and_f1_are_those_of_scikit_learn(seed):
    truth, predicted = answers(seed)
    matrix = confusion_matrix(truth, predicted, CLASSES)
    assert unweighted_average_recall(matrix) == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert accuracy(matrix) == pytest.approx(accuracy_score(truth, predicted))
    assert macro_f1(matrix) == pytest.approx(f1_score(truth, predicted, average="macro"))


@pytest.mark.parametrize("seed", range(3))
def test_weighted_f1_is_that_of_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    truth, said = rng.choice(4, 200, p=[0.6, 0.2, 0.15, 0.05]), rng.integers(0, 4, 200)
    expected = f1_score(truth, said, average="weighted")
    assert weighted_f1(confusion_matrix(list(truth), list(said), range(4))) == pytest.approx(expected)


def test_in_weighted_f1_a_class_that_is_never_true_and_never_predicted_counts_nothing():
    assert weighted_f1(np.array([[3, 0], [0, 0]])) == 1.0


def test_uar_averages_over_the_classes_that_occur():
    matrix = np.array([[3, 1, 0], [0, 0, 0], [1, 0, 1]])  # no neutral utterance
    assert np.isnan(recall_per_class(matrix)[1])
    assert unweighted_average_recall(matrix) == pytest.approx((3 / 4 + 1 / 2) / 2)


def test_a_class_of_one_utterance_counts_as_any_other_and_one_of_none_is_not_divided_by():
    matrix = np.array([[3, 1, 0], [0, 1, 0], [0, 0, 0]])
    with np.errstate(all="raise"):
        assert recall_per_class(matrix).tolist() == pytest.approx([3 / 4, 1, np.nan], nan_ok=True)
        assert unweighted_average_recall(matrix) == pytest.approx(7 / 8)
        assert unweighted_average_recall(0 * matrix) == 0


def test_macro_f1_leaves_out_a_class_that_is_neither_true_nor_predicted_and_counts_one_that_is_true_once():
    matrix = confusion_matrix([*"aabcc"], [*"aaacc"], "abcd")  # b is true once, and never said; d is neither
    assert macro_f1(matrix) == pytest.approx((4 / 5 + 0 + 1) / 3)


@pytest.mark.parametrize("seed", range(3))
def test_the_uar_of_numbered_classes_is_scikit_learns_balanced_accuracy(seed):
    rng = np.random.default_rng(seed)
    truth, said = rng.choice(5, 80, p=[0.5, 0.3, 0.2, 0, 0]), rng.integers(0, 5, 80)  # two are said, but never true
    with pytest.warns(UserWarning, match="classes not in y_true"):
        expected = balanced_accuracy_score(truth, said)
    assert uar_of(truth, said) == expected  # to the last bit: hyper-parameters are chosen by it


def test_always_predicting_the_majority_gives_chance_uar():
    truth, _ = answers(0)
    matrix = confusion_matrix(truth, ["anger"] * len(truth), CLASSES)
    assert unweighted_average_recall(matrix) == pytest.approx(1 / 3)


SETTINGS = {"classes": CLASSES, "confidence": 0.95, "resamples": 2000, "seed": 0}


def test_the_interval_holds_the_uar_and_is_the_same_for_the_same_seed():
    truth, predicted = answers(1)
    speakers = [str(i % 10) for i in range(len(truth))]
    interval = uar_interval(truth, predicted, speakers, **SETTINGS)
    assert interval.low < balanced_accuracy_score(truth, predicted) < interval.high
    assert interval == uar_interval(truth, predicted, speakers, **SETTINGS)


def test_speakers_who_are_all_alike_leave_no_doubt():
    truth, predicted = list(CLASSES) * 8, ["anger", "neutral", "anger"] * 8
    interval = uar_interval(truth, predicted, [str(i // 3) for i in range(24)], **SETTINGS)
    assert (interval.low, interval.high) == pytest.approx((2 / 3, 2 / 3))


def test_drawing_speakers_gives_a_wider_interval_than_drawing_utterances_when_speakers_differ():
    truth = list(CLASSES) * 40
    speakers = [str(i // 12) for i in range(120)]  # five speakers recognised always, five always as anger
    predicted = [t if int(s) % 2 else "anger" for t, s in zip(truth, speakers, strict=True)]
    by_speaker = uar_interval(truth, predicted, speakers, **SETTINGS)
    by_utterance = uar_interval(truth, predicted, [str(i) for i in range(120)], **SETTINGS)
    assert by_speaker.high - by_speaker.low > 1.5 * (by_utterance.high - by_utterance.low)


def test_95_percent_intervals_hold_the_true_uar_in_about_95_percent_of_draws_of_few_speakers():
    rng, classes, held = np.random.default_rng(0), CLASSES, 0
    for trial in range(300):  # 8 speakers whose own recall is drawn around 0.6: the true UAR
        recalls = np.repeat(rng.beta(6, 4, 8), 15)
        truth = np.array(classes)[np.tile(np.arange(15) % 3, 8)]
        wrong = np.array(classes)[(np.tile(np.arange(15) % 3, 8) + 1) % 3]
        predicted = np.where(rng.random(120) < recalls, truth, wrong)
        speakers = [str(i // 15) for i in range(120)]
        interval = uar_interval(truth, predicted, speakers, **{**SETTINGS, "resamples": 300, "seed": trial})
        held += interval.low <= 0.6 <= interval.high
    assert 0.93 <= held / 300 <= 0.99


def test_one_speaker_says_nothing_of_others():
    interval = uar_interval(["anger", "sadness"], ["anger", "sadness"], ["a", "a"], **SETTINGS)
    assert (interval.low, interval.high) == (0, 1)


def test_two_speakers_who_disagree_leave_everything_open():
    truth, predicted = ["anger", "sadness"] * 2, ["anger", "sadness", "sadness", "anger"]
    interval = uar_interval(truth, predicted, ["a", "a", "b", "b"], **SETTINGS)
    assert (interval.low, interval.high) == (0, 1)


def test_an_interval_never_changes():
    with pytest.raises(FrozenInstanceError):
        Interval(0.0, 1.0).low = 0.5
