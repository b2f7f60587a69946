"""Bundles of networks too small to have learnt anything, with weights that do not depend on a training."""

from pathlib import Path
from typing import Any

import numpy as np

from ser_tasks.bundles.model_bundle import ModelBundle as Bundle
from ser_tasks.bundles.out_of_distribution import fit_detector
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.models import MODELS
from ser_tasks.models.network import network_builder
from ser_tasks.models.networks.standardise import set_input_statistics
from ser_tasks.params.reading import read_params
from tests.bundles.export.sounds import SPEECH_LIKE
from tests.bundles.small_bundles import PROJECT, small_card

PARAMS = read_params(PROJECT / "params.yaml")
OFF = {"wiener": None, "pre_emphasis": None, "trim": None, "peak": None}
TEMPERATURE = 0.5
SIZES: dict[str, dict[str, Any]] = {
    "psd_cnn": {"filters": 4, "dropout": 0.0},
    "td_cnn_lstm": {"length": 64, "step": 32, "filters": 2, "units": 3, "dropout": 0.2},
    "cnn_blstm_attention": {"filters": 2, "units": 3, "embedding": 4, "dropout": 0.2},
    "mlp": {"input_dropout": 0.2, "units": (5,), "dropout": 0.2},
}


def small_network_bundle(model: str, folder: Path) -> Bundle:
    """In memory alone; params.yaml decides the features."""
    line, classes = MODELS[model], ("anger", "neutral", "sadness")
    frames = feature_set(line.feature_set)(SPEECH_LIKE, {name: getattr(PARAMS, name) for name in SECTIONS})
    recogniser: Any = line.build(line.section(PARAMS), classes=classes, seed=0)
    builder = network_builder(line.network_name)
    recogniser.model = builder(n_dims=frames.shape[1], n_classes=len(classes), **SIZES[model])
    rng = np.random.default_rng(0)
    for weight in recogniser.model.trainable_weights:
        weight.assign(rng.normal(scale=0.3, size=weight.shape))
    set_input_statistics(recogniser.model, mean=frames.mean(axis=0), std=frames.std(axis=0))
    recogniser.temperature = TEMPERATURE
    detector = fit_detector(rng.normal(size=(8, 3)), list("aabbccdd"), n_components=2, quantile=0.99)
    return Bundle(folder, network_card(recogniser, model), recogniser, detector)


def network_card(recogniser: Any, model: str) -> Any:
    sections = {name: getattr(PARAMS, name).model_dump(mode="json") for name in SECTIONS}
    changes = {"model": model, "feature_set": MODELS[model].feature_set, "sections": sections}
    return small_card(recogniser, PARAMS).model_copy(update=changes)
