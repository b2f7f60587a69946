import json
import subprocess
import sys

import numpy as np
import pytest
from pyAudioAnalysis import ShortTermFeatures

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import with_engine
from ser_tasks.features.lld import LldParams, short_term_descriptors
from ser_tasks.features.py_audio_analysis import library_descriptors
from ser_tasks.features.store import describe
from ser_tasks.features.table import FEATURE_SETS, sections_from

SETTINGS = {"sampling_rate": 16_000, "window": 0.025, "hop": 0.010, "deltas": True}


@pytest.fixture
def by_library(params):
    return {**params, "lld": params["lld"].model_copy(update={"engine": "pyAudioAnalysis"})}


@pytest.mark.parametrize("deltas", [True, False])
@pytest.mark.parametrize(("sampling_rate", "window", "hop"), [(16_000, 400, 160), (22_050, 1_103, 551)])
def test_the_library_gives_for_16_bit_audio_what_it_gives_by_itself_to_the_bit(
    make_speech, sampling_rate, window, hop, deltas
):
    integers = np.round(make_speech(sampling_rate=sampling_rate) * 2**15).astype(np.int16)
    theirs, _ = ShortTermFeatures.feature_extraction(integers, sampling_rate, window, hop, deltas)
    ours = library_descriptors(
        integers.astype(np.float32) / 2**15,
        sampling_rate=sampling_rate,
        window=window / sampling_rate,
        hop=hop / sampling_rate,
        deltas=deltas,
    )
    np.testing.assert_array_equal(ours, theirs.T)


@pytest.mark.parametrize("name", ["lld", "functionals"])
def test_the_engines_agree_in_rows_columns_and_values(name, speech, params, by_library):
    features = FEATURE_SETS[name]
    assert features.names(by_library) == features.names(params)
    one, other = features(speech, params), features(speech, by_library)
    largest = np.maximum(np.abs(other).max(axis=0), 1e-12)
    np.testing.assert_allclose(one / largest, other / largest, rtol=0, atol=1e-7)


def test_the_library_computes_the_descriptors_below_the_functionals(monkeypatch, speech, params, by_library):
    def zeros(signal, sampling_rate, window, hop, deltas):
        return np.zeros((68, 1 + (len(signal) - window) // hop)), []

    monkeypatch.setattr(ShortTermFeatures, "feature_extraction", zeros)
    names = FEATURE_SETS["functionals"].names(params)
    ours, theirs = (FEATURE_SETS["functionals"](speech, settings)[0] for settings in (params, by_library))
    lld = np.array([name.startswith("lld.") for name in names])
    assert not theirs[lld].any()
    assert ours[lld].any()
    np.testing.assert_array_equal(theirs[~lld], ours[~lld])


@pytest.mark.parametrize("n_samples", [1, 399])
def test_a_clip_shorter_than_a_window_which_the_library_rejects_has_the_frame_of_the_other_engine(speech, n_samples):
    clip = speech[5_000:][:n_samples]
    np.testing.assert_array_equal(library_descriptors(clip, **SETTINGS), short_term_descriptors(clip, **SETTINGS))


def test_both_engines_reject_the_same_with_the_same_message():
    for descriptors in (short_term_descriptors, library_descriptors):
        with pytest.raises(UserError, match="lengthen the part"):
            descriptors(np.zeros(0), **SETTINGS)
        with pytest.raises(UserError, match=r"Lengthen the window, 0\.025 s is usual"):
            descriptors(np.zeros(1_000), **{**SETTINGS, "window": 0.005})


def test_the_default_engine_is_in_no_record_and_the_other_one_in_all(params, by_library):
    plain = {"window": 0.025, "hop": 0.010, "deltas": True}
    assert params["lld"].engine == "vectorised"
    assert LldParams(**plain, engine="vectorised").model_dump(mode="json") == plain
    written = {name: section.model_dump(mode="json") for name, section in by_library.items()}
    assert written["lld"] == {**plain, "engine": "pyAudioAnalysis"}
    assert sections_from(json.loads(json.dumps(written))) == by_library


@pytest.mark.parametrize("name", ["lld", "functionals"])
def test_stored_features_of_the_two_engines_have_keys_of_their_own(name, params, by_library):
    one, other = describe(name, params), describe(name, by_library)
    assert "facts" not in one
    assert json.loads(other["facts"]).keys() == {"pyAudioAnalysis"}
    assert {key for key in one if one[key] != other[key]} == {"settings", "code_digest"}


def test_a_set_that_has_no_engines_is_what_it_was(by_library):
    assert with_engine(FEATURE_SETS["log_mel"], by_library) is FEATURE_SETS["log_mel"]


@pytest.mark.slow
def test_whoever_does_not_ask_for_the_library_does_not_load_it():
    code = (
        "import sys, ser_tasks.features.table as f\n"
        "from tests.features.conftest import sections, speech_like\n"
        "f.FEATURE_SETS['functionals'](speech_like(), sections())\n"
        "assert not {'pyAudioAnalysis', 'matplotlib', 'librosa'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
