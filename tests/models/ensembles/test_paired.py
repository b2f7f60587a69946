"""Paired tests, against binomial sums and the bootstrap's closed form."""

import math

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.metrics import uar_interval
from ser_tasks.models.ensembles.paired import mcnemar, uar_difference
from tests.models.ensembles.tables import CLASSES, folds_of, table

BOOTSTRAP = {"confidence": 0.95, "resamples": 4000, "seed": 0}


def answers(right: list[bool]) -> pd.DataFrame:
    return table({f"u{i}": ("f", "anger", 0.9 if ok else 0.1) for i, ok in enumerate(right)})


def test_mcnemar_is_the_binomial_test_of_the_utterances_they_disagree_on():
    first = answers([True] * 9 + [False] * 2 + [True] * 30)
    second = answers([False] * 9 + [True] * 2 + [True] * 30)
    found = mcnemar(first, second)
    assert (found.first_only, found.second_only) == (9, 2)
    assert found.p == pytest.approx(2 * sum(math.comb(11, k) for k in range(3)) / 2**11)
    assert mcnemar(first, first).p == 1


def test_the_order_of_rows_does_not_matter():
    first, second = folds_of(100, 1.0, seed=0), folds_of(100, 0.5, seed=1)
    assert mcnemar(first, second) == mcnemar(first, second.sample(frac=1, random_state=0))


def test_the_difference_and_its_interval_are_those_of_uar_where_the_second_is_always_wrong():
    first = folds_of(400, 1.0, seed=0)
    wrong = first.assign(anger=1.0 * (first.truth == "joy"), joy=1.0 * (first.truth == "anger"))
    speakers = {name: f"s{i // 2 % 10}" for i, name in enumerate(first.utterance_id)}
    found = uar_difference(first, wrong, speakers, **BOOTSTRAP)
    said = [CLASSES[int(p < 0.5)] for p in first.anger]
    alone = uar_interval(list(first.truth), said, list(speakers.values()), classes=CLASSES, **BOOTSTRAP)
    assert found.speakers == 10
    assert found.difference == pytest.approx((alone.low + alone.high) / 2)
    assert (found.interval.low, found.interval.high) == pytest.approx((alone.low, alone.high))
    assert found.p < 1e-6


def test_equal_models_do_not_differ_and_equally_good_ones_seldom_do():
    first = folds_of(400, 1.0, seed=0)
    speakers = {name: f"s{i // 2 % 20}" for i, name in enumerate(first.utterance_id)}
    same = uar_difference(first, first, speakers, **BOOTSTRAP)
    assert (same.difference, same.p) == (0, 1)
    p_values = [
        uar_difference(
            folds_of(400, 1.0, seed=2 * i),
            folds_of(400, 1.0, seed=2 * i + 1),
            speakers,
            **{**BOOTSTRAP, "resamples": 300},
        ).p
        for i in range(60)
    ]
    assert np.mean(np.array(p_values) < 0.05) < 0.15
    assert 0.3 < np.mean(p_values) < 0.7  # uniform where there is no difference


def test_p_and_interval_agree_and_swap_with_the_models():
    first, second = folds_of(400, 1.0, seed=0), folds_of(400, 0.6, seed=1)
    speakers = {name: f"s{i // 2 % 20}" for i, name in enumerate(first.utterance_id)}
    found, swapped = (uar_difference(*pair, speakers, **BOOTSTRAP) for pair in ((first, second), (second, first)))
    assert found.difference == pytest.approx(-swapped.difference)
    assert found.p == pytest.approx(swapped.p)
    assert (found.p < 0.05) == (found.interval.low > 0)


def test_one_speaker_says_nothing():
    first, second = folds_of(40, 2.0, seed=0), folds_of(40, 0.0, seed=1)
    found = uar_difference(first, second, dict.fromkeys(first.utterance_id, "s"), **BOOTSTRAP)
    assert found.p == 1
    assert (found.interval.low, found.interval.high) == (-1, 1)


def test_other_utterances_are_errors():
    with pytest.raises(UserError, match=r"40 in one table, 38 in the other, 38 in both"):
        mcnemar(folds_of(40, 1.0, seed=0), folds_of(38, 1.0, seed=0))
