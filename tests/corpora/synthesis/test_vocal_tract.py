import numpy as np
import pytest
from scipy import linalg, signal

from ser_tasks.corpora.synthesis.phones import CONSONANTS, DIPHTHONGS, VOWELS
from ser_tasks.corpora.synthesis.speech import HOP, N_FFT, SAMPLING_RATE, overlap_add, resonances, spectra, tilt, voiced
from ser_tasks.corpora.synthesis.tracks import CORRELATES, Tracks, draw_speaker

NOISE = np.random.default_rng(0).standard_normal(200 * HOP)
STEADY = CORRELATES["neutral"]._replace(jitter=0.0, shimmer=0.0, breath=-60.0, tilt=5.0)
MAN = draw_speaker("male", np.random.default_rng(0))


def sustained(vowel: str, gender: str, f0: float, n_frames: int = 250) -> np.ndarray:
    """A vowel of the table, held for a second."""
    one, zero = np.ones(n_frames), np.zeros(n_frames)
    formants = np.tile(np.array(VOWELS[vowel][gender]), (n_frames, 1))
    tracks = Tracks(f0 * one, one, zero, zero, np.full((n_frames, 2), 4_000.0), formants, one)
    speech = voiced(tracks, MAN, STEADY, np.random.default_rng(0))
    return speech[len(speech) // 4 : -len(speech) // 4]


def poles(sound: np.ndarray, order: int = 18) -> np.ndarray:
    """Frequencies of the narrow poles of linear prediction, in Hz."""
    emphasised = np.diff(sound) * np.hamming(len(sound) - 1)
    correlation = np.correlate(emphasised, emphasised, "full")[len(emphasised) - 1 :][: order + 1]
    predictor = linalg.solve_toeplitz(correlation[:-1], correlation[1:])
    roots = np.roots(np.concatenate([[1.0], -predictor]))
    return np.sort(np.angle(roots[(roots.imag > 0) & (np.abs(roots) > 0.85)])) * SAMPLING_RATE / (2 * np.pi)


def test_frames_add_up_to_the_signal_when_nothing_is_filtered():
    np.testing.assert_allclose(overlap_add(spectra(NOISE))[:-HOP], NOISE[:-HOP], atol=1e-12)


def test_a_steady_formant_filters_like_the_recursive_resonator():
    b, c = (
        2 * np.exp(-np.pi * 90 / 16_000) * np.cos(2 * np.pi * 700 / 16_000),
        -np.exp(-2 * np.pi * 90 / 16_000),
    )
    recursive = signal.lfilter([1 - b - c], [1, -b, -c], NOISE)
    response = resonances(np.array([[700.0]]), np.array([[90.0]]), sampling_rate=16_000)
    np.testing.assert_allclose(overlap_add(spectra(NOISE) * response)[:-HOP], recursive[:-HOP], atol=1e-4)


@pytest.mark.parametrize("decibels", [1.0, 6.0, 20.0])
def test_tilt_is_the_loss_at_3_khz(decibels):
    response = tilt(decibels, sampling_rate=16_000)[0]
    assert np.abs(response[0]) == pytest.approx(1)
    assert 20 * np.log10(np.abs(response[3_000 * N_FFT // 16_000])) == pytest.approx(-decibels)


@pytest.mark.parametrize("vowel", ["IY", "EH", "AE", "AA", "UH", "AH", "ER"])
def test_linear_prediction_finds_the_published_formants_in_the_sound_of_a_vowel(vowel):
    found = poles(sustained(vowel, "male", f0=100.0))
    for formant in VOWELS[vowel]["male"]:
        assert np.abs(found - formant).min() < max(50.0, 0.05 * formant)


@pytest.mark.parametrize("f0", [95.0, 160.0, 240.0])
def test_the_pitch_of_a_vowel_is_the_pitch_requested(f0):
    sound = sustained("AH", "female", f0)
    correlation = np.correlate(sound, sound, "full")[len(sound) - 1 :]
    lags = np.arange(SAMPLING_RATE // 500, SAMPLING_RATE // 60)
    assert SAMPLING_RATE / lags[correlation[lags].argmax()] == pytest.approx(f0, rel=0.02)


def test_women_have_the_shorter_tract_in_every_vowel():
    assert all(
        woman > man for vowel in VOWELS.values() for woman, man in zip(vowel["female"], vowel["male"], strict=True)
    )


def test_every_diphthong_moves_between_vowels_and_no_sound_is_both_vowel_and_consonant():
    assert {part for parts in DIPHTHONGS.values() for part in parts} <= VOWELS.keys()
    assert not CONSONANTS.keys() & (VOWELS.keys() | DIPHTHONGS.keys())
