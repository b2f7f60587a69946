"""Tables on terminals of every width: real rows, whole lines."""

from pathlib import Path

import pytest
from rich.console import Console

from pipelines.display.corpora import MOST_SPEAKERS, counts_table
from pipelines.display.tables import OF_RESULTS, show_rows
from ser_tasks.corpora.checking.doctor import Report
from ser_tasks.evaluation.result import read_results, results_table

ROWS = results_table(read_results(Path(__file__).parents[2] / "results"))


@pytest.mark.parametrize("columns", range(80, 150))
def test_the_results_fit_and_name_what_was_left_out(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    show_rows(ROWS, title="Results", dispensable=OF_RESULTS)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns, "with its frame"
    text = "\n".join(lines)
    for row in ROWS:
        beginnings = [place for place, line in enumerate(lines) if row["UAR [95 %]"] in line]
        assert any(row["model"] in _whole(lines, place) for place in beginnings), "no figure and no name is cut"
    assert ("Left out, for want of width: fold mean ± sd" in text) == ("fold mean" not in lines[3]), (
        "and nothing silently"
    )


def test_of_many_speakers_the_least_the_median_and_the_most_utterances_are_shown(capsys):
    def lines(speakers):
        counts = {(f"s{number:03}", "anger"): 1 + number for number in range(speakers)} | {("all", "joy"): 4}
        Console(width=80).print(counts_table(Report("mine", Path(), 1, counts, ())))
        return [line.split() for line in capsys.readouterr().out.splitlines()]

    every = lines(MOST_SPEAKERS - 1)
    assert len(every) == 1 + MOST_SPEAKERS + 1
    assert ["all", "0", "4", "4"] in every, "a speaker of that name is not the sum"
    few = lines(MOST_SPEAKERS)
    assert few == [
        ["speaker", "anger", "joy", "all"],
        ["least", "of", "61", "0", "0", "1"],
        ["median", "of", "61", "30", "0", "30"],  # anger: 0 and 1 to 60; all: 1 to 4, 4, 5 to 60
        ["most", "of", "61", "60", "4", "60"],
        ["all", "1830", "4", "1834"],
    ]


def _whole(lines, place):
    """The words of a row; one that breaks off behind an underscore goes on in the next line, and in that after it."""

    def goes_on(word, below):
        return goes_on(word + lines[below].strip(), below + 1) if word.endswith("_") else word

    return [goes_on(word, place + 1) for word in lines[place].split()]


def test_a_table_that_has_nothing_to_spare_is_shown_whole(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    show_rows([{"one": "x" * 15, "two": "y" * 15}], title="")
    assert any("x" * 15 in line and "y" * 15 in line for line in capsys.readouterr().out.splitlines())


def test_a_file_has_room_for_every_table_however_wide(monkeypatch, capsys):
    monkeypatch.delenv("COLUMNS", raising=False)
    rows = [{"model": "m" * 60, "fold mean ± sd": "x" * 80, "UAR": "y" * 70}]
    show_rows(rows, title="", dispensable=OF_RESULTS)
    shown = capsys.readouterr().out
    assert "x" * 80 in shown
    assert "y" * 70 in shown
    assert "…" not in shown
