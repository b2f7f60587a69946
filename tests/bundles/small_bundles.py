"""A bundle made in a second: an SVM on real features of sounds whose classes are easy to tell apart."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.card import FORMAT, Card, Figures, SpeechRecognition, TrainingData
from ser_tasks.bundles.model_bundle import Fitted, bundle_versions, write_bundle
from ser_tasks.bundles.out_of_distribution import describe, fit_detector
from ser_tasks.features.audio_text import feature_sets, reads_words
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.models import MODELS
from ser_tasks.models.recogniser import Examples
from ser_tasks.params import Params, Section, SvmParams
from ser_tasks.params.reading import read_params
from ser_tasks.text.transcripts import OF_WORDS

PROJECT = Path(__file__).parents[2]
RATE = 16_000
CLASSES = {"anger": (250.0, 0.2), "neutral": (160.0, 0.1), "sadness": (110.0, 0.05)}  # pitch in Hz, amplitude
SVM = SvmParams(anova_alpha=0.01, pca_variance=(0.9,), c=(1.0,), gamma=("scale",), inner_folds=2)
FIGURES = Figures(
    protocol="speaker_independent",
    protocol_kind="loso",
    utterances=36,
    speakers=4,
    uar=0.9,
    uar_low=0.8,
    uar_high=1.0,
    accuracy=0.9,
    macro_f1=0.9,
    recall=dict.fromkeys(CLASSES, 0.9),
    ece=0.05,
    aurc=0.02,
    coverage=0.8,
    selective_error=0.05,
    target_error=0.05,
    speaker_dependent_uar=None,
)

TRAINING = TrainingData(
    title="Buzzes",
    kind="synthetic",
    language="en",
    utterances=dict.fromkeys(CLASSES, 12),
    speakers={"female": 2, "male": 2},
    hours=0.006,
)


def voice(emotion: str, *, speaker: int = 0, take: int = 0, duration: float = 0.6) -> NDArray[np.float32]:
    """A buzz with the pitch and the level of a class, a little other for each speaker and take."""
    rng = np.random.default_rng([speaker, take, list(CLASSES).index(emotion)])
    pitch, amplitude = CLASSES[emotion]
    pitch *= (1 + 0.02 * speaker) * rng.uniform(0.97, 1.03)
    time = np.arange(round(duration * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * k * pitch * time) / k for k in range(1, int(RATE / 2 / pitch)))
    sound = amplitude * np.asarray(buzz) / 2 + 0.003 * rng.normal(size=len(time))
    return sound.astype(np.float32)


def small_params() -> Params:
    """params.yaml, its functionals over MFCC alone."""
    params = read_params(PROJECT / "params.yaml")
    return params.model_copy(update={"functionals": params.functionals.model_copy(update={"over": ("mfcc",)})})


def small_bundle(
    folder: Path, *, model: str = "svm", settings: Section = SVM, pages: Mapping[str, bytes] | None = None
) -> Path:
    """Train, and write the bundle, with further files if there are any; returns its folder."""
    params, extract = small_params(), feature_set(MODELS[model].feature_set)
    sections = {name: getattr(params, name) for name in SECTIONS}
    spoken = [(emotion, speaker, take) for emotion in CLASSES for speaker in range(4) for take in range(3)]
    features = np.concatenate([extract(voice(e, speaker=s, take=t), sections) for e, s, t in spoken])
    emotions, speakers = (np.array([str(one[place]) for one in spoken]) for place in (0, 1))
    recogniser: Any = MODELS[model].build(settings, classes=tuple(CLASSES), seed=0)
    recogniser.fit(Examples(features, emotions, speakers), None)
    detector = fit_detector(
        np.array([describe(row[None]) for row in features]), speakers, n_components=10, quantile=0.99
    )
    card = small_card(recogniser, params, model=model, settings=settings)
    write_bundle(folder, card, recogniser, detector, pages={"MODEL_CARD.md": b"# small\n", **(pages or {})})
    return folder


ASR = SpeechRecognition(
    engine="parrot",
    settings={},
    versions={"numpy": np.__version__},
    weights={},
    languages=("en",),
    least_confidence=0.5,
)


def small_card(recogniser: Fitted, params: Params, *, model: str = "svm", settings: Section = SVM) -> Card:
    """Of the small bundle, or of one with another model."""
    heard = [name for name in feature_sets(MODELS[model].feature_set) if name not in OF_WORDS]
    read = {"conditioning", *(section for name in heard for section in feature_set(name).sections)}
    return Card(
        format=FORMAT,
        name="small",
        corpus="demo",
        preset="four_classes",
        model=model,
        feature_set=MODELS[model].feature_set,
        classes=tuple(CLASSES),
        sampling_rate=RATE,
        sections={name: getattr(params, name).model_dump(mode="json") for name in read},
        settings=settings.model_dump(mode="json"),
        seed=0,
        temperature=recogniser.temperature,
        unsure_below=0.4,
        farthest=1.0,
        training=TRAINING,
        durations=(0.5, 0.7),
        licence="none",
        citation="none",
        data_digest="none",
        files={},
        versions=bundle_versions(model),
        figures=FIGURES,
        code_digest="none",
        asr=ASR if reads_words(MODELS[model].feature_set) else None,
    )
