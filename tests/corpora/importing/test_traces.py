"""Traces of ratings over time: windows with the mean of what was drawn, by each rater, worked by hand."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

NAMES = ("anna", "bert", "carl")
HOW = {"windows": 2.0, "scale": "-1:1", "pattern": "{speaker}", "kind": "natural"}


def trace(file: Path, head: str, rows: Sequence[Sequence[float]], *, separator: str = ",") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [head.replace(",", separator), *(separator.join(f"{value:g}" for value in row) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def steps(*levels: float, each: float = 1.0, rate: float = 0.1) -> list[tuple[float, float]]:
    """A level for each second, drawn ten times in it."""
    times = np.arange(0, len(levels) * each - 1e-9, rate)
    return [(float(time), levels[int(time / each + 1e-9)]) for time in times]


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Three of six seconds."""
    for name in NAMES:
        write(tmp_path, f"wav/{name}.wav", seconds=6.0)
    return tmp_path


def ratings(found, name: str, role: str) -> list[float]:
    """On the scale of the trace, in the order of the windows."""
    own = found.table[found.table.path.str.contains(name)]
    return [round((float(value) - 1) / 2 - 1, 4) for value in own[role]]


def test_a_rating_is_the_mean_over_its_window_and_the_folder_states_the_dimension(plan, recordings):
    for name in NAMES:
        trace(recordings / f"traces/arousal/{name}.csv", "time,value", steps(0.2, 0.4, -0.6, -0.6, 0, 1))
        trace(recordings / f"traces/valence/{name}.csv", "time,value", steps(0, 0, 0, 0.5, 1, 1))
    found = plan(recordings / "traces", audio=str(recordings / "wav"), **HOW)
    assert not found.problems
    assert ratings(found, "bert", "activation") == [0.3, -0.6, 0.5]
    assert ratings(found, "bert", "valence") == [0, 0.25, 1]
    own = found.table[found.table.path.str.contains("bert")]
    assert [(float(start), float(end)) for start, end in zip(own.start, own.end, strict=True)] == [
        (0, 2),
        (2, 4),
        (4, 6),
    ]
    assert found.chosen.section == {"kind": "loso"}
    assert "rater" not in found.taken
    assert found.taken["valence"].why == "a trace has it"


def test_columns_of_a_folder_of_one_dimension_are_raters_who_count_alike(plan, recordings):
    for name in NAMES:
        rows = [(time, value, value + 0.2) for time, value in steps(0, 0, 0.4, 0.4)]
        trace(recordings / f"t/valence/{name}.csv", "time,FM1,FM2", rows, separator=";")
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert not found.problems
    assert ratings(found, "anna", "valence") == [0.1, 0.5]
    assert set(found.first.rater) == {"FM1", "FM2"}


def test_numbers_of_pieces_are_no_rater_and_empty_cells_no_rating(plan, recordings):
    """Where a cell is empty, what was drawn last does not go on."""
    for name in NAMES:
        (recordings / f"t/valence/{name}.csv").parent.mkdir(parents=True, exist_ok=True)
        lines = [f"7,{time:g},{value:g},{int(time)},," for time, value in steps(0.2, 0.2, 0.6, 0.6)]
        lines[20:35] = [f"7,{line.split(',')[1]},,9,," for line in lines[20:35]]
        (recordings / f"t/valence/{name}.csv").write_text("\n".join([",time,value,segment_id,more,note", *lines]))
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [0.2]
    assert "rater" not in found.taken
    assert found.dropped == {"are windows without values for half of their 2 s": 6}


def test_columns_called_as_dimensions_or_named_for_them_are_read(plan, recordings):
    for name in NAMES:
        rows = [(time, value, -value, 7) for time, value in steps(0.5, 0.5, -0.5, -0.5)]
        trace(recordings / f"named/{name}.csv", "Time (s),arousal,valence,segment_id", rows)
        trace(recordings / f"codes/{name}.csv", "Time (s),a,b,segment_id", rows)
    audio = str(recordings / "wav")
    found = plan(recordings / "named", audio=audio, **HOW)
    assert (ratings(found, "carl", "activation"), ratings(found, "carl", "valence")) == ([0.5, -0.5], [-0.5, 0.5])
    assert ratings(plan(recordings / "named", audio=audio, column={"valence": "none"}, **HOW), "carl", "activation")
    assert "valence" not in plan(recordings / "named", audio=audio, column={"valence": "none"}, **HOW).taken
    assert "columns of the traces are not read: segment_id" in found.notes
    with pytest.raises(SourceError, match=r"no column is called as a dimension; there are a, b, segment_id.*valence=a"):
        plan(recordings / "codes", audio=audio, **HOW)
    found = plan(recordings / "codes", audio=audio, column={"valence": "b", "activation": "a"}, **HOW)
    assert not found.problems
    assert (ratings(found, "carl", "activation"), ratings(found, "carl", "valence")) == ([0.5, -0.5], [-0.5, 0.5])
    both = plan(recordings / "codes", audio=audio, column={"valence": "a,b"}, **HOW)
    assert ratings(both, "carl", "valence") == [0, 0], "two raters of opposite views"
    with pytest.raises(SourceError, match=r"no column 'c' of numbers; there are a, b, segment_id"):
        plan(recordings / "codes", audio=audio, column={"valence": "c"}, **HOW)


