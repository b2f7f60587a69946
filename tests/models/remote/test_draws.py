"""What an epoch leaves to chance."""

from itertools import combinations

import numpy as np
import pytest

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.models.remote.clips import Clips, padded_lengths
from ser_tasks.models.remote.draws import FILLER, draw_epoch, split_evenly
from ser_tasks.models.remote.settings import Settings
from tests.models.remote.small_plans import AUGMENTATION, N_DIMS, TRAINING

pytestmark = pytest.mark.network

LENGTHS = np.arange(20, 50, dtype=np.int32)
TRUTH = np.array([0] * 20 + [1] * 10)
HOST = tuple(np.zeros((length, N_DIMS), np.float32) for length in LENGTHS)


def clips(copies: int = 0) -> Clips:
    lengths = np.tile(LENGTHS, 1 + copies)
    first = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int32)
    return Clips(HOST * (1 + copies), None, first, lengths, len(LENGTHS))


def drawn(*, n_steps=4, copies=0, rows=None, **changes):
    rows = np.arange(30) if rows is None else rows
    return draw_epoch(
        clips(copies),
        rows,
        TRUTH[rows],
        n_classes=2,
        n_steps=n_steps,
        settings=Settings(TRAINING | changes, where="training"),
        generator=np.random.default_rng(0),
    )


def test_every_utterance_comes_once_with_the_weight_of_its_class():
    draws = drawn()
    real = draws.n_frames > 0
    assert sorted(draws.first[real]) == list(clips().first)
    weights = class_weights(TRUTH, n_classes=2)
    np.testing.assert_allclose(draws.weight[real], weights[draws.truth[real]])
    np.testing.assert_array_equal(draws.weight[~real], 0)


def test_few_items_are_split_evenly_and_fillers_stand_behind_them():
    places = split_evenly(np.arange(10), n_steps=4, batch_size=5)
    assert (places != FILLER).sum(axis=1).tolist() == [3, 3, 2, 2]
    assert places[0].tolist() == [0, 1, 2, FILLER, FILLER]


def test_no_batch_is_empty_even_with_fewer_items_than_steps():
    places = split_evenly(np.array([7, 8]), n_steps=4, batch_size=3)
    assert places[:, 0].tolist() == [7, 7, 8, 8]


def test_the_tempo_stays_in_its_range_and_masks_inside_the_clip():
    draws = drawn(augmentation=AUGMENTATION)
    real = draws.n_frames > 0
    rates = draws.length[real] / draws.n_frames[real]
    assert rates.min() > 0.78
    assert rates.max() < 1.28
    assert np.ptp(rates) > 0.3
    assert (draws.time_start + draws.time_width <= draws.n_frames[..., None]).all()
    assert (draws.time_width <= np.minimum(8, 0.2 * draws.n_frames)[..., None]).all()
    assert draws.time_width.max() > 5
    assert (draws.band_start + draws.band_width <= N_DIMS).all()
    assert set(np.unique(draws.band_width)) == {0, 1, 2}


def test_real_clips_are_mixed_among_themselves():
    draws = drawn(rows=np.arange(10), augmentation=AUGMENTATION)
    for partner, n_frames in zip(draws.partner, draws.n_frames, strict=True):
        n_real = np.count_nonzero(n_frames)
        assert sorted(partner[:n_real]) == list(range(n_real))
    assert ((draws.share > 0) & (draws.share < 1)).all()


def test_sampling_makes_the_classes_equal_and_copies_take_their_turn():
    draws = drawn(n_steps=5, copies=2, balance="sampling")
    real = draws.n_frames > 0
    assert np.bincount(draws.truth[real]).tolist() == [20, 20]
    n_frames = LENGTHS.sum()
    assert set(draws.first[real] // n_frames) == {0, 1, 2}


def test_few_shapes_hold_all_clips_with_the_least_padding():
    assert padded_lengths(np.array([1, 1, 1]), multiple=64) == (1,)
    assert padded_lengths(np.array([10, 70, 70, 130, 190]), multiple=64, shapes=2) == (128, 192)
    assert padded_lengths(np.array([60] * 100 + [120, 180, 1000]), multiple=64, shapes=3) == (64, 192, 1024)
    assert padded_lengths(np.array([100, 9000]), multiple=64, shapes=4)[-1] >= 9000
    assert len(padded_lengths(np.arange(1, 2400, 7), multiple=100, shapes=24)) == 24


@pytest.mark.parametrize("shapes", [1, 2, 3, 4])
def test_the_padded_lengths_leave_the_fewest_frames_of_padding_of_all_choices(shapes):
    longest = np.random.default_rng(shapes).integers(1, 700, 60)
    values = np.unique(-(-longest // 64) * 64)
    all_of_them = [(*few, values[-1]) for n in range(shapes) for few in combinations(values[:-1], n)]
    padded = [sum(min(length for length in own if length >= one) for one in longest) for own in all_of_them]
    found = padded_lengths(longest, multiple=64, shapes=shapes)
    assert sum(min(length for length in found if length >= one) for one in longest) == min(padded)
