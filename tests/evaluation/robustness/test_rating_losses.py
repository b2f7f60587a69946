"""From ratings to figures and sentences, against Lin's formula and means worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.evaluation.dimensions.scoring import DimensionOutcome, Ratings
from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.rating_losses import figures_of_ratings, rating_losses, ratings_under
from ser_tasks.evaluation.robustness.words import summary_of_ratings
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=500, confidence=0.95)
IDS = tuple(f"{speaker}{i}" for speaker in "abcd" for i in range(5))
RATED = np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 4)
RATINGS = Ratings(IDS, ("valence", "activation"), tuple((v, v) for v in RATED), tuple(name[0] for name in IDS))
SOFT, LOUD = Condition("white", 30.0, {"seed": 0}), Condition("white", 0.0, {"seed": 0})


def table(valence, activation) -> pd.DataFrame:
    own = {"valence": valence, "activation": activation}
    rated = {f"{name} rated": RATED for name in own} | {f"{name} half-width": 0.75 for name in own}
    return pd.DataFrame({"utterance_id": IDS, "fold": "f", "seed": 0, **own, **rated})


def figures(soft, loud, clean=None):
    tables = {"": table(RATED, RATED) if clean is None else clean, SOFT.name: soft, LOUD.name: loud}
    return rating_losses(tables, [SOFT, LOUD], RATINGS, PARAMS)


def test_the_predictions_under_a_condition_are_found_by_it_and_named_as_the_utterances():
    ids, rows = ("a", "b", "a under white_0", "b under white_0"), ((1.0,), (2.0,), (3.0,), (4.0,))
    outcome = DimensionOutcome(ids, rows, (0.5,), {"alpha": 1})
    assert ratings_under(outcome, "") == DimensionOutcome(("a", "b"), rows[:2], (0.5,), {"alpha": 1})
    assert ratings_under(outcome, "white_0") == DimensionOutcome(("a", "b"), rows[2:], (0.5,), {"alpha": 1})


def test_the_same_predictions_lose_nothing():
    soft, _ = figures(table(RATED, RATED), table(RATED + 1, RATED))
    assert (soft["ccc"], soft["difference"]["ccc_difference"], soft["difference"]["p_holm"]) == (1, 0, 1)
    assert soft["dimensions"]["valence"] == {"ccc": 1, "ccc_low": 1, "ccc_high": 1, "interval_coverage": 1, "shift": 0}


def test_predictions_that_are_one_too_high_have_the_ccc_of_lin_and_leave_their_intervals():
    _, loud = figures(table(RATED, RATED), table(RATED + 1, RATED))
    lin = 2 * 2 / (2 + 2 + 1)  # variance 2 on both sides, means that differ by 1
    own = loud["dimensions"]["valence"]
    assert (own["ccc"], own["shift"], own["interval_coverage"]) == (pytest.approx(lin), 1, 0)
    assert loud["dimensions"]["activation"]["shift"] == 0
    assert loud["ccc"] == pytest.approx((lin + 1) / 2)
    assert loud["difference"]["ccc_difference"] == pytest.approx((lin - 1) / 2)
    assert (loud["difference"]["p"], loud["difference"]["p_holm"]) == (0, 0)  # every speaker loses as much


def test_two_tests_count_as_two():
    noisy = RATED + np.random.default_rng(0).normal(0, 0.5, len(IDS))
    noisy[:5] = RATED[:5]
    soft, loud = figures(table(RATED, RATED), table(noisy, RATED))
    assert 0 < loud["difference"]["p"] < 1
    assert loud["difference"]["p_holm"] == pytest.approx(2 * loud["difference"]["p"], abs=2e-4)
    assert soft["difference"]["p_holm"] == 1


def test_the_sentences_state_what_is_lost_where_predictions_move_and_what_becomes_of_the_intervals():
    clean = table(RATED, RATED)
    said = summary_of_ratings(
        figures_of_ratings(clean, RATINGS, PARAMS), figures(clean, table(np.full(20, 4.5), RATED))
    )
    assert said == [
        "Clean, the mean CCC is 1.000.",
        "CCC lost to white noise: 0.500 at 0 dB SNR; 50 % of it: predictions of valence move by +1.50 then.",
        "Differences that the test does not tell from none, in CCC: white noise, 30 dB SNR (+0.000).",
        "The predicted intervals of valence hold 100 % of the ratings when clean, at worst 40 % "
        "(white noise, 0 dB SNR).",
    ]
