"""Stage `bundle` of a model of valence, activation and dominance: trained on all rated utterances, in a folder."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from pipelines import paths
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.dimensions import DimensionEvaluation, plan_dimensions
from pipelines.evaluations.record import dotted
from pipelines.evaluations.run_tags import provenance
from pipelines.known_corpora import CORPORA
from pipelines.settings import feature_params, project_params
from pipelines.stages.bundle_card import (
    about_training,
    durations_of,
    engine_version,
    front_end_sections,
    record_of,
    speech_recognition,
    training_utterances,
)
from ser_tasks.bundles.bundled import check_bundled
from ser_tasks.bundles.dimensions.card import (
    FORMAT,
    DimensionCard,
    DimensionFigures,
    Rated,
    RatedTrainingData,
    RatingFigures,
)
from ser_tasks.bundles.dimensions.final_model import final_regressor
from ser_tasks.bundles.dimensions.model_card import dimension_model_card
from ser_tasks.bundles.final_model import plain_settings, refitted
from ser_tasks.bundles.inference.estimate import estimate_all
from ser_tasks.bundles.inference.served import answer_columns
from ser_tasks.bundles.model_bundle import bundle_versions, write_bundle
from ser_tasks.bundles.model_card import FILE as MODEL_CARD
from ser_tasks.bundles.out_of_distribution import LIKENESS, OutOfDistributionDetector, describe, fit_detector
from ser_tasks.bundles.training_record import FILE as TRAINING
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import dimension_code, rated_features
from ser_tasks.evaluation.dimensions.result import ccc_with_interval, read_dimension_result
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.feature_set import with_engine
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.features.table import feature_set
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.held_out import HIGHEST, INSIDE, LOWEST
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.params import BundleParams, Params, ReliabilityParams
from ser_tasks.provenance.code_digest import code_digest
from ser_tasks.tracking import KIND, register_bundle


@flow("dimension_bundle", run_name="{name}")
def dimension_bundle(name: str, params: Params) -> None:
    """Train on everything, fit the out-of-distribution detector, write the folder."""
    section = params.bundles[name]
    check_bundled(section.model)
    result = evaluated(section)
    plan = plan_dimensions(section.corpus, section.protocol, section.model, params)
    rated = all_rated(plan)
    fold = Fold("all utterances", plan.ratings.utterance_ids, (), ())  # with a place of its own for checkpoints
    everything = replace(plan.requests[0], fold=fold)
    line = DIMENSION_MODELS[section.model]
    regressor = final_regressor(*(line, plan.params, rated), seed=everything.seed, folder=everything.folder)
    detector = None if reads_words(line.feature_set) else likeness(rated, params.reliability)
    card = make_card(name, plan, rated, result, half_widths=list(map(float, regressor.half_widths())))
    record = record_of(section.corpus, plan.ratings.utterance_ids)
    pages = {MODEL_CARD: dimension_model_card(card).encode(), TRAINING: record}
    card = write_bundle(paths.bundle(name), card, regressor, detector, pages=pages)
    show_bundle(card, version=register(card))


def evaluated(section: BundleParams, *, how: str = "evaluate {corpus} {model}") -> dict[str, Any]:
    """The result of this configuration.

    Args:
        section: of the bundle
        how: the command that evaluates it

    Raises:
        UserError: it has not been evaluated
    """
    place = (section.corpus, section.protocol, section.model)
    for file in (paths.dimension_result(*place), paths.dimension_predictions(*place)):
        if not file.exists():
            raise UserError(
                f"{file}: {section.model} has not been evaluated on {section.corpus}. Evaluate it: "
                f"ser {how.format(corpus=section.corpus, model=section.model)}"
            )
    return read_dimension_result(paths.dimension_result(*place))


def all_rated(plan: DimensionEvaluation) -> RatedExamples:
    """Every rated utterance."""
    request, ratings = plan.requests[0], plan.ratings
    features = rated_features(DIMENSION_MODELS[plan.model], request.features, ratings.utterance_ids)
    return RatedExamples(features, np.array(ratings.values), np.array(ratings.speakers))


def likeness(rated: RatedExamples, params: ReliabilityParams) -> OutOfDistributionDetector:
    """The out-of-distribution detector, fitted on the features of the training set."""
    known = in_memory(rated)
    return fit_detector(
        np.array([describe(np.atleast_2d(row)) for row in known.features]),
        known.speakers.tolist(),
        n_components=params.cloud_components,
        quantile=params.cloud_quantile,
    )


def in_memory(rated: RatedExamples) -> RatedExamples:
    """The same utterances; of those that are on the disk at most LIKENESS, evenly spread over the corpus."""
    if not isinstance(rated.features, StoredRows):
        return rated
    some = rated.part(rated.features.some(LIKENESS))
    return RatedExamples(some.features.in_memory(), some.ratings, some.speakers)


def make_card(
    name: str, plan: DimensionEvaluation, rated: RatedExamples, result: dict[str, Any], *, half_widths: list[float]
) -> DimensionCard:
    """All but the digests of the files."""
    line, corpus, dimensions = DIMENSION_MODELS[plan.model], CORPORA[plan.corpus], plan.ratings.dimensions
    reads = reads_words(line.feature_set)
    sound = [] if reads else [with_engine(feature_set(line.feature_set), feature_params(plan.params))]
    spoken = training_utterances(plan.corpus, plan.ratings.utterance_ids)
    return DimensionCard(
        format=FORMAT,
        name=name,
        corpus=plan.corpus,
        model=plan.model,
        feature_set=line.feature_set,
        sampling_rate=plan.params.audio.sampling_rate,
        sections=front_end_sections(sound, plan.params, reader=f"bundle '{name}'"),
        settings=plain_settings(refitted(line.section(plan.params))),
        seed=plan.requests[0].seed,
        farthest=plan.params.reliability.farthest,
        durations=None if reads else durations_of(spoken),
        files={},
        versions=bundle_versions(plan.model)
        | {key: number for own in sound for key, number in engine_version(own).items()},
        licence=corpus.licence,
        citation=corpus.citation,
        data_digest=plan.requests[0].features_digest,
        code_digest=code_digest(
            *(root for own in sound for root in own.all_code), *dimension_code(line), final_regressor, estimate_all
        ),
        dimensions=dimensions,
        scale=(LOWEST, HIGHEST),
        interval=INSIDE,
        half_widths=dict(zip(dimensions, half_widths, strict=True)),
        training=_training(plan, spoken, rated),
        figures=figures_of(result),
        asr=speech_recognition(plan.params.asr, spoken) if reads else None,
    )


def _training(plan: DimensionEvaluation, spoken: pd.DataFrame, rated: RatedExamples) -> RatedTrainingData:
    return RatedTrainingData(
        **about_training(plan.corpus, spoken),
        utterances=len(rated.ratings),
        ratings={
            own: Rated(mean=round(float(values.mean()), 4), sd=round(float(values.std()), 4))
            for own, values in zip(plan.ratings.dimensions, rated.ratings.T, strict=True)
        },
    )


def figures_of(result: dict[str, Any]) -> RatingFigures:
    """What the cross-validation found."""
    copied = ("protocol", "protocol_kind", "utterances", "speakers", "ccc", "ccc_low", "ccc_high")
    return RatingFigures(
        **{key: result[key] for key in copied},
        dimensions={name: DimensionFigures(**own) for name, own in result["dimensions"].items()},
    )


def show_bundle(card: DimensionCard, *, version: str) -> None:
    """What was made, and where it is."""
    CONSOLE.print(
        f"\n[bold]{card.name}[/]  {card.model} on all {card.training.utterances} rated utterances of {card.corpus}: "
        f"{paths.bundle(card.name)}"
    )
    CONSOLE.print(f"  cross-validated mean CCC {ccc_with_interval(card.figures.model_dump())}")
    for name, half in card.half_widths.items():
        ccc = ccc_with_interval(card.figures.dimensions[name].model_dump())
        CONSOLE.print(f"  {name:<10} CCC {ccc}   {100 * card.interval:.0f} % interval ± {half:.2f}")
    CONSOLE.print(f"  MLflow: models:/{card.name}/{version}")


def register(card: DimensionCard) -> str:
    """The next version of the registered model of this name."""
    figures = card.figures
    named = {
        **card.model_dump(include={"corpus", "model", "feature_set", "seed"}),
        **figures.model_dump(include={"protocol", "protocol_kind"}),
    }
    tags = {f"ser.{key}": str(value) for key, value in named.items() if key != "protocol_kind"}
    of_each = {f"{key}/{name}": v for name, own in figures.dimensions.items() for key, v in own.model_dump().items()}
    return register_bundle(
        paths.bundle(card.name),
        name=card.name,
        experiment=f"ser/{card.corpus}",
        description=f"{card.model} on all rated utterances of {card.corpus}; figures of its cross-validation.",
        params={key: str(value) for key, value in named.items()} | dotted("model", card.settings),
        metrics=figures.model_dump(include={"ccc", "ccc_low", "ccc_high"}) | of_each,
        tags={
            KIND: "bundle",
            **tags,
            "ser.corpus_kind": card.training.kind,
            "ser.licence": card.licence,
            "data.features": card.data_digest,
            **provenance(),
        },
        gives=answer_columns(card),
        words=card.asr is not None,
        requirements=[f"{name}=={number}" for name, number in card.versions.items() if name != "python"],
    )


def main(name: str) -> None:
    """The flow; what takes long in it is one training."""
    dimension_bundle(name, project_params())
