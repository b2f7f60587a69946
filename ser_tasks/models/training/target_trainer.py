"""The training loop of networks on targets that are no class, ratings or shares of votes: steps and batches of all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.models.training.augment import Batch, augmented, mixup
from ser_tasks.models.training.batches import Frames, length_buckets, pad
from ser_tasks.models.training.checkpoint import load_checkpoint, save_checkpoint, save_weights
from ser_tasks.models.training.history import Epoch, History
from ser_tasks.models.training.logits import network_logits
from ser_tasks.models.training.progress import write_progress
from ser_tasks.models.training.step import training_step
from ser_tasks.models.training.trainer import check_divergence, optimizer

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import TrainingParams

Outputs = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """What a network is trained for.

    Attributes:
        loss: of Keras
        distance: (targets, outputs) -> the same of all utterances; both of shape (n_utterances, n_outputs)
        smallest: batch that the loss is defined for
    """

    loss: Any
    distance: Callable[[NDArray[np.float32], Outputs], float]
    smallest: int = 1


@dataclass(frozen=True)
class Targeted:
    """Utterances with their targets.

    Attributes:
        frames: arrays of shape (n_frames, n_dims)
        targets: shape (n_utterances, n_outputs)
        copies: the same utterances again, augmented
    """

    frames: Frames
    targets: NDArray[np.float32]
    copies: tuple[Frames, ...] = ()

    def clip(self, row: int, generator: np.random.Generator) -> NDArray[np.float32]:
        """One utterance, or by chance one of its augmented copies."""
        if not self.copies:
            return self.frames[row]
        return (self.frames, *self.copies)[int(generator.integers(1 + len(self.copies)))][row]


class TargetHistory(History):
    """The epochs so far, none with a UAR; the best of them is the first with the lowest loss on validation speakers."""

    @property
    def kept_epoch(self) -> int:
        """From 1."""
        if self.keep == "last":
            return len(self.epochs)
        return int(np.argmin([np.inf if epoch.val_loss is None else epoch.val_loss for epoch in self.epochs])) + 1


def train_on_targets(
    model: keras.Model,
    part: Targeted,
    validation: Targeted | None,
    *,
    aim: Aim,
    settings: TrainingParams,
    epochs: int,
    seed: int,
    folder: Path | None,
) -> TargetHistory:
    """Fit `model` in place, and leave it with the weights of the epoch that `settings.keep` names.

    Classes have no part in it: of the settings, balance, label smoothing and TensorBoard are not read.

    Args:
        model: (frames, mask) -> shape (batch, n_outputs)
        part, validation: of different speakers; without validation speakers the last epoch is kept
        aim: what is minimised, and on validation speakers compared
        settings: of the network
        epochs: stop there, on the schedule of `settings.epochs`
        seed: of the order of the utterances
        folder: keeps a checkpoint of every epoch, from which a killed training goes on as if nothing had happened

    Returns:
        the figures of each epoch

    Raises:
        UserError: a loss that is not finite, batches too small for it
    """
    _check_batches(part, aim, settings)
    generator = np.random.default_rng(seed)
    model.compile(
        optimizer=optimizer(settings, steps_per_epoch=-(-len(part.frames) // settings.batch_size)),
        loss=aim.loss,
        jit_compile=keras.backend.backend() == "jax",
    )
    step = training_step(model)
    so_far, best = load_checkpoint(folder, model, generator=generator) if folder else ([], model.get_weights())
    history = TargetHistory(settings.keep if validation else "last", [Epoch(**epoch) for epoch in so_far])
    while not history.ended(epochs=epochs, patience=settings.patience):
        if keras.backend.backend() == "torch":  # see `ser_tasks.models.training.trainer.train`
            keras.utils.set_random_seed(seed + len(history.epochs))
        began = time.perf_counter()
        loss = float(np.mean([step(batch) for batch in _batches(part, aim, settings, generator)]))
        val_loss = None if validation is None else measured(model, validation, aim, settings)
        history.epochs.append(Epoch(loss, val_loss, None, time.perf_counter() - began))
        check_divergence(history, settings)
        if history.kept_epoch == len(history.epochs):
            best = model.get_weights()
        if folder:
            save_checkpoint(folder, model, history=history, generator=generator, best=best)
            write_progress(folder, history, epochs=epochs)
    model.set_weights(best)
    if folder:
        save_weights(folder, model, history=history)
    return history


def _check_batches(part: Targeted, aim: Aim, settings: TrainingParams) -> None:
    loss = f"the loss is that of {aim.smallest} utterances or more together, but"
    if settings.batch_size < aim.smallest:
        raise UserError(f"{loss} training.batch_size is {settings.batch_size}. Set it to 16 or more.")
    if len(part.frames) < aim.smallest:
        raise UserError(f"{loss} there is {len(part.frames)} to train on. Take more speakers, or more of each.")


def figures_of(history: TargetHistory, model: keras.Model) -> dict[str, int | float]:
    """What a training leaves for the record of its fold."""
    return {
        "epochs": len(history.epochs),
        "kept_epoch": history.kept_epoch,
        "parameters": int(model.count_params()),
        "seconds_per_epoch": round(float(np.median([epoch.seconds for epoch in history.epochs])), 2),
    }


def measured(model: keras.Model, part: Targeted, aim: Aim, settings: TrainingParams) -> float:
    """Distance of the outputs from the targets; NaN where one of them is not finite."""
    outputs = network_logits(model, part.frames, settings=settings)
    return aim.distance(part.targets, outputs) if np.isfinite(outputs).all() else float("nan")


def joined(batches: Sequence[NDArray[np.intp]], *, smallest: int) -> list[NDArray[np.intp]]:
    """The batches; those that are too small go to the end of the last of the others."""
    large = [rows for rows in batches if len(rows) >= smallest]
    small = [rows for rows in batches if len(rows) < smallest]
    return [*large[:-1], np.concatenate([*large[-1:], *small])]


def _batches(part: Targeted, aim: Aim, settings: TrainingParams, generator: np.random.Generator) -> Iterator[Batch]:
    """One epoch of augmented clips."""
    lengths = np.array([len(frames) for frames in part.frames])
    augmentation = settings.augmentation
    buckets = length_buckets(lengths, batch_size=settings.batch_size, generator=generator)
    for rows in joined(buckets, smallest=aim.smallest):
        clips = [augmented(part.clip(int(row), generator), generator=generator, settings=augmentation) for row in rows]
        weights = np.ones(len(rows), np.float32)
        batch = Batch(*pad(clips, multiple=settings.frames_multiple), part.targets[rows], weights)
        yield mixup(batch, generator=generator, alpha=augmentation.mixup_alpha)
