"""The one training loop for all networks, on any Keras backend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from ser_tasks.augmentation.balance import class_weights
from ser_tasks.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.training.augment import Batch, mixed_up, varied
from ser_tasks.training.batches import Frames, length_buckets, pad

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import TrainingParams

FRAMES_MULTIPLE = 64  # padded lengths: few shapes, so that compiled steps are used again


@dataclass(frozen=True)
class Labelled:
    """Utterances with the index of their class."""

    frames: Frames  # arrays of shape (n_frames, n_dims)
    truth: NDArray[np.integer]

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self.frames)


@dataclass(frozen=True)
class Epoch:
    """Figures of one epoch; losses give every class the same say."""

    loss: float
    val_loss: float
    val_uar: float
    seconds: float


@dataclass
class History:
    """What happened, epoch by epoch."""

    epochs: list[Epoch] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The first epoch with the highest UAR on the validation part, from 1: its weights are kept."""
        return int(np.argmax([epoch.val_uar for epoch in self.epochs])) + 1

    @property
    def best_uar(self) -> float:
        """UAR of that epoch."""
        return self.epochs[self.best_epoch - 1].val_uar


def train(
    model: keras.Model,
    part: Labelled,
    validation: Labelled,
    *,
    settings: TrainingParams,
    seed: int,
    after_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> History:
    """Fit `model` in place, and leave it with the weights of its best epoch on the validation part.

    Batch by batch rather than with `fit`: on TensorFlow that takes the length of its first batches for that of all.

    Args:
        model: (frames, mask) -> logits of shape (batch, n_classes)
        part, validation: of different speakers
        settings: section training of params.yaml
        seed: of the order of the utterances; of weights and dropout too, if `keras.utils.set_random_seed` had it
        after_epoch: told the figures of each epoch, for a progress bar

    Returns:
        the figures of each epoch
    """
    generator, history = np.random.default_rng(seed), History()
    steps = -(-len(part) // settings.batch_size)
    model.compile(
        optimizer=_optimizer(settings, steps_per_epoch=steps),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=settings.label_smoothing),
        jit_compile=keras.backend.backend() == "jax",  # elsewhere on CPU XLA makes recurrent networks 5 times slower
    )
    best = model.get_weights()
    for number in range(1, settings.epochs + 1):
        began = time.perf_counter()
        batches = training_batches(part, n_classes=model.output_shape[-1], settings=settings, generator=generator)
        losses = [_step(model, batch) for batch in batches]
        val_uar, val_loss = judge(model, validation, batch_size=settings.batch_size)
        history.epochs.append(Epoch(float(np.mean(losses)), val_loss, val_uar, time.perf_counter() - began))
        after_epoch(history.epochs[-1])
        if history.best_epoch == number:
            best = model.get_weights()
        if number - history.best_epoch >= settings.patience:
            break
    model.set_weights(best)
    return history


def training_batches(
    part: Labelled, *, n_classes: int, settings: TrainingParams, generator: np.random.Generator
) -> Iterator[Batch]:
    """One epoch of augmented clips, with one-hot classes and weights that give every class the same say."""
    targets = np.eye(n_classes, dtype=np.float32)[part.truth]
    weights = class_weights(part.truth, n_classes=n_classes)[part.truth]
    augmentation = settings.augmentation
    lengths = np.array([len(frames) for frames in part.frames])
    for rows in length_buckets(lengths, batch_size=settings.batch_size, generator=generator):
        clips = [varied(part.frames[row], generator=generator, settings=augmentation) for row in rows]
        batch = Batch(*pad(clips, multiple=FRAMES_MULTIPLE), targets[rows], weights[rows])
        yield mixed_up(batch, generator=generator, alpha=augmentation.mixup_alpha)


def _step(model: keras.Model, batch: Batch) -> float:
    given = {"frames": batch.frames, "mask": batch.mask}
    return float(model.train_on_batch(given, batch.targets, sample_weight=batch.weights))


def judge(model: keras.Model, part: Labelled, *, batch_size: int) -> tuple[float, float]:
    """UAR and class-balanced cross-entropy of the model's answers."""
    logits = network_logits(model, part.frames, batch_size=batch_size)
    n_classes = logits.shape[1]
    surprise = -log_softmax(logits, axis=1)[np.arange(len(part)), part.truth]
    weights = class_weights(part.truth, n_classes=n_classes)[part.truth]
    said, meant = (values.astype(str).tolist() for values in (logits.argmax(axis=1), part.truth))
    confusion = confusion_matrix(meant, said, [str(i) for i in range(n_classes)])
    return float(unweighted_average_recall(confusion)), float(np.average(surprise, weights=weights))


def inputs(frames: Frames) -> dict[str, NDArray[np.float32]]:
    """What a network takes: padded frames, and which of them are real."""
    padded, mask = pad(frames, multiple=FRAMES_MULTIPLE)
    return {"frames": padded, "mask": mask}


def network_logits(model: keras.Model, frames: Frames, *, batch_size: int) -> NDArray[np.float64]:
    """Logits of shape (n_utterances, n_classes), in the order given; padding never changes them."""
    lengths = np.array([len(values) for values in frames])
    logits = np.empty((len(frames), model.output_shape[-1]))
    for rows in length_buckets(lengths, batch_size=batch_size, generator=None):
        logits[rows] = model.predict_on_batch(inputs([frames[row] for row in rows]))
    return logits


def _optimizer(settings: TrainingParams, *, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """AdamW, clipped, warmed up linearly, then down a cosine."""
    warm_up = settings.warm_up_epochs * steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 100,
        decay_steps=max(1, settings.epochs * steps_per_epoch - warm_up),
        warmup_target=settings.learning_rate,
        warmup_steps=max(1, warm_up),
    )
    return keras.optimizers.AdamW(rate, weight_decay=settings.weight_decay, global_clipnorm=settings.clip_norm)
