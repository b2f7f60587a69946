"""The layers, each against numpy, another module or a closed form."""

import keras
import numpy as np
import pytest

from ser_tasks.features.deltas import regression_deltas
from ser_tasks.models.networks import pooling
from ser_tasks.models.networks.batch_norm import EPSILON, MOMENTUM, MaskedBatchNorm
from ser_tasks.models.networks.rolling_windows import RollingWindows
from ser_tasks.models.networks.slope_channels import SlopeChannels
from ser_tasks.models.networks.standardise import Standardise
from tests.models.networks.small_networks import batch, values

pytestmark = pytest.mark.network

LENGTHS = (11, 5, 1)
TIDY = batch(LENGTHS, n_dims=4, padding=3, garbage=0.0)
FRAMES, MASK = TIDY["frames"], TIDY["mask"]
CLIPS = [frames[:n].astype(np.float64) for frames, n in zip(FRAMES, LENGTHS, strict=True)]


@pytest.mark.parametrize(
    ("n_frames", "n_windows"), [(1, 1), (127, 1), (128, 1), (129, 2), (192, 2), (193, 3), (384, 5), (1_000, 15)]
)
def test_there_are_as_many_windows_as_hold_every_frame(n_frames, n_windows):
    """384 frames are the 5 windows of Fabien."""
    x = batch((n_frames,), n_dims=1, padding=200, garbage=0.0)
    _, real = map(values, RollingWindows(length=128, step=64)(x["frames"], x["mask"]))
    assert real.sum() == n_windows


@pytest.mark.parametrize(("length", "step"), [(8, 4), (6, 2), (4, 4)])
@pytest.mark.parametrize("n_frames", [1, 3, 4, 5, 8, 9, 12, 13, 30])
def test_windows_begin_every_step_and_the_last_is_filled_up_with_zeros(n_frames, length, step):
    x = batch((n_frames,), n_dims=2, padding=17, garbage=0.0)
    starts = range(0, max(1, n_frames - length + step), step)
    wanted = [x["frames"][0, start : start + length] for start in starts]
    windows, real = map(values, RollingWindows(length=length, step=step)(x["frames"], x["mask"]))
    assert real[0].tolist() == [1] * len(wanted) + [0] * (windows.shape[1] - len(wanted))
    np.testing.assert_array_equal(windows[0, : len(wanted)], wanted)


def test_a_step_that_does_not_divide_the_window_is_an_error():
    with pytest.raises(ValueError, match="Take a step that divides it"):
        RollingWindows(length=8, step=3)


def test_slopes_inside_the_network_are_the_regression_deltas_of_each_clip():
    channels = values(SlopeChannels(reach=2)(FRAMES, MASK))
    for row, clip in enumerate(CLIPS):
        slope = regression_deltas(clip, reach=2)
        wanted = np.stack([clip, slope, regression_deltas(slope, reach=2)], axis=-1)
        np.testing.assert_allclose(channels[row, : len(clip)], wanted, atol=1e-6)
        assert (channels[row, len(clip) :] == 0).all()


def test_the_slope_of_a_ramp_is_its_slope_and_the_slope_of_that_is_0():
    ramp = (3.0 * np.arange(20, dtype=np.float32)).reshape(1, 20, 1)
    channels = values(SlopeChannels(reach=2)(ramp, np.ones((1, 20), np.float32)))
    np.testing.assert_allclose(channels[0, 4:-4, 0, 1:], [[3.0, 0.0]] * 12, atol=1e-5)


