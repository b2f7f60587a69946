"""The optimiser over a leading axis of members moves each as the formula of AdamW does."""

import jax
import keras
import numpy as np
import pytest

from ser_tasks.models.remote.settings import Settings
from ser_tasks.models.training.trainer import optimizer
from tests.models.remote.small_plans import TRAINING

SETTINGS = Settings(TRAINING | {"epochs": 5, "warm_up_epochs": 2, "clip_norm": 1.0}, where="training")
STEPS_PER_EPOCH, N_STEPS, N_MEMBERS = 4, 20, 3
RNG = np.random.default_rng(0)
WEIGHTS = [RNG.normal(size=(N_MEMBERS, *shape)).astype(np.float32) for shape in ((3, 4), (4,))]
GRADIENTS = [
    [RNG.normal(0, scale, size=weights.shape).astype(np.float32) for weights in WEIGHTS]
    for scale in RNG.uniform(0.01, 2, N_STEPS)
]


def rate(step: int) -> float:
    """Linear from a hundredth to the whole, then half a cosine to 0."""
    warm_up, every = 2 * STEPS_PER_EPOCH, 5 * STEPS_PER_EPOCH
    if step < warm_up:
        return 0.01 * (0.01 + 0.99 * step / warm_up)
    return 0.01 * 0.5 * (1 + np.cos(np.pi * (step - warm_up) / (every - warm_up)))


def by_formula(member: int) -> list[list[np.ndarray]]:
    """Loshchilov & Hutter (2019), arXiv:1711.05101, algorithm 2, with clipping by the global norm; float64."""
    weights = [values[member].astype(np.float64) for values in WEIGHTS]
    m, v, after = [0.0, 0.0], [0.0, 0.0], []
    for step, gradients in enumerate(GRADIENTS):
        own = [values[member].astype(np.float64) for values in gradients]
        norm = np.sqrt(sum((values**2).sum() for values in own))
        for i, gradient in enumerate(own):
            clipped = gradient * min(1, 1 / norm)
            m[i], v[i] = 0.9 * m[i] + 0.1 * clipped, 0.999 * v[i] + 0.001 * clipped**2
            m_hat, v_hat = m[i] / (1 - 0.9 ** (step + 1)), v[i] / (1 - 0.999 ** (step + 1))
            decayed = weights[i] * (1 - rate(step) * 0.01)
            weights[i] = decayed - rate(step) * m_hat / (np.sqrt(v_hat) + 1e-7)
        after.append([values.copy() for values in weights])
    return after


def stacked(settings: Settings = SETTINGS) -> list[list[np.ndarray]]:
    variables = [keras.Variable(values[0]) for values in WEIGHTS]
    keras_optimizer = optimizer(settings, steps_per_epoch=STEPS_PER_EPOCH)
    keras_optimizer.build(variables)
    step = jax.jit(jax.vmap(keras_optimizer.stateless_apply))
    state = [np.stack([np.array(variable)] * N_MEMBERS) for variable in keras_optimizer.variables]
    weights, after = WEIGHTS, []
    for gradients in GRADIENTS:
        weights, state = step(state, gradients, weights)
        after.append([np.asarray(values) for values in weights])
    return after


def test_every_member_is_moved_as_by_the_formula_step_by_step():
    found = stacked()
    for member in range(N_MEMBERS):
        for step, expected in enumerate(by_formula(member)):
            for mine, wanted in zip(found[step], expected, strict=True):
                np.testing.assert_allclose(mine[member], wanted, atol=1e-5, err_msg=f"step {step}")


@pytest.mark.parametrize("name", ["adamw", "adam", "rmsprop", "sgd"])
def test_a_member_is_moved_as_by_the_optimiser_of_the_ordinary_training(name):
    settings = Settings(TRAINING | {"epochs": 5, "warm_up_epochs": 2, "optimizer": name}, where="training")
    found, variables = stacked(settings), [keras.Variable(values[1]) for values in WEIGHTS]
    keras_optimizer = optimizer(settings, steps_per_epoch=STEPS_PER_EPOCH)
    for step, gradients in enumerate(GRADIENTS):
        keras_optimizer.apply([values[1] for values in gradients], variables)
        for mine, variable in zip(found[step], variables, strict=True):
            np.testing.assert_allclose(mine[1], np.array(variable), atol=1e-5, err_msg=f"step {step}")
