"""The training loop on a task with a known solution: which of two dimensions rises over time."""

import keras
import numpy as np
import pytest
from keras import ops

from ser_tasks.errors import UserError
from ser_tasks.models import MODELS
from ser_tasks.models.network import NetworkRecogniser, NetworkSection, network_builder
from ser_tasks.models.networks.mlp import MlpParams
from ser_tasks.models.networks.spectrogram_cnn import SpectrogramCnnParams
from ser_tasks.models.networks.standardise import Standardise
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.training import trainer
from ser_tasks.models.training.logits import inputs, network_logits
from ser_tasks.models.training.trainer import (
    Labelled,
    steps_per_epoch,
    train,
    training_batches,
    validate,
)
from ser_tasks.params import AugmentationParams, NetworkParams, TrainingParams

pytestmark = pytest.mark.network

SETTINGS = TrainingParams(
    seeds=1,
    epochs=12,
    keep="best",
    patience=4,
    refit=False,
    validation_share=0.34,
    batch_size=16,
    frames_multiple=64,
    learning_rate=0.02,
    warm_up_epochs=1,
    weight_decay=0.0,
    label_smoothing=0.0,
    clip_norm=5,
    optimizer="adamw",
    momentum=0.9,
    tensorboard=False,
    balance="weights",
    precision="float32",
    augmentation=AugmentationParams(tempo=None, spec_augment=None, mixup_alpha=None),
)
CLASSES = ("falls", "rises")


def examples(seed: int, n: int = 96) -> Examples:
    """Clips of 20 to 60 frames, 8 dimensions of noise, on which a slope of either sign lies; six speakers.

    All are padded to one length, and fill their batches: TensorFlow takes seconds to trace a step at each other shape.
    """
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    clips = [rng.normal(0, 0.3, (rng.integers(20, 60), 8)).astype(np.float32) for _ in range(n)]
    clips = [
        clip + np.linspace(-1, 1, len(clip), dtype=np.float32)[:, None] * (2 * t - 1)
        for clip, t in zip(clips, truth, strict=True)
    ]
    return Examples(tuple(clips), np.array(CLASSES)[truth], np.array([f"s{i // 2 % 6}" for i in range(n)]))


def recogniser(seed: int = 0, settings: TrainingParams = SETTINGS) -> NetworkRecogniser:
    def build(*, n_dims, n_classes):
        frames, mask = keras.Input((None, n_dims), name="frames"), keras.Input((None,), name="mask")
        x = Standardise(name="standardise")(frames, mask)
        n_frames = ops.sum(mask, axis=1, keepdims=True)
        time = ops.cumsum(mask, axis=1) / n_frames - 0.5
        x = ops.einsum("btd,bt->bd", x, time * mask / n_frames)  # slopes: no recurrent layer, which takes long to trace
        return keras.Model({"frames": frames, "mask": mask}, keras.layers.Dense(n_classes)(x))

    return NetworkRecogniser(build, NetworkSection(NetworkParams(training=settings)), classes=CLASSES, seed=seed)


@pytest.fixture(scope="module")
def fitted() -> tuple[NetworkRecogniser, dict]:
    network = recogniser()
    return network, network.fit(examples(0), None)


def test_a_learnable_task_is_learned_and_unseen_clips_are_recognised(fitted):
    network, test = fitted[0], examples(1)
    posteriors = network.posteriors(test.features)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    assert (np.array(CLASSES)[posteriors.argmax(axis=1)] == test.emotions).mean() > 0.9


def test_what_happened_is_reported(fitted):
    chosen = fitted[1]
    assert 1 <= chosen["kept_epoch"] <= chosen["epochs"] <= SETTINGS.epochs
    assert chosen["parameters"] == fitted[0].model.count_params()


def test_the_same_seed_gives_the_same_network(fitted):
    again = recogniser()
    again.fit(examples(0), None)
    np.testing.assert_allclose(
        again.posteriors(examples(1).features), fitted[0].posteriors(examples(1).features), atol=1e-5
    )


def test_predictions_come_in_the_order_of_the_inputs(fitted):
    features = examples(1).features
    forward, backward = (fitted[0].posteriors(part) for part in (features, features[::-1]))
    np.testing.assert_allclose(forward, backward[::-1], atol=1e-5)


def test_the_kept_weights_are_those_of_the_best_epoch():
    learn, check = examples(0), examples(2)
    truth = np.arange(96) % 2
    keras.utils.set_random_seed(0)
    model = recogniser().build(n_dims=8, n_classes=2)
    history = train(
        model, Labelled(list(learn.features), truth), Labelled(list(check.features), truth), settings=SETTINGS, seed=0
    )
    answers = network_logits(model, list(check.features), settings=SETTINGS).argmax(axis=1)
    recalls = [(answers[truth == k] == k).mean() for k in (0, 1)]
    assert np.mean(recalls) == pytest.approx(history.kept.val_uar)


def test_later_epochs_that_do_worse_on_validation_are_undone():
    learn, check, truth = examples(0), examples(2), np.arange(96) % 2
    part, opposite = Labelled(list(learn.features), truth), Labelled(list(check.features), 1 - truth)
    settings = SETTINGS.model_copy(update={"learning_rate": 0.003})
    keras.utils.set_random_seed(0)
    model = recogniser().build(n_dims=8, n_classes=2)
    history = train(model, part, opposite, settings=settings, seed=0)
    assert history.epochs[-1].val_uar < history.kept.val_uar - 0.05, "what is learnt is wrong for this validation part"
    assert validate(model, opposite, settings=SETTINGS)[0] == pytest.approx(history.kept.val_uar)


