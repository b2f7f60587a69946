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
        errors = []
        for other in set(FOLDS) - {fold}:
            own, learning = other == FOLD, ~np.isin(FOLD, [fold, other])
            scores, wanted = mean[learning], TRUTH[learning]
            line = wanted.mean(axis=0) + (mean - scores.mean(axis=0)) / scores.std(axis=0) * wanted.std(axis=0)
            errors.append(np.abs(TRUTH - np.clip(line, 1, 5))[own])
        errors = np.sort(np.concatenate(errors), axis=0)
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
    for column in ("valence", "valence half-width"):
        pd.testing.assert_series_equal(before[column][tested], after[column][tested])
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


def test_intervals_hold_their_share_of_the_ratings_however_many_weights_there_are():
    folds = np.array([f"speaker {number % 8}" for number in range(N)])
    members = {f"m{seed}": table(noisy(0.8, 0.8, seed), fold=folds) for seed in range(30)}
    made = combined(members, RATINGS, "weighted_average").predictions
    inside = [(made[name] - made[f"{name} rated"]).abs() <= made[f"{name} half-width"] for name in RATINGS.dimensions]
    assert 0.87 <= np.mean(inside) <= 0.97


def test_two_folds_and_members_of_other_utterances_folds_or_ratings_are_refused():
    pair = np.where(FOLD == "a", "a", "b")
    with pytest.raises(UserError, match=r"needs 3 folds.* there are 2 \(a, b\)"):
        combined({"one": table(WORDS, fold=pair), "other": table(SOUND, fold=pair)}, RATINGS, "average")
    of_before = TRUTH.copy()
    of_before[7, 1] = 3.21
    with pytest.raises(UserError, match=r"other was tested on other ratings .*\(120 predictions of valence, act"):
        combined({"one": table(WORDS), "other": table(SOUND, of_before)}, RATINGS, "average")
    fewer = Ratings(IDS, ("valence",), tuple((v,) for v, _ in TRUTH), RATINGS.speakers)
    with pytest.raises(UserError, match=r"one was tested on other ratings .* 120 utterances are rated in valence\)"):
        combined({"one": table(WORDS), "other": table(SOUND)}, fewer, "average")
    gone = Ratings(IDS[1:], RATINGS.dimensions, RATINGS.values[1:], RATINGS.speakers[1:])
    with pytest.raises(UserError, match="one was tested on other ratings"):
        combined({"one": table(WORDS), "other": table(SOUND)}, gone, "average")
    with pytest.raises(UserError, match=r"one and other were tested on other utterances or folds \(120 and 119"):
        combined({"one": table(WORDS), "other": table(SOUND)[1:]}, RATINGS, "average")
    with pytest.raises(UserError, match="other utterances or folds"):
        combined({"one": table(WORDS), "other": table(SOUND, fold=np.roll(FOLD, 1))}, RATINGS, "average")
    renamed = [*IDS[:-1], "another"]
    with pytest.raises(UserError, match="other was tested on other ratings"):
        combined({"one": table(WORDS), "other": table(SOUND, ids=renamed)}, RATINGS, "average")
