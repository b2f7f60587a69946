"""A plan: everything that an evaluation needs except its features, as one JSON file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.models.remote.settings import Settings

if TYPE_CHECKING:
    from ser_tasks.params import TrainingParams

FORMAT = 1  # of the file: raise it when its keys mean something else
PRECISIONS = ("float32", "mixed_bfloat16")
TRAINING = (  # what the loop reads
    *(
        "epochs",
        "keep",
        "patience",
        "refit",
        "validation_share",
        "batch_size",
        "frames_multiple",
        "optimizer",
        "momentum",
        "learning_rate",
        "warm_up_epochs",
        "weight_decay",
    ),
    *("label_smoothing", "clip_norm", "balance", "precision", "augmentation"),
)
AUGMENTATION = ("tempo", "spec_augment", "mixup_alpha")
AGAIN = "Write the plan again on the machine that has the corpus."


@dataclass(frozen=True)
class PlannedFold:
    """One division of the corpus, as utterance ids; no `validation`: whole speakers of `train` are drawn for it."""

    name: str
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]
    cache_keys: tuple[str, ...]  # under which the outcome of each seed is wanted


@dataclass(frozen=True)
class Plan:
    """One network on one corpus under one protocol: all folds, all seeds."""

    corpus: str
    protocol: str
    model: str  # line of the model table, for the reader
    builder: str  # module of ser_tasks/models/networks/
    sizes: Mapping[str, Any]  # what the builder takes
    training: Mapping[str, Any]  # section training of params.yaml
    speaker_norm: bool
    classes: tuple[str, ...]
    labels: Labels
    folds: tuple[PlannedFold, ...]
    seeds: tuple[int, ...]
    features: str  # folder of the shards, below the one given on the command line
    features_digest: str
    copies: int  # augmented copies of each utterance in that folder, "a~1" the first of "a"

    @property
    def title(self) -> str:
        """For people."""
        return f"{self.corpus} · {self.protocol} · {self.model}"

    @property
    def settings(self) -> TrainingParams:
        """Section training, read by attributes as the trainer does."""
        return cast("TrainingParams", Settings(self.training, where="training"))

    @property
    def digest(self) -> str:
        """Of everything in it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def write_plan(path: Path, plan: Plan) -> None:
    """Write it as JSON, whole or not at all; checked like one that is read."""
    _check(plan, path)
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps({"format": FORMAT, **asdict(plan)}, indent=1), encoding="utf-8")


def read_plan(path: Path) -> Plan:
    """The plan of a file.

    Raises:
        UserError: no such file, no plan, a plan of another format, or one that contradicts itself
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: this is no plan that can be read ({error}). {AGAIN}") from error
    if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
        raise UserError(f"{path}: expected a plan of format {FORMAT}. {AGAIN}")
    _same_names(path, "the plan", values, Plan)
    try:
        _same_names(path, "labels", values["labels"], Labels)
        for fold in values["folds"]:
            _same_names(path, "a fold", fold, PlannedFold)
        labels = Labels(**{name: tuple(column) for name, column in values["labels"].items()})
        folds = tuple(_fold(fold) for fold in values["folds"])
        tuples = {name: tuple(values[name]) for name in ("classes", "seeds")}
    except TypeError as error:
        raise UserError(f"{path}: a list or a table is missing in the plan ({error}). {AGAIN}") from error
    plan = Plan(**(values | tuples | {"labels": labels, "folds": folds}))
    _check(plan, path)
    return plan


def _fold(values: Mapping[str, Any]) -> PlannedFold:
    return PlannedFold(**{name: tuple(ids) if isinstance(ids, list) else ids for name, ids in values.items()})  # type: ignore[arg-type]


def _same_names(path: Path, what: str, found: Any, expected: type[Any]) -> None:
    wanted = {field.name for field in fields(expected)}
    if not isinstance(found, dict) or set(found) != wanted:
        raise UserError(
            f"{path}: {what} has the keys {sorted(found) if isinstance(found, dict) else found!r}, expected "
            f"{sorted(wanted)}. {AGAIN}"
        )


def _check(plan: Plan, path: Path) -> None:
    """Say everything that is wrong with it at once."""
    wrong = [*_wrong_labels(plan), *_wrong_settings(plan)]
    for fold in plan.folds:
        wrong += _wrong_fold(fold, plan)
    if wrong:
        raise UserError(f"{path}: this plan cannot be carried out: {'; '.join(wrong)}. {AGAIN}")


def _wrong_labels(plan: Plan) -> list[str]:
    ids, emotions, speakers = plan.labels.utterance_ids, plan.labels.emotions, plan.labels.speakers
    wrong = []
    if not len(ids) == len(emotions) == len(speakers):
        wrong.append(f"{len(ids)} utterances have {len(emotions)} emotions and {len(speakers)} speakers")
    if len(set(ids)) < len(ids):
        wrong.append("some utterance is there twice")
    if plan.classes != tuple(sorted(set(emotions))):
        wrong.append(f"classes are {list(plan.classes)}, but the emotions are {sorted(set(emotions))}")
    names = [fold.name for fold in plan.folds]
    if not names or len(set(names)) < len(names):
        wrong.append(f"folds need a name each, found {names}")
    return wrong


def _wrong_settings(plan: Plan) -> list[str]:
    wrong = []
    if not plan.seeds or len(set(plan.seeds)) < len(plan.seeds):
        wrong.append(f"seeds are {list(plan.seeds)}, expected different ones, at least one")
    augmentation = plan.training.get("augmentation")
    missing = sorted(set(TRAINING) - set(plan.training))
    missing += sorted(set(AUGMENTATION) - set(augmentation if isinstance(augmentation, Mapping) else ()))
    if missing:
        wrong.append(f"training lacks {missing}")
    if plan.training.get("tensorboard"):
        wrong.append("training.tensorboard is true, but event files are written here alone (set it to false)")
    if plan.training.get("precision", "float32") not in PRECISIONS:
        wrong.append(f"training.precision is {plan.training['precision']}, expected one of {list(PRECISIONS)}")
    return wrong


def _wrong_fold(fold: PlannedFold, plan: Plan) -> list[str]:
    known, wrong = set(plan.labels.utterance_ids), []
    parts = {name: set(getattr(fold, name)) for name in ("train", "validation", "test")}
    for name, ids in parts.items():
        if ids - known:
            wrong.append(f"{fold.name}: {len(ids - known)} utterances of its {name} part have no label")
        if not ids and name != "validation":
            wrong.append(f"{fold.name}: its {name} part is empty")
    if parts["test"] & (parts["train"] | parts["validation"]) or parts["train"] & parts["validation"]:
        wrong.append(f"{fold.name}: some utterance is in two parts")
    if len(fold.cache_keys) != len(plan.seeds):
        wrong.append(f"{fold.name}: {len(fold.cache_keys)} cache keys for {len(plan.seeds)} seeds")
    return wrong
