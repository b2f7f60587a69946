"""A bundle of a small network on disk, with model.onnx in it."""

from pathlib import Path

import numpy as np
import pytest

from ser_tasks.bundles.model_bundle import bundle_versions, write_bundle
from ser_tasks.bundles.out_of_distribution import describe, fit_detector
from tests.bundles.small_bundles import voice

MODEL = "cnn_blstm_attention"


@pytest.fixture(scope="session")
def network_folder(tmp_path_factory) -> Path:
    from tests.bundles.export.small_exports import small_network_bundle  # noqa: PLC0415  loads TensorFlow

    folder = tmp_path_factory.mktemp("bundles") / "network"
    bundle = small_network_bundle(MODEL, folder)
    own = {"settings": bundle.recogniser.section.network.model_dump(mode="json"), "versions": bundle_versions(MODEL)}
    card = bundle.card.model_copy(update={**own, "temperature": bundle.recogniser.temperature})
    speakers = [str(speaker) for speaker in range(8)]
    described = [describe(bundle.features(voice("anger", speaker=speaker))) for speaker in range(8)]
    detector = fit_detector(np.array(described), speakers, n_components=2, quantile=0.99)
    write_bundle(folder, card, bundle.recogniser, detector, pages={})
    return folder
