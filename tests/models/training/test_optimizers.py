"""Each optimizer of `training.optimizer` moves weights as its formula does."""

import keras
import numpy as np
import pytest

from ser_tasks.models.training.trainer import optimizer
from ser_tasks.params import TrainingParams
from tests.models.training.test_trainer import SETTINGS

pytestmark = pytest.mark.network

RATE, STEPS, EPSILON = 0.05, 6, 1e-7
GRADIENTS = np.random.default_rng(0).normal(0, 0.3, (STEPS, 4))
START = np.array([1.0, -2.0, 0.5, 0.0])


def moved(settings: TrainingParams) -> np.ndarray:
    """Weights after all steps at one learning rate in place of the schedule."""
    weights = keras.Variable(START.astype(np.float32))
    own = optimizer(settings, steps_per_epoch=1)
    own.learning_rate = lambda: RATE
    for gradient in GRADIENTS:
        own.apply([keras.ops.convert_to_tensor(gradient.astype(np.float32))], [weights])
    return np.array(weights)


def settings(name: str, **changes) -> TrainingParams:
    return SETTINGS.model_copy(update={"optimizer": name, "clip_norm": 1e6, "weight_decay": 0.1} | changes)


def adam(*, decay: float) -> np.ndarray:
    """Kingma & Ba (2015), arXiv:1412.6980, algorithm 1; with the decoupled decay of arXiv:1711.05101."""
    weights, m, v = START.copy(), 0.0, 0.0
    for t, g in enumerate(GRADIENTS, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        weights *= 1 - RATE * decay
        weights -= RATE * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + EPSILON)
    return weights


def rmsprop() -> np.ndarray:
    """Tieleman & Hinton (2012), lecture 6.5: the root of a running mean of squares, here 0.9 of it old."""
    weights, v = START.copy(), 0.0
    for g in GRADIENTS:
        v = 0.9 * v + 0.1 * g**2
        weights -= RATE * g / np.sqrt(v + EPSILON)
    return weights


def nesterov(*, momentum: float) -> np.ndarray:
    """Sutskever et al. (2013), "On the importance of initialization and momentum", in the shifted variable."""
    weights, velocity = START.copy(), np.zeros(4)
    for g in GRADIENTS:
        velocity = momentum * velocity - RATE * g
        weights += momentum * velocity - RATE * g
    return weights


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (settings("adamw"), adam(decay=0.1)),
        (settings("adam"), adam(decay=0.0)),
        (settings("rmsprop"), rmsprop()),
        (settings("sgd", momentum=0.8), nesterov(momentum=0.8)),
        (settings("sgd", momentum=0.0), START - RATE * GRADIENTS.sum(axis=0)),
    ],
    ids=["adamw", "adam", "rmsprop", "sgd with momentum", "sgd"],
)
def test_weights_move_as_by_the_formula(own, expected):
    np.testing.assert_allclose(moved(own), expected, atol=2e-5)


@pytest.mark.parametrize("name", ["adamw", "adam", "rmsprop", "sgd"])
def test_all_of_them_are_clipped_and_follow_the_schedule(name):
    own = optimizer(settings(name, clip_norm=2.0), steps_per_epoch=3)
    assert own.global_clipnorm == 2.0
    assert float(own.learning_rate) == pytest.approx(SETTINGS.learning_rate / 100)
