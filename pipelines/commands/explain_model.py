"""What `ser explain model` does: each fold fitted once and its test part shuffled group by group; each group alone."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from pipelines import paths
from pipelines.commands.arguments import check_asked, refuse_without_features
from pipelines.display.explanation import show_importance
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.plan import Evaluation, plan_evaluation
from pipelines.evaluations.result import SPEAKER_NORM, synthetic
from pipelines.settings import feature_params, project_params
from ser_tasks.bundles.explain.descriptor_groups import Columns, descriptor_groups
from ser_tasks.bundles.explain.group_importance import drops, shuffled_fold
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.scoring import FoldOutcome, evaluate_fold, prediction_table, score
from ser_tasks.features import feature_set
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS
from ser_tasks.models.recogniser import Model
from ser_tasks.plots.explanation import draw_importance
from ser_tasks.provenance.versions import library_versions

READ = "functionals"  # the feature set that has a row for each utterance, and groups
UAR = ("uar", "uar_low", "uar_high")


@dataclass(frozen=True)
class Asked:
    """An evaluation whose features are looked at.

    Attributes:
        evaluation: with one request for each fold and seed
        features: of every utterance, shape (n_utterances, n_dims)
        groups: name -> columns
        done: called after each fold's work
    """

    evaluation: Evaluation
    features: NDArray[np.float32]
    groups: Mapping[str, Columns]
    done: Callable[[], None]

    @property
    def requests(self) -> list[FoldRequest]:
        """One for each fold: those of the first seed."""
        return _first_seed(self.evaluation)

    @property
    def model(self) -> Model:
        """Its line of the table."""
        return MODELS[self.evaluation.model]

    def figures(self, outcomes: Sequence[FoldOutcome]) -> dict[str, float]:
        """UAR and its interval, of one outcome for each fold."""
        labels = self.evaluation.labels
        table = prediction_table([(own.fold, own.seed) for own in self.requests], outcomes, labels)
        figures, _ = score(table, labels, self.evaluation.params.evaluation)
        return {key: figures[key] for key in UAR}


def explain_model(
    corpus: str, model: str, protocol: str, *, repeats: int, alone: bool, to: Path | None
) -> dict[str, Any]:
    """Compute, write results/CORPUS/importance_MODEL.json and perhaps a picture, show; returns what was written.

    Raises:
        UserError: a name that is not known, or a model that reads something else than functionals
    """
    params = project_params()
    readers = [name for name, line in MODELS.items() if line.feature_set == READ]
    if model in MODELS and model not in readers:
        raise UserError(
            f"ser explain model: {model} reads {MODELS[model].feature_set}, which have no groups: those are of {READ}. "
            f"Name one of {', '.join(readers)}; answers of a network: ser explain recording."
        )
    check_asked("ser explain model", corpus, protocol, model, params, models=readers)
    refuse_without_features("ser explain model", corpus, model)
    evaluation = plan_evaluation(corpus, protocol, model, params.for_corpus(corpus))
    if MODELS[model].keras:
        load_keras()
    began, file = time.perf_counter(), paths.importance(corpus, model)
    groups, features = _grouped(evaluation)
    with Progress(console=CONSOLE, transient=True) as screen:
        total = len(_first_seed(evaluation)) * (1 + alone * len(groups))
        bar = screen.add_task(f"{corpus} · {model}", total=total)
        asked = Asked(evaluation, features, groups, lambda: screen.advance(bar))
        found = _shuffled(asked, repeats=repeats)
        if alone:
            for name in groups:
                found["groups"][name]["alone"] = _alone(asked, name)
    result = _head(evaluation) | {"repeats": repeats} | found | {"versions": library_versions()}
    write_result(result, file)
    show_importance(result, seconds=time.perf_counter() - began, file=file)
    if to is not None:
        draw_importance(result, to=to)
        CONSOLE.print(f"  {to}")
    return result


def _grouped(evaluation: Evaluation) -> tuple[dict[str, Columns], NDArray[np.float32]]:
    """The columns of each group, and what they are columns of."""
    names = feature_set(READ).names(feature_params(evaluation.params))
    features = np.asarray(evaluation.requests[0].read())
    if features.shape[1] != len(names):
        raise UserError(
            f"{paths.features(evaluation.corpus, READ)}: {features.shape[1]} dimensions, but params.yaml as it is "
            f"makes {len(names)}. Compute them anew: dvc repro features@{evaluation.corpus}-{READ}"
        )
    return descriptor_groups(names), features


def _head(evaluation: Evaluation) -> dict[str, Any]:
    """What was looked at."""
    speaker_norm = [SPEAKER_NORM] if MODELS[evaluation.model].speaker_norm else []
    return {
        "corpus": evaluation.corpus,
        "preset": evaluation.params.corpus[evaluation.corpus].preset,
        "protocol": evaluation.protocol,
        "model": evaluation.model,
        "feature_set": READ,
        "utterances": sum(len(own.fold.test) for own in _first_seed(evaluation)),
        "folds": len(_first_seed(evaluation)),
        "seed": evaluation.params.evaluation.seed,
        "warnings": synthetic(evaluation.corpus) + speaker_norm,
    }


def _shuffled(asked: Asked, *, repeats: int) -> dict[str, Any]:
    """The UAR as it is, and what it loses with each group."""
    evaluation, folds = asked.evaluation, []
    for own in asked.requests:
        folds.append(
            shuffled_fold(
                own.fold,
                evaluation.labels,
                asked.features,
                asked.model,
                evaluation.params,
                groups=asked.groups,
                repeats=repeats,
                seed=own.seed,
                folder=own.folder,
            )
        )
        asked.done()
    options = evaluation.params.evaluation
    lost = drops(folds, evaluation.labels, options, seed=options.seed)
    groups = {
        name: {
            "dimensions": len(columns),
            "drop": round(lost[name].difference, 4),
            "low": round(lost[name].interval.low, 4),
            "high": round(lost[name].interval.high, 4),
        }
        for name, columns in asked.groups.items()
    }
    return {**asked.figures([own.intact for own in folds]), "groups": groups}


def _alone(asked: Asked, group: str) -> dict[str, float]:
    """The same model, learnt and tested on these columns alone."""
    evaluation, outcomes = asked.evaluation, []
    columns = asked.features[:, asked.groups[group]]
    for own in asked.requests:
        outcomes.append(
            evaluate_fold(own.fold, evaluation.labels, columns, asked.model, evaluation.params, seed=own.seed)
        )
        asked.done()
    return asked.figures(outcomes)


def _first_seed(evaluation: Evaluation) -> list[FoldRequest]:
    return [own for own in evaluation.requests if own.seed == evaluation.params.evaluation.seed]
