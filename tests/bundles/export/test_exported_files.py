"""Files answer as the bundle that they were made of, in runtimes that know nothing of it."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.bundles.export import file_formats
from ser_tasks.bundles.export.export import agreement_of, export_bundle
from ser_tasks.bundles.export.exportable import check_exportable
from ser_tasks.bundles.export.file_formats import FILE_FORMATS, file_format
from ser_tasks.errors import UserError
from tests.bundles.export.small_exports import small_network_bundle
from tests.bundles.export.sounds import HISS, RATE, SILENCE, SPEECH_LIKE

pytestmark = pytest.mark.network

onnx = pytest.importorskip("onnx", reason="needs the extra: make setup-all")
onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra: make setup-all")
pytest.importorskip("tf2onnx", reason="needs the extra: make setup-all")

SIGNALS = [SPEECH_LIKE, HISS, SILENCE, HISS[:1], np.concatenate([HISS, SPEECH_LIKE])[: 2 * RATE - 77]]


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_network_bundle("psd_cnn", tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def onnx_file(small, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("files") / "small.onnx"
    export_bundle(small, file, weights="float32", signals=SIGNALS)
    return file


def test_onnx_runtime_gives_the_posteriors_of_the_bundle_to_signals_of_all_lengths(small, onnx_file):
    session = onnxruntime.InferenceSession(str(onnx_file))
    found = [session.run(["probabilities"], {"audio": signal})[0] for signal in SIGNALS]
    np.testing.assert_allclose(found, small.posteriors(SIGNALS), atol=1e-4)
    assert np.ptp(found, axis=0).max() > 0.1  # the clips are not all alike to it


def test_an_onnx_file_states_its_inputs_and_outputs(small, onnx_file):
    session = onnxruntime.InferenceSession(str(onnx_file))
    (audio,), (probabilities,) = session.get_inputs(), session.get_outputs()
    assert (audio.name, audio.shape, audio.type) == ("audio", ["n_samples"], "tensor(float)")
    assert (probabilities.name, probabilities.shape) == ("probabilities", [3])
    about = session.get_modelmeta().custom_metadata_map
    assert (about["sampling_rate"], about["labels"].split("\n")) == ("16000", list(small.classes))
    assert json.loads(about["bundle"])["temperature"] == small.card.temperature


def test_a_network_of_windows_and_recurrent_layers_is_exported_too(tmp_path):
    bundle = small_network_bundle("td_cnn_lstm", tmp_path)
    agreement = export_bundle(bundle, tmp_path / "small.onnx", weights="float32", signals=SIGNALS)
    assert agreement.difference < 1e-4


def test_litert_gives_the_posteriors_of_the_bundle_and_keeps_the_card(tmp_path):
    bundle, file = small_network_bundle("td_cnn_lstm", tmp_path), tmp_path / "small.tflite"
    agreement = export_bundle(bundle, file, weights="float32", signals=SIGNALS)
    assert (agreement.n_clips, agreement.same_class) == (len(SIGNALS), 1.0)
    assert agreement.difference < 1e-4
    with zipfile.ZipFile(file) as pages:
        assert pages.read("labels.txt").decode().split("\n") == list(bundle.classes)
        assert json.loads(pages.read("bundle.json"))["sampling_rate"] == RATE


@pytest.mark.parametrize("weights", ["float16", "int8"])
def test_smaller_weights_leave_the_front_end_as_it_is(small, onnx_file, tmp_path, weights, monkeypatch):
    file = tmp_path / "small.onnx"
    monkeypatch.setattr(file_formats, "SMALLEST", 64)  # an array of this network
    agreement = export_bundle(small, file, weights=weights, signals=SIGNALS)
    assert 0 <= agreement.difference < 0.2
    whole, smaller = (_arrays(one) for one in (onnx_file, file))
    fourier = {name for name, shape in whole.items() if shape in {(128, 129), (127, 129)}}
    assert len(fourier) == 2
    assert fourier <= set(smaller)
    assert weights == "int8" or len(smaller) < len(whole), "others are halved"


def test_float16_is_refused_where_nothing_would_be_smaller(small, tmp_path):
    with pytest.raises(UserError, match=r"float16: no array of this network has 1024 values.*Leave --weights"):
        export_bundle(small, tmp_path / "small.onnx", weights="float16", signals=SIGNALS[:1])
    assert not (tmp_path / "small.onnx").exists()


def _arrays(file: Path) -> dict[str, tuple[int, ...]]:
    """Shapes of the float32 arrays of a file."""
    graph = onnx.load(file).graph
    return {one.name: tuple(one.dims) for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT}


def test_a_file_with_other_predictions_is_not_written(small, tmp_path):
    file = tmp_path / "small.tflite"
    file.write_text("the one before")
    other = small.card.model_copy(update={"temperature": 2 * small.card.temperature})
    bundle = type(small)(small.folder, other, small.recogniser, small.detector)
    with pytest.raises(UserError, match=r"not written.*differs by 0\.\d+.*expected at most 0\.0001"):
        export_bundle(bundle, file, weights="float32", signals=SIGNALS[:1])
    assert file.read_text() == "the one before"


def test_a_converter_that_fails_is_reported_with_the_other_way_out(small, tmp_path, monkeypatch):
    broken = replace(FILE_FORMATS[".onnx"], write=lambda *_: 1 / 0)
    monkeypatch.setitem(FILE_FORMATS, ".onnx", broken)
    with pytest.raises(UserError, match=r"small\.onnx: not written, .*ZeroDivisionError.*Export to the other format"):
        export_bundle(small, tmp_path / "small.onnx", weights="float32", signals=SIGNALS[:1])
    assert not list(tmp_path.iterdir())


def test_agreement_is_the_largest_difference_and_the_share_of_equal_classes():
    ours, theirs = np.array([[0.7, 0.3], [0.6, 0.4]]), np.array([[0.7, 0.3], [0.4, 0.6]])
    assert agreement_of(ours, theirs) == (2, pytest.approx(0.2), 0.5)


def test_what_cannot_be_exported_is_reported_with_what_can():
    with pytest.raises(UserError, match=r"svm cannot be exported: it is no network, .*Bundle one of .*residual_cnn"):
        check_exportable("svm")
    for name, read in (("mlp", "functionals"), ("residual_cnn_speeds", "log_mel_speeds")):
        with pytest.raises(UserError, match=f"{name} cannot be exported: it reads {read}, .*Bundle one of"):
            check_exportable(name)
    with pytest.raises(UserError, match=r"x\.pb: .*Expected the ending \.onnx, \.tflite"):
        file_format(Path("x.pb"), "float32")
    with pytest.raises(UserError, match=r"--weights int8: .*Export to \.onnx, or leave the option out"):
        file_format(Path("x.tflite"), "int8")
