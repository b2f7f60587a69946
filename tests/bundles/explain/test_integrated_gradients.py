"""Integrated gradients, held against functions whose integral is known."""

import numpy as np
import pytest
from scipy.special import expit

from ser_tasks.bundles.explain.integrated_gradients import (
    FEWEST_STEPS,
    MOST_STEPS,
    integrated_gradients,
    network_gradients,
)
from ser_tasks.models.training.batches import pad
from tests.models.networks.small_networks import SMALL, small_network

pytestmark = pytest.mark.network

WEIGHTS = np.array([[0.5, -2.0], [3.0, 0.0]])
GIVEN, BASELINE = np.array([[1.0, 2.0], [-1.0, 4.0]]), np.array([[0.0, 1.0], [1.0, 4.0]])


def test_of_a_linear_output_they_are_weight_times_difference():
    found = integrated_gradients(
        lambda x: ((x * WEIGHTS).sum(axis=(1, 2)), np.broadcast_to(WEIGHTS, x.shape)), GIVEN, BASELINE
    )
    np.testing.assert_allclose(found.values, [[0.5, -2.0], [-6.0, 0.0]], atol=1e-6)
    assert found.change == pytest.approx(-7.5)
    assert found.steps == FEWEST_STEPS


def test_of_a_product_each_factor_gets_half():
    """f = x y from 0 to (2, 3): the gradient on the way is (3 a, 2 a), whose means are 3/2 and 1."""
    found = integrated_gradients(lambda x: (x.prod(axis=1), x[:, ::-1]), np.array([2.0, 3.0]), np.zeros(2))
    np.testing.assert_allclose(found.values, [3, 3], atol=1e-6)


def test_a_bend_takes_more_steps_and_one_that_is_too_sharp_is_reported_as_incomplete():
    def step(slope: float, where: float):
        return lambda x: (expit(slope * (x[:, 0] - where)), slope * expit(z := slope * (x - where)) * expit(-z))

    bent = integrated_gradients(step(200, 0.34), np.array([1.0]), np.array([0.0]))
    assert bent.complete
    assert FEWEST_STEPS < bent.steps < MOST_STEPS
    sharp = integrated_gradients(step(1e5, 0.34), np.array([1.0]), np.array([0.0]))
    assert not sharp.complete
    assert sharp.steps == MOST_STEPS


@pytest.mark.parametrize("name", ["mlp", "spectrogram_cnn"])
def test_of_a_network_they_sum_to_the_difference_of_its_logits_and_padding_has_none(name):
    network, n_dims = small_network(name), SMALL[name][1]["n_dims"]
    generator = np.random.default_rng(1)
    utterance = generator.normal(size=(1 if name == "mlp" else 11, n_dims)).astype(np.float32)
    frames, mask = pad([utterance], multiple=8)
    frames[0, len(utterance) :] = 5  # whatever lies in the padding
    baseline = np.zeros_like(frames[0])
    direction = np.array([0, 1, -1], np.float32)

    found = integrated_gradients(network_gradients(network, mask[0], direction), frames[0], baseline)

    logits = network.predict_on_batch({"frames": np.stack([frames[0], baseline]), "mask": np.repeat(mask, 2, axis=0)})
    expected = float((logits[0] - logits[1]) @ direction)
    assert found.change == pytest.approx(expected, abs=1e-5)
    assert found.values.sum() == pytest.approx(expected, abs=0.01)
    assert found.complete
    assert np.abs(found.values[: len(utterance)]).max() > 0
    assert (found.values[len(utterance) :] == 0).all()
