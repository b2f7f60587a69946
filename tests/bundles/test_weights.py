"""Weights on disk: the same answers after a round trip, and nothing that is not trusted."""

import hashlib
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from skops.io import dump

from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.card import BundleError, read_card, write_card
from ser_tasks.bundles.model_card import model_card
from ser_tasks.bundles.weights.logistic import load_logistic, save_logistic
from ser_tasks.bundles.weights.network import load_network, save_network
from ser_tasks.bundles.weights.svm import load_svm
from ser_tasks.features.encoded import encoded
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders import folder as encoder_folder
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import use_folder
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS, TABLE
from ser_tasks.models.declared_model import settings_class
from ser_tasks.models.fine_tuning import EncoderSection
from ser_tasks.models.logistic_speeds import SpeedsSection
from ser_tasks.models.network import NetworkRecogniser, NetworkSection, network_builder
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.training.logits import network_logits
from ser_tasks.models.voted import Voted
from ser_tasks.params import LogisticParams
from ser_tasks.provenance.file_digest import file_sha256
from tests.bundles.small_bundles import CLASSES, small_bundle, small_card, small_params, voice
from tests.models.networks.small_networks import SMALL

pytestmark = pytest.mark.network

REFERENCE = Path(__file__).parents[1] / "features" / "encoders" / "reference" / "float32"
LOGISTIC = LogisticParams(c=(0.01,), inner_folds=2)


def untrained(name: str) -> tuple[NetworkRecogniser, str]:
    """A small network with random weights, as a recogniser, and its name in the model table."""
    model, sizes = SMALL[name]
    own = {key: value for key, value in sizes.items() if key not in ("n_dims", "n_classes", "encoder")}
    network = settings_class(TABLE[model])(**own, training=small_params().training)
    section = EncoderSection(network, sizes["encoder"]) if "encoder" in sizes else NetworkSection(network)
    recogniser = NetworkRecogniser(network_builder(model), section, classes=tuple(CLASSES), seed=0)
    recogniser.model, recogniser.temperature = recogniser.build(**sizes), 2.0
    return recogniser, model


LOADED = """
import pathlib, sys
from ser_tasks.bundles.card import Card
from ser_tasks.bundles.weights.network import load_network
folder = pathlib.Path(sys.argv[1])
print(load_network(Card.model_validate_json((folder / "card.json").read_text()), folder).model.name)
"""


def test_a_process_that_has_built_no_network_knows_the_layers_of_a_saved_one(tmp_path):
    recogniser, model = untrained("residual_cnn")
    save_network(recogniser, tmp_path)
    card = small_card(recogniser, small_params(), model=model, settings=recogniser.section.network)
    (tmp_path / "card.json").write_text(card.model_dump_json(), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", LOADED, tmp_path], capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("residual_cnn"), done.stderr


@pytest.mark.parametrize(
    "name", ["mlp", "blstm_attention", "cnn_blstm_attention", "patch_dcnn_blstm", "residual_cnn", "fine_tuned"]
)
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
    assert loaded.section.network == recogniser.section.network


def test_a_network_at_several_speeds_answers_with_their_mean_after_a_round_trip(tmp_path):
    plain, model = untrained("residual_cnn")
    save_network(plain, tmp_path)
    card = small_card(plain, small_params(), model=f"{model}_speeds", settings=plain.section.network)
    loaded = load_network(card, tmp_path)
    rng = np.random.default_rng(0)
    speeds = [rng.normal(size=(n, SMALL["residual_cnn"][1]["n_dims"])).astype(np.float32) for n in (24, 28, 21)]
    rows = [np.column_stack([frames, np.full(len(frames), place)]) for place, frames in enumerate(speeds)]
    logits = [network_logits(plain.model, [frames], settings=plain.section.training) for frames in speeds]
    expected = softmax(np.mean(logits, axis=0) / plain.temperature, axis=1)
    np.testing.assert_allclose(loaded.posteriors((np.concatenate(rows),)), expected, atol=1e-6)


@pytest.mark.parametrize("model", ["logistic", "logistic_large"])
def test_planes_give_the_same_posteriors_after_a_round_trip_and_the_same_bytes_each_time(model, tmp_path):
    folders = [small_bundle(tmp_path / name, model=model, settings=LOGISTIC) for name in ("one", "two")]
    one, two = (load_bundle(folder) for folder in folders)
    assert one.card.files == two.card.files
    planes, features = one.recogniser.planes, one.features(voice("anger", take=9))
    standardised = (features - planes.mean) / planes.scale
    scores = (standardised @ planes.coefficients + planes.intercept).astype(np.float64) / one.card.temperature
    np.testing.assert_allclose(one.answers_from([features], [None])[0].posteriors, softmax(scores[0]), atol=1e-12)
    assert one.classes[one.answers_from([features], [None])[0].posteriors.argmax()] == "anger"


def test_planes_of_several_speeds_see_each_of_them_after_a_round_trip(tmp_path):
    settings = SpeedsSection(LOGISTIC, 3)
    bundle = load_bundle(small_bundle(tmp_path / "own", model="logistic_speeds", settings=settings))
    planes, features = bundle.recogniser.planes, bundle.features(voice("anger", take=9))
    scores = [(rows - planes.mean) / planes.scale @ planes.coefficients for rows in np.split(features, 3, axis=1)]
    expected = softmax((np.mean(scores, axis=0) + planes.intercept)[0].astype(np.float64) / bundle.card.temperature)
    found = bundle.answers_from([features], [None])[0].posteriors
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert bundle.classes[found.argmax()] == "anger"


def test_planes_of_votes_give_the_shares_that_the_fitted_model_gave(tmp_path):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 5)).astype(np.float32)
    shares = softmax(rows[:, :3] + rng.normal(size=(60, 3)), axis=1)
    voted = tuple(Voted(row, tuple(own)) for row, own in zip(rows, shares, strict=True))
    emotions, speakers = (
        np.array(tuple(CLASSES))[shares.argmax(axis=1)],
        np.array([f"s{place % 4}" for place in range(60)]),
    )
    fitted = MODELS["logistic_votes"].build(LOGISTIC, classes=tuple(CLASSES), seed=0)
    fitted.fit(Examples(voted, emotions, speakers), None)
    save_logistic(fitted, tmp_path)
    card = small_card(fitted, small_params(), model="logistic_votes", settings=LOGISTIC)
    loaded = load_logistic(card, tmp_path)
    np.testing.assert_allclose(loaded.posteriors(rows), fitted.posteriors(voted), atol=1e-12)
    assert "a probability is the share of them that it expects" in model_card(card)


