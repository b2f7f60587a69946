import librosa
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.log_mel import log_mel_spectrogram
from ser_tasks.features.log_scales import LOG_SCALES
from ser_tasks.features.mel_power import mel_filters, mel_power

SETTINGS = {
    "sampling_rate": 16_000,
    "window": 0.025,
    "hop": 0.010,
    "n_mels": 40,
    "f_min": 20.0,
    "f_max": 8_000.0,
    "dynamic_range": 80.0,
    "law": "db",
}
TONE = (0.1 * np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000)).astype(np.float32)


@pytest.mark.parametrize(
    ("sampling_rate", "n_fft", "n_mels", "f_min", "f_max"),
    [(16_000, 512, 64, 20, 8_000), (16_000, 512, 40, 0, 8_000), (48_000, 2_048, 128, 50, 16_000)],
)
def test_the_filters_equal_those_of_librosa(sampling_rate, n_fft, n_mels, f_min, f_max):
    ours = mel_filters(sampling_rate=sampling_rate, n_fft=n_fft, n_mels=n_mels, f_min=f_min, f_max=f_max)
    edges = {"fmin": f_min, "fmax": f_max}
    theirs = librosa.filters.mel(sr=sampling_rate, n_fft=n_fft, n_mels=n_mels, dtype=np.float64, **edges)
    np.testing.assert_array_max_ulp(ours.toarray(), theirs.astype(np.float32), maxulp=1)


def test_the_spectrogram_equals_that_of_librosa_in_db(speech):
    power = librosa.feature.melspectrogram(
        y=speech, sr=16_000, n_fft=512, win_length=400, hop_length=160, n_mels=40, fmin=20, fmax=8_000
    )
    theirs = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=80).T
    ours = log_mel_spectrogram(speech, **SETTINGS)
    assert ours.shape == theirs.shape == (1 + len(speech) // 160, 40)
    np.testing.assert_allclose(ours, theirs, atol=0.01)


def test_doubling_the_amplitude_adds_6_02_db_in_every_band_above_the_floor():
    quiet, loud = log_mel_spectrogram(TONE, **SETTINGS), log_mel_spectrogram(2 * TONE, **SETTINGS)
    np.testing.assert_allclose((loud - quiet)[quiet > -90], 20 * np.log10(2), atol=1e-3)


@pytest.mark.parametrize("dynamic_range", [30, 60])
def test_what_lies_below_the_dynamic_range_is_raised_to_it(dynamic_range):
    wide = log_mel_spectrogram(TONE, **SETTINGS)
    narrow = log_mel_spectrogram(TONE, **{**SETTINGS, "dynamic_range": dynamic_range})
    np.testing.assert_allclose(narrow, np.maximum(wide, wide.max() - dynamic_range), atol=1e-3)


@pytest.mark.parametrize("law", LOG_SCALES)
def test_without_a_dynamic_range_it_is_the_law_of_the_mel_power(law, speech):
    bands = {name: SETTINGS[name] for name in ("sampling_rate", "window", "hop", "n_mels", "f_min", "f_max")}
    ours = log_mel_spectrogram(speech, **{**SETTINGS, "dynamic_range": None, "law": law})
    np.testing.assert_array_equal(ours, LOG_SCALES[law](mel_power(speech, **bands)))


@pytest.mark.parametrize(("law", "lowest"), [("ln", np.log(1e-3 + 1e-6)), ("ln1p", np.log(1 + 1e3)), ("db", -30.0)])
def test_the_dynamic_range_is_of_power_whatever_the_law(law, lowest):
    loudest = mel_power(TONE, **{k: v for k, v in SETTINGS.items() if k not in ("dynamic_range", "law")}).max()
    unit = TONE / np.sqrt(loudest)  # its loudest band has power 1
    narrow = log_mel_spectrogram(unit, **{**SETTINGS, "dynamic_range": 30, "law": law})
    assert narrow.min() == pytest.approx(lowest, abs=1e-3)


def test_silence_lies_on_the_floor_and_a_single_sample_is_one_frame():
    np.testing.assert_allclose(log_mel_spectrogram(np.zeros(1_000), **SETTINGS), -100, rtol=1e-6)
    assert log_mel_spectrogram(TONE[1:2], **SETTINGS).shape == (1, 40)


def test_bands_that_do_not_fit_the_rate_or_the_window_are_errors():
    with pytest.raises(UserError, match="or raise audio"):
        log_mel_spectrogram(TONE, **{**SETTINGS, "sampling_rate": 8_000})
    with pytest.raises(UserError, match=r"Lower log_mel\.n_mels"):
        log_mel_spectrogram(TONE, **{**SETTINGS, "n_mels": 200})
