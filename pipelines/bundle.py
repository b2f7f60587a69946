"""Stage `bundle`: a model trained on all of a corpus, in a folder with all that it takes to use it."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
from prefect import flow

from pipelines import places
from pipelines.plan import Evaluation, plan_evaluation
from pipelines.provenance import provenance
from pipelines.settings import feature_params, project_params
from pipelines.show import CONSOLE
from ser_tasks.bundle.bundle import write_bundle
from ser_tasks.bundle.bundled import refuse_unbundled
from ser_tasks.bundle.card import FORMAT, Card, Figures, TrainingData
from ser_tasks.bundle.confidence import Confidence, judge_confidence
from ser_tasks.bundle.final_model import final_recogniser, final_section
from ser_tasks.bundle.model_card import FILE as MODEL_CARD
from ser_tasks.bundle.model_card import RELIABILITY, RISK_COVERAGE, model_card
from ser_tasks.bundle.pictures import as_png, reliability_figure, risk_coverage_figure
from ser_tasks.bundle.training_cloud import describe, fit_cloud
from ser_tasks.bundle.versions import bundle_versions
from ser_tasks.code_digest import code_digest
from ser_tasks.copy_ids import copies_of
from ser_tasks.corpora import CORPORA
from ser_tasks.errors import UserError
from ser_tasks.feature_table import read_features
from ser_tasks.features import feature_set
from ser_tasks.features.feature_set import sections_of
from ser_tasks.inference.answer import recognise_all
from ser_tasks.models import MODELS
from ser_tasks.models.recogniser import Examples, Features
from ser_tasks.params import BundleParams, Params
from ser_tasks.result import percent
from ser_tasks.splits import Fold
from ser_tasks.tasks import FoldRequest
from ser_tasks.tracking import register_bundle
from ser_tasks.utterances import read_utterances


@flow(name="bundle", flow_run_name="{name}")
def bundle(name: str, params: Params) -> None:
    """Train on everything, judge the confidences of the cross-validation, write the folder."""
    section = params.bundles[name]
    refuse_unbundled(section.model)
    result, predictions = _evaluated(section, params)
    plan = plan_evaluation(section.corpus, section.protocol, section.model, params)
    everything = _request(plan)
    examples = _examples(everything)
    recogniser: Any = final_recogniser(section.model, params, examples, seed=everything.seed, folder=everything.folder)
    reliability = params.reliability
    cloud = fit_cloud(
        np.array([describe(np.atleast_2d(values)) for values in examples.features]),
        plan.labels.speakers,
        n_components=reliability.cloud_components,
        quantile=reliability.cloud_quantile,
    )
    confidence = judge_confidence(predictions, result["classes"], reliability)
    card = _card(name, plan, everything, result, confidence, temperature=recogniser.temperature)
    pages = {MODEL_CARD: model_card(card).encode(), **_pictures(card, confidence)}
    card = write_bundle(places.bundle(name), card, recogniser, cloud, pages=pages)
    show_bundle(card, version=_register(card))


def show_bundle(card: Card, *, version: str) -> None:
    """What was made, and where it is."""
    figures = card.figures
    CONSOLE.print(f"\n[bold]{card.name}[/]  {card.model} on all of {card.corpus}: {places.bundle(card.name)}")
    CONSOLE.print(
        f"  cross-validated UAR {percent(figures.uar)}, calibration error {percent(figures.ece)} %; unsure below "
        f"{card.unsure_below:.3f}, which leaves {percent(figures.coverage)} % of the answers and "
        f"{percent(figures.selective_error)} % errors among them (of all: {percent(1 - figures.accuracy)} %)"
    )
    if figures.selective_error > figures.target_error:
        CONSOLE.print(
            f"  [yellow]Aimed at {percent(figures.target_error)} % errors and missed: the confidence of this model "
            "does not tell right from wrong well enough.[/]"
        )
    CONSOLE.print(f"  MLflow: models:/{card.name}/{version}")


def _register(card: Card) -> str:
    """The next version of the registered model of this name."""
    figures = card.figures.model_dump(include={"uar", "accuracy", "macro_f1", "ece", "aurc", "coverage"})
    about = card.model_dump(include={"corpus", "model", "preset", "feature_set", "licence"})
    return register_bundle(
        places.bundle(card.name),
        name=card.name,
        experiment=f"ser/{card.corpus}",
        description=f"{card.model} on all of {card.corpus}; figures of its cross-validation.",
        metrics=figures,
        tags={f"ser.{key}": str(value) for key, value in about.items()}
        | {"data.digest": card.data_digest, **provenance()},
        classes=card.classes,
        requirements=[f"{name}=={number}" for name, number in card.versions.items() if name != "python"],
    )


def _evaluated(section: BundleParams, params: Params) -> tuple[dict[str, Any], pd.DataFrame]:
    """The figures and the out-of-fold posteriors of this configuration."""
    place = (section.corpus, section.protocol, section.model)
    mend = f"Name {section.model} under models: in params.yaml, and run dvc repro."
    for file in (places.result(*place), places.predictions(*place)):
        if not file.exists():
            raise UserError(f"{file}: {section.model} has not been evaluated on {section.corpus}. {mend}")
    result: dict[str, Any] = json.loads(places.result(*place).read_text(encoding="utf-8"))
    preset = params.corpus[section.corpus].preset
    if result["preset"] != preset:
        raise UserError(
            f"{places.result(*place)}: of the preset {result['preset']!r}, but params.yaml has {preset!r}. {mend}"
        )
    return result, pd.read_parquet(places.predictions(*place))


def _request(plan: Evaluation) -> FoldRequest:
    """All utterances as one fold: it gives a network its own place for checkpoints."""
    first, ids = plan.requests[0], plan.labels.utterance_ids
    fold = Fold("all utterances", ids, (), ())
    return FoldRequest(
        fold, plan.labels, first.features, first.features_digest, plan.model, plan.params, first.seed, first.work,
        first.adopted,
    )  # fmt: skip


def _examples(request: FoldRequest) -> Examples:
    """Every utterance with its augmented copies."""
    labels, n_copies = request.labels, request.params.signal_augmentation.copies
    copies = tuple(_features(request, copies_of(labels.utterance_ids, k)) for k in range(1, n_copies + 1))
    features = _features(request, labels.utterance_ids)
    return Examples(features, np.array(labels.emotions), np.array(labels.speakers), copies)


def _features(request: FoldRequest, utterance_ids: tuple[str, ...]) -> Features:
    table = read_features(request.features, utterance_ids)
    return table.matrix() if feature_set(MODELS[request.model].feature_set).framing is None else table.frames


def _card(
    name: str,
    plan: Evaluation,
    request: FoldRequest,
    result: dict[str, Any],
    confidence: Confidence,
    *,
    temperature: float,
) -> Card:
    """All but the digests of the files."""
    line, corpus = MODELS[plan.model], CORPORA[plan.corpus]
    features = feature_set(line.feature_set)
    names = sorted({"audio", "conditioning", *features.sections})
    sections = sections_of(feature_params(plan.params), names, reader=f"bundle '{name}'")
    spoken = _spoken(plan)
    return Card(
        format=FORMAT,
        name=name,
        corpus=plan.corpus,
        preset=result["preset"],
        model=plan.model,
        feature_set=line.feature_set,
        classes=tuple(result["classes"]),
        sampling_rate=plan.params.audio.sampling_rate,
        sections={key: section.model_dump(mode="json") for key, section in sections.items()},
        settings=_settings(plan),
        seed=request.seed,
        temperature=temperature,
        unsure_below=confidence.threshold.confidence,
        farthest=plan.params.reliability.farthest,
        training=_training_data(plan, spoken),
        durations=(float(spoken.duration.min()), float(spoken.duration.max())),
        files={},
        versions=bundle_versions(plan.model),
        licence=corpus.licence,
        citation=corpus.citation,
        figures=_figures(result, confidence),
        data_digest=request.features_digest,
        code_digest=code_digest(features.extract, line.build, *line.code, final_recogniser, recognise_all),
        git_commit=provenance()["git.commit"],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _settings(plan: Evaluation) -> dict[str, Any]:
    section = final_section(plan.model, plan.params)
    return dict(getattr(section, "network", section).model_dump(mode="json"))


def _spoken(plan: Evaluation) -> pd.DataFrame:
    """Rows of the training utterances."""
    table = read_utterances(places.utterances(plan.corpus)).set_index("utterance_id")
    return table.loc[list(plan.labels.utterance_ids)]


def _training_data(plan: Evaluation, spoken: pd.DataFrame) -> TrainingData:
    corpus = CORPORA[plan.corpus]
    genders = spoken.drop_duplicates("speaker").gender.fillna("unknown").value_counts()
    return TrainingData(
        title=corpus.title,
        kind=corpus.kind,
        language=corpus.language,
        utterances={name: plan.labels.emotions.count(name) for name in sorted(set(plan.labels.emotions))},
        speakers={str(gender): int(count) for gender, count in sorted(genders.items())},
        hours=round(float(spoken.duration.sum()) / 3600, 4),
    )


def _figures(result: dict[str, Any], confidence: Confidence) -> Figures:
    copied = ("protocol", "protocol_kind", "utterances", "speakers", "uar", "uar_low", "uar_high", "accuracy")
    dependent = places.result(result["corpus"], "speaker_dependent", result["model"])
    other = json.loads(dependent.read_text(encoding="utf-8")) if dependent.exists() else {}
    return Figures(
        **{key: result[key] for key in (*copied, "macro_f1", "recall")},
        ece=round(confidence.ece, 4),
        aurc=round(confidence.aurc, 4),
        coverage=round(confidence.threshold.coverage, 4),
        selective_error=round(confidence.threshold.risk, 4),
        target_error=round(confidence.threshold.target, 4),
        speaker_dependent_uar=other["uar"] if other.get("preset") == result["preset"] else None,
    )


def _pictures(card: Card, confidence: Confidence) -> dict[str, bytes]:
    title = f"{card.model} on {card.corpus}, speakers not learnt from"
    return {
        RELIABILITY: as_png(reliability_figure(confidence.bins, confidence.confidence, title=title)),
        RISK_COVERAGE: as_png(risk_coverage_figure(confidence.curve, confidence.threshold, title=title)),
    }


def main(name: str) -> None:
    """The flow; what takes long in it is one training."""
    params = project_params()
    bundle(name, params.for_corpus(params.bundles[name].corpus))
