"""Pictures that one can point at: their geometry, and the values under the pointer."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from apps import picture
from ser_tasks.bundles.explain.recording import Attention
from ser_tasks.bundles.inference.timeline import WindowPrediction
from ser_tasks.text.asr.engine import Word

WORDS = [Word("stop", 0.0, 0.5, 0.9), Word("it", 0.5, 1.0, 0.254), Word("now", 1.0, 2.0, 1.0)]


def moment(start, end, emotion, anger, *, unsure=False, transcript=None):
    return WindowPrediction(start, end, 1, emotion, {"anger": anger, "sadness": 1 - anger}, unsure, (), transcript)


MOMENTS = [moment(0, 1, "anger", 0.9), moment(1, 2.5, "sadness", 0.25, unsure=True, transcript="it now")]


def test_the_range_of_a_signal_is_its_lowest_and_highest_sample_in_each_part():
    signal = np.array([0.1, -0.2, 0.3, 0.0, 0.5, 0.4], np.float32)
    np.testing.assert_allclose(picture.ranges(signal, columns=3), [[-0.2, 0.1], [0.0, 0.3], [0.4, 0.5]])
    np.testing.assert_allclose(picture.ranges(signal, columns=99), np.stack([signal, signal], axis=1))
    np.testing.assert_allclose(picture.coarser(picture.ranges(signal), columns=2), [[-0.2, 0.3], [0.0, 0.5]])


def test_the_outline_is_the_highest_samples_forth_and_the_lowest_back_upside_down():
    found = picture.outline(np.array([[-0.5, 1.0], [-1.0, 0.5]], np.float32))
    assert found["points"] == "0,-0.952 1,-0.476 1,0.952 0,0.476"  # of a reach of 1.05
    assert found["width"] == 1


def test_levels_are_in_db_of_full_scale():
    ranges = np.array([[-1, 0.2], [-0.1, 0.05], [0, 0]], np.float32)
    assert picture.levels(ranges) == [0, -20, -80]


def test_the_spectrogram_of_a_tone_is_brightest_at_its_height():
    time = np.arange(16_000) / 16_000
    for frequency, rows in ((200, slice(48, 64)), (6_000, slice(0, 16))):
        uri = picture.log_mel_image(np.sin(2 * np.pi * frequency * time).astype(np.float32), 16_000)
        image = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))).convert("L"), float)
        assert image.shape == (64, 101)
        assert image.mean(axis=1)[rows].max() == image.mean(axis=1).max()


def test_a_lane_is_shaded_by_probability_and_underlined_where_decided():
    anger, sadness = picture.lanes(MOMENTS)
    assert (anger.label, sadness.label) == ("anger", "sadness")
    assert dict(anger.shades) == {0.9: "M0 0H1V1H0z", 0.25: "M1 0H2.5V1H1z"}
    assert (anger.sure, anger.unsure) == ("M0 1H1", "")
    assert (sadness.sure, sadness.unsure) == ("", "M1 1H2.5")


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (1.0, [(0, "0 s"), (20, "0.2 s"), (40, "0.4 s"), (60, "0.6 s"), (80, "0.8 s"), (100, "1 s")]),
        (200.0, [(0, "0 s"), (15, "30 s"), (30, "1:00"), (45, "1:30"), (60, "2:00"), (75, "2:30"), (90, "3:00")]),
    ],
)
def test_marks_of_the_axis_are_round_and_not_too_many(duration, expected):
    found = picture.marks(duration)
    assert [text for _, text in found] == [text for _, text in expected]
    assert [place for place, _ in found] == pytest.approx([place for place, _ in expected])
    assert all(len(picture.marks(length)) <= picture.MARKS + 1 for length in (0.1, 3.4, 60, 900, 4_800))


def test_words_take_turns_in_two_rows_and_reach_to_the_next_of_their_row():
    found = picture.placed(WORDS, 2.0)
    assert [(one["row"], one["left"], one["width"]) for one in found] == [(0, 0, 50), (1, 25, 75), (0, 50, 50)]


def test_what_the_pointer_reads():
    attention = Attention(np.array([0.25, 0.75]), np.array([0.8, 0.2]))
    found = json.loads(
        picture.values(2.5, np.full((3, 2), 0.1, np.float32), words=WORDS, moments=MOMENTS, attention=attention)
    )
    assert found["levels"] == [-20] * 3
    assert found["words"][1] == [0.5, 1.0, "it", 25]
    assert found["moments"][1] == [1, 2.5, "sadness (unsure): sadness 75 %, anger 25 %"], "its words stand apart"
    assert found["attention"] == [[0.25, 100], [0.75, 25]]