def test_clips_of_one_length_may_be_followed_by_clips_of_another():
    rng = np.random.default_rng(0)
    clips = [rng.normal(size=(n, 8)).astype(np.float32) for n in [60] * 64 + [200] * 8]
    part = Labelled(clips, np.arange(72) % 2)
    model = recogniser().build(n_dims=8, n_classes=2)
    settings = SETTINGS.model_copy(update={"epochs": 3})
    assert len(train(model, part, part, settings=settings, seed=0).epochs) == 3


def test_augmentation_of_the_training_part_leaves_the_task_learnable_and_the_test_part_alone():
    augmentation = AugmentationParams(tempo=(0.8, 1.25), spec_augment=None, mixup_alpha=0.2)
    settings = SETTINGS.model_copy(update={"augmentation": augmentation})
    learn, check, truth = examples(0), examples(2), np.arange(96) % 2
    before = [clip.copy() for clip in check.features]
    keras.utils.set_random_seed(0)
    model = recogniser().build(n_dims=8, n_classes=2)
    part, validation = Labelled(list(learn.features), truth), Labelled(list(check.features), truth)
    assert train(model, part, validation, settings=settings, seed=0).kept.val_uar > 0.9
    for clip, same in zip(check.features, before, strict=True):
        np.testing.assert_array_equal(clip, same)


def test_networks_read_their_own_sizes_and_how_they_are_trained():
    section = NetworkSection(SpectrogramCnnParams(filters=4, dropout=0.1, training=SETTINGS))
    assert section.sizes == {"filters": 4, "dropout": 0.1}
    dumped = section.model_dump(mode="json")
    assert dumped["filters"] == 4
    assert dumped["training"]["epochs"] == 12
    assert MODELS["spectrogram_cnn"].code == (
        "ser_tasks.models.networks.spectrogram_cnn.build_spectrogram_cnn",
        "ser_tasks.models.training.trainer",
    )


def test_a_row_of_statistics_is_an_utterance_of_one_frame():
    rng = np.random.default_rng(0)
    rows = (rng.normal(size=(96, 8)) + np.arange(96)[:, None] % 2).astype(np.float32)
    learn = examples(0)
    section = NetworkSection(
        MlpParams(input_dropout=0.0, units=[4, 3], dropout=0.0, training=SETTINGS.model_copy(update={"epochs": 2}))
    )
    network = NetworkRecogniser(network_builder("mlp"), section, classes=CLASSES, seed=0)
    network.fit(Examples(rows, learn.emotions, learn.speakers), None)
    assert network.posteriors(rows).shape == (96, 2)
    assert network.embeddings(rows).shape == (96, 3)


def test_an_utterance_is_trained_on_as_it_is_or_as_one_of_its_copies():
    rng = np.random.default_rng(0)
    clips, copy = [np.zeros((3, 1), np.float32)], [np.ones((3, 1), np.float32)]
    part = Labelled(clips, np.zeros(1, int), (copy,))
    heard = {float(part.clip(np.intp(0), rng).max()) for _ in range(50)}
    assert heard == {0.0, 1.0}


@pytest.mark.parametrize(("balance", "rare"), [("weights", 8), ("none", 8), ("sampling", 24)])
def test_classes_count_alike_by_weight_or_by_number_or_not_at_all(balance, rare):
    part = Labelled([np.zeros((4, 2), np.float32)] * 32, np.array([0] * 24 + [1] * 8))
    settings = SETTINGS.model_copy(update={"balance": balance})
    batches = list(training_batches(part, n_classes=2, settings=settings, generator=np.random.default_rng(0)))
    assert len(batches) == steps_per_epoch(part, settings)
    targets, weights = (np.concatenate([batch[place] for batch in batches]) for place in (2, 3))
    assert targets.sum(axis=0).tolist() == [24, rare]
    say = (targets * weights[:, None]).sum(axis=0)
    assert say[0] == pytest.approx(say[1] if balance != "none" else 3 * say[1])


def test_a_loss_that_is_not_finite_ends_the_training_with_what_to_turn():
    learn, truth = examples(0), np.arange(96) % 2
    part = Labelled([clip * np.float32("inf") for clip in learn.features], truth)
    with pytest.raises(UserError, match=r"diverged in epoch 1: loss nan.*Lower training.learning_rate \(now 0.02\)"):
        train(recogniser().build(n_dims=8, n_classes=2), part, part, settings=SETTINGS, seed=0)


def test_inputs_are_named_as_networks_name_them():
    given = inputs([np.ones((5, 3), np.float32)], settings=SETTINGS)
    assert given["frames"].shape == (1, 64, 3)
    assert given["mask"].sum() == 5


def test_after_a_refit_all_training_speakers_have_been_trained_on_for_as_many_epochs(monkeypatch):
    trainings = []

    def remember(model, learn, check, *, epochs, **settings):
        trainings.append((len(learn), check, epochs))
        return train(model, learn, check, epochs=epochs, **settings)

    monkeypatch.setattr(trainer, "train", remember)
    settings = SETTINGS.model_copy(update={"refit": True, "epochs": 4, "patience": 4})
    refitted = recogniser(settings=settings)
    chosen = refitted.fit(examples(0), None)
    (n_learnt, check, _), (n_all, nobody, epochs) = trainings
    assert n_learnt + len(check) == n_all == len(examples(0).emotions)
    assert nobody is None
    assert epochs == chosen["kept_epoch"]


def test_the_last_epoch_is_kept_where_that_is_asked():
    settings = SETTINGS.model_copy(update={"keep": "last", "epochs": 7, "patience": 1})
    assert recogniser(settings=settings).fit(examples(0), None)["kept_epoch"] == 7
