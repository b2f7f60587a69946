"""Checkpoint of a fold's training: all that its next epoch depends on, then the final weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path

if TYPE_CHECKING:
    from ser_tasks.models.training.history import History

FILE = "network.npz"
Weights = Sequence[NDArray[np.generic]]


def save_checkpoint(
    folder: Path, model: keras.Model, *, history: History, generator: np.random.Generator, best: Weights
) -> None:
    """Replace the checkpoint of the epoch before, in one step: a kill at any moment leaves one of the two.

    Args:
        folder: of this fold alone
        model: compiled; its weights, the states of its dropout and of its optimiser are kept
        history: the epochs so far
        generator: draws the order and the augmentation of the batches
        best: weights of the best epoch
    """
    arrays = {f"best_{i}": values for i, values in enumerate(best)}
    arrays |= {f"state_{i}": keras.ops.convert_to_numpy(variable) for i, variable in enumerate(_state(model))}
    about = {"epochs": [asdict(epoch) for epoch in history.epochs], "generator": generator.bit_generator.state}
    _write(folder, arrays, about)


def load_checkpoint(folder: Path, model: keras.Model, *, generator: np.random.Generator) -> tuple[list[Any], Weights]:
    """Put `model` and `generator` back to where the checkpoint was written; the epochs so far, and the best weights.

    Returns:
        ([], the weights of `model`) where there is no checkpoint
    """
    if not (folder / FILE).exists():
        return [], model.get_weights()
    with np.load(folder / FILE) as kept:
        about = json.loads(str(kept["about"]))
        best = [kept[f"best_{i}"] for i in range(len(model.weights))]
        if "state_0" in kept:
            for i, variable in enumerate(_state(model)):
                variable.assign(kept[f"state_{i}"])
            generator.bit_generator.state = about["generator"]
    return about["epochs"], best


def save_weights(folder: Path, model: keras.Model, *, history: History) -> None:
    """Training has ended: its best weights and its epochs stay, the rest goes."""
    arrays = {f"best_{i}": values for i, values in enumerate(model.get_weights())}
    _write(folder, arrays, {"epochs": [asdict(epoch) for epoch in history.epochs]})


def load_weights(folder: Path, model: keras.Model) -> bool:
    """Give `model` the weights of an ended training; False where there is none."""
    if not (folder / FILE).exists():
        return False
    with np.load(folder / FILE) as kept:
        if "state_0" in kept:
            return False
        model.set_weights([kept[f"best_{i}"] for i in range(len(model.weights))])
    return True


def _state(model: keras.Model) -> list[Any]:
    model.optimizer.build(model.trainable_variables)
    return [*model.variables, *model.optimizer.variables]


def _write(folder: Path, arrays: dict[str, NDArray[np.generic]], about: dict[str, Any]) -> None:
    with atomic_path(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)  # type: ignore[arg-type]  # the stub knows no **
