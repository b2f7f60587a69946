"""An evaluation of valence, activation and dominance: its plan, its folds, its result, and what it leaves behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.display.progress import watch_folds
from pipelines.evaluations.plan import check_words, folds_of, protocol_kind, protocol_section
from pipelines.evaluations.provenance import dimension_origin, sealed
from pipelines.evaluations.record import dotted
from pipelines.evaluations.result import FEW_EPOCHS, SPEAKER_NORM, heard_by, synthetic, unknown_speakers, without_turns
from pipelines.evaluations.run_tags import digest_of, features_of, file_digest, provenance
from pipelines.known_corpora import CORPORA
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.labels import Labelled
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.evaluation.audit import audit_folds, may_straddle
from ser_tasks.evaluation.dimensions.fold import DimensionRequest, dimension_outcome
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.dimensions.scoring import (
    TRUTH,
    DimensionOutcome,
    Ratings,
    prediction_table,
    score_dimensions,
)
from ser_tasks.evaluation.result import SHARED_SPEAKERS, write_result
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.versions import regressor_versions
from ser_tasks.models.kernel_limit import check_kernel_limit
from ser_tasks.params import Params, Protocol
from ser_tasks.provenance.versions import library_versions
from ser_tasks.tasks import run_dimension_fold
from ser_tasks.text.transcripts import RECOGNISED
from ser_tasks.tracking import CONFIGURATION, KIND, DataRead, log_evaluation


@dataclass(frozen=True)
class DimensionEvaluation:
    """One model of dimensions on one corpus under one protocol."""

    corpus: str
    protocol: str
    model: str
    params: Params
    section: Protocol
    ratings: Ratings
    dropped: dict[str, int]  # utterances that nobody rated
    shared: dict[str, int]  # test utterances whose speaker, or twin take, is in the training part too
    folds: tuple[Fold, ...]
    requests: tuple[DimensionRequest, ...]  # one for each fold


def plan_dimensions(corpus: str, protocol: str, model: str, params: Params) -> DimensionEvaluation:
    """Rated utterances, whatever their class; folds, their audit, and a request for each.

    Raises:
        LeakError: folds whose sides share what they must not
        UserError: a corpus without ratings
    """
    params = params.for_corpus(corpus)
    section = protocol_section(params, corpus, protocol)
    rated, dimensions = rated_utterances(read_utterances(paths.utterances(corpus)), corpus)
    check_words(corpus, rated.utterances, model, DIMENSION_MODELS[model].feature_set)
    alike = Labelled(rated.utterances.assign(emotion="rated"), rated.dropped)  # whatever class: none is dealt by it
    folds, _ = folds_of(corpus, alike, section, params)
    shared = audit_folds(rated.utterances, folds, straddling=may_straddle(section))
    line = DIMENSION_MODELS[model]
    check_kernel_limit(
        model,
        line.section_name,
        rows=max(len(fold.train) for fold in folds),
        trainings=len(folds),
        largest=params.kernels.largest,
    )
    ratings, seed = Ratings.of(rated.utterances, dimensions), params.evaluation.seed
    features, digest = features_of(corpus, line.feature_set)
    request = partial(DimensionRequest, work=paths.WORK.resolve())
    requests = tuple(request(fold, ratings, features, digest, model, params, seed) for fold in folds)
    return DimensionEvaluation(
        corpus, protocol, model, params, section, ratings, rated.dropped, shared, folds, requests
    )


def run_dimensions(evaluation: DimensionEvaluation) -> list[DimensionOutcome]:
    """All folds side by side; those finished by an earlier, interrupted run come from the cache."""
    running = [run_dimension_fold.submit(request) for request in evaluation.requests]
    folders = {request.fold.name: request.folder for request in evaluation.requests}
    watch_folds(running, folders, title=f"{evaluation.corpus} · {evaluation.protocol} · {evaluation.model}")
    return [dimension_outcome(future.result()) for future in running]


def result_of(
    evaluation: DimensionEvaluation, outcomes: Sequence[DimensionOutcome]
) -> tuple[dict[str, Any], pd.DataFrame]:
    """What results/dimensions/ holds, and the predictions."""
    params = evaluation.params.evaluation
    predictions = prediction_table(evaluation.folds, outcomes, evaluation.ratings, seed=params.seed)
    figures = score_dimensions(predictions, evaluation.ratings, params)
    result = {**stated(evaluation), **figures, **circumstances(evaluation)}
    return sealed(result, dimension_origin(evaluation), predictions), predictions


def stated(evaluation: DimensionEvaluation) -> dict[str, Any]:
    """What was evaluated."""
    return head_of_ratings(evaluation.corpus, evaluation.protocol, evaluation.model, evaluation.params)


def head_of_ratings(corpus: str, protocol: str, model: str, params: Params) -> dict[str, Any]:
    """What was evaluated, of a model or an ensemble."""
    return {
        "corpus": corpus,
        "corpus_kind": CORPORA[corpus].kind,
        "protocol": protocol,
        "protocol_kind": protocol_kind(protocol_section(params, corpus, protocol)),
        "model": model,
    }


def circumstances(evaluation: DimensionEvaluation) -> dict[str, Any]:
    """What the figures were computed from, and what a reader must know."""
    found = circumstances_of_ratings(
        evaluation.corpus,
        evaluation.ratings,
        evaluation.dropped,
        evaluation.params,
        feature_set=DIMENSION_MODELS[evaluation.model].feature_set,
    )
    own = {"versions": regressor_versions(evaluation.model), "warnings": found["warnings"] + _warnings(evaluation)}
    return found | own


def circumstances_of_ratings(
    corpus: str, ratings: Ratings, dropped: Mapping[str, int], params: Params, *, feature_set: str
) -> dict[str, Any]:
    """The same of a model or an ensemble, without what is to be known of the model."""
    return {
        "utterances": len(ratings.utterance_ids),
        "speakers": len(set(ratings.speakers)) if CORPORA[corpus].speakers_known else 0,
        "dropped": dict(dropped),
        "feature_set": feature_set,
        "seed": params.evaluation.seed,
        "versions": library_versions(),
        "warnings": synthetic(corpus) + unknown_speakers(corpus),
    }


def ratings_of(corpus: str) -> tuple[Ratings, dict[str, int]]:
    """Of a corpus, and how many of its utterances have none.

    Raises:
        UserError: a corpus without ratings
    """
    rated, dimensions = rated_utterances(read_utterances(paths.utterances(corpus)), corpus)
    return Ratings.of(rated.utterances, dimensions), rated.dropped


def _warnings(evaluation: DimensionEvaluation) -> list[str]:
    """What a reader must know of the model before comparing this number."""
    said = []
    if DIMENSION_MODELS[evaluation.model].feature_set == RECOGNISED:
        said.append(heard_by(evaluation.corpus))
    said += without_turns(evaluation.corpus, DIMENSION_MODELS[evaluation.model], evaluation.params)
    if DIMENSION_MODELS[evaluation.model].speaker_norm:
        said.append(SPEAKER_NORM)
    limit = evaluation.params.corpus[evaluation.corpus].epochs
    if DIMENSION_MODELS[evaluation.model].module and limit is not None:
        said.append(FEW_EPOCHS.format(limit))
    if any(evaluation.shared.values()):
        said.append(
            f"{SHARED_SPEAKERS} {evaluation.shared['speaker']} test utterances have their speaker in the training part."
        )
    return said


def write_outputs(result: Mapping[str, Any], predictions: pd.DataFrame) -> None:
    """The files that dvc.yaml declares as outs, metrics and plots."""
    place = (result["corpus"], result["protocol"], result["model"])
    with atomic_path(paths.dimension_predictions(*place)) as temporary:
        predictions.to_parquet(temporary, index=False)
    with atomic_path(paths.dimension_plot(*place)) as temporary:
        _long(predictions, list(result["dimensions"])).to_csv(temporary, index=False)
    measured = {name: figures["ccc"] for name, figures in result["dimensions"].items()}
    headline = {key: result[key] for key in ("ccc", "ccc_low", "ccc_high")}
    write_result(
        {**headline, **{f"ccc_{name}": value for name, value in measured.items()}}, paths.dimension_metrics(*place)
    )
    write_result(result, paths.dimension_result(*place))


def _long(predictions: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Columns dimension, rated, predicted: what `dvc plots` draws as points."""
    parts = [
        pd.DataFrame({"dimension": name, "rated": predictions[name + TRUTH], "predicted": predictions[name]})
        for name in dimensions
    ]
    return pd.concat(parts, ignore_index=True).round(3)


