"""The front end of a file against the feature sets themselves, which are NumPy and SciPy."""

import keras
import numpy as np
import pytest
import scipy.fft

from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.export.exportable import FEATURE_SETS
from ser_tasks.bundles.export.graph import FRONT_ENDS, LAWS, conditioning, front_end, power_spectrum
from ser_tasks.errors import UserError
from ser_tasks.features.framing import hann
from ser_tasks.features.log_scales import LOG_SCALES
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.params import ConditioningParams, Section, WienerParams
from tests.bundles.export.small_exports import OFF, PARAMS
from tests.bundles.export.sounds import HISS, RATE, SILENCE, SPEECH_LIKE

pytestmark = pytest.mark.network

NEPER = 10 / np.log(10)  # in dB of power: what 1e-4 is in natural logarithms


def sections(**changed: dict[str, object]) -> dict[str, Section]:
    kept = {name: getattr(PARAMS, name) for name in SECTIONS}
    return kept | {name: kept[name].model_copy(update=values) for name, values in changed.items()}


def in_graph(name, signal, settings):
    return np.asarray(keras.ops.convert_to_numpy(front_end(name, settings)(keras.ops.convert_to_tensor(signal))))


def test_all_feature_sets_and_laws_are_there():
    assert set(FRONT_ENDS) == set(FEATURE_SETS)
    assert set(LAWS) == set(LOG_SCALES)


@pytest.mark.parametrize("signal", [SPEECH_LIKE, HISS, SILENCE], ids=["speech-like", "hiss", "silence"])
@pytest.mark.parametrize("dynamic_range", [80.0, None])
@pytest.mark.parametrize("law", LOG_SCALES)
def test_log_mel_by_each_law_is_that_of_the_feature_set(law, dynamic_range, signal):
    settings = sections(log_mel={"law": law, "dynamic_range": dynamic_range})
    tolerance = 1e-4 * (NEPER if law == "db" else 1)
    expected = feature_set("log_mel")(signal, settings)
    np.testing.assert_allclose(in_graph("log_mel", signal, settings), expected, atol=tolerance, rtol=0)


@pytest.mark.parametrize("signal", [SPEECH_LIKE, HISS, SILENCE], ids=["speech-like", "hiss", "silence"])
def test_psd_image_is_that_of_the_feature_set(signal):
    expected = feature_set("psd_image")(signal, sections())
    np.testing.assert_allclose(in_graph("psd_image", signal, sections()), expected, atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", FEATURE_SETS)
@pytest.mark.parametrize("n_samples", [1, 159, 160, 255, 256, 257, 400, 1_151, 1_152, 1_281, 2_400])
def test_signals_of_any_length_give_the_rows_of_the_feature_set(name, n_samples):
    expected = feature_set(name)(HISS[:n_samples], sections())
    np.testing.assert_allclose(in_graph(name, HISS[:n_samples], sections()), expected, atol=1e-3, rtol=0)


@pytest.mark.parametrize(("n_window", "n_fft"), [(400, 512), (256, 256), (401, 512), (275, 512), (9, 9)])
def test_the_power_spectrum_is_that_of_a_fast_fourier_transform(n_window, n_fft):
    frames = np.random.default_rng(0).normal(size=(5, n_window)).astype(np.float32)
    expected = np.abs(scipy.fft.rfft(frames.astype(np.float64) * hann(n_window), n=n_fft, axis=1)) ** 2
    np.testing.assert_allclose(np.asarray(power_spectrum(frames, n_fft=n_fft)), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("steps", [{"pre_emphasis": 0.97}, {"peak": 0.9}, {"pre_emphasis": 0.9, "peak": 0.5}])
@pytest.mark.parametrize("signal", [SPEECH_LIKE, SILENCE, HISS[:1]], ids=["speech-like", "silence", "one sample"])
def test_conditioning_is_that_of_the_feature_stage(steps, signal):
    settings = ConditioningParams.model_validate(OFF | steps)
    expected = condition(signal, sampling_rate=RATE, settings=settings).signal
    np.testing.assert_allclose(np.asarray(conditioning(settings)(signal)), expected, atol=1e-6)


def test_a_step_that_no_file_holds_is_refused_by_name():
    settings = ConditioningParams.model_validate(OFF | {"wiener": WienerParams(window=3), "peak": 0.9})
    with pytest.raises(UserError, match=r"wiener is on.*Set those to null in params\.yaml"):
        conditioning(settings)
