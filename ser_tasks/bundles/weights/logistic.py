"""Fitted planes on disk: arrays and nothing else."""

from dataclasses import fields
from pathlib import Path

import numpy as np

from ser_tasks.bundles.card import REBUILD, BundleError, Card
from ser_tasks.models.logistic import LogisticRecogniser, Planes
from ser_tasks.models.logistic_speeds import LogisticSpeedsRecogniser, SpeedsSection
from ser_tasks.params import LogisticParams

FILE = "model.npz"


def save_logistic(recogniser: LogisticRecogniser, folder: Path) -> None:
    """Write the arrays; nothing in the file is a pickle, and the same ones give the same bytes."""
    np.savez(folder / FILE, **vars(recogniser.planes))


def load_logistic(card: Card, folder: Path) -> LogisticRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: not a file of such arrays
    """
    params = LogisticParams.model_validate(card.settings)
    recogniser = LogisticRecogniser(params, classes=card.classes, seed=card.seed)
    if "speeds" in card.sections:
        section = SpeedsSection(params, 1 + len(card.sections["speeds"]["rates"]))
        recogniser = LogisticSpeedsRecogniser(section, classes=card.classes, seed=card.seed)
    try:
        with np.load(folder / FILE, allow_pickle=False) as kept:
            recogniser.planes = Planes(**{field.name: kept[field.name] for field in fields(Planes)})
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{folder / FILE}: not readable as planes ({error!r}). {REBUILD}") from error
    recogniser.temperature = card.temperature
    return recogniser
