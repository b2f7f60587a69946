"""Importance of groups of the statistics in `functionals`: what is lost when one is shuffled, what it can do alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import FoldOutcome, Labels, evaluate_fold, prediction_table
from ser_tasks.evaluation.votes.comparison import distance_difference, of_table
from ser_tasks.models.ensembles.paired import UarDifference, uar_difference
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.models.voted import Voted, rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from ser_tasks.evaluation.splits import Fold
    from ser_tasks.evaluation.votes.comparison import DistanceDifference, Distances, Speakers
    from ser_tasks.models.dimensions.regressor import DimensionModel
    from ser_tasks.models.recogniser import Model
    from ser_tasks.params import EvaluationParams, Params

LOUDNESS = r"lld\.(energy|energy_entropy|mfcc_1)|mfcc\.c0"  # coefficient 0 of a cepstrum is the level
SPECTRUM = r"lld\.(zcr|spectral_\w+)"
CHROMA = r"lld\.chroma_\w+"

GROUPS: Mapping[str, str] = {
    "F0": r"pitch\.f0_semitones",
    "voicing": r"pitch\.(harmonic_ratio|voiced)",
    "loudness": LOUDNESS,
    "spectral shape": SPECTRUM,
    "chroma": CHROMA,
    "MFCC": r"lld\.mfcc_([2-9]|1\d)|mfcc\.c[1-9]\d*",
    "log-mel bands": r"log_mel\.band_\d+",
    "slopes of loudness, spectral shape, chroma": (
        r"lld\.delta (zcr|energy|energy_entropy|mfcc_1|spectral_\w+|chroma_\w+)|mfcc\.(delta )+c0"
    ),
    "slopes of MFCC": r"lld\.delta mfcc_([2-9]|1\d)|mfcc\.(delta )+c[1-9]\d*",
    "slopes of log-mel bands": r"log_mel\.delta band_\d+",
}
"""Name -> the descriptors whose statistics belong to it, as a pattern of all that stands before the statistic."""

Matrix = NDArray[np.float32]


Columns = NDArray[np.intp]
Outcome = TypeVar("Outcome")
Line = TypeVar("Line", "Model", "DimensionModel")
Seed: TypeAlias = tuple[int, str]  # of the model, and the name of the fold


def descriptor_groups(dimensions: Sequence[str]) -> dict[str, Columns]:
    """The columns of each group that has any, in the order of GROUPS.

    Args:
        dimensions: names as `features.functionals` gives them, `part.descriptor.statistic`

    Raises:
        UserError: a dimension that belongs to no group, or to several
    """
    patterns = {name: re.compile(pattern) for name, pattern in GROUPS.items()}
    found: dict[str, list[int]] = {name: [] for name in GROUPS}
    for column, dimension in enumerate(dimensions):
        descriptor = dimension.rpartition(".")[0]
        own = [name for name, pattern in patterns.items() if pattern.fullmatch(descriptor)]
        if len(own) != 1:
            raise UserError(
                f"the dimension {dimension!r} belongs to {own or 'no group'}, expected exactly one of {list(GROUPS)}. "
                "Fix its pattern in ser_tasks/bundles/explain/group_importance.py."
            )
        found[own[0]].append(column)
    return {name: np.array(columns) for name, columns in found.items() if columns}


@dataclass(frozen=True)
class ShuffledFold:
    """One fold's predictions of its test set as it is, and with each group shuffled, one table of posteriors a time."""

    fold: Fold
    intact: FoldOutcome
    shuffled: Mapping[str, tuple[FoldOutcome, ...]]


def shuffled_fold(
    fold: Fold,
    labels: Labels,
    features: Matrix | tuple[Voted, ...],
    model: Model,
    params: Params,
    *,
    groups: Mapping[str, Columns],
    repeats: int,
    seed: int,
    copies: Sequence[Any] = (),
    folder: Path | None = None,
) -> ShuffledFold:
    """Predictions of one model, fitted once, for the test set with one group shuffled each time.

    All columns of a group change places together, among the utterances of the test set: what they tell of each other
    stays, what they tell of the emotion and of the other groups is lost. Nothing is fitted again.

    Args:
        fold, labels, model, params, copies, folder: as in `evaluation.evaluate_fold`
        features: of every utterance, shape (n_utterances, n_dims), or each with the votes on it
        groups: name -> columns
        repeats: shuffles of each group
        seed: of the model; the shuffles of this fold are drawn from it, too

    Source: Breiman (2001), doi:10.1023/A:1010933404324; by group: Gregorutti et al. (2015),
    doi:10.1016/j.csda.2015.04.002
    """
    line, built = observed(model)
    intact = evaluate_fold(fold, labels, features, line, params, seed=seed, copies=tuple(copies), folder=folder)
    rows = rows_of(features)
    if model.speaker_norm:
        rows = np.asarray(speaker_norm(rows, np.array(labels.speakers)))
    row_of = {name: row for row, name in enumerate(labels.utterance_ids)}
    test = rows[[row_of[name] for name in fold.test]]

    def predicted(values: Matrix) -> FoldOutcome:
        return FoldOutcome(fold.test, tuple(map(tuple, built[-1].posteriors(values))), {})

    return ShuffledFold(fold, intact, each_shuffled(test, predicted, groups, repeats=repeats, seed=(seed, fold.name)))


