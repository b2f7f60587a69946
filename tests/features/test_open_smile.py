"""openSMILE's functionals: the library's own values, and clear words where there are none."""

import sys
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from pipelines.settings import feature_params
from ser_tasks.errors import UserError
from ser_tasks.features import open_smile
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import AudioParams
from ser_tasks.params.reading import read_params
from tests.pipelines.test_settings import PROJECT

RATE = 16_000
AUDIO = AudioParams(sampling_rate=RATE)
installed = pytest.mark.skipif(
    find_spec("opensmile") is None, reason="pip install -e '.[opensmile]', not for everybody"
)


def speechlike(seconds: float) -> np.ndarray:
    """A hum of 120 Hz with overtones, and noise."""
    time = np.arange(round(seconds * RATE)) / RATE
    hum = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 12))
    return (0.1 * hum + 0.01 * np.random.default_rng(0).normal(size=len(time))).astype(np.float32)


@pytest.fixture
def says(monkeypatch):
    """A library that gives what it is told to."""

    def install(values: np.ndarray) -> list[np.ndarray]:
        received: list[np.ndarray] = []
        table = pd.DataFrame(values)
        own = SimpleNamespace(
            process_signal=lambda signal, rate: received.append(signal) or table, feature_names=["one"]
        )
        monkeypatch.setattr(open_smile, "_library", lambda name: own)
        return received

    return install


@pytest.mark.parametrize("name", open_smile.OPEN_SMILE)
def test_without_the_library_the_message_says_how_to_get_it_and_its_licence(name, monkeypatch):
    open_smile._library.cache_clear()
    monkeypatch.setitem(sys.modules, "opensmile", None)
    with pytest.raises(UserError, match=rf"{name} is computed by .*not installed.*\[opensmile\].*no commercial use"):
        open_smile.open_smile_functionals(name, speechlike(1), sampling_rate=RATE)


def test_no_sample_reaches_the_library_that_its_16_bit_integers_cannot_hold(says):
    received = says(np.zeros((1, 88)))
    loud = np.array([0.0, 0.99, 1.0, 1.05, -1.0, -1.2] * 200, np.float32)
    open_smile.open_smile_functionals("egemaps", loud, sampling_rate=RATE)
    as_integers = received[0].astype(np.float64) * 2**15  # what the library computes before it cuts the rest off
    assert (as_integers.min(), as_integers.max()) == (-(2**15), 2**15 - 1)
    np.testing.assert_array_equal(received[0][:2], loud[:2])


@installed
def test_what_resampling_drives_beyond_full_scale_is_made_no_click():
    def mfcc1(peak: float) -> float:
        hum = peak * speechlike(1) / np.abs(speechlike(1)).max()
        return float(FEATURE_SETS["egemaps"](hum, {"audio": AUDIO})[0, names.index("mfcc1_sma3_amean")])

    names = open_smile._library("egemaps").feature_names
    assert mfcc1(1.1) == pytest.approx(mfcc1(0.99), abs=0.1)  # the library alone hears 18.2 instead of 24.9


@pytest.mark.parametrize("name", open_smile.OPEN_SMILE)
def test_each_is_a_feature_set_with_the_models_on_rows(name):
    assert FEATURE_SETS[name].framing is None
    for model in ("logistic", "svm", "mlp_speaker_norm"):
        assert MODELS[f"{name}_{model}"].feature_set == name
    assert DIMENSION_MODELS[f"{name}_ridge"].feature_set == name


def test_values_that_are_no_numbers_are_an_error_and_not_a_feature(says):
    says(np.array([[1.0, np.nan, np.inf]]))
    with pytest.raises(UserError, match=r"no number of 2 of the 3 features of egemaps, for a signal of 16000 samples"):
        open_smile.open_smile_functionals("egemaps", speechlike(1), sampling_rate=RATE)


def test_a_clip_under_one_window_is_filled_with_zeros(says):
    received = says(np.ones((1, 3)))
    open_smile.open_smile_functionals("egemaps", np.full(10, 0.5, np.float32), sampling_rate=RATE)
    assert (len(received[0]), received[0][:11].tolist()) == (960, [0.5] * 10 + [0.0])


def test_no_samples_are_refused():
    with pytest.raises(UserError):
        open_smile.open_smile_functionals("egemaps", np.zeros(0, np.float32), sampling_rate=RATE)


@installed
@pytest.mark.parametrize("name", open_smile.OPEN_SMILE)
def test_values_are_those_of_the_library_and_finite_for_silence_and_for_moments(name):
    opensmile = pytest.importorskip("opensmile")

    own = open_smile.OPEN_SMILE[name]
    library = opensmile.Smile(own.configuration, opensmile.FeatureLevel.Functionals)
    signal, params = speechlike(1.3), feature_params(read_params(PROJECT / "params.yaml"))
    found = FEATURE_SETS[name](signal, params)
    assert np.array_equal(found, library.process_signal(signal, RATE).to_numpy())
    assert FEATURE_SETS[name].names(params) == tuple(library.feature_names)
    assert found.shape == (1, own.n_dims)
    for quiet in (np.zeros(RATE, np.float32), np.ones(1, np.float32), speechlike(0.02)):
        assert np.isfinite(FEATURE_SETS[name](quiet, params)).all()


@installed
def test_pitch_of_a_hum_is_its_own():
    params = feature_params(read_params(PROJECT / "params.yaml"))
    names = FEATURE_SETS["egemaps"].names(params)
    (row,) = FEATURE_SETS["egemaps"](speechlike(2), params)
    semitones = row[names.index("F0semitoneFrom27.5Hz_sma3nz_amean")]
    assert 27.5 * 2 ** (semitones / 12) == pytest.approx(120, rel=0.01)
