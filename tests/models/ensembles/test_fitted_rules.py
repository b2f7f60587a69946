"""Ensembles with weights: what they choose, and what they must not see."""

import json
from functools import partial

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ser_tasks.errors import UserError
from ser_tasks.models.ensembles.cross_fitting import cross_fitted
from ser_tasks.models.ensembles.ensemble import fitted_on_other_folds
from ser_tasks.models.ensembles.members import side_by_side
from ser_tasks.models.ensembles.rules import RULES
from ser_tasks.models.ensembles.stacking import fit_stacking
from ser_tasks.models.ensembles.weighted import likeliest_weights
from tests.models.ensembles.tables import CLASSES, anger, folds_of, table

GOOD, FAIR, NOISE = folds_of(400, 1.5, seed=1), folds_of(400, 0.7, seed=2), folds_of(400, 0.0, seed=3)


average, weighted_average = RULES["average"].evaluate, RULES["weighted_average"].evaluate
stacked = partial(fitted_on_other_folds, partial(fit_stacking, c=1.0, balanced=False))


FITTED = pytest.mark.parametrize("rule", [weighted_average, stacked])


def right(ensemble) -> float:
    found = ensemble.predictions
    said = np.array(CLASSES)[found[list(CLASSES)].to_numpy().argmax(axis=1)]
    return float((said == found.truth).mean())


def test_the_weights_are_the_likeliest_ones_when_a_rare_class_counts_as_much_as_a_frequent_one():
    rows = (GOOD.truth == "joy") | (GOOD.utterance_id < "u0040")
    tempted = NOISE.assign(anger=0.05, joy=0.95)  # right about the frequent class alone
    members = side_by_side({"good": GOOD[rows], "tempted": tempted[rows]})
    p = members.posteriors[:, np.arange(rows.sum()), members.truth]
    anger_said = members.truth == CLASSES.index("anger")
    assert anger_said.sum() == 20

    def surprise(weight):
        each = -np.log(weight * p[0] + (1 - weight) * p[1])
        return each[anger_said].mean() + each[~anger_said].mean()

    best = minimize_scalar(surprise, bounds=(0, 1), method="bounded").x
    np.testing.assert_allclose(likeliest_weights(members), [best, 1 - best], atol=2e-3)


@FITTED
def test_noise_beside_a_good_member_does_less_harm_than_in_the_average(rule):
    members = {"good": GOOD, "noise": NOISE}
    assert right(rule(members)) >= right(average(members))


def test_two_members_that_err_independently_are_better_together():
    alone = max(right(average({"a": member, "b": member})) for member in (GOOD, FAIR))
    assert right(stacked({"good": GOOD, "fair": FAIR})) > alone


@FITTED
def test_the_truth_of_a_fold_changes_no_prediction_in_it(rule):
    before = rule({"good": GOOD, "fair": FAIR}).predictions
    swapped = []
    for member in (GOOD, FAIR):
        tested = member.fold == "fold 2"
        swapped.append(
            member.assign(
                truth=member.truth.where(~tested, member.truth.map(dict(zip(CLASSES, CLASSES[::-1], strict=True))))
            )
        )
    after = rule(dict(zip(("good", "fair"), swapped, strict=True))).predictions
    tested = before.fold == "fold 2"
    np.testing.assert_array_equal(after.anger[tested], before.anger[tested])
    assert not np.allclose(after.anger[~tested], before.anger[~tested])


@FITTED
def test_where_a_member_is_absent_the_others_decide(rule):
    fewer = FAIR[FAIR.utterance_id > "u0099"]
    found = rule({"good": GOOD, "fair": fewer})
    assert found.answered == {"good": 100, "good + fair": 300}
    assert len(anger(found)) == 400
    alone = found.predictions.utterance_id <= "u0099"
    said = found.predictions.anger[alone].to_numpy() > 0.5
    if rule is weighted_average:
        np.testing.assert_allclose(found.predictions.anger[alone], GOOD.anger[:100])
    assert (said == (GOOD.anger[:100] > 0.5)).mean() > 0.9


