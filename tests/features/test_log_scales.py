import numpy as np
import pytest

from ser_tasks.features.log_scales import LOG_SCALES
from ser_tasks.features.mel_power import mel_power

SETTINGS = {"sampling_rate": 16_000, "window": 0.025, "hop": 0.010, "n_mels": 40, "f_min": 20.0, "f_max": 8_000.0}


@pytest.mark.parametrize(
    ("law", "power", "value"),
    [
        ("ln", np.e - 1e-6, 1.0),
        ("ln", 0.0, -6 * np.log(10)),
        ("ln1p", (np.e**2 - 1) * 1e-6, 2.0),
        ("ln1p", 0.0, 0.0),
        ("db", 100.0, 20.0),
        ("db", 1e-6, -60.0),
        ("db", 0.0, -100.0),
    ],
)
def test_each_law_has_the_values_worked_by_hand(law, power, value):
    assert LOG_SCALES[law](np.array([power])) == pytest.approx(value, abs=1e-5)


def test_far_above_their_floors_the_laws_differ_by_scale_and_offset_alone():
    power = np.geomspace(0.1, 1e4, 50)
    natural = LOG_SCALES["ln"](power)
    np.testing.assert_allclose(LOG_SCALES["ln1p"](power), natural + 6 * np.log(10), atol=1e-4)
    np.testing.assert_allclose(LOG_SCALES["db"](power), natural * 10 / np.log(10), atol=1e-3)


@pytest.mark.parametrize("law", LOG_SCALES)
def test_every_law_rises_and_is_finite_in_digital_silence(law):
    values = LOG_SCALES[law](np.r_[0.0, np.geomspace(1e-12, 1e4, 50)])
    assert np.isfinite(values).all()
    assert (np.diff(values) >= 0).all()
    assert values[-1] > values[0]


def test_twice_the_amplitude_is_four_times_the_power(speech):
    np.testing.assert_allclose(mel_power(2 * speech, **SETTINGS), 4 * mel_power(speech, **SETTINGS), rtol=1e-4)
