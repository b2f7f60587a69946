"""The attention of networks that are small enough to be worked out by hand."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from ser_tasks.bundles.explain.recording import attention_over
from ser_tasks.features.lld import LldParams
from ser_tasks.models.networks.masked_input import masked_input
from ser_tasks.models.networks.pooling import LearnedVectorAttention
from ser_tasks.models.networks.rolling_windows import RollingWindows

pytestmark = pytest.mark.network

HOP = 0.01  # s
SCORES = np.log(np.array([[1], [1], [3], [5]], np.float32))  # of four frames: softmax gives 0.1, 0.1, 0.3, 0.5


def bundle_of(network: keras.Model, frames: np.ndarray) -> SimpleNamespace:
    """What `attention_over` looks at of a bundle, its features given."""
    sections = {
        "audio": SimpleNamespace(sampling_rate=16_000),
        "lld": LldParams(window=0.025, hop=HOP, deltas=False),
    }
    section = SimpleNamespace(training=SimpleNamespace(frames_multiple=8))
    return SimpleNamespace(
        card=SimpleNamespace(model="blstm_attention", feature_set="lld"),
        recogniser=SimpleNamespace(model=network, section=section),
        sections=sections,
        features=lambda signal: frames,
    )


def attentive(steps, real, inputs) -> keras.Model:
    """Attention whose score of a step is its only value."""
    layer = LearnedVectorAttention(name="attention")
    vector, _ = layer(steps, real)
    layer.set_weights([np.ones(1, np.float32)])
    return keras.Model(inputs, keras.layers.Dense(2)(vector))


def test_each_frame_has_its_weight_at_its_middle_and_padding_none():
    inputs, x, mask = masked_input(1)
    network = attentive(x, mask, inputs)
    attention = attention_over(bundle_of(network, SCORES), np.zeros(1, np.float32))
    np.testing.assert_allclose(attention.weights, [0.1, 0.1, 0.3, 0.5], atol=1e-6)
    np.testing.assert_allclose(attention.times, [0.005, 0.015, 0.025, 0.035])


def test_a_step_of_a_network_that_halves_time_stands_for_two_frames():
    inputs, x, mask = masked_input(1)
    network = attentive(x[:, ::2], mask[:, ::2], inputs)
    attention = attention_over(bundle_of(network, SCORES), np.zeros(1, np.float32))
    np.testing.assert_allclose(attention.weights, [1 / 4, 3 / 4], atol=1e-6)  # 1 and 3
    np.testing.assert_allclose(attention.times, [0.01, 0.03])


def test_a_window_has_its_weight_at_the_middle_of_the_frames_that_it_holds():
    inputs, x, mask = masked_input(1)
    windows, real = RollingWindows(length=4, step=2, name="patches")(x, mask)
    network = attentive(windows[:, :, 0], real, inputs)  # the first frame of each window is its score
    frames = np.concatenate([SCORES, SCORES[:3]])  # seven: windows from 0, 2 and 4 on, the last one frame short
    attention = attention_over(bundle_of(network, frames), np.zeros(1, np.float32))
    np.testing.assert_allclose(attention.weights, [1 / 5, 3 / 5, 1 / 5], atol=1e-6)
    np.testing.assert_allclose(attention.times, [0.02, 0.04, 0.055])


def test_a_model_without_attention_has_none():
    inputs, x, _ = masked_input(1)
    network = keras.Model(inputs, keras.layers.Dense(2)(x[:, 0]))
    assert attention_over(bundle_of(network, SCORES), np.zeros(1, np.float32)) is None
    svm = SimpleNamespace(card=SimpleNamespace(feature_set="functionals"), recogniser=object())
    assert attention_over(svm, np.zeros(1, np.float32)) is None
