"""Wrong by most models first, then the most confident."""

import pandas as pd
import pytest

from ser_tasks.evaluation.comparison.confused import most_confused

CLASSES = ("anger", "joy")


def table(anger: dict[str, float]) -> pd.DataFrame:
    rows = [{"utterance_id": name, "fold": "f", "truth": "joy", "anger": p, "joy": 1 - p} for name, p in anger.items()]
    return pd.DataFrame(rows)


FIRST = table({"all": 0.7, "sure": 0.99, "one": 0.6, "right": 0.1})
SECOND = table({"right": 0.2, "one": 0.3, "sure": 0.9, "all": 0.8})
THIRD = table({"all": 0.9, "sure": 0.4, "one": 0.2, "right": 0.3})


def test_order_and_figures():
    first, second = most_confused({"a": FIRST, "b": SECOND, "c": THIRD}, CLASSES, top=5)
    assert (first.utterance_id, first.wrong, first.confidence) == ("all", 3, pytest.approx(0.8))
    assert (second.utterance_id, second.wrong, second.confidence) == ("sure", 2, pytest.approx(0.945))
    assert second.answers["c"] == ("joy", pytest.approx(0.6))


def test_no_more_than_asked_for_and_none_where_all_are_right():
    assert len(most_confused({"a": FIRST, "b": SECOND}, CLASSES, top=1)) == 1
    assert most_confused({"a": FIRST.assign(anger=0.1, joy=0.9)}, CLASSES, top=5) == []
    assert most_confused({}, CLASSES, top=5) == []
