"""What the stage `bundle` writes on the card of a bundle."""

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.evaluations.plan import Evaluation
from pipelines.known_corpora import CORPORA
from pipelines.settings import feature_params
from ser_tasks.bundles.card import FORMAT, Card, Figures, SpeechRecognition, TrainingData
from ser_tasks.bundles.final_model import final_recogniser, final_section, plain_settings
from ser_tasks.bundles.inference.prediction import recognise_all
from ser_tasks.bundles.model_bundle import bundle_versions
from ser_tasks.bundles.reliability import Confidence
from ser_tasks.bundles.training_record import training_record
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.features.audio_text import feature_sets, reads_words, takes_audio
from ser_tasks.features.feature_set import FeatureSet, sections_of, with_engine
from ser_tasks.features.table import feature_set
from ser_tasks.models import MODELS
from ser_tasks.params import AsrParams, Params
from ser_tasks.provenance.code_digest import code_digest
from ser_tasks.text.asr import engine
from ser_tasks.text.transcripts import OF_WORDS


def make_card(
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
    spoken, sound = training_utterances(plan.corpus, plan.labels.utterance_ids), _sets_of_sound(plan)
    library = {key: number for own in sound for key, number in engine_version(own).items()}
    code = [root for own in sound for root in own.all_code]
    return Card(
        format=FORMAT,
        name=name,
        corpus=plan.corpus,
        preset=result["preset"],
        model=plan.model,
        feature_set=line.feature_set,
        classes=tuple(result["classes"]),
        sampling_rate=plan.params.audio.sampling_rate,
        sections=front_end_sections(sound, plan.params, reader=f"bundle '{name}'"),
        settings=plain_settings(final_section(plan.model, plan.params)),
        seed=request.seed,
        temperature=temperature,
        unsure_below=confidence.threshold.confidence,
        farthest=plan.params.reliability.farthest,
        training=_training_data(plan, spoken),
        durations=durations_of(spoken) if takes_audio(line.feature_set) else None,
        files={},
        versions=bundle_versions(plan.model) | library,
        licence=corpus.licence,
        citation=corpus.citation,
        figures=figures_of(result, confidence),
        data_digest=request.features_digest,
        code_digest=code_digest(*code, line.build, *line.code, final_recogniser, recognise_all),
        asr=speech_recognition(plan.params.asr, spoken) if reads_words(line.feature_set) else None,
    )


def _sets_of_sound(plan: Evaluation) -> list[FeatureSet]:
    """The feature sets of sound that the model reads: one, or none."""
    names = [name for name in feature_sets(MODELS[plan.model].feature_set) if name not in OF_WORDS]
    return [with_engine(feature_set(name), feature_params(plan.params)) for name in names]


def engine_version(features: FeatureSet) -> dict[str, str]:
    """Of the library that lld has compute the features, if it has one do so."""
    return dict(features.facts()) if features.facts and "lld" in features.sections else {}


def durations_of(spoken: pd.DataFrame) -> tuple[float, float]:
    """Of the shortest and the longest utterance, in s."""
    return float(spoken.duration.min()), float(spoken.duration.max())


def speech_recognition(params: AsrParams, spoken: pd.DataFrame) -> SpeechRecognition:
    """The recogniser that finds the words of new recordings.

    Raises:
        UserError: it is not installed
    """
    line = engine(params.engine_here)
    return SpeechRecognition(
        engine=params.engine_here,
        settings=params.settings,
        versions=line.versions(),
        weights=line.weights(params.settings),
        languages=tuple(sorted(set(spoken.language.dropna()))),
        least_confidence=params.least_confidence,
    )


def front_end_sections(sound: Sequence[FeatureSet], params: Params, *, reader: str) -> dict[str, Any]:
    """Of params.yaml, those that decide these features."""
    names = sorted({"audio", "conditioning", *(name for own in sound for name in own.sections)})
    found = sections_of(feature_params(params), names, reader=reader)
    return {key: section.model_dump(mode="json") for key, section in found.items()}


def training_utterances(corpus: str, utterance_ids: Sequence[str]) -> pd.DataFrame:
    """Rows of the training utterances."""
    table = read_utterances(paths.utterances(corpus)).set_index("utterance_id")
    return table.loc[list(utterance_ids)]


def record_of(corpus: str, utterance_ids: Sequence[str]) -> bytes:
    """training.json, of the speakers and recordings that a bundle was trained on: it is not scored on them."""
    known = CORPORA[corpus].speakers_known
    return training_record(corpus, training_utterances(corpus, utterance_ids), speakers_known=known).encode()


def about_training(corpus: str, spoken: pd.DataFrame) -> dict[str, Any]:
    """What the cards of all bundles hold of their training set."""
    own = CORPORA[corpus]
    genders = spoken.drop_duplicates("speaker").gender.fillna("unknown").value_counts()
    return {
        "title": own.title,
        "kind": own.kind,
        "language": ", ".join(sorted(set(spoken.language.dropna()))) or own.language,
        "speakers": {str(gender): int(count) for gender, count in sorted(genders.items())},
        "hours": round(float(spoken.duration.sum()) / 3600, 4),
    }


def _training_data(plan: Evaluation, spoken: pd.DataFrame) -> TrainingData:
    counts = {name: plan.labels.emotions.count(name) for name in sorted(set(plan.labels.emotions))}
    return TrainingData(**about_training(plan.corpus, spoken), utterances=counts)


def figures_of(result: dict[str, Any], confidence: Confidence) -> Figures:
    """What the cross-validation found."""
    copied = ("protocol", "protocol_kind", "utterances", "speakers", "uar", "uar_low", "uar_high", "accuracy")
    dependent = paths.result(result["corpus"], "speaker_dependent", result["model"])
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
