"""Ratings over time: smoothed by hand, and the windows of a recording as they are predicted one by one."""

import math

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import open_sound
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_any_bundle
from ser_tasks.bundles.inference.estimate import DimensionPrediction, Estimate, estimate
from ser_tasks.bundles.inference.rating_timeline import RatingTimeline, window_estimates
from ser_tasks.bundles.inference.timeline import windows_in
from ser_tasks.bundles.inference.timeline_pass import rating_timeline_here
from ser_tasks.params.reading import read_params
from tests.audio.conftest import syllables
from tests.bundles.dimensions.small_dimension_bundles import dimension_card, dimension_params, small_dimension_bundle
from tests.bundles.small_bundles import PROJECT, RATE, voice

WINDOWS = [(0.0, 2.0), (1.0, 3.0), (2.0, 4.0)]  # centres 1, 2, 3 s
UNSMOOTHED = {"window": 1.0, "hop": 0.5, "smoothing": 0.0, "change_cost": 0.0}


@pytest.fixture(scope="module")
def card():
    return dimension_card("ridge", dimension_params(), half_widths=[0.5, 1.0, 3.0])


def predicted(value: float, *, unsure: bool = False) -> DimensionPrediction:
    one = Estimate(value, 0.0, 0.0)
    own = {"valence": one, "activation": one, "dominance": one}
    return DimensionPrediction(own, unsure, ("quiet",) * unsure, 2.0, dict(zip(own, (0.5, 1.0, 3.0), strict=True)))


def test_a_window_is_the_mean_of_its_neighbours_by_a_gaussian_with_the_interval_of_a_recording_about_it(card):
    raw = [predicted(2), predicted(4, unsure=True), predicted(3)]
    first, second, third = window_estimates(WINDOWS, raw, segment=7, card=card, smoothing=1.0)
    near, far = math.exp(-0.5), math.exp(-2)
    value = (2 + 4 * near + 3 * far) / (1 + near + far)
    own = first.dimensions["valence"]
    assert (own.low, own.value, own.high) == pytest.approx((value - 0.5, value, value + 0.5))
    assert first.dimensions["dominance"].low == 1.0, "cut to the scale"
    assert first.dimensions["dominance"].high == 5.0
    assert second.dimensions["activation"].value == pytest.approx((2 * near + 4 + 3 * near) / (1 + 2 * near))
    assert [(one.start, one.end) for one in (first, second, third)] == [(0, 1.5), (1.5, 2.5), (2.5, 4)]
    assert [(one.unsure, one.remarks, one.segment) for one in (first, second)] == [
        (False, (), 7),
        (True, ("quiet",), 7),
    ]


def test_a_segment_is_the_mean_over_its_time_and_unsure_where_most_of_it_is(card):
    raw = [predicted(2), predicted(4, unsure=True), predicted(3)]
    windows = window_estimates(WINDOWS, raw, segment=1, card=card, smoothing=0.0)
    other = window_estimates([(5.0, 6.0)], [predicted(1, unsure=True)], segment=2, card=card, smoothing=0.0)
    first, second = RatingTimeline(None, (), (*windows, *other), None, card.scale).rated_segments
    assert first.means["valence"] == pytest.approx((1.5 * 2 + 1 * 4 + 1.5 * 3) / 4)
    assert (first.start, first.end, first.unsure) == (0, 4, False)
    assert (second.means["valence"], second.unsure) == (1, True)


def test_the_windows_of_a_recording_are_predicted_as_each_is_alone(tmp_path):
    small_dimension_bundle(tmp_path / "rated")
    bundle = load_any_bundle(tmp_path / "rated")
    held = [voice(emotion, take=take) for emotion in ("sadness", "anger") for take in range(4)]
    signal = syllables(np.concatenate(held))
    soundfile.write(tmp_path / "talk.wav", signal, RATE, subtype="FLOAT")
    settings = read_params(PROJECT / "params.yaml").timeline.model_copy(update=UNSMOOTHED)
    timeline = rating_timeline_here(bundle, open_sound(tmp_path / "talk.wav"), settings=settings)
    spans = [span for segment in timeline.segments for span in windows_in(segment, window=1.0, hop=0.5)]
    assert len(spans) == len(timeline.windows) > 3
    for (start, end), window in zip(spans, timeline.windows, strict=True):
        alone = estimate(bundle, Recording(signal[round(start * RATE) : round(end * RATE), None], RATE))
        assert window.dimensions == alone.dimensions
