"""What TensorFlow computes in one operation is what the parts give one by one, values and slopes."""

import keras
import numpy as np
import pytest
from keras import layers

from ser_tasks.models.networks.batch_norm import EPSILON, MaskedBatchNorm
from ser_tasks.models.networks.recurrent import MaskedLstm
from ser_tasks.models.networks.rolling_windows import RealWindows, Unfold

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.network
if keras.backend.backend() != "tensorflow":
    pytest.skip("these operations are TensorFlow's", allow_module_level=True)

LENGTHS = (9, 4, 1)
MASK = np.arange(12)[None] < np.array(LENGTHS)[:, None]  # three frames of padding behind the longest, too


def slopes_of(layer, x, weights):
    """Hidden states on real frames, last hidden state and cell; slopes of a sum in which each has its own factor."""
    factor = tf.constant(np.random.default_rng(2).normal(size=(3, 12, 5)), tf.float32) * MASK[:, :, None]
    with tf.GradientTape() as tape:
        tape.watch(x)
        hidden, last, cell = layer(x, mask=tf.constant(MASK))
        if layer.go_backwards:
            hidden = hidden[:, ::-1]  # as Bidirectional turns them
        total = tf.reduce_sum(hidden * factor) + 3 * tf.reduce_sum(last**2) - 2 * tf.reduce_sum(cell)
    return [(hidden * MASK[:, :, None]).numpy(), last.numpy(), cell.numpy(), *tape.gradient(total, [x, *weights])]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_masked_lstm_has_the_states_and_slopes_of_keras_lstm(backwards):
    options = {"return_sequences": True, "return_state": True, "go_backwards": backwards}
    x = tf.constant(np.random.default_rng(0).normal(size=(3, 12, 7)), tf.float32)
    own, keras_own = MaskedLstm(5, **options), layers.LSTM(5, **options)
    found = []
    for layer in (own, keras_own):
        layer.build(x.shape)
        for seed, weight in enumerate(layer.weights):
            weight.assign(np.random.default_rng(seed).normal(size=weight.shape))
        found.append(slopes_of(layer, x, [weight.value for weight in layer.trainable_weights]))
    for one, wanted in zip(*found, strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-5, atol=1e-5)


def test_a_row_without_a_real_frame_keeps_the_state_that_it_began_with():
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 4, 3)), tf.float32)
    mask = tf.constant([[True, True, False, False], [False] * 4])
    _, last, cell = MaskedLstm(5, return_sequences=True, return_state=True)(x, mask=mask)
    assert (last[1].numpy() == 0).all()
    assert (cell[1].numpy() == 0).all()
    assert (last[0].numpy() != 0).all()


@pytest.mark.parametrize("lengths", [(4, 2, 1), (4, 4, 4)])
def test_batch_norm_has_the_values_and_slopes_of_its_formula(lengths):
    generator = np.random.default_rng(0)
    real = tf.constant(np.arange(4)[None] < np.array(lengths)[:, None], tf.float32)
    x, factor = (tf.constant(generator.normal(3, 2, (3, 4, 5, 6)), tf.float32) for _ in range(2))
    factor *= real[:, :, None, None]
    layer = MaskedBatchNorm()
    layer.build(x.shape, real.shape)
    layer.gamma.assign(generator.normal(size=6))
    layer.beta.assign(generator.normal(size=6))
    weights = [layer.gamma.value, layer.beta.value]
    found = []
    for compute in (lambda: layer(x, real, training=True), lambda: formula(x, real, *weights)):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = compute() * real[:, :, None, None]
            total = tf.reduce_sum(y * factor)
        found.append([y, *tape.gradient(total, [x, *weights])])
    for one, wanted in zip(*found, strict=True):
        np.testing.assert_allclose(one, wanted, rtol=1e-4, atol=1e-4)


def formula(x, real, gamma, beta):
    places = tf.boolean_mask(x, real > 0)
    mean = tf.reduce_mean(places, axis=(0, 1))
    variance = tf.reduce_mean((places - mean) ** 2, axis=(0, 1))
    return (x - mean) / tf.sqrt(variance + EPSILON) * gamma + beta


def test_in_training_windows_of_padding_are_left_out_and_come_back_as_zeros():
    windows = tf.reshape(tf.range(2 * 3 * 4, dtype=tf.float32), (2, 3, 4))
    real = tf.constant([[1, 1, 0], [1, 0, 0]], tf.float32)
    kept, flags = RealWindows()(windows, real, training=True)
    assert kept.numpy().tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [12, 13, 14, 15]]
    assert flags.numpy().tolist() == [1, 1, 1]
    back = Unfold()(kept, real, training=True)
    np.testing.assert_array_equal(back, windows * real[:, :, None])
    everything, _ = RealWindows()(windows, real, training=False)
    assert everything.shape == (6, 4)
