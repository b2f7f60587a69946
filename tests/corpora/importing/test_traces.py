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
        lines = [f"{time:g},{value:g},{int(time)}" for time, value in steps(0.2, 0.2, 0.6, 0.6)]
        lines[20:35] = [f"{line.split(',')[0]},,9" for line in lines[20:35]]
        (recordings / f"t/valence/{name}.csv").write_text("\n".join(["time,value,segment_id", *lines]))
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    assert ratings(found, "anna", "valence") == [0.2]
    assert "rater" not in found.taken
    assert found.dropped == {"are windows without values for half of their 2 s": 3}


def test_columns_called_as_dimensions_or_named_for_them_are_read(plan, recordings):
    for name in NAMES:
        rows = [(time, value, -value, 7) for time, value in steps(0.5, 0.5, -0.5, -0.5)]
        trace(recordings / f"named/{name}.csv", "Time (s),arousal,valence,segment_id", rows)
        trace(recordings / f"codes/{name}.csv", "Time (s),a,b,segment_id", rows)
    audio = str(recordings / "wav")
    found = plan(recordings / "named", audio=audio, **HOW)
    assert (ratings(found, "carl", "activation"), ratings(found, "carl", "valence")) == ([0.5, -0.5], [-0.5, 0.5])
    assert "columns of the traces are not read: segment_id" in found.notes
    with pytest.raises(SourceError, match=r"no column is called as a dimension; there are a, b, segment_id.*valence=a"):
        plan(recordings / "codes", audio=audio, **HOW)
    found = plan(recordings / "codes", audio=audio, column={"valence": "b", "activation": "a"}, **HOW)
    assert not found.problems
    assert (ratings(found, "carl", "activation"), ratings(found, "carl", "valence")) == ([0.5, -0.5], [-0.5, 0.5])
    both = plan(recordings / "codes", audio=audio, column={"valence": "a,b"}, **HOW)
    assert ratings(both, "carl", "valence") == [0, 0], "two raters of opposite views"
    with pytest.raises(SourceError, match=r"no column 'c'; there are a, b, segment_id"):
        plan(recordings / "codes", audio=audio, column={"valence": "c"}, **HOW)


def test_a_value_holds_until_the_next_where_a_tool_writes_only_changes(plan, recordings):
    changes = [(0, 0.0), (0.5, 0.4), (2.0, 1.0), (2.2, -1), (2.3, 0), (2.35, 0.5), (4.4, -0.5), (5.9, 0)]
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "seconds,valence", changes)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW)
    by_hand = [1.5 * 0.4 / 2, (0.2 - 0.1 + 1.65 * 0.5) / 2]
    assert ratings(found, "anna", "valence")[:2] == pytest.approx(by_hand, abs=1e-4)


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
    assert ratings(found, "bert", "valence") == [0.15, 0.35]


@pytest.mark.parametrize(
    ("head", "options"),
    [("time_ms,valence", {}), ("time_ms,valence", {"times": "s"}), ("timestamp,valence", {"times": "ms"})],
)
def test_times_have_the_unit_of_their_name_or_the_one_given(plan, recordings, head, options):
    for name in NAMES:
        rows = [(1000 * time, value) for time, value in steps(0.2, 0.2, 0.4, 0.4)]
        trace(recordings / f"t/{name}.csv", head, rows)
    found = plan(recordings / "t", audio=str(recordings / "wav"), **HOW, **options)
    assert not found.problems
    assert ratings(found, "bert", "valence") == [0.2, 0.4]


def test_a_table_without_names_begins_with_a_value(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/valence/{name}.txt", "0.0,0.2", steps(0.2, 0.2, 0.4, 0.4)[1:])
    assert ratings(plan(recordings / "t", audio=str(recordings / "wav"), **HOW), "bert", "valence") == [0.2, 0.4]


def test_the_length_of_an_utterance_is_asked_for(plan, recordings):
    trace(recordings / "t/anna.csv", "time,valence", steps(0, 0, 0))
    with pytest.raises(SourceError, match=r"1 tables of values over time, the first is anna\.csv with 30.*--windows 3"):
        plan(recordings / "t", audio=str(recordings / "wav"))
    with pytest.raises(SourceError, match=r"no window of 9 s has values.*--times ms"):
        plan(recordings / "t", audio=str(recordings / "wav"), windows=9)
    with pytest.raises(SourceError, match=r"--windows, --delay: .*has no traces of ratings over time"):
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
    with pytest.raises(
        SourceError, match=r"1 tables of rising times and numbers, and others: bert\.csv\. Take these out"
    ):
        plan(recordings / "t", audio=str(recordings / "wav"), windows=1)


def test_a_pattern_that_fits_no_name_is_refused(plan, recordings):
    for name in NAMES:
        trace(recordings / f"t/{name}.csv", "time,valence", steps(0, 0, 0, 0))
    with pytest.raises(SourceError, match=r"--pattern \{speaker\}_\{_\}: no name is like it; the first is anna\."):
        plan(recordings / "t", audio=str(recordings / "wav"), **(HOW | {"pattern": "{speaker}_{_}"}))
