"""The estimate against mixtures whose ratio is known."""

import numpy as np
import pytest

from ser_tasks.evaluation.comparison.snr import LIMITS, estimated_snr

RATE = 16_000


def words(seed: int = 0) -> np.ndarray:
    """Half a second of a voice-like buzz, then as long a pause, three times."""
    rng = np.random.default_rng(seed)
    time = np.arange(RATE // 2) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * time + rng.uniform(0, 6)) / k for k in range(1, 20))
    return np.tile(np.concatenate([buzz, np.zeros(RATE // 2)]), 3)


def mixed(snr: float, seed: int = 1) -> np.ndarray:
    speech = words()
    power = (speech[speech != 0] ** 2).mean()  # while somebody speaks
    return speech + np.random.default_rng(seed).normal(0, np.sqrt(power / 10 ** (snr / 10)), len(speech))


@pytest.mark.parametrize("snr", [10, 20, 30, 40])
def test_white_noise_of_a_known_ratio(snr):
    assert estimated_snr(mixed(snr), sampling_rate=RATE) == pytest.approx(snr, abs=1)


def test_more_noise_is_never_a_better_estimate():
    found = [estimated_snr(mixed(snr), sampling_rate=RATE) for snr in (0, 5, 10, 15, 20, 25, 30)]
    assert found == sorted(found)


def test_level_does_not_matter_and_neither_does_an_offset():
    quiet, loud = mixed(15), 100 * mixed(15) + 3
    assert estimated_snr(loud, sampling_rate=RATE) == pytest.approx(estimated_snr(quiet, sampling_rate=RATE), abs=1e-6)


def test_digital_silence_is_not_taken_for_a_noise_floor():
    padded = np.concatenate([np.zeros(RATE), mixed(20), np.zeros(RATE)])
    assert estimated_snr(padded, sampling_rate=RATE) == pytest.approx(20, abs=1)
    assert np.isnan(estimated_snr(np.zeros(RATE), sampling_rate=RATE))
    assert np.isnan(estimated_snr(np.zeros(0), sampling_rate=RATE))


def test_noise_alone_and_a_clip_of_a_frame_stay_within_limits():
    noise = np.random.default_rng(0).normal(size=RATE)
    assert LIMITS[0] <= estimated_snr(noise, sampling_rate=RATE) < 5
    assert LIMITS[0] <= estimated_snr(noise[:200], sampling_rate=RATE) <= LIMITS[1]
