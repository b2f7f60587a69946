"""Bundles of dimensions made in a second: models on real features of sounds, rated by their pitch and level."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ser_tasks.bundles.dimensions.card import (
    FORMAT,
    DimensionCard,
    DimensionFigures,
    Rated,
    RatedTrainingData,
    RatingFigures,
)
from ser_tasks.bundles.dimensions.final_model import final_regressor
from ser_tasks.bundles.final_model import plain_settings
from ser_tasks.bundles.model_bundle import bundle_versions, write_bundle
from ser_tasks.bundles.out_of_distribution import describe, fit_detector
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.params import Params, RidgeParams, SvrParams
from ser_tasks.text.transcripts import Turn
from tests.bundles.small_bundles import ASR, CLASSES, RATE, TRAINING, small_params, voice
from tests.bundles.word_bundles import SENTENCES

DIMENSIONS = ("valence", "activation", "dominance")
OF_CLASSES = {"anger": (1.8, 4.3, 3.9), "neutral": (3.2, 2.9, 3.1), "sadness": (2.2, 1.6, 1.9)}
ALPHA = 50.0
OWN = DimensionFigures(
    ccc=0.6, ccc_low=0.5, ccc_high=0.7, pearson=0.65, rmse=0.5, mae=0.4, interval_coverage=0.88, interval_width=1.6
)
FIGURES = RatingFigures(
    protocol="speaker_independent",
    protocol_kind="loso",
    utterances=36,
    speakers=4,
    ccc=0.6,
    ccc_low=0.5,
    ccc_high=0.7,
    dimensions=dict.fromkeys(DIMENSIONS, OWN),
)


def dimension_params() -> Params:
    """Those of the small bundles, the models as small as they get."""
    params = small_params()
    network = params.mlp_ccc.model_copy(
        update={"units": (4,), "networks": 2, "epochs": 2, "inner_folds": 2, "batch_size": 16}
    )
    blstm = params.networks.blstm_attention
    short = blstm.training.model_copy(update={"epochs": 2, "refit": False})
    blstm = blstm.model_copy(update={"dense": 8, "units": 4, "training": short})
    lstm = params.networks.text_lstm
    words = lstm.words.model_copy(update={"min_count": 1})
    lstm = lstm.model_copy(update={"embedding": 4, "units": 4, "words": words, "training": short})
    return params.model_copy(
        update={
            "ridge": RidgeParams(alpha=(ALPHA,), inner_folds=2),
            "svr": SvrParams(c=(0.3, 1.0), gamma="scale", epsilon=0.1, inner_folds=2),
            "mlp_ccc": network,
            "networks": params.networks.model_copy(update={"blstm_attention": blstm, "text_lstm": lstm}),
            "tfidf_ridge": params.tfidf_ridge.model_copy(update={"alpha": (1.0,), "min_count": 1, "inner_folds": 2}),
        }
    )


def rated_voices(features_of: str = "functionals") -> RatedExamples:
    """36 buzzes of four speakers; functionals are over MFCC alone; the ratings have a third of a step of noise."""
    params, rng = small_params(), np.random.default_rng(0)
    sections = {name: getattr(params, name) for name in SECTIONS}
    spoken = [(emotion, speaker, take) for emotion in CLASSES for speaker in range(4) for take in range(3)]
    extract = feature_set(features_of)
    extracted = [extract(voice(e, speaker=s, take=t), sections) for e, s, t in spoken]
    features = np.concatenate(extracted) if extract.framing is None else objects(extracted)
    ratings = np.array([OF_CLASSES[emotion] for emotion, _, _ in spoken]) + rng.normal(0, 0.3, (36, 3))
    return RatedExamples(features, np.clip(ratings, 1, 5), np.array([f"s{speaker}" for _, speaker, _ in spoken]))


def objects(each: Sequence[Any]) -> Any:
    """An array of objects, shape (n,)."""
    rows = np.empty(len(each), object)
    for place, own in enumerate(each):
        rows[place] = own
    return rows


def rated_sentences() -> RatedExamples:
    """36 utterances of four speakers, of the words of three emotions."""
    rng = np.random.default_rng(0)
    spoken = [(emotion, speaker) for emotion in SENTENCES for speaker in range(4) for _ in range(3)]
    said = [
        (Turn(f"{('well', 'so then', 'look')[place % 3]} {SENTENCES[emotion]}", ""),)
        for place, (emotion, _) in enumerate(spoken)
    ]
    ratings = np.array([OF_CLASSES[emotion] for emotion, _ in spoken]) + rng.normal(0, 0.3, (len(spoken), 3))
    return RatedExamples(objects(said), np.clip(ratings, 1, 5), np.array([f"s{speaker}" for _, speaker in spoken]))


def small_dimension_bundle(
    folder: Path,
    *,
    model: str = "ridge",
    rated: RatedExamples | None = None,
    pages: Mapping[str, bytes] | None = None,
) -> Any:
    """Train, and write the bundle; returns the regressor as it was in this process."""
    params = dimension_params()
    rated = rated_voices(DIMENSION_MODELS[model].feature_set) if rated is None else rated
    regressor = final_regressor(DIMENSION_MODELS[model], params, rated, seed=0)
    detector = None
    if not reads_words(DIMENSION_MODELS[model].feature_set):
        described = np.array([describe(np.atleast_2d(row)) for row in rated.features])
        detector = fit_detector(described, rated.speakers.tolist(), n_components=10, quantile=0.99)
    card = dimension_card(model, params, half_widths=list(map(float, regressor.half_widths())))
    write_bundle(folder, card, regressor, detector, pages={"MODEL_CARD.md": b"# small\n"} | dict(pages or {}))
    return regressor


def dimension_card(model: str, params: Params, *, half_widths: list[float]) -> DimensionCard:
    line = DIMENSION_MODELS[model]
    words = reads_words(line.feature_set)
    read = {"conditioning"} if words else {"conditioning", *feature_set(line.feature_set).sections}
    return DimensionCard(
        format=FORMAT,
        name="small",
        corpus="demo",
        model=model,
        feature_set=line.feature_set,
        sampling_rate=RATE,
        sections={name: getattr(params, name).model_dump(mode="json") for name in read},
        settings=plain_settings(line.section(params)),
        seed=0,
        farthest=1.0,
        durations=None if words else (0.5, 0.7),
        asr=ASR if words else None,
        files={},
        versions=bundle_versions(model),
        licence="none",
        citation="none",
        data_digest="none",
        code_digest="none",
        dimensions=DIMENSIONS,
        scale=(1.0, 5.0),
        interval=0.9,
        half_widths=dict(zip(DIMENSIONS, half_widths, strict=True)),
        training=RatedTrainingData(
            **TRAINING.model_dump(exclude={"utterances"}),
            utterances=36,
            ratings=dict.fromkeys(DIMENSIONS, Rated(mean=2.5, sd=0.8)),
        ),
        figures=FIGURES,
    )
