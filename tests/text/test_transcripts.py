"""Transcripts of a corpus: an utterance comes with the turns before it, whatever their emotion."""

import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.text.transcripts import Turn, read_transcripts


@pytest.fixture
def table(tmp_path):
    rows = [
        ("a2", "I said no!", "B", "talk", 1),
        ("a1", "Are you coming?", "A", "talk", 0),
        ("b1", "Hello.", "A", "other", 0),
        ("c1", "Alone.", "C", None, None),
        ("d1", None, "C", None, None),
    ]
    file = tmp_path / "utterances.parquet"
    pd.DataFrame(rows, columns=["utterance_id", "transcript", "speaker", "group", "turn"]).to_parquet(file)
    return file


def test_turns_before_an_utterance_come_with_it_in_their_order_and_are_never_those_after_it(table):
    first, second, other = read_transcripts(table, ["a1", "a2", "b1"])
    assert first == (Turn("Are you coming?", "A"),)
    assert second == (Turn("Are you coming?", "A"), Turn("I said no!", "B"))
    assert other == (Turn("Hello.", "A"),)


def test_an_utterance_without_a_dialogue_stands_alone(table):
    assert read_transcripts(table, ["c1"]) == ((Turn("Alone.", "C"),),)


def test_an_utterance_that_is_requested_must_have_words_and_others_need_not(table):
    with pytest.raises(UserError, match=r"1 of .* utterances have no transcript, the first is d1"):
        read_transcripts(table, ["c1", "d1"])
