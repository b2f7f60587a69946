"""Stage `bundle`: a model trained on all of a corpus, in a folder with all that it takes to use it."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.record import CHOSEN, SAID, dotted
from pipelines.evaluations.run_tags import provenance
from pipelines.settings import project_params
from pipelines.stages.bundle_card import make_card, record_of
from ser_tasks.bundles.bundled import as_recorded, check_bundled
from ser_tasks.bundles.card import Card
from ser_tasks.bundles.final_model import final_recogniser
from ser_tasks.bundles.inference.served import answer_columns
from ser_tasks.bundles.model_bundle import write_bundle
from ser_tasks.bundles.model_card import FILE as MODEL_CARD
from ser_tasks.bundles.model_card import RELIABILITY, RISK_COVERAGE, model_card
from ser_tasks.bundles.out_of_distribution import LIKENESS, OutOfDistributionDetector, describe, fit_detector
from ser_tasks.bundles.reliability import Confidence, validate_confidence
from ser_tasks.bundles.training_record import FILE as TRAINING
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.evaluation.result import percent
from ser_tasks.evaluation.splits import Fold
from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.voted import Voted
from ser_tasks.params import BundleParams, Params, ReliabilityParams
from ser_tasks.plots.model_card import reliability_figure, risk_coverage_figure
from ser_tasks.plots.style import as_png
from ser_tasks.tracking import KIND, register_bundle


@flow("bundle", run_name="{name}")
def bundle(name: str, params: Params) -> None:
    """Train on everything, calibrate on the confidences of the cross-validation, write the folder."""
    section = params.bundles[name]
    check_bundled(section.model)
    place = (section.corpus, section.protocol, section.model)
    result, predictions = evaluated(section, params, paths.predictions(*place))
    plan = plan_evaluation(section.corpus, section.protocol, section.model, params)
    fold = Fold("all utterances", plan.labels.utterance_ids, (), ())  # with a place of its own for checkpoints
    everything = replace(plan.requests[0], fold=fold)
    examples = _examples(everything)
    line = MODELS[section.model]
    recogniser: Any = final_recogniser(line, params, examples, seed=everything.seed, folder=everything.folder)
    detector = detector_of(section.model, examples, params.reliability)
    confidence = validate_confidence(predictions, result["classes"], params.reliability)
    card = make_card(name, plan, everything, result, confidence, temperature=recogniser.temperature)
    pages = {
        MODEL_CARD: model_card(card).encode(),
        TRAINING: record_of(plan.corpus, plan.labels.utterance_ids),
        **pictures(card, confidence),
    }
    card = write_bundle(paths.bundle(name), card, recogniser, detector, pages=pages)
    show_bundle(card, version=register(card))


def show_bundle(card: Card, *, version: str) -> None:
    """What was made, and where it is."""
    figures = card.figures
    CONSOLE.print(f"\n[bold]{card.name}[/]  {card.model} on all of {card.corpus}: {paths.bundle(card.name)}")
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


def register(card: Card) -> str:
    """The next version of the registered model of this name."""
    figures, shown = card.figures, ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "ece", "aurc", "coverage")
    named = {
        **card.model_dump(include={"corpus", "model", "feature_set", "preset", "seed"}),
        **figures.model_dump(include={"protocol", "protocol_kind"}),
    }
    said = {f"ser.{key}": str((named | {"corpus_kind": card.training.kind})[key]) for key in SAID}
    return register_bundle(
        paths.bundle(card.name),
        name=card.name,
        experiment=f"ser/{card.corpus}",
        description=f"{card.model} on all of {card.corpus}; figures of its cross-validation.",
        params={key: str(named[key]) for key in CHOSEN} | dotted("model", card.settings),
        metrics=figures.model_dump(include=set(shown)) | {f"recall/{key}": of for key, of in figures.recall.items()},
        tags={KIND: "bundle", **said, "ser.licence": card.licence, "data.features": card.data_digest, **provenance()},
        gives=answer_columns(card),
        words=card.asr is not None,
        requirements=[f"{name}=={number}" for name, number in card.versions.items() if name != "python"],
    )


def evaluated(section: BundleParams, params: Params, predictions: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """The figures and the out-of-fold posteriors of this configuration.

    Args:
        section: of the bundle
        params: of the whole project
        predictions: where the posteriors are

    Raises:
        UserError: it has not been evaluated, or with another preset
    """
    place = (section.corpus, section.protocol, section.model)
    ensemble = section.model in params.ensembles
    how = f"repro ensemble@{section.model}" if ensemble else f"evaluate {section.corpus} {section.model}"
    hint = f"Evaluate it: ser {how}"
    for file in (paths.result(*place), predictions):
        if not file.exists():
            raise UserError(f"{file}: {section.model} has not been evaluated on {section.corpus}. {hint}")
    result: dict[str, Any] = json.loads(paths.result(*place).read_text(encoding="utf-8"))
    preset = params.corpus[section.corpus].preset
    if result["preset"] != preset:
        raise UserError(
            f"{paths.result(*place)}: of the preset {result['preset']!r}, but params.yaml has {preset!r}. {hint}"
        )
    return result, pd.read_parquet(predictions)


def _examples(request: FoldRequest) -> Examples:
    """Every utterance with its augmented copies."""
    labels, n_copies = request.labels, request.params.signal_augmentation.copies
    copies = tuple(request.read(copy) for copy in range(1, n_copies + 1))
    return Examples(request.read(), np.array(labels.emotions), np.array(labels.speakers), copies)


def detector_of(model: str, examples: Examples, params: ReliabilityParams) -> OutOfDistributionDetector | None:
    """Fitted on the audio of the utterances that have some; None where the model takes none."""
    if isinstance(examples.features, StoredRows):
        some = examples.features.some(LIKENESS)
        rows, speakers = examples.features[some].in_memory(), examples.speakers[some]
        examples = Examples(rows, examples.emotions[some], speakers)
    sound = [_sound_of(values) for values in examples.features]
    rows = [row for row, values in enumerate(sound) if values is not None]
    if not rows:
        return None
    return fit_detector(
        np.array([describe(as_recorded(model, np.atleast_2d(values))) for values in sound if values is not None]),
        [str(examples.speakers[row]) for row in rows],
        n_components=params.cloud_components,
        quantile=params.cloud_quantile,
    )


def _sound_of(values: Any) -> NDArray[np.float32] | None:
    """Of what a model reads of an utterance, its frames or its statistics."""
    if isinstance(values, Voted):
        return _sound_of(values.row)
    if isinstance(values, SpeechAndWords):
        return values.frames
    return values if isinstance(values, np.ndarray) else None


def pictures(card: Card, confidence: Confidence) -> dict[str, bytes]:
    """Of the model card, by file: how reliable its confidence is."""
    title = f"{card.model} on {card.corpus}, speakers not learnt from"
    return {
        RELIABILITY: as_png(reliability_figure(confidence.bins, confidence.confidence, title=title)),
        RISK_COVERAGE: as_png(risk_coverage_figure(confidence.curve, confidence.threshold, title=title)),
    }


def main(name: str) -> None:
    """The flow; what takes long in it is one training."""
    params = project_params()
    section = params.bundles[name]
    if section.model in params.ensembles:
        raise UserError(f"bundles.{name}: {section.model} is an ensemble. Run: ser repro ensemble_bundle@{name}")
    if section.model in DIMENSION_MODELS:
        raise UserError(f"bundles.{name}: {section.model} is a model of dimensions. Run: ser repro bundle@{name}")
    bundle(name, params.for_corpus(section.corpus))
