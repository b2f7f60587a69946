"""Search spaces of `ser tune`, beside the settings of a model: plain values, so that reading them takes no Optuna.

A space is {dotted name below the model's section of params.yaml: where good values may lie}; what it does not name
stays as params.yaml says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, get_args

from annotated_types import Gt

from ser_tasks.params.base import Dropout

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from ser_tasks.params.base import Section


@dataclass(frozen=True)
class Range:
    """Numbers from low to high, both ends included."""

    low: float
    high: float
    step: float | None = None  # None: anything between
    log: bool = False  # each order of magnitude alike
    whole: bool = False


@dataclass(frozen=True)
class Choice:
    """Some values, each written as it would stand in params.yaml."""

    values: tuple[str, ...]


SearchSpace: TypeAlias = "Mapping[str, Range | Choice]"


def log(low: float, high: float) -> Range:
    """Anything between, each order of magnitude alike."""
    return Range(low, high, log=True)


def steps(low: float, high: float, step: float) -> Range:
    """low, low + step, ..., high."""
    return Range(low, high, step=step)


def whole(low: int, high: int) -> Range:
    """A whole number, both ends included."""
    return Range(low, high, whole=True)


def one_of(*values: str) -> Choice:
    """One of these, each written as it would stand in params.yaml."""
    return Choice(values)


EPOCHS = "training.epochs"

LEARNING: SearchSpace = {  # of every network
    "training.learning_rate": log(0.0001, 0.01),
    "training.weight_decay": log(0.0001, 0.1),
    "training.label_smoothing": steps(0, 0.2, 0.05),
    "training.batch_size": one_of("16", "32", "64"),
    "training.optimizer": one_of("adamw", "adam", "rmsprop", "sgd"),
    EPOCHS: whole(20, 200),
}
MIXUP: SearchSpace = {"training.augmentation.mixup_alpha": one_of("null", "0.1", "0.2", "0.4")}
FRAMES: SearchSpace = {
    **LEARNING,
    **MIXUP,
    "training.augmentation.tempo": one_of("null", "[0.9, 1.1]", "[0.8, 1.25]"),
}
SPECTROGRAMS: SearchSpace = {
    **FRAMES,
    "training.augmentation.spec_augment": one_of(
        "null",
        "{time_masks: 1, time_width: 20, time_share: 0.2, frequency_masks: 1, frequency_width: 6}",
        "{time_masks: 2, time_width: 30, time_share: 0.2, frequency_masks: 2, frequency_width: 8}",
    ),
}
DROPOUT = steps(0, 0.6, 0.1)
UNITS = one_of("32", "64", "128")

WORDS: SearchSpace = {
    **LEARNING,
    EPOCHS: whole(4, 40),
    "words.min_count": whole(1, 4),
    "words.balance": steps(0, 1, 0.1),
    "embedding": one_of("50", "100", "200"),
    "units": UNITS,
    "word_dropout": steps(0, 0.4, 0.1),
    "dropout": DROPOUT,
}
FUSION: SearchSpace = {
    **LEARNING,
    EPOCHS: whole(10, 100),
    "modality_dropout": steps(0, 0.5, 0.1),
    "words.min_count": whole(1, 4),
    "words.balance": steps(0, 1, 0.1),
    "text.embedding": one_of("50", "100", "200"),
    "text.units": UNITS,
    "text.word_dropout": steps(0, 0.4, 0.1),
    "text.dropout": DROPOUT,
    "speech.dropout": DROPOUT,
    "dropout": DROPOUT,
}


def default_space(settings: type[Section]) -> SearchSpace:
    """Of a network that declares none: how it learns, every field of type Dropout, and `units` where it is a number."""
    fields = settings.model_fields
    shares = {name: DROPOUT for name, field in fields.items() if _is_dropout(field)}
    units = {name: UNITS for name, field in fields.items() if name == "units" and _is_count(field)}
    return {**LEARNING, **shares, **units}


def _is_dropout(field: FieldInfo) -> bool:
    (bounds,) = get_args(Dropout)[1:]
    return field.annotation is float and field.metadata == bounds.metadata


def _is_count(field: FieldInfo) -> bool:
    return field.annotation is int and field.metadata == [Gt(0)]
