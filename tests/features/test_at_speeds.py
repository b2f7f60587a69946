"""One row of the sound as it is and at other speeds: what is twice as fast is an octave higher and half as long."""

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.at_speeds import SpeedsParams, at_speeds
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.frames_at_speeds import each_speed
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import FEATURE_SETS, SECTIONS
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT

RATE = 16_000
TONE = np.sin(2 * np.pi * 300 * np.arange(2 * RATE) / RATE).astype(np.float32)  # 300 Hz, 2 s


def _seconds_and_hertz(signal, **sections):
    strongest = np.abs(np.fft.rfft(signal)).argmax() * RATE / len(signal)
    return np.array([[len(signal) / RATE, strongest]], np.float32)


MEASURED = FeatureSet("measured", (), _seconds_and_hertz, lambda **sections: ("seconds", "hertz"), framing=None)


@pytest.fixture
def params():
    """Those of params.yaml, at 16 kHz, and once at half, once at twice the speed."""
    own = read_params(PROJECT / "params.yaml")
    return {name: getattr(own, name) for name in SECTIONS} | {"speeds": SpeedsParams(rates=(0.5, 2.0))}


def test_at_another_speed_length_and_frequency_change_by_that_factor(params):
    (row,) = at_speeds(MEASURED)(TONE, params)
    np.testing.assert_allclose(row[0::2], [2, 4, 1], atol=1e-3)
    np.testing.assert_allclose(row[1::2], [300, 150, 600], atol=1.5)


def test_dimensions_are_named_by_speed(params):
    features = at_speeds(MEASURED)
    assert features.names(params) == (
        "seconds",
        "hertz",
        *(f"speed_{v}_{n}" for v in (0.5, 2.0) for n in ("seconds", "hertz")),
    )
    assert features.name == "measured_speeds"


def test_the_recording_as_it_is_comes_first_with_the_values_of_the_set_itself(params):
    plain, played = (FEATURE_SETS[name](TONE, params)[0] for name in ("functionals", "functionals_speeds"))
    assert len(played) == 3 * len(plain) == len(FEATURE_SETS["functionals_speeds"].names(params))
    np.testing.assert_array_equal(played[: len(plain)], plain)
    assert not np.allclose(played[len(plain) : 2 * len(plain)], plain)


def test_a_moment_of_sound_has_finite_values_at_every_speed(params):
    for n_samples in (1, 400, 801):
        assert np.isfinite(FEATURE_SETS["functionals_speeds"](TONE[:n_samples], params)).all()


@pytest.mark.parametrize("name", ["log_mel", "lld"])
def test_frames_of_every_speed_stand_behind_one_another_and_say_which(name, params):
    features = FEATURE_SETS[f"{name}_speeds"]
    found = features(TONE, params)
    assert features.names(params) == (*FEATURE_SETS[name].names(params), "speed")
    assert found.shape[1] == len(features.names(params))
    plain, slow, fast = each_speed(found)
    np.testing.assert_array_equal(plain, FEATURE_SETS[name](TONE, params))
    for frames, speed in ((slow, 0.5), (fast, 2.0)):
        assert len(frames) == pytest.approx(len(plain) / speed, abs=4)
        assert (found[:, -1] == speed).sum() == len(frames)
    assert features.framing(**features.settings(params)) == FEATURE_SETS[name].framing(
        **FEATURE_SETS[name].settings(params)
    )


def test_at_twice_the_speed_the_same_tone_is_in_a_band_an_octave_higher(params):
    plain, slow, fast = (
        frames.mean(axis=0).argmax() for frames in each_speed(FEATURE_SETS["log_mel_speeds"](TONE, params))
    )
    assert slow < plain < fast


def test_a_moment_of_sound_has_frames_at_every_speed(params):
    for name in ("log_mel_speeds", "lld_speeds"):
        for n_samples in (1, 400, 801):
            found = FEATURE_SETS[name](TONE[:n_samples], params)
            assert np.isfinite(found).all()
            assert len(each_speed(found)) == 3


def test_the_engine_of_params_yaml_computes_every_speed(params):
    engine = {"engine": "pyAudioAnalysis", "deltas": False}
    other = params | {"lld": params["lld"].model_copy(update=engine)}
    plain, played = (FEATURE_SETS[name](TONE, other)[0] for name in ("functionals", "functionals_speeds"))
    np.testing.assert_array_equal(played[: len(plain)], plain)
    np.testing.assert_array_equal(
        each_speed(FEATURE_SETS["lld_speeds"](TONE, other))[0], FEATURE_SETS["lld"](TONE, other)
    )


def test_of_an_encoder_weights_and_code_are_those_of_its_set():
    for name in ("whisper_base", "whisper_base_frames"):
        own, played = FEATURE_SETS[name], FEATURE_SETS[f"{name}_speeds"]
        assert played.facts is own.facts
        assert set(own.all_code) <= set(played.all_code)
        assert encoder_of(f"{name}_speeds") is encoder_of("whisper_base")
    assert without_speeds("whisper_base_speeds") == without_speeds("whisper_base") == "whisper_base"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("speeds: {rates: [1, 1.2]}", r"params.yaml:\d+: speeds\.rates.*1 is the recording as it is.*Leave it out"),
        ("speeds: {rates: []}", r"params.yaml:\d+: speeds\.rates"),
        ("speeds: {rates: [0.9, 0.9]}", r"params.yaml:\d+: speeds\.rates.*0\.9 more than once"),
        ("speeds: {rates: [0.87, 0.87000000001]}", r"params.yaml:\d+: speeds\.rates.*the same in single precision"),
        ("speeds: {rates: [1.00000001]}", r"params.yaml:\d+: speeds\.rates.*1 is the recording as it is"),
        ("speeds: {rates: [0.49]}", r"params.yaml:\d+: speeds\.rates.*greater than or equal to 0.5"),
        ("speeds: {rates: [2.1]}", r"params.yaml:\d+: speeds\.rates.*less than or equal to 2"),
        ("speeds: {rates: [.inf]}", r"params.yaml:\d+: speeds\.rates.*less than or equal to 2"),
    ],
)
def test_speeds_that_say_nothing_are_errors(tmp_path, line, said):
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    (own,) = [found for found in text.splitlines() if found.startswith("speeds:")]
    (tmp_path / "params.yaml").write_text(text.replace(own, line), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        read_params(tmp_path / "params.yaml")
