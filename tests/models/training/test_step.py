"""One step of training: the loss and the weights of Keras' own, compiled once whatever the shapes of the batches."""

import keras
import numpy as np
import pytest

from ser_tasks.models.networks.masked_input import masked_input
from ser_tasks.models.networks.pooling import MaskedMean
from ser_tasks.models.training import trainer
from ser_tasks.models.training.augment import Batch
from ser_tasks.models.training.step import training_step
from tests.models.training.test_trainer import SETTINGS, examples, recogniser

pytestmark = pytest.mark.network

SHAPES = ((4, 20), (4, 20), (4, 33), (3, 20), (1, 50))  # utterances and frames: the last of an epoch is smaller


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    inputs, x, mask = masked_input(6)
    x = keras.layers.Dropout(0.3)(keras.layers.Dense(5, activation="relu")(MaskedMean()(x, mask)))
    model = keras.Model(inputs, keras.layers.Dense(3)(x))
    model.compile(optimizer="adam", loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    return model


def batches() -> list[Batch]:
    rng = np.random.default_rng(1)
    return [
        Batch(
            rng.normal(size=(n, frames, 6)).astype(np.float32),
            np.ones((n, frames), np.float32),
            np.eye(3, dtype=np.float32)[rng.integers(0, 3, n)],
            rng.uniform(0.5, 2, n).astype(np.float32),
        )
        for n, frames in SHAPES
    ]


def test_losses_and_weights_are_those_of_train_on_batch():
    ours, its = network(), network()
    step = training_step(ours)
    losses = [step(batch) for batch in batches()]
    expected = [
        float(its.train_on_batch({"frames": b.frames, "mask": b.mask}, b.targets, sample_weight=b.weights))
        for b in batches()
    ]
    assert losses == pytest.approx(expected, rel=1e-5)
    for mine, other in zip(ours.get_weights(), its.get_weights(), strict=True):
        assert mine == pytest.approx(other, abs=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="others compile in their own way")
def test_tensorflow_compiles_one_step_for_batches_of_every_shape(monkeypatch):
    model, traced = network(), []
    own = model.train_step
    monkeypatch.setattr(model, "train_step", lambda data: traced.append(1) or own(data))
    step = training_step(model)
    for batch in batches():
        step(batch)
    assert len(traced) == 1


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="its dropout draws from one state for all layers")
def test_no_seed_is_set_once_training_has_begun_since_that_undoes_what_tensorflow_has_compiled(monkeypatch):
    epoch, seeds, began = trainer._epoch, [], []
    monkeypatch.setattr(keras.utils, "set_random_seed", seeds.append)
    monkeypatch.setattr(trainer, "_epoch", lambda *given, **named: began.append(len(seeds)) or epoch(*given, **named))
    settings = SETTINGS.model_copy(update={"epochs": 3, "patience": 3})
    recogniser(settings=settings).fit(examples(1, n=24), None)
    assert len(began) >= 3
    assert set(began) == {1}, "one before the first epoch, none between epochs"
    assert len(seeds) == 1
