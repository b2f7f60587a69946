import numpy as np
import pytest
import scipy.stats

from ser_tasks.features.framing import frames_centred, frames_inside
from ser_tasks.features.functionals import (
    STATISTICS,
    level_and_slope_names,
    loud_frames,
    pitch_statistics,
    pitch_statistics_names,
    statistics,
    with_slopes,
)
from ser_tasks.features.table import FEATURE_SETS

FUNCTIONALS = FEATURE_SETS["functionals"]


@pytest.mark.parametrize("n_frames", [1, 2, 3, 100, 371])
def test_the_ten_statistics_equal_scipy_and_numpy(n_frames):
    frames = np.random.default_rng(0).gamma(2, 3, (n_frames, 6)) * [1, -1, 1e-6, 1e6, 10, 0.1]
    ours = dict(zip(STATISTICS, statistics(frames).T, strict=True))
    q01, q99 = np.percentile(frames, [1, 99], axis=0)
    expected = {
        "mean": frames.mean(axis=0),
        "std": frames.std(axis=0),
        "median": np.median(frames, axis=0),
        "kurtosis": scipy.stats.kurtosis(frames) if n_frames > 1 else np.zeros(6),
        "skewness": scipy.stats.skew(frames) if n_frames > 1 else np.zeros(6),
        "q01": q01,
        "q99": q99,
        "min": frames.min(axis=0),
        "max": frames.max(axis=0),
        "range": q99 - q01,
    }
    for name, values in expected.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-7, atol=1e-12, err_msg=name)


@pytest.mark.parametrize("value", [0.0, 1 / 3, -100.0, 1e-12, 1e9])
def test_a_column_that_does_not_vary_has_no_spread_and_no_shape(value):
    (ours,) = statistics(np.full((321, 1), value))
    expected = {"mean": value, "median": value, "q01": value, "q99": value, "min": value, "max": value}
    np.testing.assert_allclose(ours, [expected.get(name, 0.0) for name in STATISTICS], rtol=1e-12)


def test_f0_is_summarised_over_voiced_frames_in_semitones():
    frames = np.array([[0, 0], [0.9, 220], [0.9, 440], [0, 0], [0.8, 440], [0, 0]], float)
    ours = dict(zip(pitch_statistics_names(("",)), pitch_statistics(frames, np.full(6, True)), strict=True))
    assert ours["f0_semitones.mean"] == pytest.approx((36 + 48 + 48) / 3)  # three and four octaves above 27.5 Hz
    assert ours["f0_semitones.max"] == pytest.approx(48)
    assert ours["harmonic_ratio.mean"] == pytest.approx(2.6 / 6)
    assert ours["voiced.fraction"] == pytest.approx(3 / 6)
    assert ours["voiced.mean_frames"] == pytest.approx(3 / 2)  # two runs


def test_nothing_voiced_gives_zeros():
    ours = dict(zip(pitch_statistics_names(("",)), pitch_statistics(np.zeros((5, 2)), np.full(5, True)), strict=True))
    assert not any(ours.values())


def test_one_named_row_per_utterance(speech, params):
    row, names = FUNCTIONALS(speech, params), FUNCTIONALS.names(params)
    assert row.shape == (1, len(names))
    assert len(set(names)) == len(names)
    lld, at = FEATURE_SETS["lld"](speech, params), names.index("lld.zcr.mean")
    assert row[0, at] == pytest.approx(lld[:, 0].mean())


@pytest.mark.parametrize("over", [("pitch",), ("mfcc", "lld")])
def test_only_the_named_descriptors_are_summarised(speech, params, over):
    chosen = {**params, "functionals": params["functionals"].model_copy(update={"over": over})}
    assert {name.split(".")[0] for name in FUNCTIONALS.names(chosen)} == set(over)
    assert FUNCTIONALS(speech, chosen).shape == (1, len(FUNCTIONALS.names(chosen)))


@pytest.mark.parametrize("frames", [frames_inside, frames_centred])
def test_loud_frames_are_those_within_the_range_of_the_loudest(frames):
    steps = np.repeat([1.0, 0.1, 0.01, 0.0], 4000)  # 0, -20, -40 dB, and digital silence
    for loudness_range, kept in ((10, 1), (30, 2), (50, 3), (500, 4)):
        loud = loud_frames(steps, frames, window=400, hop=160, loudness_range=loudness_range)
        assert loud.mean() == pytest.approx(kept / 4, abs=0.03)


def test_digital_silence_is_not_left_without_a_frame():
    silence = np.zeros(1600, np.float32)
    assert loud_frames(silence, frames_inside, window=400, hop=160, loudness_range=30).all()


