"""The training loop of networks on ratings: the steps, batches and optimiser of all networks, and the CCC as loss."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.models.dimensions.mlp_ccc import concordance_loss
from ser_tasks.models.training.augment import Batch, augmented, mixup
from ser_tasks.models.training.batches import Frames, length_buckets, pad
from ser_tasks.models.training.checkpoint import load_checkpoint, save_checkpoint, save_weights
from ser_tasks.models.training.logits import network_logits
from ser_tasks.models.training.progress import FILE as PROGRESS
from ser_tasks.models.training.progress import Progress
from ser_tasks.models.training.step import training_step
from ser_tasks.models.training.trainer import optimizer

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import TrainingParams


@dataclass(frozen=True)
class RatedFrames:
    """Utterances with their ratings.

    Attributes:
        frames: arrays of shape (n_frames, n_dims)
        ratings: shape (n_utterances, n_dimensions), in standard deviations from the mean
    """

    frames: Frames
    ratings: NDArray[np.float32]


@dataclass(frozen=True)
class RatedEpoch:
    """Figures of one epoch; None: trained without validation speakers."""

    loss: float
    val_ccc: float | None
    seconds: float


@dataclass
class RatedHistory:
    """The epochs so far, and which of them is kept: the first with the best CCC on validation speakers, or the last."""

    keep: Literal["best", "last"]
    epochs: list[RatedEpoch] = field(default_factory=list)

    @property
    def kept_epoch(self) -> int:
        """From 1."""
        if self.keep == "last":
            return len(self.epochs)
        return int(np.argmax([-1.0 if epoch.val_ccc is None else epoch.val_ccc for epoch in self.epochs])) + 1

    def ended(self, *, epochs: int, patience: int) -> bool:
        """Whether there is no further epoch: all are done, or the last `patience` of them were no better."""
        done = len(self.epochs)
        return done >= epochs or (done > 0 and done - self.kept_epoch >= patience)


def train_on_ratings(
    model: keras.Model,
    part: RatedFrames,
    validation: RatedFrames | None,
    *,
    settings: TrainingParams,
    epochs: int,
    seed: int,
    folder: Path | None,
) -> RatedHistory:
    """Fit `model` in place, and leave it with the weights of the epoch that `settings.keep` names.

    Classes have no part in it: of the settings, balance, label smoothing and TensorBoard are not read.

    Args:
        model: (frames, mask) -> predictions of shape (batch, n_dimensions)
        part, validation: of different speakers; without validation speakers the last epoch is kept
        settings: of the network
        epochs: stop there, on the schedule of `settings.epochs`
        seed: of the order of the utterances
        folder: keeps a checkpoint of every epoch, from which a killed training goes on as if nothing had happened

    Returns:
        the figures of each epoch

    Raises:
        UserError: a loss that is not finite
    """
    generator = np.random.default_rng(seed)
    model.compile(
        optimizer=optimizer(settings, steps_per_epoch=-(-len(part.frames) // settings.batch_size)),
        loss=concordance_loss,
        jit_compile=keras.backend.backend() == "jax",
    )
    step = training_step(model)
    so_far, best = load_checkpoint(folder, model, generator=generator) if folder else ([], model.get_weights())
    history = RatedHistory(settings.keep if validation else "last", [RatedEpoch(**epoch) for epoch in so_far])
    recorded: Any = history  # a checkpoint reads its epochs alone
    while not history.ended(epochs=epochs, patience=settings.patience):
        began = time.perf_counter()
        loss = float(np.mean([step(batch) for batch in _batches(part, settings, generator)]))
        val_ccc = None if validation is None else mean_ccc(model, validation, settings)
        history.epochs.append(RatedEpoch(loss, val_ccc, time.perf_counter() - began))
        if not np.isfinite(loss):
            raise UserError(
                f"training diverged in epoch {len(history.epochs)}: loss {loss}. Expected a finite number. Lower "
                f"training.learning_rate (now {settings.learning_rate}) or training.clip_norm (now "
                f"{settings.clip_norm})."
            )
        if history.kept_epoch == len(history.epochs):
            best = model.get_weights()
        if folder:
            save_checkpoint(folder, model, history=recorded, generator=generator, best=best)
            _write_progress(folder, history, epochs=epochs)
    model.set_weights(best)
    if folder:
        save_weights(folder, model, history=recorded)
    return history


def _write_progress(folder: Path, history: RatedHistory, *, epochs: int) -> None:
    done = len(history.epochs)
    left = (epochs - done) * float(np.median([epoch.seconds for epoch in history.epochs]))
    progress = Progress(done, epochs, history.epochs[-1].loss, None, left)
    with atomic_path(folder / PROGRESS) as temporary:
        temporary.write_text(json.dumps(asdict(progress)), encoding="utf-8")


def mean_ccc(model: keras.Model, part: RatedFrames, settings: TrainingParams) -> float:
    """CCC of the predictions as they are, its mean over the dimensions."""
    predicted = network_logits(model, part.frames, settings=settings)
    return float(np.mean([concordance(t, p) for t, p in zip(part.ratings.T, predicted.T, strict=True)]))


def _batches(part: RatedFrames, settings: TrainingParams, generator: np.random.Generator) -> Iterator[Batch]:
    """One epoch of augmented clips."""
    lengths = np.array([len(frames) for frames in part.frames])
    augmentation = settings.augmentation
    for rows in length_buckets(lengths, batch_size=settings.batch_size, generator=generator):
        clips = [augmented(part.frames[row], generator=generator, settings=augmentation) for row in rows]
        batch = Batch(
            *pad(clips, multiple=settings.frames_multiple), part.ratings[rows], np.ones(len(rows), np.float32)
        )
        yield mixup(batch, generator=generator, alpha=augmentation.mixup_alpha)
