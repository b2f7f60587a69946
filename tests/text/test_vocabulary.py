"""Which words are known, and their numbers."""

import pytest

from ser_tasks.errors import UserError
from ser_tasks.text.tokens import UNKNOWN, build_vocabulary

TEXTS = [["no", "no", "way"], ["way", "out"], ["no"]]


def test_frequent_words_are_numbered_from_2_most_frequent_first():
    vocabulary = build_vocabulary(TEXTS, min_count=2)
    assert vocabulary.words == ("no", "way")
    assert len(vocabulary) == 4
    assert vocabulary.numbers(["way", "no", "out", "never"]) == [3, 2, UNKNOWN, UNKNOWN]


def test_equally_frequent_words_stand_in_the_order_of_the_alphabet_whatever_came_first():
    assert build_vocabulary([["b", "a"]], min_count=1) == build_vocabulary([["a"], ["b"]], min_count=1)


def test_a_text_without_words_is_one_unknown_word():
    assert build_vocabulary(TEXTS, min_count=1).numbers([]) == [UNKNOWN]


def test_a_vocabulary_of_nothing_is_refused():
    with pytest.raises(UserError, match=r"occurs 9 times \(of 3 different words\).*Lower min_count"):
        build_vocabulary(TEXTS, min_count=9)
