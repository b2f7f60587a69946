"""A call has a speaker on each side: which channel a row speaks of is imported with it."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_tasks.corpora.importing.columns import sides_of
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.plan import plan_import

RNG = np.random.default_rng(0)


@pytest.fixture
def calls(tmp_path):
    for number in range(4):
        soundfile.write(tmp_path / f"{number}.wav", RNG.normal(0, 0.1, (16_000, 2)), 16_000)
    return tmp_path


def planned(folder, sides, **given):
    """Two rows for each call, the agent's and the caller's."""
    rows = [(f"{n}.wav", side, who, emotion) for n in range(4) for side, who, emotion in sides]
    table = pd.DataFrame(rows, columns=["file", "channel", "speaker", "emotion"])
    table.to_csv(folder / "calls.csv", index=False)
    return plan_import("calls", ImportOptions(path=str(folder / "calls.csv"), **given))


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        (("left", "right"), ["left", "right"]),
        (("A", "B"), ["left", "right"]),
        ((1, 2), ["1", "2"]),
        ((0, 1), ["1", "2"]),
        ((1.0, 2.0), ["1", "2"]),  # as a column of numbers with gaps is written
        (("ch1", "ch2"), ["1", "2"]),
        (("Channel_1", "Channel_2"), ["1", "2"]),
        (("Left channel", "Right channel"), ["left", "right"]),
    ],
)
def test_each_row_has_its_side_however_the_table_spells_it(calls, sides, expected):
    plan = planned(calls, [(sides[0], "agent", "angry"), (sides[1], "caller", "sad")])
    assert not plan.problems
    assert plan.table.channel.tolist() == expected * 4
    assert plan.table.utterance_id.tolist()[:2] == [f"0_{side}" for side in expected]
    assert any("counted from 0" in note for note in plan.notes) == (0 in sides)
    assert not any("overlap" in note for note in plan.notes)  # of one file, with other labels, and not the same sound


def test_both_sides_and_no_side_are_the_mix():
    sides, notes, problems = sides_of(pd.Series(["left", "both", "Mix", None]))
    assert (sides.tolist(), notes, problems) == (["left", None, None, None], [], [])


def test_a_column_of_how_many_channels_there_are_is_no_side(calls):
    plan = planned(calls, [(2, "agent", "angry")])
    assert "channel" not in plan.taken
    assert "channel" not in plan.table


def test_a_side_that_is_not_understood_or_not_there_is_a_refusal(calls):
    (problem,) = planned(calls, [("left", "agent", "angry"), ("top", "caller", "sad")]).problems
    assert problem.startswith("1 values of the channel are not understood: top. Expected left, right, A, B, mix")
    (problem,) = planned(calls, [(1, "agent", "angry"), (3, "caller", "sad")]).problems
    assert problem.startswith("4 rows name a channel that their file does not have")
    assert "--drop segments" in problem


def test_what_is_too_short_for_a_prediction_is_left_out_and_counted(calls):
    soundfile.write(calls / "2.wav", RNG.normal(0, 0.1, 1_500), 16_000)
    plan = planned(calls, [("", "agent", "angry")])
    assert plan.dropped["last less than 0.1 s"] == 1
    assert len(plan.table) == 3


def test_where_no_row_is_left_that_is_the_problem(calls):
    for number in range(4):
        soundfile.write(calls / f"{number}.wav", RNG.normal(0, 0.1, 1_500), 16_000)
    plan = planned(calls, [("", "agent", "angry"), ("", "caller", "sad")])
    assert plan.dropped["last less than 0.1 s"] == 8
    assert any(problem.startswith("no row is left: see what was left out") for problem in plan.problems)
