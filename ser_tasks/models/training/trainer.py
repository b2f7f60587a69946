"""The one training loop for all networks, on any Keras backend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

from ser_tasks.augmentation.balance import balanced_indices, class_weights
from ser_tasks.errors import UserError
from ser_tasks.evaluation.metrics import confusion_matrix, unweighted_average_recall
from ser_tasks.models.training.augment import Batch, augmented, mixup
from ser_tasks.models.training.batches import Frames, length_buckets, pad
from ser_tasks.models.training.checkpoint import load_checkpoint, save_checkpoint, save_weights
from ser_tasks.models.training.history import Epoch, History
from ser_tasks.models.training.logits import network_logits
from ser_tasks.models.training.progress import write_progress
from ser_tasks.models.training.step import training_step
from ser_tasks.models.training.tensorboard import event_writer

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import TrainingParams


@dataclass(frozen=True)
class Labelled:
    """Utterances with the index of their class."""

    frames: Frames  # arrays of shape (n_frames, n_dims)
    truth: NDArray[np.integer]
    copies: tuple[Frames, ...] = ()  # the same utterances again, augmented

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self.frames)

    def clip(self, row: np.integer, generator: np.random.Generator) -> NDArray[np.float32]:
        """One utterance, or by chance one of its augmented copies."""
        if not self.copies:
            return self.frames[int(row)]
        return (self.frames, *self.copies)[int(generator.integers(1 + len(self.copies)))][int(row)]


def train(
    model: keras.Model,
    part: Labelled,
    validation: Labelled | None,
    *,
    settings: TrainingParams,
    seed: int,
    epochs: int | None = None,
    folder: Path | None = None,
) -> History:
    """Fit `model` in place, and leave it with the weights of the epoch that `settings.keep` names.

    Batch by batch rather than with `fit`: on TensorFlow that takes the length of its first batches for that of all.

    Args:
        model: (frames, mask) -> logits of shape (batch, n_classes)
        part, validation: of different speakers; without validation speakers the last epoch is kept
        settings: section training of params.yaml
        seed: of the order of the utterances; of weights and dropout too, if `keras.utils.set_random_seed` had it
        epochs: stop there, on the schedule of all of them
        folder: keeps a checkpoint of every epoch, from which a killed training goes on as if nothing had happened,
            and the progress; with `settings.tensorboard`, event files

    Returns:
        the figures of each epoch

    Raises:
        UserError: a loss that is not finite
    """
    generator = np.random.default_rng(seed)
    model.compile(
        optimizer=optimizer(settings, steps_per_epoch=steps_per_epoch(part, settings)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=settings.label_smoothing),
        jit_compile=keras.backend.backend() == "jax",  # others: on CPU XLA makes recurrent networks 5 times slower
    )
    step = training_step(model)
    so_far, best = load_checkpoint(folder, model, generator=generator) if folder else ([], model.get_weights())
    history = History(settings.keep if validation else "last", [Epoch(**epoch) for epoch in so_far])
    with event_writer(folder if folder and settings.tensorboard else None) as write_events:
        while not history.ended(epochs=epochs or settings.epochs, patience=settings.patience):
            if keras.backend.backend() == "torch":  # whose dropout draws from one state for all layers
                keras.utils.set_random_seed(seed + len(history.epochs))  # on TensorFlow this undoes all compilation
            history.epochs.append(_epoch(model, step, part, validation, settings=settings, generator=generator))
            check_divergence(history, settings)
            if history.kept_epoch == len(history.epochs):
                best = model.get_weights()
            if folder:
                save_checkpoint(folder, model, history=history, generator=generator, best=best)
                write_progress(folder, history, epochs=epochs or settings.epochs)
                write_events(history, model)
    model.set_weights(best)
    if folder:
        save_weights(folder, model, history=history)
    return history


def _epoch(
    model: keras.Model,
    step: Callable[[Batch], float],
    part: Labelled,
    validation: Labelled | None,
    *,
    settings: TrainingParams,
    generator: np.random.Generator,
) -> Epoch:
    began = time.perf_counter()
    batches = training_batches(part, n_classes=model.output_shape[-1], settings=settings, generator=generator)
    losses = [step(batch) for batch in batches]
    val_uar, val_loss = validate(model, validation, settings=settings) if validation else (None, None)
    return Epoch(float(np.mean(losses)), val_loss, val_uar, time.perf_counter() - began)


def check_divergence(history: History, settings: TrainingParams, *, where: str = "") -> None:
    """Raise UserError if the loss of the latest epoch is not finite; `where` is put before the message."""
    latest = history.epochs[-1]
    if not np.isfinite([latest.loss, latest.val_loss or 0]).all():
        raise UserError(
            f"{where}training diverged in epoch {len(history.epochs)}: loss {latest.loss}, on the validation speakers "
            f"{latest.val_loss}. Expected finite numbers. Lower training.learning_rate (now {settings.learning_rate}) "
            f"or training.clip_norm (now {settings.clip_norm}); with mixed_float16, try mixed_bfloat16 or float32."
        )


def steps_per_epoch(part: Labelled, settings: TrainingParams) -> int:
    """Batches of one epoch."""
    items = len(part)
    if settings.balance == "sampling":
        items = int(np.bincount(part.truth).max() * len(np.unique(part.truth)))
    return -(-items // settings.batch_size)


def training_batches(
    part: Labelled, *, n_classes: int, settings: TrainingParams, generator: np.random.Generator
) -> Iterator[Batch]:
    """One epoch of augmented clips, with one-hot classes and weights; `settings.balance` weighs the classes."""
    targets = np.eye(n_classes, dtype=np.float32)[part.truth]
    items, weights = items_and_weights(part.truth, n_classes=n_classes, settings=settings, generator=generator)
    augmentation = settings.augmentation
    lengths = np.array([len(frames) for frames in part.frames])[items]
    for places in length_buckets(lengths, batch_size=settings.batch_size, generator=generator):
        rows = items[places]
        clips = [augmented(part.clip(row, generator), generator=generator, settings=augmentation) for row in rows]
        batch = Batch(*pad(clips, multiple=settings.frames_multiple), targets[rows], weights[rows])
        yield mixup(batch, generator=generator, alpha=augmentation.mixup_alpha)


def items_and_weights(
    truth: NDArray[np.integer], *, n_classes: int, settings: TrainingParams, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Utterances of an epoch, (n_items,), and the weight of each utterance, (n_utterances,), by `settings.balance`."""
    items, weights = np.arange(len(truth)), np.ones(len(truth), np.float32)
    if settings.balance == "weights":
        weights = class_weights(truth, n_classes=n_classes)[truth]
    elif settings.balance == "sampling":
        items = balanced_indices(truth, generator=generator)
    return items, weights


