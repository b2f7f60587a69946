"""A bundle of a network predicts without Keras, and as Keras does."""

import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import soundfile
from keras import layers

from pipelines.commands.predict import processes
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.card import BundleError, read_card
from ser_tasks.bundles.explain.recording import explain
from ser_tasks.bundles.keras_network import keras_network, layer_names
from ser_tasks.bundles.model_bundle import ModelBundle, check_versions
from ser_tasks.bundles.onnx_network import runtime
from ser_tasks.bundles.onnx_network.runtime import OnnxNetwork
from ser_tasks.bundles.weights.network import load_network, save_network
from tests.bundles.export.sounds import SPEECH_LIKE
from tests.bundles.small_bundles import RATE, voice

pytestmark = pytest.mark.network

NOT_NEEDED = ("keras", "tensorflow", "prefect", "mlflow", "dvc", "sklearn", "pandas", "matplotlib", "tf2onnx", "onnx")
PREDICT = f"""
import json, sys
from pipelines.cli import cli
cli(["predict", *sys.argv[1:]], standalone_mode=False)
print(json.dumps([name for name in {NOT_NEEDED!r} if name in sys.modules]))
"""


def on_keras(folder: Path, monkeypatch) -> ModelBundle:
    """As where ONNX Runtime is not installed."""
    monkeypatch.setattr(runtime, "find_spec", lambda name: None)
    with warnings.catch_warnings(action="ignore"):
        bundle = load_bundle(folder)
    monkeypatch.undo()
    assert isinstance(bundle.recogniser.model, keras.Model)
    return bundle


@pytest.mark.parametrize("options", [(), ("--timeline",)])
def test_ser_predict_loads_neither_keras_nor_what_else_it_can_do_without(network_folder, options, tmp_path):
    soundfile.write(tmp_path / "one.wav", voice("anger", duration=1.0), RATE)
    arguments = [tmp_path / "one.wav", "--bundle", network_folder, "--format", "jsonl", *options]
    done = subprocess.run(
        [sys.executable, "-c", PREDICT, *arguments], capture_output=True, text=True, check=False, cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    if not options:
        assert json.loads(done.stdout.splitlines()[0])["emotion"] in ("anger", "neutral", "sadness")


def test_posteriors_are_those_of_keras_for_one_clip_and_for_many_of_all_lengths(network_folder, monkeypatch):
    bundle, other = load_bundle(network_folder), on_keras(network_folder, monkeypatch)
    assert isinstance(bundle.recogniser.model, OnnxNetwork)
    signals = [SPEECH_LIKE[:n] for n in np.linspace(400, len(SPEECH_LIKE), 40).astype(int)]
    expected = other.posteriors(signals)
    np.testing.assert_allclose(bundle.posteriors(signals), expected, atol=1e-6)
    np.testing.assert_allclose(bundle.posteriors(signals[:1]), expected[:1], atol=1e-6)
    assert np.ptp(expected, axis=0).max() > 0.01  # the clips do differ
    np.testing.assert_array_equal(bundle.posteriors(signals), load_bundle(network_folder).posteriors(signals))


def test_gradients_and_attention_come_from_the_keras_file(network_folder, monkeypatch):
    bundle, other = load_bundle(network_folder), on_keras(network_folder, monkeypatch)
    short = SPEECH_LIKE[: RATE // 4]
    found, expected = (
        explain(one, Recording(short[:, None], RATE), of="anger", against=None, baseline="mean")
        for one in (bundle, other)
    )
    np.testing.assert_allclose(found.attribution.values, expected.attribution.values, atol=1e-6)
    np.testing.assert_allclose(found.attention.weights, expected.attention.weights, atol=1e-6)
    assert {layer.name for layer in other.recogniser.model.layers} <= set(layer_names(bundle))
    assert keras_network(other) is other.recogniser.model


def test_a_network_that_is_not_converted_is_bundled_all_the_same_and_the_reason_given(tmp_path, network_folder):
    card = read_card(network_folder)
    recogniser = load_network(card, network_folder)
    inputs = keras.Input((None, 3), name="frames"), keras.Input((None,), name="mask")
    masked = layers.GRU(2)(inputs[0], mask=keras.ops.cast(inputs[1], "bool"))
    recogniser.model = keras.Model(dict(zip(("frames", "mask"), inputs, strict=True)), layers.Dense(3)(masked))
    with pytest.warns(UserWarning, match=r"model\.keras alone, without model\.onnx: .*Loop.*Prediction loads Keras"):
        save_network(recogniser, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


def test_a_file_that_is_no_onnx_file_is_refused(network_folder, tmp_path):
    folder = shutil.copytree(network_folder, tmp_path / "own")
    (folder / "model.onnx").write_bytes(b"nothing")
    with pytest.raises(BundleError, match=r"model\.onnx: changed since the bundle was made"):
        load_bundle(folder)
    with pytest.raises(BundleError, match=r"model\.onnx: not readable as a network.*Make the bundle again"):
        load_network(read_card(folder), folder)


def test_an_onnx_file_that_the_card_does_not_name_is_not_read(network_folder, tmp_path):
    card = read_card(network_folder)
    shutil.copy(network_folder / "model.keras", tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"nothing")
    files = {name: digest for name, digest in card.files.items() if name != "model.onnx"}
    assert isinstance(load_network(card.model_copy(update={"files": files}), tmp_path).model, keras.Model)


def test_the_version_that_counts_is_that_of_the_library_which_reads_the_weights(network_folder, monkeypatch):
    card = read_card(network_folder)
    with pytest.raises(BundleError, match=r"made with onnxruntime 0\.9"):
        check_versions(with_versions(card, onnxruntime="0.9"), network_folder)
    with pytest.warns(UserWarning, match=r"keras 2\.1"):
        check_versions(with_versions(card, keras="2.1"), network_folder)
    monkeypatch.setattr(runtime, "find_spec", lambda name: None)
    with pytest.raises(BundleError, match=r"made with keras 2\.1"):
        check_versions(with_versions(card, keras="2.1"), network_folder)


def with_versions(card, **versions):
    return card.model_copy(update={"versions": card.versions | versions})


def test_processes_share_the_files_of_a_network_that_takes_one_core(network_folder, monkeypatch):
    card = read_card(network_folder)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert [processes(card, most) for most in (1, 8, 12, 99)] == [1, 2, 3, 4]
    monkeypatch.setattr(runtime, "find_spec", lambda name: None)
    assert processes(card, 99) == 1