def track(
    result: Mapping[str, Any],
    chosen: Sequence[Mapping[str, Any]],
    *,
    settings: Mapping[str, Any],
    params: Params,
    data: Mapping[str, str],
    seconds: float,
) -> str:
    """One MLflow run with a child for each fold, in which `chosen` was chosen; returns its id.

    `settings` are of the model or the ensemble, `data` digests of what was read beside the table of utterances, by tag.
    """
    corpus, protocol = result["corpus"], protocol_section(params, result["corpus"], result["protocol"])
    named = {key: str(result[key]) for key in ("corpus", "protocol", "model", "feature_set", "seed")}
    read = {
        **named,
        "protocol_kind": result["protocol_kind"],
        **dotted("protocol", protocol.model_dump(mode="json", exclude={"kind"})),
        **dotted("model", settings),
    }
    table = paths.utterances(corpus)
    digests = {"data.utterances": file_digest(table), **data}
    return log_evaluation(
        experiment=f"ser/{corpus}",
        name=f"{result['model']} · {result['protocol']}",
        description=" ".join([f"{result['utterances']} rated utterances of {corpus}.", *result["warnings"]]),
        params=read,
        metrics={**_measured(result), "seconds": seconds},
        tags={**_tags(named, read), "data.digest": digest_of(digests), **digests, **provenance()},
        folds=[{**fold, "chosen": own} for fold, own in zip(result["folds"], chosen, strict=True)],
        figure=None,
        tables={},
        data=[DataRead(corpus, file_digest(table), table, "train and test")],
        files=[paths.dimension_result(*(result[key] for key in ("corpus", "protocol", "model")))],
    )


def _tags(named: Mapping[str, str], read: Mapping[str, Any]) -> dict[str, str]:
    """What a run is found by."""
    return {KIND: "evaluation", **{f"ser.{key}": own for key, own in named.items()}, CONFIGURATION: digest_of(read)}


def _measured(result: Mapping[str, Any]) -> dict[str, float]:
    """Every figure by its name in MLflow: ccc, ccc_low, ccc/valence."""
    pooled = {key: value for key, value in result.items() if key.startswith("ccc")}
    return pooled | {f"{key}/{name}": v for name, own in result["dimensions"].items() for key, v in own.items()}