@pytest.mark.parametrize("group", ["lld", "mfcc", "log_mel", "pitch"])
def test_silence_at_the_ends_does_not_change_what_is_summarised_over_speech(make_speech, params, group):
    functionals = params["functionals"].model_copy(update={"loudness_range": 30, "over": (group,)})
    chosen = {**params, "functionals": functionals}
    tone = 0.3 * np.sin(2 * np.pi * 200 * np.arange(16_000) / 16_000).astype(np.float32)
    names, medians = FUNCTIONALS.names(chosen), {}
    for pause in (4_000, 16_000):
        padded = np.pad(tone, pause)
        medians[pause] = dict(zip(names, FUNCTIONALS(padded, chosen)[0], strict=True))
    for name in names:
        if name.endswith(".median") and "delta" not in name:
            assert medians[4_000][name] == pytest.approx(medians[16_000][name], rel=1e-3, abs=1e-3), name


def test_the_number_of_bands_is_its_own(params):
    bands = [name for name in FUNCTIONALS.names(params) if name.startswith("log_mel.band_")]
    assert len(bands) == 26 * len(STATISTICS)
    assert len(FEATURE_SETS["log_mel"].names(params)) == 40


def test_the_slope_of_every_mel_band_is_summarised_too():
    rising = np.outer(np.arange(100.0), [0.5, -2.0])
    ours = dict(zip(level_and_slope_names(("a", "b")), statistics(with_slopes(rising, {})).ravel(), strict=True))
    assert ours["a.mean"] == pytest.approx(0.5 * 99 / 2)
    assert ours["delta a.median"] == pytest.approx(0.5)
    assert ours["delta b.median"] == pytest.approx(-2.0)


def test_loudness_survives_in_the_log_mel_and_the_cepstrum(speech, params):
    change = FUNCTIONALS(speech, params)[0] - FUNCTIONALS(speech / 2, params)[0]
    by_name = dict(zip(FUNCTIONALS.names(params), change, strict=True))
    assert by_name["log_mel.band_10.max"] == pytest.approx(6.02, abs=0.01)
    assert by_name["lld.energy.max"] == pytest.approx(0, abs=1e-6)


def test_the_loud_end_of_a_clip_is_its_98th_percentile():
    falling = np.repeat(10 ** (-np.arange(101) / 20), 160)  # frame k is k dB below the first
    loud = loud_frames(falling, frames_inside, window=160, hop=160, loudness_range=10.5)
    assert loud.sum() == 13  # 98 % of the 101 levels are at -2 dB or lower: 0, -1, ... -12 dB are within 10.5 dB of it


def test_the_slope_of_a_band_looks_at_four_frames_on_each_side():
    once = np.zeros((21, 1))
    once[10] = 1
    slope = with_slopes(once, {})[:, 1]
    assert np.flatnonzero(slope).tolist() == [6, 7, 8, 9, 11, 12, 13, 14]
    assert slope[6] == pytest.approx(4 / (2 * (1 + 4 + 9 + 16)))


@pytest.mark.parametrize(
    ("group", "framing", "frames"),
    [
        ("lld", "lld", frames_inside),
        ("mfcc", "log_mel", frames_centred),
        ("log_mel", "log_mel", frames_centred),
        ("pitch", "pitch", frames_inside),
    ],
)
def test_each_group_summarises_the_loud_frames_of_its_feature_set(speech, params, group, framing, frames):
    faded = speech * np.linspace(1, 0, len(speech), dtype=np.float32) ** 8  # its end is too quiet to count
    functionals = params["functionals"].model_copy(update={"over": (group,), "loudness_range": 30})
    bands = {**params, "log_mel": params["log_mel"].model_copy(update={"n_mels": functionals.n_mels})}
    window, hop = (round(16_000 * seconds) for seconds in (params[framing].window, params[framing].hop))
    loud = loud_frames(faded, frames, window=window, hop=hop, loudness_range=functionals.loudness_range)
    assert 0.2 < loud.mean() < 0.8
    name = FEATURE_SETS[group].names(bands)[0]
    expected = FEATURE_SETS[group](faded, bands)[loud, 0]
    row = FUNCTIONALS(faded, {**params, "functionals": functionals})[0]
    ours = dict(zip(FUNCTIONALS.names({**params, "functionals": functionals}), row, strict=True))
    for statistic in ("mean", "std", "max"):
        assert ours[f"{group}.{name}.{statistic}"] == pytest.approx(
            getattr(np, statistic)(expected), rel=1e-4, abs=1e-6
        )
