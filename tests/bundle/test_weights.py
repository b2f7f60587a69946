"""Weights on disk: the same answers after a round trip, and nothing that is not trusted."""

import shutil

import numpy as np
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from skops.io import dump

from ser_tasks.bundle.bundle import load_bundle
from ser_tasks.bundle.card import BundleError, read_card
from ser_tasks.bundle.network_weights import load_network, save_network
from ser_tasks.bundle.svm_weights import load_svm
from ser_tasks.models.network import NetworkRecogniser, NetworkSection, network_builder
from ser_tasks.params import NetworksParams
from tests.bundle.small_bundles import CLASSES, small_card, small_params
from tests.models.networks.small_networks import SMALL


def untrained(name: str) -> tuple[NetworkRecogniser, str]:
    """A small network with random weights, as a recogniser, and its name in the model table."""
    model, sizes = SMALL[name]
    own = {key: value for key, value in sizes.items() if key not in ("n_dims", "n_classes")}
    section = NetworksParams.model_fields[model].annotation(**own, training=small_params().training)
    recogniser = NetworkRecogniser(network_builder(model), NetworkSection(section), classes=tuple(CLASSES), seed=0)
    recogniser.model, recogniser.temperature = recogniser.build(**sizes), 2.0
    return recogniser, model


@pytest.mark.parametrize("name", ["mlp", "blstm_attention", "cnn_blstm_attention", "patch_dcnn_blstm", "residual_cnn"])
def test_a_network_gives_the_same_logits_after_a_round_trip(name, tmp_path):
    recogniser, model = untrained(name)
    save_network(recogniser, tmp_path)
    card = small_card(recogniser, small_params(), model=model, settings=recogniser.section.network)
    loaded = load_network(card, tmp_path)
    rng = np.random.default_rng(0)
    frames = rng.normal(size=(2, 24, SMALL[name][1]["n_dims"])).astype(np.float32)
    given = {"frames": frames, "mask": np.ones((2, 24), np.float32)}
    np.testing.assert_array_equal(loaded.model(given), recogniser.model(given))
    assert loaded.temperature == 2.0
    assert loaded.section == recogniser.section


def test_a_file_that_is_no_network_is_refused(tmp_path):
    recogniser, model = untrained("mlp")
    (tmp_path / "model.keras").write_bytes(b"PK nothing")
    card = small_card(recogniser, small_params(), model=model, settings=recogniser.section.network)
    with pytest.raises(BundleError, match=r"model.keras: not readable as a network.*Make the bundle again"):
        load_network(card, tmp_path)


def test_a_type_that_is_not_trusted_is_named_and_not_loaded(own_bundle):
    dump(Pipeline([("sweep", FunctionTransformer(shutil.rmtree))]), own_bundle / "model.skops")
    with pytest.raises(BundleError, match=r"types that are not trusted: shutil.rmtree.*Do not load it"):
        load_svm(read_card(own_bundle), own_bundle)


def test_a_file_that_is_no_skops_file_is_refused(own_bundle):
    (own_bundle / "model.skops").write_bytes(b"nothing")
    with pytest.raises(BundleError, match="not readable as a skops file"):
        load_svm(read_card(own_bundle), own_bundle)


def test_no_file_of_a_bundle_is_a_pickle(bundle_folder):
    names = {file.name for file in bundle_folder.iterdir()}
    assert names == {"MODEL_CARD.md", "bundle.json", "model.skops", "training_cloud.npz"}
    arrays = np.load(bundle_folder / "training_cloud.npz", allow_pickle=False)
    assert all(arrays[name].dtype == np.float64 for name in arrays)
    assert load_bundle(bundle_folder).recogniser.temperature == read_card(bundle_folder).temperature
