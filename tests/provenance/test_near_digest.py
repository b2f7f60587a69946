"""Near enough, or not: what is left of a prediction table when its last bits may differ."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.provenance.near_digest import SUMS, TOLERANCE, distance, near_digest, signed_sums

RNG = np.random.default_rng(0)
CLASSES = ("anger", "joy", "neutral")


def table(n: int = 200) -> pd.DataFrame:
    posteriors = pd.DataFrame(np.random.default_rng(1).dirichlet(np.ones(3), n), columns=CLASSES)
    keys = {"utterance_id": [f"u{i}" for i in range(n)], "fold": "f1", "seed": 0, "truth": "joy"}
    return pd.concat([pd.DataFrame(keys), posteriors], axis=1)


MADE = table()
RECORDED = near_digest(MADE)


def changed(row: int, **values: float) -> pd.DataFrame:
    other = MADE.copy()
    for name, value in values.items():
        other.loc[row, name] += value
    return other


def test_the_sums_are_of_all_values_with_signs_that_are_even_over_the_table():
    sums = signed_sums(MADE.assign(anger=1.0, joy=1.0, neutral=1.0))
    assert sums.shape == (SUMS,)
    assert np.array_equal(sums % 2, np.zeros(SUMS)), "600 times plus or minus one"
    assert np.abs(sums).max() < 5 * np.sqrt(600), "five standard deviations of fair coins"
    np.testing.assert_allclose(
        signed_sums(MADE.assign(**{name: 3 * MADE[name] for name in CLASSES})), 3 * signed_sums(MADE)
    )


def test_the_order_of_rows_and_columns_changes_nothing():
    shuffled = MADE.sample(frac=1, random_state=0)[[*reversed(MADE.columns)]]
    assert near_digest(shuffled) == RECORDED


@pytest.mark.parametrize(("size", "near"), [(1e-12, True), (1e-9, True), (1e-5, True), (1e-3, False)])
def test_rounding_of_every_posterior_stays_within_the_tolerance_and_more_does_not(size, near):
    other = MADE.copy()
    other[list(CLASSES)] += RNG.uniform(-size, size, (len(MADE), 3))
    assert (distance(RECORDED, other) <= TOLERANCE) == near


def test_the_distance_is_the_root_mean_square_of_the_differences():
    own = signed_sums(MADE)
    estimates = []
    for seed in range(40):
        noise = np.random.default_rng(seed).normal(0, 1e-3, (len(MADE), 3))
        sums = signed_sums(MADE.assign(**dict(zip(CLASSES, (MADE[list(CLASSES)].to_numpy() + noise).T, strict=True))))
        estimates.append(np.mean((sums - own) ** 2) / noise.size)
    assert np.sqrt(np.mean(estimates)) == pytest.approx(1e-3, rel=0.1)
    assert distance(RECORDED, changed(0, anger=0.0, joy=0.0)) < 1e-7, "what the digits that are recorded leave"


@pytest.mark.parametrize("row", range(0, 200, 20))
def test_one_posterior_that_moves_by_a_hundredth_is_seen_and_by_a_thousandth_is_within_the_tolerance(row):
    assert distance(RECORDED, changed(row, anger=0.01)) == pytest.approx(0.01 / np.sqrt(600), rel=1e-3)
    assert distance(RECORDED, changed(row, anger=0.01)) > TOLERANCE > distance(RECORDED, changed(row, anger=0.001))


def test_another_likeliest_class_is_no_matter_of_tolerance():
    narrow = MADE.assign(anger=0.4, joy=0.4 - 1e-6, neutral=0.2)
    recorded = near_digest(narrow)
    other = narrow.copy()
    other.loc[7, ["anger", "joy"]] = 0.4 - 1e-6, 0.4
    assert np.abs(signed_sums(narrow) - signed_sums(other)).max() < TOLERANCE
    assert distance(recorded, other) == np.inf


def test_another_utterance_is_too_and_what_records_nothing_is_told_apart():
    assert distance(RECORDED, MADE.replace({"utterance_id": {"u3": "u3b"}})) == np.inf
    assert distance({"predictions": "0"}, MADE) is None


def test_a_table_of_dimensions_has_sums_and_no_classes():
    rated = pd.DataFrame({"utterance_id": ["a", "b"], "fold": "f", "seed": 0, "valence": [1.0, 2.0]})
    recorded = near_digest(rated)
    assert list(recorded) == ["sums"]
    assert distance(recorded, rated.assign(valence=[1.0, 2.0 + 1e-9])) < TOLERANCE
    assert distance(recorded, rated.assign(valence=[1.0, 2.001])) == pytest.approx(1e-3 / np.sqrt(2), abs=1e-6)
