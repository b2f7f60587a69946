"""A dialogue up to each of its turns."""

import pytest

from ser_tasks.errors import UserError
from ser_tasks.text.transcripts import Turn, dialogues


def test_each_utterance_comes_with_the_turns_before_it_in_its_dialogue_and_none_later():
    found = dialogues(
        ["second", "alone", "first", "third"],
        ["B", "C", "A", "A"],
        groups=["d", "e", "d", "d"],
        starts=[1.0, 0.0, 0.5, 2.0],
        utterance_ids=["u2", "v", "u1", "u3"],
    )
    first, second, third = Turn("first", "A"), Turn("second", "B"), Turn("third", "A")
    assert found == ((first, second), (Turn("alone", "C"),), (first,), (first, second, third))


def test_utterances_without_a_dialogue_stand_alone():
    found = dialogues(["a", "b"], ["S", "S"], groups=[None, None], starts=[0, 1], utterance_ids=["u", "v"])
    assert [len(dialogue) for dialogue in found] == [1, 1]


def test_a_missing_transcript_is_refused_by_name_and_an_empty_one_is_not():
    given = {"groups": ["d", "d"], "starts": [0, 1], "utterance_ids": ["u1", "u2"]}
    assert dialogues(["", "b"], ["A", "B"], **given)[0][-1].text == ""
    with pytest.raises(UserError, match=r"1 of 2 utterances have no transcript, the first is u2.*take a corpus"):
        dialogues(["a", None], ["A", "B"], **given)
    with pytest.raises(UserError, match="u2"):
        dialogues(["a", float("nan")], ["A", "B"], **given)  # as pandas writes it