def test_a_file_that_holds_no_planes_is_refused(tmp_path):
    folder = small_bundle(tmp_path / "own", model="logistic", settings=LOGISTIC)
    np.savez(folder / "model.npz", mean=np.zeros(3))
    with pytest.raises(BundleError, match=r"model\.npz: not readable as planes.*Make the bundle again"):
        load_logistic(read_card(folder), folder)


@pytest.fixture
def encoder_bundle(tmp_path, monkeypatch):
    """Of a model on a small speech encoder, whose own folder is gone."""
    small = Encoder("small_whisper", ENCODERS["whisper_base"].family, "nowhere/small", "none", 0.01, 3, 16, "none")
    monkeypatch.setitem(ENCODERS, "small_whisper", small)
    monkeypatch.setitem(FEATURE_SETS, "small_whisper", encoded(small))
    monkeypatch.setitem(MODELS, "small_whisper_logistic", replace(MODELS["logistic"], feature_set="small_whisper"))
    use_folder(small, shutil.copytree(REFERENCE, tmp_path / "weights"))
    folder = small_bundle(tmp_path / "bundle", model="small_whisper_logistic", settings=LOGISTIC)
    shutil.rmtree(tmp_path / "weights")
    monkeypatch.setattr(encoder_folder, "_OVERRIDES", {})  # as in another process
    return folder


def test_a_bundle_brings_its_speech_encoder_along(encoder_bundle, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    moved = encoder_bundle.rename(tmp_path / "elsewhere")
    bundle = load_bundle(moved)
    answers = bundle.posteriors([voice(emotion, speaker=5, take=7) for emotion in bundle.classes])
    assert list(answers.argmax(axis=1)) == [0, 1, 2]
    assert bundle.card.files["encoder/model.bin"] == hashlib.sha256((REFERENCE / "model.bin").read_bytes()).hexdigest()


def test_two_bundles_share_an_encoder_only_where_its_weights_are_the_same(encoder_bundle, tmp_path):
    load_bundle(encoder_bundle)
    same = shutil.copytree(encoder_bundle, tmp_path / "same")
    assert load_bundle(same).card.name == "small"
    shutil.copy(REFERENCE.parent / "float16" / "model.bin", same / "encoder" / "model.bin")
    card = read_card(same)
    write_card(
        card.model_copy(update={"files": {**card.files, "encoder/model.bin": file_sha256(same / "encoder/model.bin")}}),
        same,
    )
    load_bundle(encoder_bundle)
    with pytest.raises(BundleError, match=r"same: it holds other weights of small_whisper than .*bundle, which is in"):
        load_bundle(same)


def test_weights_of_the_encoder_that_were_changed_are_refused(encoder_bundle):
    (encoder_bundle / "encoder" / "model.bin").write_bytes(b"other")
    with pytest.raises(BundleError, match=r"encoder/model\.bin: changed since the bundle was made"):
        load_bundle(encoder_bundle)


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
