"""What `ser explain` does: shuffles groups of features of a corpus, and attributes the prediction for a recording."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import librosa  # lazy: what is used of it loads when it is used
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.commands.bundles import find_bundle
from pipelines.display.predictions import with_confidence
from pipelines.display.tables import CONSOLE, percent_points, show_rows
from pipelines.evaluations.plan import Evaluation, check_tested_once, plan_evaluation
from pipelines.evaluations.result import SPEAKER_NORM, synthetic
from pipelines.evaluations.votes import counts_of
from pipelines.settings import feature_params, project_params
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import load_bundle, single
from ser_tasks.bundles.bundled import is_network
from ser_tasks.bundles.explain.group_importance import (
    Columns,
    ShuffledFold,
    descriptor_groups,
    distance_gains,
    drops,
    shuffled_fold,
)
from ser_tasks.bundles.explain.recording import Baseline, explain
from ser_tasks.bundles.model_bundle import ModelBundle
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.evaluation.result import nats, percent, with_interval, write_result
from ser_tasks.evaluation.scoring import FoldOutcome, evaluate_fold, prediction_table, score
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.features.table import feature_set
from ser_tasks.keras_backend import load_keras
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.model_versions import model_versions
from ser_tasks.models.recogniser import Model
from ser_tasks.models.voted import rows_of
from ser_tasks.plots.explanation import BASELINES, by_drop, draw_explanation, draw_importance, logit

if TYPE_CHECKING:
    from ser_tasks.bundles.model_bundle import ModelBundle
    from ser_tasks.models.recogniser import Features
from ser_tasks.bundles.explain.recording import Explanation

READ = "functionals"  # the feature set that has a row for each utterance, and groups
UAR = ("uar", "uar_low", "uar_high")


@dataclass(frozen=True)
class GroupStudy:
    """An evaluation whose groups of features are shuffled.

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

    def read(self, request: FoldRequest, group: str | None = None) -> Features:
        """What a fold is trained and tested on, all dimensions or one group's; with votes on the training part."""
        columns = slice(None) if group is None else self.groups[group]
        if self.evaluation.model not in ON_VOTES:
            return self.features[:, columns]
        return tuple(own._replace(row=own.row[columns]) for own in request.read())

    def figures(self, outcomes: Sequence[FoldOutcome]) -> dict[str, float]:
        """UAR and its interval, of one outcome for each fold."""
        labels = self.evaluation.labels
        table = prediction_table([(own.fold, own.seed) for own in self.requests], outcomes, labels)
        figures, _ = score(table, labels, self.evaluation.params.evaluation)
        return {key: figures[key] for key in UAR}


def explain_model(
    corpus: str, model: str, protocol: str, *, repeats: int, alone: bool, to: Path | None
) -> dict[str, Any]:
    """Compute, write results/CORPUS/importance_MODEL.json and perhaps a picture, show; returns the result.

    Raises:
        UserError: an unknown name, or a model that does not read functionals
    """
    params = project_params()
    readers = _readers(model)
    check_arguments("ser explain model", corpus, protocol, model, params, models=readers)
    check_features("ser explain model", corpus, model)
    evaluation = plan_evaluation(corpus, protocol, model, params.for_corpus(corpus))
    check_tested_once(evaluation.section, corpus=corpus, command="ser explain model")
    if MODELS[model].keras:
        load_keras()
    began, file = time.perf_counter(), paths.importance(corpus, model)
    groups, features = _grouped(evaluation)
    with Progress(console=CONSOLE, transient=True) as screen:
        total = len(_first_seed(evaluation)) * (1 + alone * len(groups))
        bar = screen.add_task(f"{corpus} · {model}", total=total)
        study = GroupStudy(evaluation, features, groups, lambda: screen.advance(bar))
        found = _shuffled(study, repeats=repeats)
        if alone:
            for name in groups:
                found["groups"][name]["alone"] = _alone(study, name)
    result = _head(evaluation) | {"repeats": repeats} | found | {"versions": model_versions(model)}
    write_result(result, file)
    show_importance(result, seconds=time.perf_counter() - began, file=file)
    if to is not None:
        draw_importance(result, to=to)
        CONSOLE.print(f"  {to}")
    return result


def _readers(model: str) -> list[str]:
    """Models that can be explained.

    Raises:
        UserError: this one cannot
    """
    readers = [name for name, line in MODELS.items() if line.feature_set == READ]
    if model in MODELS and model not in readers:
        one = "; predictions of a network: ser explain recording" * is_network(model)
        raise UserError(
            f"ser explain model: {model} reads {MODELS[model].feature_set}, which have no groups: those are of {READ}. "
            f"Name one of {', '.join(readers)}{one}."
        )
    return readers


def _grouped(evaluation: Evaluation) -> tuple[dict[str, Columns], NDArray[np.float32]]:
    """The columns of each group, and what they are columns of."""
    names = feature_set(READ).names(feature_params(evaluation.params))
    read: Any = evaluation.requests[0].read()
    features = read.in_memory() if isinstance(read, StoredRows) else rows_of(read)
    if features.shape[1] != len(names):
        raise UserError(
            f"{paths.features(evaluation.corpus, READ)}: {features.shape[1]} dimensions, but params.yaml as it is "
            f"makes {len(names)}. Compute them anew: dvc repro features@{evaluation.corpus}-{READ}"
        )
    return descriptor_groups(names), features


def _head(evaluation: Evaluation) -> dict[str, Any]:
    """What was evaluated: names, sizes and warnings."""
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