def test_batch_statistics_are_those_of_the_real_frames():
    layer = MaskedBatchNorm()
    together = np.concatenate(CLIPS)
    garbage = batch(LENGTHS, n_dims=4, padding=3)["frames"]
    found = values(layer(garbage, MASK, training=True))[MASK > 0]
    wanted = (together - together.mean(axis=0)) / np.sqrt(together.var(axis=0) + EPSILON)
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    np.testing.assert_allclose(values(layer.moving_mean), (1 - MOMENTUM) * together.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(
        values(layer.moving_variance), MOMENTUM + (1 - MOMENTUM) * together.var(axis=0), atol=1e-6
    )


def test_without_padding_batch_norm_is_that_of_keras():
    images = np.random.default_rng(0).normal(3, 2, size=(2, 5, 6, 4)).astype(np.float32)
    ours, theirs = MaskedBatchNorm(), keras.layers.BatchNormalization(epsilon=EPSILON, momentum=MOMENTUM)
    for training in (True, False):
        found = values(ours(images, np.ones((2, 5), np.float32), training=training))
        np.testing.assert_allclose(found, values(theirs(images, training=training)), atol=1e-4)


def test_padding_is_zero_after_standardising_even_if_it_was_not_a_number():
    layer = Standardise()
    layer.build((None, None, 4), (None, None))
    layer.set_statistics(mean=[0, 1, 2, 3], std=[1, 2, 0, 4])
    frames = np.where(MASK[..., None] > 0, FRAMES, np.nan).astype(np.float32)
    found = values(layer(frames, MASK))
    assert (found[MASK == 0] == 0).all()
    np.testing.assert_allclose(found[0, :11], (CLIPS[0] - [0, 1, 2, 3]) / [1, 2, 1, 4], atol=1e-6)


def test_attention_that_knows_nothing_is_the_mean():
    layer = pooling.LearnedVectorAttention()
    layer.build(FRAMES.shape, MASK.shape)
    layer.u.assign(np.zeros(4))
    vector, _ = layer(FRAMES, MASK)
    wanted = [clip.mean(axis=0) for clip in CLIPS]
    np.testing.assert_allclose(values(vector), wanted, atol=1e-6)
    np.testing.assert_allclose(values(pooling.MaskedMean()(FRAMES, MASK)), wanted, atol=1e-6)


def test_statistics_without_attention_are_mean_and_standard_deviation():
    layer = pooling.AttentiveStatistics(units=3)
    layer.build(FRAMES.shape, MASK.shape)
    layer.v.assign(np.zeros(3))
    vector, _ = layer(FRAMES, MASK)
    wanted = [np.concatenate([clip.mean(axis=0), clip.std(axis=0)]) for clip in CLIPS]
    np.testing.assert_allclose(values(vector), wanted, atol=2e-3)  # one frame has the root of the floor, 0.001


def test_an_attention_score_of_log_2_more_is_twice_the_weight():
    scores = np.log(np.array([[1.0, 2.0, 5.0, 9.0]], np.float32))
    found = values(pooling.masked_softmax(scores, np.array([[1, 1, 1, 0]], np.float32)))
    np.testing.assert_allclose(found, [[1 / 8, 2 / 8, 5 / 8, 0]], atol=1e-6)


def test_where_nothing_is_real_all_weights_are_0():
    assert (values(pooling.masked_softmax(np.ones((1, 3), np.float32), np.zeros((1, 3), np.float32))) == 0).all()


def test_wangs_attention_never_weighs_two_frames_by_more_than_e_squared():
    layer = pooling.ConstantVectorAttention()
    layer.build((1, 2, 4), (1, 2))
    layer.bias.assign([50.0, 0, 0, 0])  # u at a corner of the simplex, outputs at the ends of their range
    _, weights = layer(np.array([[[1.0, 0, 0, 0], [-1, 0, 0, 0]]], np.float32), np.ones((1, 2), np.float32))
    np.testing.assert_allclose(values(weights)[0, 0] / values(weights)[0, 1], np.exp(2), rtol=1e-4)


def test_dot_self_attention_is_the_mean_of_keras_attention():
    ours, theirs = pooling.DotSelfAttention(), keras.layers.Attention(use_scale=True, score_mode="dot")
    vector, _ = ours(FRAMES, MASK)
    answers = values(theirs([FRAMES, FRAMES], mask=[None, MASK > 0]))
    wanted = [row[:n].mean(axis=0) for row, n in zip(answers, LENGTHS, strict=True)]
    np.testing.assert_allclose(values(vector), wanted, atol=1e-5)


def test_a_query_that_is_a_frame_itself_finds_it():
    frames = 10 * np.eye(4, dtype=np.float32)[None]
    _, weights = pooling.QueryAttention()(frames, np.ones((1, 4), np.float32), frames[:, 2])
    np.testing.assert_allclose(values(weights), [[0, 0, 1, 0]], atol=1e-6)