def observed(line: Line) -> tuple[Line, list[Any]]:
    """A line of a table of models, and the list to which all that it builds is added."""
    built: list[Any] = []

    def build(section: Any, **options: Any) -> Any:
        built.append(line.build(section, **options))
        return built[-1]

    return replace(line, build=build), built


def each_shuffled(
    rows: Matrix, predicted: Callable[[Matrix], Outcome], groups: Mapping[str, Columns], *, repeats: int, seed: Seed
) -> dict[str, tuple[Outcome, ...]]:
    """What is predicted for the rows of a test set with each group shuffled, `repeats` times."""
    generator = np.random.default_rng([seed[0], *seed[1].encode()])
    return {
        name: tuple(predicted(shuffle(rows, columns, generator)) for _ in range(repeats))
        for name, columns in groups.items()
    }


def shuffle(rows: Matrix, columns: Columns, generator: np.random.Generator) -> Matrix:
    """A copy of (n_rows, n_dims) in which these columns, together, stand in rows drawn at random."""
    mixed = rows.copy()
    mixed[:, columns] = rows[generator.permutation(len(rows))][:, columns]
    return mixed


def drops(
    folds: Sequence[ShuffledFold], labels: Labels, params: EvaluationParams, *, seed: int
) -> dict[str, UarDifference]:
    """Pooled UAR as it is less that with a group shuffled, the mean over the shuffles; intervals over speakers."""
    repeats = len(next(iter(folds[0].shuffled.values())))
    intact = _repeated([(own.fold, [own.intact] * repeats) for own in folds], labels, seed=seed)
    speakers = dict(zip(labels.utterance_ids, labels.speakers, strict=True))
    found = {}
    for name in folds[0].shuffled:
        table = _repeated([(own.fold, own.shuffled[name]) for own in folds], labels, seed=seed)
        voices = {repeated: speakers[repeated.rpartition(REPEAT)[0]] for repeated in table.utterance_id}
        found[name] = uar_difference(
            intact,
            table,
            voices,
            confidence=params.confidence,
            resamples=params.bootstrap_resamples,
            seed=params.seed,
        )
    return found


def distance_gains(
    folds: Sequence[ShuffledFold],
    labels: Labels,
    counts: pd.DataFrame,
    params: EvaluationParams,
    *,
    seed: int,
) -> tuple[float, dict[str, DistanceDifference]]:
    """Mean KL(votes || posterior) of a model of votes, in nats, and by how much it is larger with a group shuffled.

    Args:
        folds, labels: of one evaluation
        counts: of the votes on the utterances that count, by utterance id; a column for each class
        params, seed: as in `drops`
    """
    speakers, runs = dict(zip(labels.utterance_ids, labels.speakers, strict=True)), [(own.fold, seed) for own in folds]

    def distances(outcomes: Sequence[FoldOutcome]) -> tuple[Distances, Speakers]:
        answers, whose = of_table(prediction_table(runs, outcomes, labels), counts, speakers)
        return answers.distance, whose

    intact, found = distances([own.intact for own in folds]), {}
    for name, repeats in folds[0].shuffled.items():
        each = [distances([own.shuffled[name][number] for own in folds]) for number in range(len(repeats))]
        mixed = np.concatenate([values for values, _ in each]), np.concatenate([whose for _, whose in each])
        found[name] = distance_difference(mixed, intact, params)
    return float(intact[0].mean()), found


REPEAT = "#"  # between an utterance and the number of its shuffle


def _repeated(folds: Sequence[tuple[Fold, Sequence[FoldOutcome]]], labels: Labels, *, seed: int) -> pd.DataFrame:
    """The prediction table of all shuffles, each utterance under a name of its own: they count as their mean."""
    repeats = len(folds[0][1])
    runs = [(fold, seed) for fold, _ in folds]
    tables = [prediction_table(runs, [outcomes[i] for _, outcomes in folds], labels) for i in range(repeats)]
    return pd.concat(
        [table.assign(utterance_id=table.utterance_id + f"{REPEAT}{i}") for i, table in enumerate(tables)],
        ignore_index=True,
    )
