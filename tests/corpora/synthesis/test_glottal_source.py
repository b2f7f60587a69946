import numpy as np
import pytest

from ser_tasks.corpora.synthesis.speech import closures, glottal_pulse, glottal_source

RATE = 16_000
STEADY = {"sampling_rate": RATE, "open_quotient": 0.6, "jitter": 0.0, "shimmer": 0.0, "breath": -60.0}


def test_the_flow_returns_to_zero_at_the_end_of_every_cycle():
    phase = (np.arange(10_000) + 0.5) / 10_000
    assert glottal_pulse(phase, 0.6).mean() == pytest.approx(0, abs=1e-6)
    assert not glottal_pulse(phase, 0.6)[phase > 0.6].any()


@pytest.mark.parametrize("f0", [80.0, 118.0, 205.0, 390.0])
def test_the_autocorrelation_peaks_at_the_period_requested(f0):
    source = glottal_source(np.full(RATE, f0), rng=np.random.default_rng(0), **STEADY)
    spectrum = np.abs(np.fft.rfft(source, 2 * RATE)) ** 2
    correlation = np.fft.irfft(spectrum)
    lags = np.arange(RATE // 500, RATE // 60)
    assert RATE / lags[correlation[lags].argmax()] == pytest.approx(f0, rel=0.02)


def test_jitter_is_the_spread_of_the_periods_and_leaves_their_mean():
    starts = closures(np.full(20 * RATE, 100.0), sampling_rate=RATE, jitter=0.01, rng=np.random.default_rng(0))
    periods = np.diff(starts)
    assert periods.mean() == pytest.approx(0.01, rel=0.002)
    assert periods.std() == pytest.approx(1e-4, rel=0.1)


def test_shimmer_is_the_spread_of_the_amplitudes():
    settings = STEADY | {"shimmer": 0.5}
    source = glottal_source(np.full(20 * RATE, 100.0), rng=np.random.default_rng(0), **settings)
    cycles = source[: 1_990 * 160].reshape(-1, 160)
    assert np.std(20 * np.log10(cycles.std(axis=1))) == pytest.approx(0.5, rel=0.15)


def test_breath_is_noise_at_the_level_requested():
    clean, breathy = (
        glottal_source(
            np.full(RATE, 100.0),
            rng=np.random.default_rng(0),
            **(STEADY | {"breath": level, "open_quotient": 1.0}),
        )
        for level in (-200.0, -20.0)
    )
    assert 20 * np.log10(np.std(breathy - clean)) == pytest.approx(-20, abs=0.3)
