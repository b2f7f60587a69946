"""Fabien's features: descriptors of one frame by their formulas written a second time, and tones of known values."""

from itertools import pairwise

import numpy as np
import pytest
import scipy.stats

from ser_tasks.features.published_functionals import NAMES, mel_filters, published_descriptors
from ser_tasks.features.table import FEATURE_SETS, sections_from

RATE = 16_000
SETTINGS = {"sampling_rate": RATE, "window": 0.025, "hop": 0.010, "n_fft": 512, "pre_emphasis": None}
NOISE = np.random.default_rng(0).normal(0, 0.1, 2_000).astype(np.float32)
FRAMES = published_descriptors(NOISE, **SETTINGS)


def column(name: str) -> np.ndarray:
    return FRAMES[:, NAMES.index(name)]


def frame(i: int) -> list[float]:
    """Samples of one frame, as integers are scaled, below a Hamming window."""
    own = NOISE[160 * i : 160 * i + 400].astype(float) * 32_768
    return [x * (0.54 - 0.46 * np.cos(2 * np.pi * n / 399)) for n, x in enumerate(own)]


def spectrum(i: int) -> list[float]:
    own = np.array(frame(i))
    return [abs(sum(own * np.exp(-2j * np.pi * k * np.arange(400) / 400))) / 400 for k in range(200)]


def entropy(values: list[float]) -> float:
    width, total, found = len(values) // 10, sum(v * v for v in values) + 1e-7, 0.0
    for block in range(10):
        share = sum(v * v for v in values[block * width : (block + 1) * width]) / total
        found -= share * np.log2(share + 1e-7)
    return found


def test_a_signal_has_as_many_frames_as_lie_wholly_inside_it():
    assert FRAMES.shape == (1 + (2_000 - 400) // 160, 20)


@pytest.mark.parametrize("i", [0, 3])
def test_waveform_descriptors_of_a_frame(i):
    own = frame(i)
    crossings = sum(abs(np.sign(b) - np.sign(a)) for a, b in pairwise(own)) / 2 / 399
    assert column("zcr")[i] == pytest.approx(crossings)
    assert column("energy")[i] == pytest.approx(sum(x * x for x in own) / 400)
    assert column("energy_entropy")[i] == pytest.approx(entropy(own))


@pytest.mark.parametrize("i", [0, 3])
def test_spectral_descriptors_of_a_frame(i):
    own, before = spectrum(i), spectrum(max(0, i - 1))
    hertz = [(k + 1) * 8_000 / 200 for k in range(200)]
    centroid = sum(f * m for f, m in zip(hertz, own, strict=True)) / sum(own)
    spread = np.sqrt(sum((f - centroid) ** 2 * m for f, m in zip(hertz, own, strict=True)) / sum(own))
    assert column("spectral_centroid")[i] == pytest.approx(centroid / 8_000, rel=1e-6)
    assert column("spectral_spread")[i] == pytest.approx(spread / 8_000, rel=1e-6)
    assert column("spectral_entropy")[i] == pytest.approx(entropy(own))
    flux = sum((a / sum(own) - b / sum(before)) ** 2 for a, b in zip(own, before, strict=True))
    assert column("spectral_flux")[i] == pytest.approx(flux, rel=1e-6)
    energy, k = 0.0, -1
    while energy <= 0.9 * sum(m * m for m in own):
        k += 1
        energy += own[k] ** 2
    assert column("spectral_rolloff")[i] == k / 200


def test_the_cepstrum_of_a_frame():
    own = np.array(frame(2) + [0.0] * 112)
    power = [abs(sum(own * np.exp(-2j * np.pi * k * np.arange(512) / 512))) ** 2 / 512 for k in range(257)]
    top = 2595 * np.log10(1 + 8_000 / 700)
    edges = [int(513 * 700 * (10 ** (top * j / 41 / 2595) - 1) / RATE + 1e-9) for j in range(42)]
    bands = []
    for low, peak, high in zip(edges, edges[1:], edges[2:], strict=False):
        rising = sum(power[k] * (k - low) / (peak - low) for k in range(low, peak))
        bands.append(rising + sum(power[k] * (high - k) / (high - peak) for k in range(peak, high)))
    decibels = [20 * np.log10(band) if band else 20 * np.log10(np.finfo(float).eps) for band in bands]
    for j in (1, 5, 12):
        cosine = sum(d * np.cos(np.pi * j * (2 * n + 1) / 80) for n, d in enumerate(decibels))
        assert column(f"mfcc_{j}")[2] == pytest.approx(np.sqrt(2 / 40) * cosine)


def test_at_44100_hz_the_cepstrum_sees_the_first_512_samples_of_a_window_of_1102():
    noise = np.random.default_rng(1).normal(0, 0.1, 1_102).astype(np.float32)
    cut = np.where(np.arange(1_102) < 512, noise, 0).astype(np.float32)
    settings = SETTINGS | {"sampling_rate": 44_100}
    whole, first = (published_descriptors(one, **settings) for one in (noise, cut))
    np.testing.assert_allclose(whole[:, 8:], first[:, 8:])
    assert np.abs(whole[:, :8] - first[:, :8]).max() > 0.01


def test_a_tone_lies_where_it_is_and_pre_emphasis_is_a_gain_of_that_frequency():
    tone = np.sin(2 * np.pi * 2_000 * np.arange(RATE) / RATE).astype(np.float32)
    plain, emphasised = (published_descriptors(tone, **SETTINGS | {"pre_emphasis": a})[5] for a in (None, 0.97))
    assert plain[NAMES.index("spectral_centroid")] == pytest.approx(0.25, abs=0.02)
    assert plain[NAMES.index("zcr")] == pytest.approx(2 * 2_000 / RATE, abs=0.005)
    gain = abs(1 - 0.97 * np.exp(-2j * np.pi * 2_000 / RATE)) ** 2
    assert emphasised[1] / plain[1] == pytest.approx(gain, rel=1e-3)


def test_silence_and_clips_shorter_than_a_window_are_finite():
    for signal in (np.zeros(1_000, np.float32), NOISE[:100], NOISE[:1]):
        found = published_descriptors(signal, **SETTINGS)
        assert found.shape[1] == 20
        assert np.isfinite(found).all()


def test_filters_reach_from_0_hz_to_half_the_rate():
    filters = mel_filters(RATE, 512).toarray()
    assert filters.shape == (40, 257)
    assert filters.max() == 1
    assert filters[-1].nonzero()[0].max() == 255  # the bin below 256, which is half the rate


def test_the_feature_set_is_ten_statistics_of_each_descriptor():
    sections = sections_from(
        {
            "audio": {"sampling_rate": RATE},
            "published_functionals": {key: value for key, value in SETTINGS.items() if key != "sampling_rate"},
        }
    )
    features = FEATURE_SETS["published_functionals"]
    (row,), names = features(NOISE, sections), features.names(sections)
    found = dict(zip(names, row, strict=True))
    assert len(found) == 200
    own = column("mfcc_3")
    for statistic, value in {
        "mean": own.mean(),
        "kurtosis": scipy.stats.kurtosis(own),
        "skewness": scipy.stats.skew(own),
        "q99": np.percentile(own, 99),
        "range": np.percentile(own, 99) - np.percentile(own, 1),
    }.items():
        assert found[f"mfcc_3.{statistic}"] == pytest.approx(value, rel=1e-5)
