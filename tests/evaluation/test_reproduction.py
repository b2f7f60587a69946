"""Two results of the same work: equal, close, or not the same."""

import pytest

from ser_tasks.evaluation.reproduction import compare_predictions, compare_results
from ser_tasks.params import VerifyParams
from tests.models.ensembles.tables import table

TOLERANCES = VerifyParams(figures=0.01, folds=0.05, posteriors=0.1)
ROWS = {"u1": ("fold 1", "anger", 0.9), "u2": ("fold 2", "joy", 0.2)}


def result(**changes) -> dict:
    folds = [{"fold": "fold 1", "seed": 0, "uar": 0.8, "accuracy": 0.8, "macro_f1": 0.8}]
    return {"uar": 0.8, "recall": {"anger": 0.7, "joy": 0.9}, "folds": folds} | changes


def test_the_same_is_exact():
    assert compare_results(result(), result(), TOLERANCES).exact
    assert compare_predictions(table(ROWS), table(ROWS), 0.1).exact


@pytest.mark.parametrize(("uar", "beyond"), [(0.809, []), (0.79, []), (0.7899, ["uar: 0.8 recorded, 0.7899 computed"])])
def test_a_figure_within_its_tolerance_is_a_reproduction_but_not_an_exact_one(uar, beyond):
    found = compare_results(result(), result(uar=uar), TOLERANCES)
    assert found.beyond == beyond
    assert found.largest["figures"] == pytest.approx(abs(0.8 - uar))
    assert not found.exact


def test_what_is_far_in_a_fold_or_a_class_is_named():
    folds = [result()["folds"][0] | {"uar": 0.7}]
    found = compare_results(result(), result(folds=folds, recall={"anger": 0.6, "joy": 0.9}), TOLERANCES)
    assert found.beyond == [
        "recall.anger: 0.7 recorded, 0.6 computed",
        "fold 1, seed 0, uar: 0.8 recorded, 0.7 computed",
    ]


def test_other_folds_and_figures_that_only_one_has_are_not_passed_over():
    found = compare_results(result(), result(folds=[], recall={"anger": 0.7}), TOLERANCES)
    assert found.beyond == ["recall.joy: only recorded", "1 folds are 0 now, or have other names or seeds"]


def test_the_largest_gap_of_a_posterior_and_the_first_utterance_beyond():
    near, far = ROWS | {"u2": ("fold 2", "joy", 0.25)}, ROWS | {"u2": ("fold 2", "joy", 0.4)}
    assert compare_predictions(table(ROWS), table(near), 0.1).beyond == []
    found = compare_predictions(table(ROWS), table(far), 0.1)
    assert found.largest["posteriors"] == pytest.approx(0.2)
    assert found.beyond == ["predictions: 1 utterances differ by more than 0.1, the first is u2"]


@pytest.mark.parametrize(
    "rows",
    [
        {"u1": ROWS["u1"]},
        ROWS | {"u2": ("fold 1", "joy", 0.2)},
        ROWS | {"u2": ("fold 2", "anger", 0.2)},
        {"u1": ROWS["u1"], "u3": ROWS["u2"]},
    ],
)
def test_other_utterances_folds_or_truths_are_no_reproduction(rows):
    assert compare_predictions(table(ROWS), table(rows), 1.0).beyond
    assert compare_predictions(table(ROWS), table(ROWS).assign(joy=float("nan")), 1.0).beyond
