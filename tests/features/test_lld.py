import numpy as np
import pytest
from pyAudioAnalysis import ShortTermFeatures

from ser_tasks.errors import UserError
from ser_tasks.features.lld import cepstrum_filters, lld_names, short_term_descriptors

SETTINGS = {"sampling_rate": 16_000, "window": 0.025, "hop": 0.010, "deltas": True}


def oracle(signal, *, sampling_rate, window, hop, deltas):
    """pyAudioAnalysis on the same samples as 16-bit integers, time first."""
    values, names = ShortTermFeatures.feature_extraction(
        signal.astype(float) * 2**15,
        sampling_rate,
        round(window * sampling_rate),
        round(hop * sampling_rate),
        deltas,
    )
    return values.T, tuple(names)


def assert_equal(ours, theirs):
    """To 1e-6 relative. Where a value is itself a rounding error (the spread of a constant frame, a cepstral
    coefficient crossing zero) it is compared to 1e-7 of the largest in its column."""
    for column in range(theirs.shape[1]):
        largest = np.abs(theirs[:, column]).max()
        np.testing.assert_allclose(ours[:, column], theirs[:, column], rtol=1e-6, atol=1e-7 * largest + 1e-12)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("sampling_rate", "window", "hop"),
    [(16_000, 0.025, 0.010), (16_000, 0.080, 0.040), (22_050, 0.025, 0.010), (8_000, 0.030, 0.015)],
)
def test_every_value_equals_py_audio_analysis(make_speech, seed, sampling_rate, window, hop):
    settings = {"sampling_rate": sampling_rate, "window": window, "hop": hop, "deltas": True}
    signal = make_speech(seconds=1, seed=seed, sampling_rate=sampling_rate)
    theirs, names = oracle(signal, **settings)
    ours = short_term_descriptors(signal, **settings)
    assert ours.shape == theirs.shape
    assert lld_names(deltas=True) == names
    assert_equal(ours, theirs)


@pytest.mark.parametrize("kind", ["silence", "constant", "noise", "impulse", "tone"])
def test_plain_signals_equal_py_audio_analysis(kind):
    signal = {
        "silence": np.zeros(1_600),
        "constant": np.full(1_600, 0.25),
        "noise": 0.1 * np.random.default_rng(0).standard_normal(1_600),
        "impulse": np.eye(1, 1_600, 800)[0],
        "tone": np.sin(2 * np.pi * 440 * np.arange(1_600) / 16_000),
    }[kind].astype(np.float32)
    ours = short_term_descriptors(signal, **SETTINGS)
    assert np.isfinite(ours).all()
    assert_equal(ours, oracle(signal, **SETTINGS)[0])


def test_a_clip_of_exactly_one_window_has_one_frame_without_differences(speech):
    ours = short_term_descriptors(speech[5_000:5_400], **SETTINGS)
    assert_equal(ours, oracle(speech[5_000:5_400], **SETTINGS)[0])
    assert ours.shape == (1, 68)
    assert not ours[:, 34:].any()


@pytest.mark.parametrize("n_samples", [1, 2, 160, 399])
def test_a_clip_shorter_than_a_window_is_one_finite_frame(speech, n_samples):
    ours = short_term_descriptors(speech[5_000 : 5_000 + n_samples], **SETTINGS)
    assert ours.shape == (1, 68)
    assert np.isfinite(ours).all()


def test_a_short_clip_is_normalised_before_zeros_are_added(speech):
    clip = speech[5_000:5_200].astype(float)
    clip = (clip - clip.mean()) / np.abs(clip - clip.mean()).max()
    energy = short_term_descriptors(speech[5_000:5_200], **SETTINGS)[0, 1]
    assert energy == pytest.approx((clip**2).sum() / 400)


def test_amplitude_is_lost_and_deltas_are_the_differences_of_neighbours(speech):
    ours = short_term_descriptors(speech, **SETTINGS)
    np.testing.assert_allclose(short_term_descriptors(speech / 4, **SETTINGS), ours, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(ours[1:, 34:], np.diff(ours[:, :34], axis=0))
    np.testing.assert_array_equal(short_term_descriptors(speech, **{**SETTINGS, "deltas": False}), ours[:, :34])


def test_a_tone_lies_on_its_own_frequency_and_crosses_zero_twice_a_period():
    tone = np.sin(2 * np.pi * 2_000 * (np.arange(4_000) + 0.5) / 16_000)
    ours = dict(zip(lld_names(deltas=False), short_term_descriptors(tone, **SETTINGS)[3], strict=False))
    assert ours["zcr"] == pytest.approx(2 * 2_000 / 16_000, rel=0.01)
    assert ours["spectral_centroid"] == pytest.approx(2_000 / 8_000, abs=1.5 / 200)
    assert ours["spectral_rolloff"] == pytest.approx(2_000 / 8_000, abs=1.5 / 200)
    assert ours["energy"] == pytest.approx(0.5 / np.cos(np.pi / 8) ** 2)  # the largest sample is cos(pi / 8)


def test_the_cepstrum_filters_equal_those_of_py_audio_analysis():
    theirs, _ = ShortTermFeatures.mfcc_filter_banks(16_000, 200)
    np.testing.assert_allclose(cepstrum_filters(16_000, 200).toarray(), theirs, atol=1e-15)


def test_no_samples_and_a_window_too_short_for_the_chroma_are_errors():
    with pytest.raises(UserError, match="lengthen the part"):
        short_term_descriptors(np.zeros(0), **SETTINGS)
    with pytest.raises(UserError, match=r"Lengthen the window, 0\.025 s is usual"):
        short_term_descriptors(np.zeros(1_000), **{**SETTINGS, "window": 0.005})
