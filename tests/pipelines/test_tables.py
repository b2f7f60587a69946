"""Tables on terminals of every width: real rows, whole lines."""

from pathlib import Path

import pytest

from pipelines.display.tables import OF_RESULTS, show_rows
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


def _whole(lines, place):
    """The words of a row; one that breaks off behind an underscore goes on in the next line."""
    return [word + lines[place + 1].strip() if word.endswith("_") else word for word in lines[place].split()]


def test_a_table_that_has_nothing_to_spare_is_shown_whole(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    show_rows([{"one": "x" * 15, "two": "y" * 15}], title="")
    assert any("x" * 15 in line and "y" * 15 in line for line in capsys.readouterr().out.splitlines())
