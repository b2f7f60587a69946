"""Cost of a fold: seconds, the size of what was fitted, and a network's epochs.

It lies beside the outcome, not in it: the same work gives the same outcome, and never the same seconds.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ser_tasks.atomic import atomic_path

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Model, Recogniser

FILE = "cost.json"


@dataclass
class _Counter:
    """A file that only counts what is written to it."""

    bytes: int = 0

    def write(self, part: Any) -> int:
        self.bytes += memoryview(part).nbytes
        return memoryview(part).nbytes


@dataclass
class Remembered:
    """A line of the model table whose recogniser can be looked at once its fold has been evaluated."""

    original: Model
    built: list[Recogniser] = field(default_factory=list)

    @property
    def model(self) -> Model:
        """The same line, but that what it builds is remembered."""
        build: Callable[..., Recogniser] = self.original.build

        def remembering(section: Any, **how: Any) -> Recogniser:
            self.built.append(build(section, **how))
            return self.built[-1]

        return replace(self.original, build=remembering)


def size_of(recogniser: object) -> tuple[int | None, int | None]:
    """Bytes of a fitted recogniser, and how many weights it has.

    Of a network, its weights in memory; of anything else, its length when it is pickled, and no number of weights.
    What cannot be pickled has no known size.
    """
    network: Any = getattr(recogniser, "model", None)
    if hasattr(network, "get_weights"):
        weights = network.get_weights()
        return sum(int(array.nbytes) for array in weights), sum(int(array.size) for array in weights)
    counter = _Counter()
    with suppress(Exception):  # a size that is not known must not cost a fold that has been trained
        pickle.dump(recogniser, counter)  # type: ignore[arg-type]  # all that it asks of a file is write
        return counter.bytes, None
    return None, None


def write_cost(folder: Path, recogniser: object, *, seconds: float) -> None:
    """State what one fold took.

    Args:
        folder: of this fold alone; where a network left its epochs, they are stated too
        recogniser: fitted
        seconds: to train and to answer; a training that went on after a kill counts what went before
    """
    epochs = _epochs(folder)
    size, weights = size_of(recogniser)
    spent = max(seconds, sum(epoch["seconds"] for epoch in epochs))
    cost = {"seconds": round(spent, 2), "bytes": size, "weights": weights, "epochs": epochs}
    with atomic_path(folder / FILE) as temporary:
        temporary.write_text(json.dumps(cost), encoding="utf-8")


def read_cost(folder: Path) -> Mapping[str, Any]:
    """What `write_cost` wrote; nothing of a fold from before, or from another machine."""
    try:
        cost: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return cost


def _epochs(folder: Path) -> list[dict[str, Any]]:
    """Losses, UAR on the validation speakers, and seconds of each epoch of an ended training."""
    if not any(folder.glob("*.npz")):
        return []
    file = folder / str(import_module("ser_tasks.models.training.checkpoint").FILE)  # loads Keras, which trained it
    with np.load(file) as kept:
        epochs: list[dict[str, Any]] = json.loads(str(kept["about"]))["epochs"]
    return epochs
