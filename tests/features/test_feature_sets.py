import inspect
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import with_engine
from ser_tasks.features.frames_at_speeds import each_speed
from ser_tasks.features.table import FEATURE_SETS, PUBLISHED, SECTIONS, feature_set, sections_from
from tests.features.reference import make

EACH = pytest.mark.parametrize("name", make.NAMES)  # those of encoders: encoders/


@EACH
def test_every_set_declares_its_name_sections_and_dimensions(name, speech, params):
    features = FEATURE_SETS[name]
    assert features.name == name
    assert set(features.sections) <= set(SECTIONS)
    frames = features(speech, params)
    assert frames.dtype == np.float32
    assert frames.shape[1] == len(features.names(params)) == len(set(features.names(params)))


@EACH
@pytest.mark.parametrize("n_samples", [1, 100, 399, 400, 5_000])
@pytest.mark.parametrize("kind", ["silence", "constant", "speech"])
def test_every_value_is_finite_whatever_comes_in(name, n_samples, kind, speech, params):
    signal = {"silence": 0 * speech, "constant": 0 * speech + 0.5, "speech": speech}[kind][5_000:][:n_samples]
    frames = FEATURE_SETS[name](signal, params)
    assert len(frames) >= 1
    assert np.isfinite(frames).all()


@EACH
def test_the_rows_lie_in_time_as_the_framing_says(name, speech, params):
    features = FEATURE_SETS[name]
    found = [features(speech[:n_samples], params) for n_samples in (8_000, 16_000)]
    if features.framing is None:
        assert [len(rows) for rows in found] == [1, 1]
    else:  # of the recording as it is
        n_rows = [len(each_speed(rows)[0] if name.endswith("_speeds") else rows) for rows in found]
        assert n_rows[1] - n_rows[0] == pytest.approx(0.5 / features.framing(**features.settings(params)).hop, abs=1)


@EACH
def test_the_same_signal_gives_the_same_bits(name, speech, params):
    np.testing.assert_array_equal(FEATURE_SETS[name](speech, params), FEATURE_SETS[name](speech.copy(), params))


@EACH
def test_a_section_that_is_not_declared_never_reaches_the_extraction(name, params):
    features = FEATURE_SETS[name]
    taken = inspect.signature(features.extract).parameters
    keywords = {key for key, parameter in taken.items() if parameter.kind is parameter.KEYWORD_ONLY}
    assert keywords <= set(features.sections)
    assert set(features.settings(params)) == set(features.sections)


@pytest.mark.parametrize(("name", "original"), PUBLISHED.items())
def test_a_published_front_end_is_that_of_its_file_with_other_settings(name, original, speech, params):
    features, file = FEATURE_SETS[name], FEATURE_SETS[original]
    changed = params | {original: params[name]}
    np.testing.assert_array_equal(features(speech, params), file(speech, changed))
    assert features.names(params) == file.names(changed)
    assert features.framing(**features.settings(params)) == file.framing(**file.settings(changed))
    assert set(file.all_code) < set(features.all_code)


def test_a_published_front_end_has_the_engines_of_its_file(speech, params):
    by_library = params | {"lld_sobczak": params["lld_sobczak"].model_copy(update={"engine": "pyAudioAnalysis"})}
    ours, theirs = (FEATURE_SETS["lld_sobczak"](speech, settings) for settings in (params, by_library))
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert "pyAudioAnalysis" in str(with_engine(FEATURE_SETS["lld_sobczak"], by_library).facts())


def test_wangs_descriptors_are_those_of_lld_with_those_of_pitch_on_the_same_frames(speech, params):
    own = params["lld_and_pitch"]
    lld = params["lld"].model_copy(update={"window": own.window, "hop": own.hop, "deltas": False})
    pitch = params["pitch"].model_copy(update=own.model_dump())
    sections = params | {"lld": lld, "pitch": pitch}
    expected = np.hstack([FEATURE_SETS[name](speech, sections) for name in ("lld", "pitch")])
    np.testing.assert_array_equal(FEATURE_SETS["lld_and_pitch"](speech, params), expected)


def test_sections_survive_json(params):
    plain = json.loads(json.dumps({name: section.model_dump(mode="json") for name, section in params.items()}))
    assert sections_from(plain) == params


def test_an_unknown_set_and_a_missing_section_say_what_there_is(speech, params):
    with pytest.raises(UserError, match=r"the table has .*'functionals', 'functionals_speeds', 'hubert_base'"):
        feature_set("prosody")
    with pytest.raises(UserError, match=r"\['log_mel'\] did not arrive"):
        FEATURE_SETS["mfcc"](speech, {name: params[name] for name in ("audio", "mfcc")})


@pytest.mark.slow
def test_fresh_workers_side_by_side_load_no_compiler_and_leave_no_cache(tmp_path):
    code = (
        "import sys, numpy as np\n"
        "import ser_tasks.features.store\n"
        "from ser_tasks.features.log_mel import log_mel_spectrogram as f\n"
        "f(np.ones(800, 'f4'), sampling_rate=16000, window=.025, hop=.01, n_mels=40, f_min=20, f_max=8000,"
        " dynamic_range=80, law='db')\n"
        "assert not {'numba', 'librosa', 'pyAudioAnalysis'} & set(sys.modules)\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    workers = [subprocess.Popen([sys.executable, "-c", code], env=environment) for _ in range(2)]
    assert [worker.wait(timeout=60) for worker in workers] == [0, 0]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", make.kept_names())
def test_the_values_are_those_that_were_kept(name, made):
    """No oracle, but a guard: any constant of a feature set that moves, moves some of its values on this clip."""
    with np.load(make.FILE) as kept:
        np.testing.assert_allclose(made[name], kept[name], rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def made():
    return make.values()
