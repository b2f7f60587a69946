"""Where the training of some members stands: all that their next epoch depends on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ser_tasks.atomic import atomic_path
from ser_tasks.models.remote.stacked import State
from ser_tasks.models.training.history import Epoch, History

FILE = "checkpoint.npz"


@dataclass(frozen=True)
class Standing:
    """After an epoch: variables now, those of the epoch that each member keeps, and what happened so far."""

    state: State
    kept: tuple[list[Any], list[Any]]  # trainable, non-trainable
    histories: tuple[History, ...]


def save_standing(folder: Path, standing: Standing, *, plan: str, members: Sequence[str]) -> None:
    """Replace the checkpoint before, in one step."""
    leaves = jax.tree.leaves((standing.state, standing.kept))
    arrays = {f"values_{i}": np.asarray(values) for i, values in enumerate(leaves)}
    epochs = [[asdict(epoch) for epoch in history.epochs] for history in standing.histories]
    about = json.dumps({"plan": plan, "members": list(members), "epochs": epochs})
    with atomic_path(folder / FILE) as temporary, temporary.open("wb") as file:
        np.savez(file, about=np.array(about), **arrays)  # type: ignore[arg-type]  # the stub knows no **


def interrupted_members(folder: Path, *, plan: str) -> list[str]:
    """Whom the checkpoint is of; nobody, if there is none or it is another plan's."""
    if not (folder / FILE).exists():
        return []
    with np.load(folder / FILE) as kept:
        about = json.loads(str(kept["about"]))
    return list(about["members"]) if about["plan"] == plan else []


def load_standing(folder: Path, beginning: Standing) -> Standing:
    """The checkpoint, which is of the same members as `beginning`."""
    leaves, tree = jax.tree.flatten((beginning.state, beginning.kept))
    with np.load(folder / FILE) as file:
        values = [jnp.asarray(file[f"values_{i}"]) for i in range(len(leaves))]
        about = json.loads(str(file["about"]))
    state, kept = jax.tree.unflatten(tree, values)
    pairs = zip(beginning.histories, about["epochs"], strict=True)
    histories = tuple(History(new.keep, [Epoch(**epoch) for epoch in epochs]) for new, epochs in pairs)
    return Standing(state, kept, histories)


def remove_standing(folder: Path) -> None:
    """The members are done."""
    (folder / FILE).unlink(missing_ok=True)