def test_a_value_holds_until_the_next_where_a_tool_writes_only_changes(plan, recordings):
    changes = [(0, 0.0), (0.5, 0.4), (2.0, 1.0), (2.2, -1), (2.3, 0), (2.35, 0.5), (4.4, -0.5), (5.9, 0)]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "seconds,valence", changes)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    by_hand = [1.5 * 0.4 / 2, (0.2 - 0.1 + 1.65 * 0.5) / 2]
    assert ratings(found, "anna", "valence") == pytest.approx([*by_hand, (0.4 * 0.5 - 1.5 * 0.5) / 2], abs=1e-4)
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "seconds,valence", [(0.5, 0.2), (1, -1)])
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [-0.6, -1, -1], "to the end of the recording"


def test_a_recording_that_one_dimension_lacks_is_counted(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/arousal/{name}.csv", "time,value", steps(0, 0, 0, 0, 0, 0))
    trace(recordings / "t/valence/anna.csv", "time,value", steps(0, 0, 0, 0, 0, 0))
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert any(note.startswith("6 utterances are not rated in all of valence, activation") for note in found.notes)
    (recordings / "t/valence/anna.csv").unlink()
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert not any("not rated in all" in note for note in found.notes)


def test_an_empty_cell_ends_a_value(plan, recordings):
    for name in NAMES:
        (recordings / "t").mkdir(exist_ok=True)
        (recordings / f"t/{name}.csv").write_text("seconds,valence\n0,0.4\n1.5,n/a\n3.9,-1\n5,\n")
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [0.4, -1], "the second window has a value for 0.1 s"


def test_rows_of_an_uneven_rate_are_a_rate_all_the_same(plan, recordings):
    rng = np.random.default_rng(0)
    times = np.arange(0, 6, 0.1) + rng.uniform(-0.03, 0.03, 60)
    rows = [(max(time, 0), 0.5) for time in times if not 1.5 < time < 3.8]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", rows)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [0.5, 0.5]
    assert found.dropped == {"are windows without values for half of their 2 s": 3}


def test_the_last_window_of_a_recording_is_one_where_half_of_it_is_rated(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", steps(0.2, 0.2, 0.2, 0.2, 0.2, 0.4)[:-2])
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert len(ratings(found, "anna", "valence")) == 3
    assert not found.dropped
    whole = plan(recordings / "t", audio=str(recordings / "wav"), **HOW | {"windows": 6.0})
    assert len(ratings(whole, "anna", "valence")) == 1


def test_a_gap_between_values_of_one_rate_is_no_rating_and_counted(plan, recordings):
    rows = [(time, value) for time, value in steps(0.2, 0.2, 0.2, 0.9, 0.9, 0.6) if not 1.4 < time < 3.45]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", rows)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [0.2, 0.75], "the second window has values for 0.5 of 2 s"
    assert found.dropped == {"are windows without values for half of their 2 s": 3}


def test_raters_react_late_so_the_trace_is_read_later(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", steps(0, 0.1, 0.2, 0.3, 0.4, 0.5))
    found = plan(recordings / "t", audio=str(recordings / "wav"), delay=1.0, **HOW)
    assert ratings(found, "bert", "valence") == [0.15, 0.35, 0.5]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", [(2, 0.1), (4, 0.2), (6, 0.3)])
    found = plan(recordings / "t", audio=str(recordings / "wav"), delay=2.0, **HOW)
    assert ratings(found, "bert", "valence") == [0.1, 0.2, 0.3], "where a value stands at the end of what it rates"


@pytest.mark.parametrize(
    ("head", "options"),
    [("time_ms,valence", {}), ("timestamp,valence", {"times": "ms"})],
)
def test_times_have_the_unit_of_their_name_or_the_one_given(plan, recordings, head, options):
    for name in NAMES:
        rows = [(1000 * time, value) for time, value in steps(0.2, 0.2, 0.4, 0.4)]
        trace(recordings / f"t/{name}.csv", head, rows)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW, **options)
    assert not found.problems
    assert ratings(found, "bert", "valence")[:2] == [0.2, 0.4]


def test_times_far_behind_the_end_of_the_sound_are_of_another_unit(plan, recordings):
    rows = [(1000 * time, value) for time, value in steps(0.2, 0.2, 0.4, 0.4)]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "timestamp,valence", rows)
        trace(recordings / f"s/{name}.csv", "Time (s),valence", rows)
    with pytest.raises(
        SourceError, match=r"its times reach 3900 s, and the recording 6 s\. Are they in ms\? Add --times ms"
    ):
        plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    with pytest.raises(SourceError, match=r"--times samples: traces have no sampling rate"):
        plan(recordings / "t", audio=str(recordings / "wav"), times="samples", **HOW)
    with pytest.raises(SourceError, match=r"--times ms: the column 'Time \(s\)' states s\. Leave"):
        plan(recordings / "s", audio=str(recordings / "wav"), times="ms", **HOW)


@pytest.mark.parametrize(("between", "point"), [(",", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", ".")])
@pytest.mark.parametrize("head", ["", "0{}1\n"])
def test_a_table_without_names_begins_with_a_value_or_with_numbers_as_pandas_writes_them(
    plan, recordings, between, point, head
):
    lines = [
        f"{time:.1f};{value}".replace(".", point).replace(";", between) for time, value in steps(0.2, 0.2, 0.4, 0.4)[1:]
    ]
    for name in NAMES:
        file = recordings / f"t/valence/{name}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(head.format(between) + "\n".join(lines))
    assert ratings(plan(recordings / "t", audio=str(recordings / "wav"), **HOW), "bert", "valence")[:2] == [0.2, 0.4]


def test_the_length_of_an_utterance_is_asked_for(plan, recordings):
    trace(recordings / "t/anna.csv", "time,valence", steps(0, 0, 0))
    with pytest.raises(SourceError, match=r"1 tables of values over time, the first is anna\.csv\..*--windows 3"):
        plan(recordings / "t", audio=str(recordings / "wav"))
    with pytest.raises(SourceError, match=r"no window of 9 s, read 1 s later, has values.*another delay.*--times ms"):
        plan(recordings / "t", audio=str(recordings / "wav"), windows=9, delay=1)
    with pytest.raises(SourceError, match=r"no tables in it, nor in folders called valence.*--windows is for traces"):
        plan(recordings / "wav", windows=3, pattern="{emotion}")
    with pytest.raises(SourceError, match=r"--windows, --delay: .*has no traces of ratings over time"):
        plan(recordings / "wav", delay=1, pattern="{emotion}")


def test_other_tables_are_no_traces(plan, recordings):
    table = "file,time,emotion,speaker\n" + "".join(f"wav/{name}.wav,1,angry,{name}\n" for name in NAMES)
    (recordings / "labels.csv").write_text(table)
    assert plan(recordings).format.startswith("table with a comma")


@pytest.mark.parametrize(
    "spoilt", ["time,valence\n0,1\n" + "9,1\n8,1\n" * 9, "time,valence\n" + "0,high\n" * 9, "file,valence\na.wav,1\n"]
)
def test_one_table_of_another_kind_among_them_and_the_folder_holds_no_traces_or_it_is_named(plan, recordings, spoilt):
    trace(recordings / "t/anna.csv", "time,valence", steps(0, 0, 0))
    (recordings / "t/bert.csv").write_text(spoilt)
    with pytest.raises(SourceError, match=r"^(?!.*--windows)"):
        plan(recordings / "t", audio=str(recordings / "wav"))
    with pytest.raises(SourceError, match=r"bert\.csv: (row 4: its time is before|no column of (numbers|times))"):
        plan(recordings / "t", audio=str(recordings / "wav"), windows=1)


def test_a_pattern_that_fits_no_name_is_refused(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", steps(0, 0, 0, 0))
    with pytest.raises(SourceError, match=r"--pattern \{speaker\}_\{_\}: no name is like it; the first is .*anna\.wav"):
        plan(recordings / "t", audio=str(recordings / "wav"), **(HOW | {"pattern": "{speaker}_{_}"}))


def test_numbers_beside_those_of_raters_are_no_raters_and_raters_can_be_named(plan, recordings):
    for name in NAMES:
        rows = [(time, 10 * time, value, value + 0.4, 7, 9) for time, value in steps(0, 0, 0.2, 0.2, 0.2, 0.2)]
        trace(recordings / f"t/valence/{name}.csv", "time,timestamp,r1,r2,mean,FrameIndex", rows)
        trace(recordings / f"t/liking/{name}.csv", "time,r1", [row[:2] for row in rows])
    audio = str(recordings / "wav")
    found = plan(recordings / "t", audio=audio, **HOW)
    assert ratings(found, "carl", "valence") == [0.2, 0.4, 0.4]
    assert {"2 raters: r1, r2", "columns of the traces are not read: FrameIndex, mean, timestamp"} <= {*found.notes}
    assert "not read beside the folders of dimensions: liking" in found.notes
    alone = plan(recordings / "t", audio=audio, column={"valence": "r2"}, **HOW)
    assert ratings(alone, "carl", "valence") == [0.4, 0.6, 0.6]
    with pytest.raises(SourceError, match="no window"):
        plan(recordings / "t", audio=audio, column={"valence": "none"}, **HOW)


def test_two_tables_of_one_recording_and_two_columns_of_one_dimension_are_questions(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,arousal,activation", [(0, 1, 2), (1, 1, 2)])
    with pytest.raises(SourceError, match=r"arousal, activation are columns of one dimension.*activation=arousal"):
        plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    trace(recordings / "t/anna.txt", "time,arousal", [(0, 1), (1, 1)])
    with pytest.raises(SourceError, match=r"anna\.csv, anna\.txt are tables of one recording"):
        plan(recordings / "t", audio=str(recordings / "wav"), **HOW)


def test_contours_of_something_else_beside_sounds_with_labels_in_their_names_are_not_in_the_way(plan, sounds):
    for file in (sounds / "wav").glob("*.wav"):
        trace(file.with_suffix(".csv"), "time,F0", [(0.01 * place, 200) for place in range(20)])
    found = plan(sounds / "wav", pattern="{speaker}_{emotion}_{_}")
    assert not found.problems
    assert len(found.table) == 12


def test_a_recording_stays_together_and_its_name_may_hold_a_dot(plan, tmp_path):
    for name in ("rec.01", "rec.02", "rec.03"):
        write(tmp_path, f"wav/{name}.wav", seconds=4.0)
        trace(tmp_path / f"t/{name}.csv", "time,valence", steps(0, 0.2, 0.4, 0.4))
    found = plan(tmp_path / "t", audio=str(tmp_path / "wav"), **HOW)
    assert set(found.table.speaker) == set(found.table.group) == {"rec.01", "rec.02", "rec.03"}


def test_a_column_of_the_mean_alone_is_read_and_so_is_another_encoding(plan, recordings):
    for name in NAMES:
        file = recordings / f"t/valence/{name}.csv"
        trace(file, "Zeit,mean", steps(0, 0.2, 0.4, 0.4))
        file.write_text(file.read_text(), encoding="utf-16")
    found = plan(recordings / "t", audio=str(recordings / "wav"), encoding="utf-16", **HOW)
    assert ratings(found, "carl", "valence")[:2] == [0.1, 0.4]


def test_without_windows_a_few_rows_are_no_trace(plan, recordings):
    trace(recordings / "t/anna.csv", "time,valence", steps(0, 0, 0)[:7])
    with pytest.raises(SourceError, match=r"^(?!.*--windows)"):
        plan(recordings / "t", audio=str(recordings / "wav"))


@pytest.mark.parametrize(
    ("row", "message"), [(",0.5", r"row 12: nothing is no time"), ("soon,0.5", r"row 12: soon is no time"), (",", None)]
)
def test_a_value_without_a_time_is_refused_and_an_empty_row_is_none(plan, recordings, row, message):
    for name in NAMES:
        file = recordings / f"t/{name}.csv"
        trace(file, "time,valence", steps(0.2, 0.2, 0.4, 0.4)[:10])
        file.write_text(f"{file.read_text()}{row}\n4,0.4\n")
    if message is None:
        assert ratings(plan(recordings / "t", audio=str(recordings / "wav"), **HOW), "anna", "valence") == [0.2]
        return
    with pytest.raises(SourceError, match=rf"anna\.csv: {message}\. Correct it"):
        plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
