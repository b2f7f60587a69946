"""A training that is killed goes on from its last epoch, as if nothing had happened."""

from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest

from ser_tasks.models.networks.batch_norm import MaskedBatchNorm
from ser_tasks.models.networks.masked_input import masked_input
from ser_tasks.models.networks.pooling import MaskedMean
from ser_tasks.models.training import trainer
from ser_tasks.models.training.checkpoint import load_weights
from ser_tasks.models.training.history import Epoch, History
from ser_tasks.models.training.progress import read_progress, write_progress
from ser_tasks.models.training.trainer import Labelled, train
from ser_tasks.params import AugmentationParams, TrainingParams

pytestmark = pytest.mark.network

SETTINGS = TrainingParams(
    seeds=1,
    epochs=6,
    keep="best",
    patience=6,
    refit=False,
    validation_share=0.3,
    batch_size=8,
    frames_multiple=64,
    learning_rate=0.01,
    warm_up_epochs=1,
    weight_decay=0.01,
    label_smoothing=0.1,
    clip_norm=5,
    optimizer="adamw",
    momentum=0.9,
    tensorboard=False,
    balance="weights",
    precision="float32",
    augmentation=AugmentationParams(tempo=(0.8, 1.25), spec_augment=None, mixup_alpha=0.2),
)


def part(seed: int) -> Labelled:
    rng = np.random.default_rng(seed)
    truth = np.arange(24) % 2
    clips = [(rng.normal(size=(20, 6)) + 0.5 * t).astype(np.float32) for t in truth]
    return Labelled(clips, truth)


def untrained() -> keras.Model:
    """Dropout, and statistics that no gradient moves."""
    keras.utils.set_random_seed(3)
    inputs, x, real = masked_input(6)
    x = keras.layers.Dropout(0.4)(MaskedBatchNorm()(keras.layers.Dense(4)(x), real))
    return keras.Model(inputs, keras.layers.Dense(2)(MaskedMean()(x, real)))


def figures(history: History) -> list[tuple[float, ...]]:
    return [(epoch.loss, epoch.val_loss, epoch.val_uar) for epoch in history.epochs]


class Ended(NamedTuple):
    """A training that went on to its end."""

    model: keras.Model
    history: History
    folder: Path


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> Ended:
    model, folder = untrained(), tmp_path_factory.mktemp("undisturbed")
    return Ended(model, train(model, part(0), part(1), settings=SETTINGS, seed=1, folder=folder), folder)


def test_a_killed_training_ends_with_the_weights_of_an_undisturbed_one(undisturbed, tmp_path, monkeypatch):
    def kill_after_three(folder, history, *, epochs):
        if len(history.epochs) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(trainer, "write_progress", kill_after_three)
        with pytest.raises(KeyboardInterrupt):
            train(untrained(), part(0), part(1), settings=SETTINGS, seed=1, folder=tmp_path)
    model = untrained()
    assert not load_weights(tmp_path, model), "those of a broken training are none of an ended one"
    went_on = []
    monkeypatch.setattr(trainer, "write_progress", lambda folder, history, epochs: went_on.append(len(history.epochs)))
    history = train(model, part(0), part(1), settings=SETTINGS, seed=1, folder=tmp_path)
    assert went_on == [4, 5, 6]
    np.testing.assert_allclose(figures(history), figures(undisturbed.history), atol=1e-5)
    for resumed, whole in zip(model.get_weights(), undisturbed.model.get_weights(), strict=True):
        np.testing.assert_allclose(resumed, whole, atol=1e-5)


def test_a_finished_training_is_not_done_again(undisturbed, monkeypatch):
    monkeypatch.setattr(trainer, "training_batches", None)
    again = untrained()
    history = train(again, part(0), part(1), settings=SETTINGS, seed=1, folder=undisturbed.folder)
    assert figures(history) == figures(undisturbed.history)
    for kept, trained in zip(again.get_weights(), undisturbed.model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, trained)


def test_progress_is_none_before_the_first_epoch_and_then_counts_down(tmp_path):
    assert read_progress(tmp_path) is None
    epochs = [Epoch(loss=1.0, val_loss=1.0, val_uar=uar, seconds=2.0) for uar in (0.5, 0.7, 0.6)]
    write_progress(tmp_path, History("best", epochs), epochs=10)
    progress = read_progress(tmp_path)
    assert (progress.epoch, progress.val_uar, progress.seconds_left) == (3, 0.6, 14.0)


def test_the_weights_of_an_ended_training_can_be_had_again_and_there_are_none_without_one(undisturbed, tmp_path):
    assert not load_weights(tmp_path / "nothing", untrained())
    other = untrained()
    assert load_weights(undisturbed.folder, other)
    for kept, wanted in zip(other.get_weights(), undisturbed.model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, wanted)
