"""Moments and stretches, worked by hand; and as other programs read them."""

import numpy as np
import pytest

from ser_tasks.bundles.inference.prediction import Prediction
from ser_tasks.bundles.inference.streaming import SignalStatistics
from ser_tasks.bundles.inference.timeline import (
    EmotionSegment,
    Timeline,
    audacity_lines,
    rttm_lines,
    window_predictions,
)


def answer(anger, *, unsure=False, remarks=()):
    probabilities = {"anger": anger, "neutral": 1 - anger}
    best = max(probabilities, key=probabilities.__getitem__)
    return Prediction(best, probabilities, probabilities[best], unsure, remarks, 3.0)


def moments(*answers, segment=1, start=0.0, **changes):
    windows = [(start + k, start + k + 3.0) for k in range(len(answers))]
    settings = {"unsure_below": 0.6, "smoothing": 0.0, "change_cost": 0.0} | changes
    return window_predictions(windows, answers, segment=segment, **settings)


def timeline(*parts):
    return Timeline(
        SignalStatistics(100.0, 1.0, np.zeros((0, 2), np.float32)), (), tuple(m for part in parts for m in part), None
    )


def test_neighbours_with_one_emotion_are_one_segment_from_border_to_border():
    """Windows 0-3, 1-4, 2-5 s: centres 1.5, 2.5, 3.5, so the borders are 2 and 3."""
    found = timeline(moments(answer(0.9), answer(0.7), answer(0.2))).emotion_segments
    assert [(s.start, s.end, s.emotion, s.unsure) for s in found] == [
        (0.0, 3.0, "anger", False),
        (3.0, 5.0, "neutral", False),
    ]
    assert found[0].confidence == pytest.approx((2 * 0.9 + 1 * 0.7) / 3), "weighted by 2 s and 1 s"


def test_a_pause_ends_a_segment_though_the_emotion_goes_on():
    found = timeline(moments(answer(0.9)), moments(answer(0.9), segment=2, start=10.0)).emotion_segments
    assert [(s.start, s.end) for s in found] == [(0.0, 3.0), (10.0, 13.0)]


def test_one_window_is_not_smoothed_by_another_segment():
    first, second = moments(answer(0.9), smoothing=1e6), moments(answer(0.1), segment=2, start=3.0, smoothing=1e6)
    assert (first[0].probabilities["anger"], second[0].probabilities["anger"]) == (0.9, pytest.approx(0.1))


def test_an_emotion_that_is_not_worth_the_change_lends_its_moment_to_the_others():
    found = moments(answer(0.9), answer(0.4), answer(0.9), change_cost=1.0)
    assert [m.emotion for m in found] == ["anger"] * 3
    assert found[1].confidence == pytest.approx(0.4)
    assert found[1].unsure, "the emotion decided on has 0.4"


def test_doubt_of_the_sound_stays_and_doubt_of_confidence_is_that_of_the_smoothed_one():
    loud = answer(0.9, unsure=True, remarks=("7 % of the samples clip",))
    weak = answer(0.55, unsure=True)
    assert [m.unsure for m in moments(loud, weak)] == [True, True]
    assert [m.unsure for m in moments(answer(0.9), weak, answer(0.9), smoothing=1e6)] == [False, False, False]
    assert moments(loud)[0].remarks == ("7 % of the samples clip",)


def test_a_segment_is_unsure_where_most_of_its_time_is():
    sound = {"unsure": True}
    mostly = timeline(moments(answer(0.9, **sound), answer(0.9), answer(0.9, **sound))).emotion_segments
    hardly = timeline(moments(answer(0.9), answer(0.9, **sound), answer(0.9))).emotion_segments
    assert [s.unsure for s in (*mostly, *hardly)] == [True, False]


STRETCHES = [EmotionSegment(0.0, 3.0, "anger", 0.8333, False), EmotionSegment(3.0, 5.25, "very sad", 0.41, True)]


def test_rttm_has_ten_fields_with_start_and_length():
    assert rttm_lines(STRETCHES, name="my talk") == [
        "SPEAKER my_talk 1 0.000 3.000 <NA> <NA> anger 0.833 <NA>",
        "SPEAKER my_talk 1 3.000 2.250 <NA> <NA> very_sad 0.410 <NA>",
    ]
    assert {len(line.split()) for line in rttm_lines(STRETCHES, name="my talk")} == {10}


def test_audacity_has_start_end_and_label_between_tabs():
    assert audacity_lines(STRETCHES) == ["0.000000\t3.000000\tanger 83%", "3.000000\t5.250000\tvery sad? 41%"]
