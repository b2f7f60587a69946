"""Times of parts as people write them. Oracle: each table states the parts from 1.0 s to 3.0 s of files of 4 s."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_tasks.corpora.checking.overlaps import overlapping
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.importing.time_columns import read_time, timed
from tests.corpora.importing.conftest import write_table

RATE, LENGTH = 8_000, 4.0
WHO = ("anna", "anna", "bert", "bert")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """A folder of four files of 4 s."""
    generator = np.random.default_rng(14)
    for number in range(4):
        soundfile.write(tmp_path / f"{number}.wav", generator.uniform(-0.1, 0.1, round(LENGTH * RATE)), RATE)
    return tmp_path


def table(root: Path, head: str, *cells: str, **options: str) -> Path:
    """A row of each file; `cells` are all of the same in each, or one text of them for each row."""
    rows = list(cells) if len(cells) == 4 else list(cells) * 4
    lines = [[f"{i}.wav", ("angry", "sad")[i % 2], WHO[i], *rows[i].split("|")] for i in range(4)]
    return write_table(root, lines, head=f"file,emotion,speaker,{head}", **options)


def parts(found) -> list[tuple[str, str]]:
    return list(zip(found.table.start, found.table.end, strict=True))


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        ("start,end", "1|3"),
        ("start,end", "1.0|3.0"),
        ("start,duration", "1.0|2.0"),
        ("onset,duration", "1|2"),
        ("onset,offset", "1|3"),
        ("offset,duration", "1.0|2"),
        ("offset,length", "1|2"),
        ("offset,end", "1|3"),
        ("Start_Time,End_Time", "0:01|0:03"),
        ("StartTime,EndTime", "00:00:01.000|00:00:03.000"),
        ("start,end", "0:01.0|0:03.0"),
        ("start,end", "0 days 00:00:01|0 days 00:00:03.000000"),
        ("start,end", "1 s|3000 ms"),
        ("start_ms,end_ms", "1000|3000"),
        ("startMs,durationMs", "1000|2000"),
        ("Begin Time - msec,Duration - msec", "1000|2000"),
        ("Begin Time - hh:mm:ss.ms,End Time - ss.msec", "00:00:01.000|3.000"),
        ("Begin Time - ss.msec,Begin Time - msec,Duration - hh:mm:ss.ms", "1.0|1000|00:00:02.000"),
        ("Start (m:ss),Ende (m:ss)", "0:01|0:03"),
        ("start,duration_ms", "1|2000"),
        ("start_us,end_us", "1000000|3000000"),
        ("start_sample,end_sample", "8000|24000"),
        ("start_sample,n_samples", "8000.0|16000.0"),
        ("segment_start,segment_length", "1|2"),
        ("xmin,xmax", "1|3"),
        ("Anfang,Dauer", "1|2"),
        ("début,durée", "1|2"),
        ("from,to", "1|3"),
        ("begin,finish", "1|3"),
        ("Anfang,Ende", "1|3"),
        ("EndTimeMs,end_x,start_ms", "3000|x|1000"),
    ],
)
def test_columns_of_times_are_understood_by_their_names(plan, calls, head, cells):
    found = plan(table(calls, head, cells))
    assert (parts(found), found.problems, found.notes) == ([("1.0", "3.0")] * 4, (), ())


def test_decimal_commas_are_numbers(plan, calls):
    found = plan(table(calls, "Start (s);Ende (s)", "1,0|3,0", separator=";"))
    assert parts(found) == [("1.0", "3.0")] * 4
    assert (found.taken["start"].column, found.taken["end"].column) == ("Start (s)", "Ende (s)")


@pytest.mark.parametrize("unit", ["ms", "samples"])
def test_the_unit_of_a_name_that_states_none_is_offered_where_it_fits_and_is_taken_as_given(plan, calls, unit):
    cells = {"ms": "1000|3000", "samples": "8000|24000"}[unit]
    path = table(calls, "start,end", cells)
    (problem,) = plan(path).problems
    assert problem.startswith("4 rows have times that are not inside their file: row 2")
    assert f"of 4.00 s. As {unit} all are inside: add --times {unit}" in problem
    assert parts(plan(path, times=unit)) == [("1.0", "3.0")] * 4


def test_samples_are_those_of_each_file(plan, calls):
    sound, _ = soundfile.read(calls / "3.wav")
    soundfile.write(calls / "3.wav", sound, RATE // 2)
    assert parts(plan(table(calls, "start_sample,end_sample", "8000|24000"))) == [("1.0", "3.0")] * 3 + [("2.0", "6.0")]


def test_columns_of_times_may_be_given(plan, calls):
    path = table(calls, "a1,b1", "1|2")
    assert plan(path).table.start.isna().all()
    assert parts(plan(path, column={"start": "a1", "duration": "b1"})) == [("1.0", "3.0")] * 4


@pytest.mark.parametrize("cell", ["1s5", "0:61", "1:75:00", "soon", "inf", "00:00:01:12", "1,000,5"])
def test_a_time_that_is_not_understood_is_refused_with_its_row_and_the_options(plan, calls, cell):
    path = table(calls, "start;end", "1|3", f"{cell}|3", "1|3", "1|3", separator=";")
    (problem,) = plan(path).problems
    assert problem.startswith(
        f"1 rows have a time that is not understood: row 3. The first is start {cell!r}; expected s"
    )
    for words in ("0:01.5", "--times ms or --times samples", "--column start=none", "--drop segments"):
        assert words in problem
    left = plan(path, drop=("segments",))
    assert (parts(left), left.dropped.total(), left.problems) == ([("1.0", "3.0")] * 3, 1, ())


@pytest.mark.parametrize("cell", ["16.000", "16,000", "8000.5", "0:01"])
def test_samples_are_whole_numbers_without_separators(plan, calls, cell):
    (problem,) = plan(table(calls, "start_sample;end_sample", f"{cell}|24000", separator=";")).problems
    assert f"The first is start {cell!r}; expected whole numbers of samples" in problem


def test_frames_are_not_guessed_to_be_anything(plan, calls):
    path = table(calls, "frame_offset,num_frames", "8000|16000")
    (problem,) = plan(path).problems
    assert "frames are samples to some, 10 ms to others" in problem
    assert parts(plan(path, times="samples")) == [("1.0", "3.0")] * 4


@pytest.mark.parametrize("cells", ["3|1", "1|1", "-1|3", "1|7", "4|5"])
def test_parts_that_end_before_they_begin_or_are_not_in_their_file_are_refused(plan, calls, cells):
    (problem,) = plan(table(calls, "start,end", cells)).problems
    assert problem.startswith("4 rows have times that are not inside their file")
    assert "--column start=none --column end=none" in problem


def test_times_of_the_recording_that_clips_were_cut_from_are_left_out_as_given(plan, calls):
    path = table(calls, "StartTime;EndTime", "00:16:16,059|00:16:21,731", separator=";")
    (problem,) = plan(path).problems
    assert "The first is 976.059 to 981.731 s, of 4.00 s" in problem
    found = plan(path, column={"start": "none", "end": "none"})
    assert (parts(found), found.problems, found.notes) == ([(None, None)] * 4, (), ())


def test_a_part_of_no_length_is_refused(plan, calls):
    (problem,) = plan(table(calls, "onset,duration", "1|0")).problems
    assert "The first is 1 to 1 s, of 4.00 s" in problem


def test_an_end_slightly_behind_the_file_is_cut_to_it(plan, calls):
    assert parts(plan(table(calls, "start,duration", "1|3.04"))) == [("1.0", "4.0")] * 4


def test_a_beginning_without_any_end_is_a_question_that_names_what_could_be_it(plan, calls):
    path = table(calls, "start,reach,note", "1|2|x")
    (problem,) = plan(path).problems
    assert "parts begin by start, and no column is known to hold where they end (reach hold numbers)" in problem
    assert "--column end=none" in problem
    assert parts(plan(path, column={"end": "none"})) == [("1.0", None)] * 4
    assert parts(plan(path, column={"duration": "reach"})) == [("1.0", "3.0")] * 4


def test_an_empty_end_is_the_end_of_the_file_and_is_counted(plan, calls):
    found = plan(table(calls, "onset,duration", "1|2", "1|n/a", "1|2", "n/a|n/a"))
    assert parts(found) == [("1.0", "3.0"), ("1.0", None), ("1.0", "3.0"), (None, None)]
    assert found.notes == ("1 rows have a start and no end: to the end of their file: row 3",)


def test_a_length_without_a_start_is_that_of_the_file_and_held_against_it(plan, calls):
    found = plan(table(calls, "duration", "4.1"))
    assert (parts(found), found.problems, found.notes) == ([(None, None)] * 4, (), ())
    (note,) = plan(table(calls, "duration", "2.0", "4.0", "4.0", "4.0")).notes
    assert note.startswith("duration: 1 rows state another length than their sound has (row 2: 2 s, and 4 s are there)")
    assert "add --column start=COLUMN" in note


def test_the_length_of_the_whole_file_beside_start_and_end_changes_nothing(plan, calls):
    found = plan(table(calls, "start,end,duration", "1|3|4"))
    assert (parts(found), found.notes) == ([("1.0", "3.0")] * 4, ())


@pytest.mark.parametrize("length", ["4.0", "16000"])
def test_a_length_beside_samples_is_in_samples_only_where_it_is_what_lies_between_them(plan, calls, length):
    """Seconds of the whole file, as manifests of SpeechBrain have them; or samples of the part."""
    found = plan(table(calls, "start,stop,duration", f"8000|24000|{length}"), times="samples")
    assert (parts(found), found.notes) == ([("1.0", "3.0")] * 4, ())


@pytest.mark.parametrize("head", ["start,start_ms,end", "begin,start,end"])
def test_two_beginnings_that_differ_are_a_question_and_the_same_twice_are_one(plan, calls, head):
    first, second, _ = head.split(",")
    with pytest.raises(SourceError, match=rf"--column start={first} or --column start={second}"):
        plan(table(calls, head, "1|2|3"))
    assert parts(plan(table(calls, head, "1|1000|3" if "ms" in head else "1|1.0|3"))) == [("1.0", "3.0")] * 4


def test_two_lengths_that_differ_are_a_question_where_the_end_hangs_on_them(plan, calls):
    with pytest.raises(SourceError, match="--column duration=length or --column duration=duration"):
        plan(table(calls, "start,length,duration", "1|2|4"))
    assert parts(plan(table(calls, "start,end,length,duration", "1|3|2|4"))) == [("1.0", "3.0")] * 4


def test_an_offset_that_could_be_either_end_is_a_question(plan, calls):
    path = table(calls, "start,offset", "1|3")
    with pytest.raises(SourceError, match="add --column end=offset; or that it does neither: add --column end=none"):
        plan(path)
    assert parts(plan(path, column={"end": "offset"})) == [("1.0", "3.0")] * 4


@pytest.mark.parametrize(
    "column",
    ["text length", "n", "sentence", "friend", "audio_duration", "start2", "emotion at start", "length_m"],
)
def test_other_columns_are_no_times(column):
    assert timed(column) is None


def test_columns_of_other_names_that_would_be_times_are_remarked_on(plan, calls):
    (note,) = plan(table(calls, "t1,t2", "0.5|2")).notes
    assert note == "t1 and t2 are not used, and could be times of parts: add --column start=t1 --column end=t2"
    assert plan(table(calls, "take,rating", "1|2")).notes == ()


def test_parts_that_overlap_and_have_other_labels_are_counted(plan, calls):
    lines = [["0.wav", "angry", "anna", "0", "2"], ["0.wav", "sad", "anna", "1.5", "3"]]
    lines += [
        ["1.wav", "sad", "anna", "0", "2"],
        ["1.wav", "angry", "anna", "2", "3"],
        ["2.wav", "sad", "bert", "0", "1"],
    ]
    found = plan(write_table(calls, lines, head="file,emotion,speaker,start,end"))
    assert found.problems == ()
    assert found.notes == (
        "2 rows overlap a part of the same file that has another label: row 2, row 3. The audio that they share is "
        "trained as both",
    )


def test_overlaps_are_those_that_comparing_every_pair_finds():
    generator = np.random.default_rng(14)
    starts, labels = generator.uniform(0, 30, 60), generator.choice(["angry", "anger", "sad", "x y"], 60)
    ends = [None if i % 17 == 0 else float(start + length) for i, (start, length) in
            enumerate(zip(starts, 0.05 + generator.exponential(0.7, 60), strict=True))]  # fmt: skip
    made = [(i % 3, float(starts[i]) if i % 13 else None, ends[i], str(labels[i])) for i in range(60)]
    classes = {"angry": "a", "anger": "a"}

    def clash(one, other):
        latest = max(one[1] or 0.0, other[1] or 0.0)
        first = min(np.inf if part[2] is None else part[2] for part in (one, other))
        differ = classes.get(one[3], one[3]) != classes.get(other[3], other[3])
        return one[0] == other[0] and differ and first - latest > 0.01

    expected = [any(clash(one, other) for other in made) for one in made]
    assert overlapping(made) == expected
    assert 0 < sum(expected) < 60


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        ("1.5", "s", 1.5), ("1,5", "s", 1.5), (".5", "s", 0.5), ("1e-3", "s", 0.001), ("90", "ms", 0.09),
        ("2", "min", 120.0),
        ("1:30", "ms", 90.0), ("61:00", "s", 3660.0), ("1:01:01,5", "s", 3661.5), ("1 days 00:00:01", "s", 86_401.0),
        ("250ms", "s", 0.25), ("8000", "samples", 1.0), ("8000.0", "samples", 1.0),
        ("8000.00", "samples", None), ("1:1:1:1", "s", None), ("1:60", "s", None), ("1h", "s", None), ("", "s", None),
    ],
)  # fmt: skip
def test_a_cell_in_seconds(cell, unit, seconds):
    assert read_time(cell, unit, rate=RATE) == seconds


def test_a_timedelta_of_parquet_is_a_time(plan, calls):
    frame = pd.read_csv(table(calls, "start,end", "1|3"))
    frame["start"], frame["end"] = (pd.to_timedelta(frame[name], unit="s") for name in ("start", "end"))
    frame.to_parquet(calls / "labels.parquet")
    assert parts(plan(calls / "labels.parquet")) == [("1.0", "3.0")] * 4
