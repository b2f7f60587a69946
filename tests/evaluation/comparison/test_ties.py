"""Best, tied and worse, against the paired test they stand on."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ser_tasks.evaluation.comparison.predictions import by_seed
from ser_tasks.evaluation.comparison.rows import Row, comparisons
from ser_tasks.evaluation.comparison.ties import standing
from ser_tasks.evaluation.comparison.verdict import verdict
from ser_tasks.models.ensembles.paired import mcnemar, uar_difference
from tests.evaluation.comparison.made import PARAMS, labels, predictions, result, rows, speakers_of

KNOWN = labels()
SPEAKERS = speakers_of(KNOWN)
MODELS = {"mlp": 0.91, "svm": 0.93, "psd_cnn": 0.5, "svm_speaker_norm": 0.98}
(COMPARISON,) = comparisons(rows(MODELS, KNOWN))
FOUND = standing(COMPARISON.ranked, SPEAKERS, PARAMS)


def alone(model: str):
    tables = {row.name: row.answers for row in COMPARISON.ranked}
    how = {"confidence": PARAMS.confidence, "resamples": PARAMS.bootstrap_resamples, "seed": PARAMS.seed}
    pair = tables[FOUND.best], tables[model]
    return uar_difference(*pair, SPEAKERS, **how), mcnemar(*pair)


def test_the_smaller_of_two_p_values_is_doubled_and_the_larger_is_not():
    p = {name: alone(name)[0].p for name in FOUND.order[1:]}
    small, large = sorted(p, key=p.get)
    assert FOUND.tests[small].p == pytest.approx(2 * p[small])
    assert FOUND.tests[large].p == pytest.approx(max(p[large], 2 * p[small]))


def test_mcnemar_of_the_same_predictions_is_corrected_in_the_same_way():
    p = sorted(alone(name)[1].p for name in FOUND.order[1:])
    assert sorted(own for _, own in FOUND.mcnemar.values()) == pytest.approx([2 * p[0], max(p[1], 2 * p[0])])
    assert {name: test for name, (test, _) in FOUND.mcnemar.items()} == {name: alone(name)[1] for name in FOUND.tests}


def test_a_coin_is_worse_and_a_near_equal_is_tied():
    assert FOUND.order == ("svm", "mlp", "psd_cnn")
    assert [FOUND.mark(name) for name in FOUND.order] == ["best", "tied", "worse"]
    assert FOUND.speakers == 6


def test_absent_predictions_leave_a_model_untested():
    ranked = [replace(row, seeds=()) if row.name == "mlp" else row for row in COMPARISON.ranked]
    found = standing(tuple(ranked), SPEAKERS, PARAMS)
    assert found.mark("mlp") == "not tested"
    assert found.tests["psd_cnn"].p == pytest.approx(alone("psd_cnn")[0].p)  # one test: nothing to correct


def test_of_several_seeds_the_answers_of_each_count_and_no_mean_of_them():
    """Three networks, wrong where no other is: their mean is right everywhere, and better than any of them."""
    one, coin = predictions(KNOWN, 1.0, seed=0), predictions(KNOWN, 0.5, seed=1)
    wrong = [one.index % 20 < 6, (one.index % 20 >= 6) & (one.index % 20 < 10), one.index % 20 == 19]
    seeds = [
        one.assign(seed=seed, anger=np.where(own, 1 - one.anger, one.anger), joy=np.where(own, 1 - one.joy, one.joy))
        for seed, own in enumerate(wrong)
    ]
    table = pd.concat(seeds)
    several = Row(result("mlp", table, KNOWN), by_seed(table))
    single = Row(result("psd_cnn", coin, KNOWN), by_seed(coin))
    found = standing((several, single), SPEAKERS, PARAMS)
    assert several.result["uar_seeds"] == [0.7, 0.8, 0.95]
    stated = several.result["uar"] - single.result["uar"]
    assert found.tests["psd_cnn"].difference.difference == pytest.approx(stated, abs=1e-4)
    assert found.speakers == 6
    alone = [standing((Row(several.result, by_seed(own)), single), SPEAKERS, PARAMS) for own in seeds]
    assert found.mcnemar["psd_cnn"] == alone[0].mcnemar["psd_cnn"]


def test_the_verdict_names_the_choice_what_equals_it_what_is_worse_and_what_is_used_differently():
    said = verdict(COMPARISON, FOUND, "EMO-DB")
    svm, other = COMPARISON.ranked[0].result, COMPARISON.adapted[0].result
    assert said[0] == f"On EMO-DB, choose svm: UAR {figure(svm)} %."
    assert said[1].startswith("mlp cannot be distinguished from it on these 6 speakers")
    assert said[2].startswith("psd_cnn is worse (p ") and said[2].endswith(", corrected for 2 tests).")
    assert said[3] == (
        f"With all of a speaker's audio at hand, svm_speaker_norm reaches {figure(other)} %; it is used differently, "
        "so it is not ranked with the others."
    )


def test_a_tied_model_that_is_far_below_is_marked_as_such():
    points = 100 * FOUND.tests["mlp"].difference.difference
    said = verdict(COMPARISON, FOUND, "EMO-DB")[1]
    assert (f"here it is {points:.1f} points below" in said) == (points >= 1)


def test_the_verdict_states_where_test_speakers_are_in_the_training_set():
    shared = replace(COMPARISON, speaker_overlap="shared")
    assert "new speakers may do worse" in verdict(shared, FOUND, "MELD")[-1]


def figure(result: dict) -> str:
    return "{:.1f} [{:.1f}, {:.1f}]".format(*(100 * result[key] for key in ("uar", "uar_low", "uar_high")))
