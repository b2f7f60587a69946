"""Copies of a take are found through codecs, rates and levels; other takes are not."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import butter, sosfilt

from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.checking import takes as module
from ser_tasks.corpora.checking.takes import (
    HOP,
    LAG,
    LEAST,
    LENGTH,
    OUTLINE,
    SAME,
    _at_lags,
    _outline,
    bands_of,
    correlation,
    same_takes,
    take_of,
    takes_on_disk,
)

RATE = 16_000


def pairs_of(bands):
    """Of files with these bands."""
    return [pair[:2] for pair in same_takes([take_of(own) for own in bands]).pairs]


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
    assert pairs_of(bands) == [(1, 2)]


def test_other_takes_are_others_whatever_their_length():
    bands = [bands_of(babble(seed, seconds=1 + 0.1 * seed), RATE) for seed in range(12)]
    assert not pairs_of(bands)
    assert not pairs_of([])


def test_every_pair_is_compared_however_many_blocks_the_files_make(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 2)
    bands = [bands_of(babble(seed), RATE) for seed in (0, 1, 2, 3, 1)]
    assert pairs_of([*bands, bands[2]]) == [(1, 4), (2, 5)]


def test_less_than_half_a_second_is_too_little_to_tell():
    short, longer = (bands_of(babble(0, seconds), RATE) for seconds in (0.4, 0.55))
    assert not pairs_of([short, short])
    assert pairs_of([longer, longer]) == [(0, 1)]


def test_of_two_files_of_one_take_the_longer_one_must_be_long_enough_whichever_comes_first():
    sound = babble(0, 0.6)
    short, longer = (bands_of(sound[: round(seconds * RATE)], RATE) for seconds in (0.47, 0.48))
    assert len(short) < LEAST / HOP <= len(longer)
    for pair in ([short, longer], [longer, short]):
        assert pairs_of(pair) == [(0, 1)]


def test_the_pairs_are_those_of_comparing_every_file_with_every_other(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 5)
    seconds = np.repeat(np.random.default_rng(0).uniform(0.6, 1.4, 12), 2) + [0, 0.02] * 12
    bands = [bands_of(babble(number // 2, length), RATE) for number, length in enumerate(seconds)]
    every = [
        (one, other)
        for one, other in combinations(range(len(bands)), 2)
        if abs(len(bands[one]) - len(bands[other])) <= LENGTH / HOP
        and _outline(bands[one]) @ _outline(bands[other]) > OUTLINE
        and correlation(bands[one], bands[other]) > SAME
    ]
    assert 5 <= len(every) < 12, "not all pass the first look, at outlines"
    assert pairs_of(bands) == every


@pytest.mark.parametrize("columns", [0.5, 3.5])
def test_a_delay_by_half_a_column_costs_no_more_than_one_by_a_whole(columns):
    sound = babble(3)
    late = np.concatenate([np.zeros(round(0.01 * columns * RATE), np.float32), sound])[: len(sound)]
    whole = bands_of(sound, RATE)
    halfway = _at_lags(whole.astype(float), bands_of(late, RATE).astype(float)).max()
    assert correlation(whole, bands_of(late, RATE)) > halfway + 1e-6


@pytest.mark.parametrize(("n_one", "n_other"), [(300, 310), (50, 46), (20, 14), (14, 13), (13, 12), (30, 4), (2, 2)])
def test_correlations_are_those_of_numpy_at_every_lag(n_one, n_other):
    rng = np.random.default_rng(0)
    one, other = rng.normal(-40, 3, (n_one, 7)), rng.normal(-40, 3, (n_other, 7))
    other[3 : min(n_one, n_other)] += one[: max(min(n_one, n_other) - 3, 0)]
    expected = []
    for lag in range(-LAG, LAG + 1):
        a, b = (one[lag:], other) if lag >= 0 else (one, other[-lag:])
        n = min(len(a), len(b))
        expected.append(np.corrcoef(a[:n].ravel(), b[:n].ravel())[0, 1] if n > LAG else -1.0)
    with np.errstate(all="raise"):
        np.testing.assert_allclose(_at_lags(one, other), expected, atol=1e-12)


def test_what_never_changes_correlates_with_nothing():
    rows = np.random.default_rng(0).normal(size=(50, 7))
    for level in (0.0, -5.3):
        flat = np.full((50, 7), level)
        for pair in ((flat, rows), (rows, flat)):
            np.testing.assert_array_equal(_at_lags(*pair), np.zeros(2 * LAG + 1))


def test_a_file_is_compared_closely_with_the_likeliest_alone_where_many_resemble_it(monkeypatch):
    monkeypatch.setattr(module, "CLOSEST", 3)
    noise, take = np.random.default_rng(0), babble(5)
    levels = [6e-5, 1e-6, 5e-5, 2e-5, 4e-5, 3e-5, 0]  # of noise in copies of one take, each resembling the others
    bands = [bands_of(take + level * noise.normal(size=len(take)).astype(np.float32), RATE) for level in levels]
    found = same_takes([take_of(own) for own in bands])
    assert found.n_crowded == 3, "of the first three of seven, each with more than three behind it"
    assert [sum(pair[0] == one for pair in found.pairs) for one in range(7)] == [3, 3, 3, 3, 2, 1, 0]
    assert (1, 6) in [pair[:2] for pair in found.pairs], "the copy itself is among the likeliest"


def test_a_delay_is_allowed_for_and_silence_is_no_take():
    take = babble(2)
    late = np.concatenate([np.zeros(1_105, np.float32), take])[: len(take)]  # an MP3 decoder's
    assert correlation(bands_of(take, RATE), bands_of(late, RATE)) > 0.99
    silence = bands_of(np.zeros(RATE, np.float32), RATE)
    assert not pairs_of([silence, silence])


def test_bands_on_disk_are_those_that_were_kept_whichever_thread_kept_them():
    bands = [bands_of(babble(seed % 5, seconds=1 + 0.01 * seed), RATE) for seed in range(20)]
    with takes_on_disk() as store, ThreadPoolExecutor(4) as pool:
        takes = list(pool.map(store.keep, bands))
        for take, own in zip(takes, bands, strict=True):
            np.testing.assert_array_equal(take.read(), own)
        assert same_takes(takes) == same_takes([take_of(own) for own in bands])
    with pytest.raises(ValueError, match="closed file"):
        takes[0].read()
