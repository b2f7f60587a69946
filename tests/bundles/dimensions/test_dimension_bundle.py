"""A bundle of dimensions predicts what the model it was made of predicts, and says what is wrong with it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from skops.io import dump

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.bundles.bundle import load_any_bundle, load_bundle
from ser_tasks.bundles.bundled import check_bundled, kind_of_weights
from ser_tasks.bundles.card import BundleError, write_card
from ser_tasks.bundles.dimensions.card import read_any_card
from ser_tasks.bundles.dimensions.model_card import dimension_model_card
from ser_tasks.bundles.inference.estimate import Estimate, estimate, estimate_all
from ser_tasks.bundles.inference.served import _load_pyfunc, answer_columns
from ser_tasks.bundles.weights import OF_DIMENSIONS
from ser_tasks.bundles.weights.svr import load_svr
from ser_tasks.features.encoded import encoded
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders import folder as encoder_folder
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import use_folder
from ser_tasks.features.table import FEATURE_SETS, SECTIONS, feature_set
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.held_out import inner_parts
from ser_tasks.provenance.file_digest import file_sha256
from tests.bundles.dimensions.small_dimension_bundles import (
    ALPHA,
    DIMENSIONS,
    dimension_card,
    dimension_params,
    rated_voices,
    small_dimension_bundle,
)
from tests.bundles.small_bundles import CLASSES, RATE, small_params, voice

REFERENCE = Path(__file__).parents[2] / "features" / "encoders" / "reference" / "float32"


@pytest.fixture(scope="module")
def rated():
    return rated_voices()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, rated):
    """A ridge on 36 buzzes; not to be changed."""
    place = tmp_path_factory.mktemp("dimensions") / "small"
    small_dimension_bundle(place, rated=rated)
    return place


@pytest.fixture
def own(folder, tmp_path):
    """A copy of it."""
    return shutil.copytree(folder, tmp_path / "small")


def recording(emotion: str, *, take: int = 7, duration: float = 0.6) -> Recording:
    return Recording(voice(emotion, speaker=5, take=take, duration=duration)[:, None], RATE)


def features_of(recordings, name: str = "functionals"):
    params, extract = small_params(), feature_set(name)
    sections = {name: getattr(params, name) for name in SECTIONS}
    each = [extract(one.samples[:, 0], sections) for one in recordings]
    return np.concatenate(each) if extract.framing is None else each


def closed_form(x, y, asked) -> np.ndarray:
    """Ridge on standardised features, in its dual form: (n_asked, n_dimensions)."""
    x, asked = x.astype(float), asked.astype(float)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < 1e-12] = 1
    z, new = (x - mean) / scale, (asked - mean) / scale
    return y.mean(axis=0) + new @ z.T @ np.linalg.solve(z @ z.T + ALPHA * np.eye(len(z)), y - y.mean(axis=0))


def test_predictions_and_intervals_are_those_of_ridge_in_closed_form_matched_on_speakers_set_aside(folder, rated):
    unseen = np.zeros(rated.ratings.shape)
    for learning, asked in inner_parts(rated.speakers, n_folds=2, seed=0):
        unseen[asked] = closed_form(rated.features[learning], rated.ratings[learning], rated.features[asked])
    slope = rated.ratings.std(axis=0) / unseen.std(axis=0)
    offset = rated.ratings.mean(axis=0) - slope * unseen.mean(axis=0)
    errors = np.sort(np.abs(np.clip(offset + slope * unseen, 1, 5) - rated.ratings), axis=0)
    half = errors[33]  # the 34th of 36: ceil(0.9 * 37)
    recordings = [recording(emotion) for emotion in CLASSES]
    scores = closed_form(rated.features, rated.ratings, features_of(recordings))
    expected = np.clip(offset + slope * scores, 1, 5)
    found = estimate_all(load_any_bundle(folder), recordings)
    for own, values in zip(found, expected, strict=True):
        assert list(own.dimensions) == list(DIMENSIONS)
        for one, value, width in zip(own.dimensions.values(), values, half, strict=True):
            assert one.value == pytest.approx(value, abs=1e-6)
            assert (one.low, one.high) == pytest.approx((max(1, value - width), min(5, value + width)), abs=1e-6)
    assert np.ptp(expected[:, 1]) > 1, "voices of three levels are rated differently"


def test_a_recording_in_a_batch_has_every_bit_of_its_prediction_alone(folder):
    bundle = load_any_bundle(folder)
    recordings = [recording(emotion, take=take) for emotion in CLASSES for take in range(3)]
    assert estimate_all(bundle, recordings) == [estimate(bundle, one) for one in recordings]


NETWORKS = ("mlp_ccc", "blstm_attention_ccc")


@pytest.mark.parametrize("model", ["ridge", "svr", *(pytest.param(own, marks=pytest.mark.slow) for own in NETWORKS)])
def test_a_bundle_predicts_as_the_model_in_the_process_that_trained_it_and_is_written_alike_twice(model, tmp_path):
    read = DIMENSION_MODELS[model].feature_set
    rated = rated_voices(read)
    regressor = small_dimension_bundle(tmp_path / "one", model=model, rated=rated)
    small_dimension_bundle(tmp_path / "two", model=model, rated=rated)
    recordings = [recording(emotion) for emotion in CLASSES]
    expected = regressor.predict(features_of(recordings, read))
    bundle = load_any_bundle(tmp_path / "one")
    found = [[one.value for one in own.dimensions.values()] for own in estimate_all(bundle, recordings)]
    np.testing.assert_allclose(found, expected, atol=1e-5 if model in NETWORKS else 1e-10)
    np.testing.assert_array_equal(bundle.regressor.half_widths(), regressor.half_widths())
    first, second = (read_any_card(tmp_path / name).files for name in ("one", "two"))
    assert {name for name in first if first[name] != second[name]} <= {
        name for name in first if name.endswith(".keras")
    }, "Keras dates its archives"


def test_a_model_on_a_speech_encoder_has_its_weights_in_the_folder(tmp_path, monkeypatch):
    small = Encoder("small_whisper", ENCODERS["whisper_base"].family, "nowhere/small", "none", 0.01, 3, 16, "none")
    monkeypatch.setitem(ENCODERS, "small_whisper", small)
    monkeypatch.setitem(FEATURE_SETS, "small_whisper", encoded(small))
    line = replace(DIMENSION_MODELS["ridge"], feature_set="small_whisper")
    monkeypatch.setitem(DIMENSION_MODELS, "small_whisper_ridge", line)
    use_folder(small, shutil.copytree(REFERENCE, tmp_path / "weights"))
    regressor = small_dimension_bundle(tmp_path / "rated", model="small_whisper_ridge")
    shutil.rmtree(tmp_path / "weights")
    monkeypatch.setattr(encoder_folder, "_OVERRIDES", {})  # as in another process
    bundle = load_any_bundle(tmp_path / "rated")
    sound = recording("anger")
    expected = regressor.predict(bundle.features(sound.samples[:, 0]))[0]
    assert [one.value for one in estimate(bundle, sound).dimensions.values()] == expected.tolist()


def test_the_interval_ends_where_the_scale_does(folder):
    bundle = load_any_bundle(folder)
    bundle.regressor.chosen.matched.offset[:] += 10
    top = estimate(bundle, recording("anger")).dimensions
    for name, half in bundle.card.half_widths.items():
        assert top[name] == Estimate(5.0, pytest.approx(5 - half), 5.0)


def test_sound_that_is_unfit_or_unlike_the_training_set_is_unsure_with_the_reason(folder):
    bundle = load_any_bundle(folder)
    assert not estimate(bundle, recording("neutral")).unsure
    noise = np.random.default_rng(0).normal(0, 0.1, (round(0.6 * RATE), 1)).astype(np.float32)
    unlike, long = estimate_all(bundle, [Recording(noise, RATE), recording("neutral", duration=2.0)])
    assert unlike.unsure
    assert any("unlike the training set" in remark for remark in unlike.remarks)
    assert long.unsure
    assert any("2.0 s long, but the training set" in remark for remark in long.remarks)
    with pytest.raises(AudioError, match="expected at least"):
        estimate(bundle, recording("neutral", duration=0.05))


def test_what_takes_classes_refuses_it_and_names_what_takes_it(folder):
    with pytest.raises(
        BundleError, match=r"a bundle of valence, activation, dominance \(ridge\), but a bundle of classes is"
    ):
        load_bundle(folder)


def test_an_edited_card_a_changed_file_and_a_lost_one_are_refused(own):
    file = own / "bundle.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**card, "half_widths": dict.fromkeys(DIMENSIONS, 0.1)}), encoding="utf-8")
    with pytest.raises(BundleError, match=r"content was changed.*Make the bundle again"):
        load_any_bundle(own)
    file.write_text(json.dumps(card), encoding="utf-8")
    (own / "model.npz").write_bytes((own / "model.npz").read_bytes()[:-1] + b"x")
    with pytest.raises(BundleError, match=r"model.npz: changed since"):
        load_any_bundle(own)
    (own / "model.npz").unlink()
    with pytest.raises(BundleError, match=r"model.npz: missing"):
        load_any_bundle(own)


def test_weights_that_are_not_arrays_are_refused(own):
    np.savez(own / "model.npz", mean=np.array([{}], dtype=object))
    _as_written(own)
    with pytest.raises(BundleError, match=r"model.npz: not readable as what a model has chosen"):
        load_any_bundle(own)


def test_kernels_of_a_type_that_is_not_named_are_not_loaded(own):
    dump([Pipeline([("sweep", FunctionTransformer(shutil.rmtree))])], own / "model.skops")
    card = dimension_card("svr", dimension_params(), half_widths=[1.0, 1.0, 1.0])
    with pytest.raises(BundleError, match=r"types that are not trusted: shutil.rmtree.*Do not load it"):
        load_svr(card, own)


def _as_written(folder) -> None:
    """The card with the digests of the files as they are now."""
    card = read_any_card(folder)
    write_card(card.model_copy(update={"files": {name: file_sha256(folder / name) for name in card.files}}), folder)


def test_models_of_normalised_speakers_are_refused_with_the_reason_and_the_others_are_not():
    with pytest.raises(
        BundleError, match=r"ridge_speaker_norm cannot be bundled: it needs all .*: ridge, svr, mlp_ccc"
    ):
        check_bundled("ridge_speaker_norm")
    for name in DIMENSION_MODELS:
        if not name.endswith("_speaker_norm"):
            check_bundled(name)
            assert kind_of_weights(name) in OF_DIMENSIONS
    assert kind_of_weights("whisper_base_svr") == "svr"


def test_mlflow_serves_a_column_for_each_dimension_and_each_end(folder):
    served = _load_pyfunc(str(folder))
    sound = recording("anger")
    table = served.predict(pd.DataFrame([{"samples": sound.samples[:, 0], "sampling_rate": RATE}]))
    assert list(table) == list(answer_columns(served.bundle.card))
    expected = estimate(served.bundle, sound).dimensions["activation"]
    row = table.iloc[0]
    assert (row.activation, row.activation_low, row.activation_high) == (expected.value, expected.low, expected.high)


def test_the_model_card_states_training_set_agreement_and_intervals(folder):
    text = dimension_model_card(read_any_card(folder))
    assert "predicts\nvalence, activation, dominance on a scale of 1 to 5" in text
    assert "| valence | .600 [.500, .700] | 0.650 | 0.50 | 0.40 |" in text
    assert "| 88.0 % |" in text
    assert "must not be used on people" in text
    assert "it rates the sound of a voice" in text
