"""Timelines as TextGrids, by the rules of Praat; that Praat, praatio, tgt and textgrid read them was tried by hand."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from ser_tasks.bundles.inference.rating_timeline import RatingTimeline, WindowEstimate
from ser_tasks.bundles.inference.streaming import SignalStatistics
from ser_tasks.bundles.inference.text_grid import emotion_grid, filled, rating_grid, text_grid
from ser_tasks.bundles.inference.timeline import Timeline, WindowPrediction
from ser_tasks.corpora.importing.annotations.files import find_annotations
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.read_annotations import read_annotations

STATISTICS = SignalStatistics(10.0, 0.5, np.zeros((1, 2), np.float32))


def window(start: float, end: float, emotion: str, *, segment: int = 1, unsure: bool = False) -> WindowPrediction:
    probabilities = {"anger": 0.2, "joy": 0.2, emotion: 0.8}
    return WindowPrediction(start, end, segment, emotion, probabilities, unsure, ())


TIMELINE = Timeline(
    STATISTICS,
    ((1.0, 5.0), (7.0, 9.0)),
    (window(1, 3, "anger"), window(3, 5, "joy", unsure=True), window(7, 9, "anger", segment=2)),
    None,
)


def test_the_file_is_that_of_praats_manual():
    assert text_grid({"emotion": [(0.5, 1.0, 'a "b"')]}, duration=1.0) == [
        *('File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", "xmax = 1.0"),
        *("tiers? <exists>", "size = 1", "item []:", "    item [1]:"),
        *('        class = "IntervalTier"', '        name = "emotion"', "        xmin = 0", "        xmax = 1.0"),
        *("        intervals: size = 2", "        intervals [1]:", "            xmin = 0.0", "            xmax = 0.5"),
        *('            text = ""', "        intervals [2]:", "            xmin = 0.5", "            xmax = 1.0"),
        '            text = "a ""b"""',
    ]


@pytest.mark.parametrize(
    "given",
    [
        [],
        [(0.0, 10.0, "a")],
        [(1.0, 2.0, "a"), (2.0, 2.0000001, "too short to be seen"), (2.0, 3.0, "b")],
        [(1.0, 2.0, "a"), (5.0, 10.0000004, "b")],
    ],
)
def test_every_moment_has_one_interval_and_none_is_without_length(given):
    found = filled(given, end=10.0)
    assert found[0][0] == 0
    assert found[-1][1] == 10
    assert all(start < end for start, end, _ in found)
    assert all(before[1] == after[0] for before, after in pairwise(found))
    assert [label for *_, label in found if label] == [label for a, b, label in given if b - a > 1e-6]


def test_emotions_can_be_corrected_by_hand_and_imported_again(tmp_path):
    file = tmp_path / "talk.TextGrid"
    file.write_text("\n".join(emotion_grid(TIMELINE)) + "\n", encoding="utf-8")
    found = read_annotations(find_annotations(file), file, ImportOptions(path=str(file))).table
    rows = found[["annotated sound", "interval start", "interval end", "emotion", "confidence"]]
    assert rows.to_numpy().tolist() == [
        ["talk", "1.0", "3.0", "anger", "0.80"],
        ["talk", "3.0", "5.0", "joy", "0.80 unsure"],
        ["talk", "7.0", "9.0", "anger", "0.80"],
    ]


def test_ratings_have_a_tier_for_each_dimension_and_one_that_marks_the_unsure():
    def rated(start: float, end: float, value: float, *, unsure: bool) -> WindowEstimate:
        return WindowEstimate(start, end, 1, {"valence": SimpleNamespace(value=value)}, unsure, ())

    windows = (rated(1, 3, 2.345, unsure=False), rated(3, 5, 4, unsure=True))
    lines = rating_grid(RatingTimeline(STATISTICS, ((1.0, 5.0),), windows, None, (1.0, 5.0)))
    texts = [line.strip().removeprefix("text = ") for line in lines if "text = " in line]
    assert texts == ['""', '"2.35"', '"4.00"', '""', '""', '"unsure"', '""']
    assert [line.strip() for line in lines if "name = " in line] == ['name = "valence"', 'name = "unsure"']


def test_a_recording_without_speech_has_tiers_that_are_empty_throughout():
    lines = emotion_grid(Timeline(STATISTICS, (), (), None))
    assert [line.strip() for line in lines if "text = " in line] == ['text = ""'] * 2