def _shuffled(study: GroupStudy, *, repeats: int) -> dict[str, Any]:
    """The UAR as it is, and what it loses with each group."""
    evaluation, folds = study.evaluation, []
    for own in study.requests:
        folds.append(
            shuffled_fold(
                own.fold,
                evaluation.labels,
                study.read(own),
                study.model,
                evaluation.params,
                groups=study.groups,
                repeats=repeats,
                seed=own.seed,
                folder=own.folder,
            )
        )
        study.done()
    options = evaluation.params.evaluation
    lost = drops(folds, evaluation.labels, options, seed=options.seed)
    groups = {
        name: {
            "dimensions": len(columns),
            "drop": round(lost[name].difference, 4),
            "low": round(lost[name].interval.low, 4),
            "high": round(lost[name].interval.high, 4),
        }
        for name, columns in study.groups.items()
    }
    found = {**study.figures([own.intact for own in folds]), "groups": groups}
    return found | _distances(study, folds, groups) if evaluation.model in ON_VOTES else found


def _distances(
    study: GroupStudy, folds: Sequence[ShuffledFold], groups: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """The KL from the votes of a model that is trained on them, and by how much each group's shuffling adds to it."""
    evaluation, options = study.evaluation, study.evaluation.params.evaluation
    counts = counts_of(evaluation.corpus, [name for own in folds for name in own.fold.test], evaluation.params)
    kl, gains = distance_gains(folds, evaluation.labels, counts, options, seed=options.seed)
    return {
        "kl": round(kl, 4),
        "groups": {name: {**own, "kl_gain": gains[name].figures()} for name, own in groups.items()},
    }


def _alone(study: GroupStudy, group: str) -> dict[str, float]:
    """Figures of the same model, trained and tested on these columns alone."""
    evaluation, outcomes = study.evaluation, []
    for own in study.requests:
        outcomes.append(
            evaluate_fold(
                own.fold, evaluation.labels, study.read(own, group), study.model, evaluation.params, seed=own.seed
            )
        )
        study.done()
    return study.figures(outcomes)


def _first_seed(evaluation: Evaluation) -> list[FoldRequest]:
    return [own for own in evaluation.requests if own.seed == evaluation.params.evaluation.seed]


PICTURES = (".png", ".svg", ".pdf")


def explain_recording(
    path: Path, to: Path, *, bundle: str | None, of: str | None, against: str | None, baseline: Baseline
) -> None:
    """Draw why a bundle predicts what it predicts.

    Raises:
        UserError: no such bundle, not of a network, or a picture of another format
    """
    if to.suffix.lower() not in PICTURES:
        raise UserError(f"--to {to}: expected a file that ends in {', '.join(PICTURES)}.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    model = single(load_bundle(find_bundle(bundle)), wanted="an explanation", fits=is_network)
    explanation = explain(model, read_recording(path), of=of, against=against, baseline=baseline)
    draw_explanation(explanation, model.card, named_by_frequency(model), title=path.name, to=to)
    show_explanation(path, explanation, to=to)


def named_by_frequency(bundle: ModelBundle) -> tuple[str, ...]:
    """Names of the features; of log-mel bands their centre frequencies."""
    card, sections = bundle.card, bundle.sections
    if card.feature_set != LOG_MEL.name:
        return feature_set(card.feature_set).names(sections)
    band: Any = sections["log_mel"]
    edges = librosa.mel_frequencies(band.n_mels + 2, fmin=band.f_min, fmax=band.f_max)
    return tuple(f"{centre:.0f} Hz" for centre in edges[1:-1])


def show_importance(result: Mapping[str, Any], *, seconds: float, file: Path) -> None:
    """Print one line for each group."""
    CONSOLE.print(
        f"\n[bold]{result['corpus']} · {result['protocol']} · {result['model']}[/]  UAR {with_interval(result)}"
        + (f"   KL from the votes {result['kl']:.3f}" if "kl" in result else "")
    )
    rows = [
        {
            "group": name,
            "dimensions": str(own["dimensions"]),
            "UAR lost when shuffled": _points(own),
            **({"KL gained when shuffled": _nats(own["kl_gain"])} if "kl_gain" in own else {}),
            **({"UAR of it alone": with_interval(own["alone"])} if "alone" in own else {}),
        }
        for name, own in by_drop(result)
    ]
    show_rows(rows, title=f"Groups of {result['feature_set']}, {result['repeats']} shuffles each, in %")
    CONSOLE.print("  Groups are redundant: one that costs nothing may still be informative. See docs/explain.md.")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")
    CONSOLE.print(f"  {file}   ({seconds:.0f} s)")


def _points(own: Mapping[str, float]) -> str:
    drop, low, high = (percent_points(own[key]) for key in ("drop", "low", "high"))
    return f"{drop} [{low}, {high}]"


def _nats(own: Mapping[str, Any]) -> str:
    return f"{own['kl_difference']:+.3f} {nats(own['low'], own['high'], '+')}"


def show_explanation(path: Path, explanation: Explanation, *, to: Path) -> None:
    """Print the prediction, what is explained, and whether the attributions are complete."""
    answer, found = explanation.prediction, explanation.attribution
    CONSOLE.print(
        f"\n[bold]{path.name}[/]  ", with_confidence(answer.emotion, answer.confidence, unsure=answer.unsure), end=""
    )
    CONSOLE.print("  " + "   ".join(f"{name} {percent(p)}" for name, p in answer.probabilities.items()))
    for remark in answer.remarks:
        CONSOLE.print(f"  [yellow]{remark}[/]")
    CONSOLE.print(
        f"  {logit(explanation)}: {found.change:+.3f} from {BASELINES[explanation.baseline]} to the recording; the "
        f"attributions sum to {found.values.sum():+.3f} after {found.steps} steps"
    )
    if not found.complete:
        CONSOLE.print("  [yellow]They should sum to the first figure: interpret them with care.[/]")
    CONSOLE.print(f"  {to}")
