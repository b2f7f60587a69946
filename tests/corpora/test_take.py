"""Copies of a take are found through codecs, rates and levels; other takes are not."""

import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import butter, sosfilt

from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.take import bands_of, correlation, same_takes

RATE = 16_000


def babble(seed: int, seconds: float = 2.0) -> np.ndarray:
    """Noise whose level and colour change as syllables do, shape (n_samples,)."""
    rng, length = np.random.default_rng(seed), round(seconds * RATE)
    syllables = []
    while sum(map(len, syllables)) < length:
        low = rng.uniform(200, 1_500)
        band = butter(2, [low, low * rng.uniform(1.3, 2)], "bandpass", fs=RATE, output="sos")
        syllables.append(
            sosfilt(band, rng.normal(0, 10 ** rng.uniform(-2, -0.5), round(rng.uniform(0.05, 0.25) * RATE)))
        )
    return np.concatenate(syllables)[:length].astype(np.float32)


@pytest.mark.parametrize(
    ("options", "rate"),
    [
        ({"format": "MP3"}, RATE),
        ({"format": "OGG"}, RATE),
        ({"format": "OGG", "subtype": "OPUS"}, 48_000),
        ({"format": "WAV", "subtype": "ULAW"}, 8_000),
        ({"format": "WAV"}, 44_100),
    ],
)
def test_a_copy_in_another_encoding_rate_and_level_is_the_same_take(tmp_path, options, rate):
    take = babble(0)
    soundfile.write(tmp_path / "copy", soxr.resample(0.5 * take, RATE, rate), rate, **options)
    copy = read_recording(tmp_path / "copy")
    bands = [bands_of(babble(1), RATE), bands_of(take, RATE), bands_of(copy.samples[:, 0], copy.sampling_rate)]
    assert [pair[:2] for pair in same_takes(bands)] == [(1, 2)]


def test_other_takes_are_others_whatever_their_length():
    bands = [bands_of(babble(seed, seconds=1 + 0.1 * seed), RATE) for seed in range(12)]
    assert not list(same_takes(bands))
    assert not list(same_takes([]))


def test_a_delay_is_allowed_for_and_silence_is_no_take():
    take = babble(2)
    late = np.concatenate([np.zeros(1_105, np.float32), take])[: len(take)]  # an MP3 decoder's
    assert correlation(bands_of(take, RATE), bands_of(late, RATE)) > 0.99
    silence = bands_of(np.zeros(RATE, np.float32), RATE)
    assert not list(same_takes([silence, silence]))
