"""Word errors that were counted by hand."""

import math
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student_t

from ser_tasks.errors import UserError
from ser_tasks.text.asr.word_errors import corpus_word_errors, spoken_words, wer_interval, word_errors

NEEDS_JIWER = "word error rates need jiwer: make setup-all"
SAID = {
    "a": "Kids are talking by the door.",
    "b": "Dogs are sitting by the door.",
    "c": "Stop!",
    "d": "[LAUGHTER]",
}
RECOGNISED = {
    "a": "kids are walking the door now",  # talking -> walking, by left out, now added
    "b": "dogs are sitting by the door",
    "c": "",
    "d": "the end",
    "e": "somebody else",
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Dogs are SITTING, by the door.", ["dogs", "are", "sitting", "by", "the", "door"]),
        ("Well-known; DON’T [LAUGHTER] stop…", ["well", "known", "don't", "stop"]),
        ("'Tis the dogs' \"home\"", ["tis", "the", "dogs", "home"]),
        ("Straße, 2 Mäuse", ["strasse", "2", "mäuse"]),
        ("donâ€™t", ["don't"]),  # UTF-8 read as Windows-1252
        ("... -- !", []),
    ],
)
def test_case_punctuation_and_brackets_do_not_count(text, words):
    assert spoken_words(text) == words


def test_errors_of_each_utterance_are_those_counted_by_hand():
    pytest.importorskip("jiwer", reason=NEEDS_JIWER)
    table = word_errors(SAID, RECOGNISED).set_index("utterance_id")
    counts = table[["words", "substitutions", "deletions", "insertions"]]
    assert counts.loc["a"].tolist() == [6, 1, 1, 1]
    assert counts.loc["b"].tolist() == [6, 0, 0, 0]
    assert counts.loc["c"].tolist() == [1, 0, 1, 0]
    assert counts.loc["d"].tolist() == [0, 0, 0, 2]
    assert table.wer.tolist()[:3] == [0.5, 0.0, 1.0]
    assert math.isnan(table.wer["d"])
    assert list(table.index) == list(SAID)


def test_the_corpus_counts_words_not_utterances():
    pytest.importorskip("jiwer", reason=NEEDS_JIWER)
    assert corpus_word_errors(word_errors(SAID, RECOGNISED)) == {
        "utterances": 4,
        "words": 13,
        "substitutions": 1,
        "deletions": 2,
        "insertions": 3,
        "wer": 6 / 13,
    }


def test_an_utterance_without_transcript_is_named():
    with pytest.raises(UserError, match=r"1 of 2 utterances were not transcribed, the first is 'b'"):
        word_errors({"a": "yes", "b": "no"}, {"a": "yes"})


def test_manual_transcripts_without_words_have_no_rate():
    nothing = pd.DataFrame({"words": [0], "substitutions": [0], "deletions": [0], "insertions": [1]})
    with pytest.raises(UserError, match="1 utterances hold no word"):
        corpus_word_errors(nothing)


def test_without_jiwer_the_way_to_it_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "jiwer", None)
    with pytest.raises(UserError, match=r"jiwer does not load here.*make setup-all"):
        word_errors({"a": "yes"}, {"a": "yes"})


def counts(*rows):
    return pd.DataFrame(rows, columns=["words", "substitutions", "deletions", "insertions"])


def interval(errors, speakers):
    return wer_interval(errors, speakers, confidence=0.95, resamples=20_000, seed=0)


def test_speakers_with_equal_rates_give_an_interval_of_no_width():
    found = interval(counts([10, 1, 1, 0], [20, 2, 1, 1], [5, 1, 0, 0]), ["A", "B", "C"])
    assert (found.low, found.high) == pytest.approx((0.2, 0.2))


def test_with_as_many_words_from_each_speaker_the_interval_is_that_of_student_for_their_mean():
    """Halves of each speaker's words are rows of their own: it is speakers that are drawn."""
    rates = np.array([0.1, 0.3, 0.2, 0.6, 0.4])
    errors = counts(*([50, round(50 * rate), 0, 0] for rate in np.repeat(rates, 2)))
    found = interval(errors, np.repeat(list("ABCDE"), 2))
    low, high = student_t.interval(0.95, 4, loc=rates.mean(), scale=rates.std(ddof=1) / np.sqrt(5))
    assert (max(0, low), high) == pytest.approx((found.low, found.high), abs=0.005)


def test_one_speaker_with_words_gets_no_interval():
    assert interval(counts([10, 1, 0, 0], [0, 0, 0, 3]), ["A", "B"]) is None