@FITTED
def test_one_fold_needs_a_validation_part(rule):
    official = {name: member.assign(fold="official") for name, member in (("good", GOOD), ("noise", NOISE))}
    with pytest.raises(UserError, match=r"must not be chosen on its own test.*validation part"):
        rule(official)
    other = {
        name: folds_of(200, quality, seed=seed).assign(utterance_id=[f"v{i}" for i in range(200)])
        for name, quality, seed in (("good", 1.5, 5), ("noise", 0.0, 6))
    }
    assert right(rule(official, validation=other)) > 0.9
    with pytest.raises(UserError, match="400 utterances of the validation tables are tested"):
        rule(official, validation=official)
    with pytest.raises(UserError, match=r"validation tables are of \['good'\]"):
        rule(official, validation={"good": other["good"]})


def test_each_fold_learns_from_all_others():
    members = side_by_side({"good": GOOD, "noise": NOISE})
    for part in cross_fitted(members, None):
        assert set(members.keys.fold[part.tested]) == {part.fold}
        assert set(part.training.keys.fold) == set(GOOD.fold) - {part.fold}
        assert len(part.training.keys) + len(part.tested) == 400


def test_where_there_is_nothing_to_fit_on_stacking_averages_and_reports_it():
    first = table({"a": ("f", "anger", 0.6), "b": ("g", "anger", 0.9), "c": ("g", "anger", 0.8)})
    second = table({"a": ("f", "anger", 0.2), "b": ("g", "anger", 0.5)})
    found = stacked({"first": first, "second": second})
    assert anger(found) == pytest.approx({"a": 0.4, "b": 0.7, "c": 0.8})
    assert found.chosen["f"] == {"first + second": "average"}
    assert found.chosen["g"] == {"first + second": "average", "first": "average"}


def test_stacking_is_a_logistic_regression_with_c_of_a_tenth_in_which_classes_weigh_alike():
    rows = (GOOD.truth == "joy") | (GOOD.utterance_id < "u0060")  # 30 of 230 are angry
    good, fair = GOOD[rows].reset_index(drop=True), FAIR[rows].reset_index(drop=True)
    found = anger(RULES["stacking"].evaluate({"good": good, "fair": fair}))
    logs = np.log(np.column_stack([good[list(CLASSES)], fair[list(CLASSES)]]))
    for fold in set(good.fold):
        tested = (good.fold == fold).to_numpy()
        model = LogisticRegression(C=0.1, class_weight="balanced", max_iter=1000)
        expected = make_pipeline(StandardScaler(), model).fit(logs[~tested], good.truth[~tested])
        ours = [found[name] for name in good.utterance_id[tested]]
        np.testing.assert_allclose(ours, expected.predict_proba(logs[tested])[:, 0], atol=1e-4)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fitted_on_everything_comes_back_from_json_as_it_was(rule):
    members = side_by_side({"good": GOOD, "fair": FAIR[FAIR.utterance_id < "u0300"]})
    sets = np.array([[True, True], [True, False]])  # both, the first alone
    combiner = RULES[rule].fit(members, sets)
    again = RULES[rule].read(json.loads(json.dumps(combiner.state())))
    expected = combiner.combine(members.posteriors, members.present)
    np.testing.assert_array_equal(again.combine(members.posteriors, members.present), expected)
    np.testing.assert_allclose(expected.sum(axis=1), 1)


def test_stacking_fitted_on_everything_is_scikit_learns_regression_on_standardised_logs():
    members = side_by_side({"good": GOOD, "fair": FAIR})
    combiner = fit_stacking(members, np.array([[True], [True]]), c=0.1, balanced=False)
    logs = np.concatenate(list(np.log(members.posteriors)), axis=1)
    oracle = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)).fit(logs, members.truth)
    found = combiner.combine(members.posteriors, members.present)
    np.testing.assert_allclose(found, oracle.predict_proba(logs), atol=1e-12)


def test_a_set_of_members_that_stacking_was_not_fitted_for_is_averaged():
    members = side_by_side({"good": GOOD, "fair": FAIR})
    combiner = fit_stacking(members, np.array([[True], [True]]), c=0.1, balanced=False)
    alone = np.array([[True], [False]]) & members.present
    np.testing.assert_array_equal(
        combiner.combine(members.posteriors * alone[:, :, None], alone), members.posteriors[0]
    )
