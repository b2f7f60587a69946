"""Augmentation of features: SpecAugment, tempo, mixup."""

import numpy as np
import pytest

from ser_tasks.augmentation.frames import at_random_tempo, at_tempo, mixed, with_masks
from ser_tasks.errors import UserError

FRAMES = np.random.default_rng(0).standard_normal((200, 40)).astype(np.float32)
MASKS = {
    "time_masks": 1,
    "time_width": 30,
    "time_share": 0.1,
    "frequency_masks": 1,
    "frequency_width": 8,
    "fill": np.nan,
}


def stretches(flags):
    """Lengths of the runs of true values."""
    edges = np.flatnonzero(np.diff(np.r_[0, flags.astype(int), 0]))
    return edges[1::2] - edges[::2]


def test_masks_are_whole_rows_and_columns_within_their_widths_and_reach_them():
    generator = np.random.default_rng(0)
    rows, columns = [], []
    for _ in range(300):
        gone = np.isnan(with_masks(FRAMES, generator=generator, **MASKS))
        rows += [stretches(gone.all(axis=1)).sum()]
        columns += [stretches(gone.all(axis=0)).sum()]
        np.testing.assert_array_equal(gone, gone.all(axis=1)[:, None] | gone.all(axis=0))
        assert max(len(stretches(gone.all(axis=1))), len(stretches(gone.all(axis=0)))) <= 1
    assert (min(rows), max(rows)) == (0, 20)  # a tenth of 200 frames, less than the width of 30
    assert (min(columns), max(columns)) == (0, 8)
    assert np.mean(rows) == pytest.approx(10, abs=1)  # widths are drawn evenly
    assert np.mean(columns) == pytest.approx(4, abs=0.5)


def test_every_frame_is_masked_now_and_then_and_what_is_not_masked_is_unchanged():
    generator = np.random.default_rng(0)
    everywhere = np.zeros(FRAMES.shape, bool)
    for _ in range(300):
        masked = with_masks(FRAMES, generator=generator, **MASKS)
        gone = np.isnan(masked)
        np.testing.assert_array_equal(masked[~gone], FRAMES[~gone])
        everywhere |= gone
    assert everywhere.all()


@pytest.mark.parametrize("shape", [(1, 40), (200, 1), (1, 1)])
def test_small_spectrograms_survive_wide_masks(shape):
    masked = with_masks(FRAMES[: shape[0], : shape[1]], generator=np.random.default_rng(0), **{**MASKS, "fill": 0.0})
    assert masked.shape == shape


def test_the_same_generator_masks_the_same_and_the_input_stays():
    before = FRAMES.copy()
    one, same, other = (with_masks(FRAMES, generator=np.random.default_rng(seed), **MASKS) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(np.isnan(one), np.isnan(other))
    np.testing.assert_array_equal(FRAMES, before)


@pytest.mark.parametrize("rate", [0.5, 0.83, 1.0, 1.3, 2.0])
def test_a_ramp_at_another_tempo_is_the_same_ramp_steeper(rate):
    ramp = np.outer(np.arange(101), [1.0, -2.0]).astype(np.float32)
    moved = at_tempo(ramp, rate=rate)
    assert len(moved) == round(101 / rate)
    np.testing.assert_allclose(moved[:, 0], np.linspace(0, 100, len(moved)), atol=1e-4)
    np.testing.assert_allclose(moved[:, 1], -2 * moved[:, 0], atol=1e-4)


def test_one_frame_has_no_tempo_and_a_short_one_keeps_a_frame():
    np.testing.assert_array_equal(at_tempo(FRAMES[:1], rate=1.0), FRAMES[:1])
    np.testing.assert_array_equal(at_tempo(FRAMES[:2], rate=9.0), FRAMES[:1])


def test_random_tempos_fill_their_range_and_follow_the_generator():
    generator = np.random.default_rng(0)
    lengths = [len(at_random_tempo(FRAMES, generator=generator, rate=(0.8, 1.25))) for _ in range(200)]
    assert 160 <= min(lengths) < 165
    assert 245 < max(lengths) <= 250
    assert len(at_random_tempo(FRAMES, generator=np.random.default_rng(0), rate=(0.8, 1.25))) == lengths[0]


def test_mixup_lies_on_the_line_between_its_examples_features_and_labels_alike():
    one, other = (FRAMES[:100], np.float32([1, 0, 0])), (FRAMES[100:], np.float32([0, 0, 1]))
    for seed in range(20):
        features, labels = mixed(one, other, generator=np.random.default_rng(seed), alpha=0.4)
        share = labels[0]
        np.testing.assert_allclose(labels, [share, 0, 1 - share], atol=1e-6)
        np.testing.assert_allclose(features, share * one[0] + (1 - share) * other[0], atol=1e-5)


@pytest.mark.parametrize("alpha", [0.2, 1.0])
def test_the_shares_have_the_moments_of_the_beta_distribution(alpha):
    generator = np.random.default_rng(0)
    pair = (np.float32([1.0]), np.float32([1.0])), (np.float32([0.0]), np.float32([0.0]))
    shares = np.array([mixed(*pair, generator=generator, alpha=alpha)[0][0] for _ in range(4_000)])
    assert shares.mean() == pytest.approx(0.5, abs=0.02)
    assert shares.var() == pytest.approx(1 / (4 * (2 * alpha + 1)), rel=0.05)


def test_examples_of_different_length_are_refused():
    with pytest.raises(UserError, match="Cut or fill both"):
        mixed((FRAMES, np.ones(3)), (FRAMES[:9], np.ones(3)), generator=np.random.default_rng(0), alpha=0.2)
