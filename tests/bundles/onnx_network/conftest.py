"""A bundle of a small network on disk, with model.onnx in it."""

from pathlib import Path

import pytest

from ser_tasks.bundles.bundle import write_bundle
from tests.bundles.export.small_exports import small_network_bundle


@pytest.fixture(scope="session")
def network_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundles") / "network"
    bundle = small_network_bundle("cnn_blstm_attention", folder)
    write_bundle(folder, bundle.card, bundle.recogniser, bundle.detector, pages={})
    return folder
