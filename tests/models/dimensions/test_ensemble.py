"""Several models of dimensions made one: weights, lines and intervals against NumPy, and what none is fitted to."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.evaluation.dimensions.scoring import Ratings
from ser_tasks.models.dimensions.ensemble import combined

N, FOLDS = 120, ("a", "b", "c")
IDS = tuple(f"u{number:03d}" for number in range(N))
FOLD = np.array([FOLDS[number % 3] for number in range(N)])
RNG = np.random.default_rng(0)
TRUTH = np.clip(RNG.normal(3, 0.8, (N, 2)), 1, 5)
RATINGS = Ratings(IDS, ("valence", "activation"), tuple(map(tuple, TRUTH)), tuple(FOLD))


def table(values, truth=TRUTH, fold=FOLD, ids=IDS) -> pd.DataFrame:
    columns = {}
    for place, name in enumerate(RATINGS.dimensions):
        columns |= {name: values[:, place], f"{name} rated": truth[:, place], f"{name} half-width": 1.0}
    return pd.DataFrame({"utterance_id": ids, "fold": fold, "seed": 0, **columns})


def noisy(valence: float, activation: float, seed: int) -> np.ndarray:
    """What a model predicts whose errors have these standard deviations."""
    return TRUTH + np.random.default_rng(seed).normal(0, 1, (N, 2)) * [valence, activation]


WORDS, SOUND = noisy(0.2, 3.0, 1), noisy(3.0, 0.2, 2)  # one is right about valence, the other about activation


def test_each_dimension_takes_the_member_that_knows_it():
    made = combined({"words": table(WORDS), "sound": table(SOUND)}, RATINGS, "weighted_average")
    for weights in made.chosen.values():
        assert weights["valence"]["words"] > 5 * weights["valence"]["sound"]
        assert weights["activation"]["sound"] > 5 * weights["activation"]["words"]
    for place, name in enumerate(RATINGS.dimensions):
        own = concordance(TRUTH[:, place], made.predictions[name].to_numpy())
        assert own > max(concordance(TRUTH[:, place], member[:, place]) for member in (WORDS, SOUND)) - 0.01
        assert own > 0.95


def test_the_average_is_the_mean_of_the_members_brought_to_mean_and_spread_of_the_ratings_of_the_other_folds():
    made = combined({"words": table(WORDS), "sound": table(SOUND)}, RATINGS, "average")
    mean = (WORDS + SOUND) / 2
    for fold in FOLDS:
        tested = fold == FOLD
        others, truth = mean[~tested], TRUTH[~tested]
        line = truth.mean(axis=0) + (mean - others.mean(axis=0)) / others.std(axis=0) * truth.std(axis=0)
        expected = np.clip(line, 1, 5)
        np.testing.assert_allclose(made.predictions[["valence", "activation"]].to_numpy()[tested], expected[tested])
        errors = np.sort(np.abs(truth - expected[~tested]), axis=0)
        rank = int(np.ceil((len(errors) + 1) * 0.9)) - 1
        halves = made.predictions[["valence half-width", "activation half-width"]].to_numpy()[tested]
        np.testing.assert_allclose(halves, np.tile(errors[rank], (tested.sum(), 1)))


def test_weights_that_least_squares_wants_above_0_are_those_of_least_squares():
    both = (noisy(0.5, 0.5, 3), noisy(0.7, 0.7, 4))
    made = combined({"one": table(both[0]), "other": table(both[1])}, RATINGS, "weighted_average")
    others = FOLD != "a"
    for place, name in enumerate(RATINGS.dimensions):
        rows = np.column_stack([own[others, place] for own in both] + [np.ones(others.sum())])
        expected = np.linalg.lstsq(rows, TRUTH[others, place], rcond=None)[0][:2]
        assert min(expected) > 0
        assert list(made.chosen["a"][name].values()) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("rule", ["average", "weighted_average"])
def test_ratings_of_a_fold_change_no_prediction_of_it_and_those_of_others_do(rule):
    members = {"words": WORDS, "sound": SOUND}
    before = combined({name: table(own) for name, own in members.items()}, RATINGS, rule).predictions
    other = np.where((FOLD == "a")[:, None], 6 - TRUTH, TRUTH)
    ratings = Ratings(IDS, RATINGS.dimensions, tuple(map(tuple, other)), RATINGS.speakers)
    after = combined({name: table(own, other) for name, own in members.items()}, ratings, rule).predictions
    tested = (before.fold == "a").to_numpy()
    pd.testing.assert_series_equal(before.valence[tested], after.valence[tested])
    assert not np.allclose(before.valence[~tested], after.valence[~tested])


def test_the_order_of_a_member_s_rows_changes_nothing():
    turned = table(SOUND).iloc[::-1]
    one = combined({"words": table(WORDS), "sound": table(SOUND)}, RATINGS, "weighted_average")
    same = combined({"words": table(WORDS), "sound": turned}, RATINGS, "weighted_average")
    pd.testing.assert_frame_equal(one.predictions, same.predictions)


def test_where_no_member_knows_anything_all_weigh_the_same():
    against = 6 - TRUTH
    made = combined({"one": table(against), "other": table(against)}, RATINGS, "weighted_average")
    assert made.chosen["a"]["valence"] == {"one": 0.5, "other": 0.5}


def test_one_fold_and_members_of_other_utterances_or_folds_are_refused():
    alone = np.full(N, "official")
    with pytest.raises(UserError, match=r"one fold there is \(official\)"):
        combined({"one": table(WORDS, fold=alone), "other": table(SOUND, fold=alone)}, RATINGS, "average")
    with pytest.raises(UserError, match=r"one and other were tested on other utterances or folds \(120 and 119"):
        combined({"one": table(WORDS), "other": table(SOUND)[1:]}, RATINGS, "average")
    with pytest.raises(UserError, match="other utterances or folds"):
        combined({"one": table(WORDS), "other": table(SOUND, fold=np.roll(FOLD, 1))}, RATINGS, "average")
    renamed = [*IDS[:-1], "another"]
    with pytest.raises(UserError, match="other utterances or folds"):
        combined({"one": table(WORDS), "other": table(SOUND, ids=renamed)}, RATINGS, "average")