def validate(model: keras.Model, part: Labelled, *, settings: TrainingParams) -> tuple[float, float]:
    """UAR and class-balanced cross-entropy of the model's predictions."""
    return uar_and_loss(network_logits(model, part.frames, settings=settings), part.truth)


def uar_and_loss(logits: NDArray[np.float64], truth: NDArray[np.integer]) -> tuple[float, float]:
    """UAR and class-balanced cross-entropy of logits, shape (n_utterances, n_classes), against true classes."""
    n_classes = logits.shape[1]
    surprise = -log_softmax(logits, axis=1)[np.arange(len(truth)), truth]
    weights = class_weights(truth, n_classes=n_classes)[truth]
    said, meant = (values.astype(str).tolist() for values in (logits.argmax(axis=1), truth))
    confusion = confusion_matrix(meant, said, [str(i) for i in range(n_classes)])
    return float(unweighted_average_recall(confusion)), float(np.average(surprise, weights=weights))


def optimizer(settings: TrainingParams, *, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The one that `settings.optimizer` names, clipped, warmed up linearly, then down a cosine."""
    warm_up = settings.warm_up_epochs * steps_per_epoch
    rate = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=settings.learning_rate / 100,
        decay_steps=max(1, settings.epochs * steps_per_epoch - warm_up),
        warmup_target=settings.learning_rate,
        warmup_steps=max(1, warm_up),
    )
    clipped, optimizers = {"global_clipnorm": settings.clip_norm}, keras.optimizers
    match settings.optimizer:
        case "adamw":
            return optimizers.AdamW(rate, weight_decay=settings.weight_decay, **clipped)
        case "sgd":
            return optimizers.SGD(rate, momentum=settings.momentum, nesterov=settings.momentum > 0, **clipped)
        case "adam":
            return optimizers.Adam(rate, **clipped)
        case "rmsprop":
            return optimizers.RMSprop(rate, **clipped)
