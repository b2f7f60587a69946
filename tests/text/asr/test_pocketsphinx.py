"""What pocketsphinx hears of synthetic speech whose words are known."""

from itertools import pairwise

import numpy as np
import pytest
import soxr

from ser_tasks.errors import UserError
from ser_tasks.text.asr.pocketsphinx import Pocketsphinx

pytest.importorskip("pocketsphinx", reason="needs pocketsphinx: make setup-all")


def hear(recogniser, signal, *, sampling_rate=16_000, language="en"):
    return recogniser.transcribe(signal, sampling_rate=sampling_rate, language=language).text


@pytest.fixture(scope="module")
def sentences(spoken):
    """It knows the four sentences and nothing else."""
    return Pocketsphinx(grammar=" | ".join(words for _, words in spoken))


@pytest.fixture(scope="module")
def any_order(spoken):
    """It knows the words of the four sentences, in any order."""
    words = sorted({word for _, sentence in spoken for word in sentence.split()})
    return lambda: Pocketsphinx(grammar=f"({' | '.join(words)})+")


def test_sentences_of_a_grammar_are_distinguished(sentences, spoken):
    assert [hear(sentences, signal) for signal, _ in spoken] == [words for _, words in spoken]


def test_words_in_any_order_are_mostly_recognised(any_order, spoken):
    recogniser = any_order()
    for signal, words in spoken:
        assert len(set(words.split()) & set(hear(recogniser, signal).split())) >= 0.5 * len(set(words.split()))


def test_without_a_grammar_the_whole_dictionary_is_open(spoken):
    signal, words = spoken[2]
    assert words == "put the box with the paper"
    heard = hear(Pocketsphinx(grammar=None), signal, language=None)
    assert {"the", "box", "with"} <= set(heard.split())
    assert heard == heard.lower().strip()


def test_words_follow_each_other_within_the_signal_and_have_posteriors(any_order, spoken):
    recogniser = any_order()
    for signal, _ in spoken:
        found = recogniser.transcribe(signal, sampling_rate=16_000, language="en")
        times = [time for word in found.words for time in (word.start, word.end)]
        assert times == sorted(times)
        assert 0 <= times[0] <= times[-1] <= len(signal) / 16_000
        assert all(0 <= word.confidence <= 1 for word in found.words)
        assert found.text == " ".join(word.text for word in found.words)
        assert (found.language, found.language_confidence) == ("en", None)
        assert not set("<>[]()") & set(found.text)  # fillers and numbers of pronunciations, as in `a(2)`


def test_a_word_ends_where_the_next_begins_if_there_is_no_pause(sentences, spoken):
    words = sentences.transcribe(spoken[0][0], sampling_rate=16_000, language=None).words
    gaps = [later.start - word.end for word, later in pairwise(words)]
    np.testing.assert_allclose(min(gaps), 0, atol=1e-9)


def test_words_stand_where_they_are_said(sentences, spoken):
    signal, words = spoken[0]
    pause = np.zeros(8_000, np.float32)
    alone = sentences.transcribe(signal, sampling_rate=16_000, language=None)
    later = sentences.transcribe(np.concatenate([pause, signal]), sampling_rate=16_000, language=None)
    assert later.text == alone.text == words
    shifts = [late.end - early.end for late, early in zip(later.words[1:-1], alone.words[1:-1], strict=True)]
    np.testing.assert_allclose(shifts, 0.5, atol=0.05)


def test_earlier_utterances_change_nothing(any_order, spoken):
    used = any_order()
    forwards = [hear(used, signal) for signal, _ in spoken]
    backwards = [hear(used, signal) for signal, _ in reversed(spoken)][::-1]
    assert forwards == backwards == [hear(any_order(), signal) for signal, _ in spoken]


def test_other_sampling_rates_give_the_same_words(sentences, spoken):
    signal, words = spoken[0]
    for rate in (22_050, 48_000):
        other = soxr.resample(signal, 16_000, rate).astype(np.float32)
        assert hear(sentences, other, sampling_rate=rate) == words


@pytest.mark.parametrize("n_samples", [1, 100, 16_000])
def test_silence_has_no_words(n_samples, sentences):
    assert hear(sentences, np.zeros(n_samples, np.float32)) == ""


def test_silence_has_no_words_without_a_grammar_either_whatever_came_before(spoken):
    recogniser = Pocketsphinx(grammar=None)
    for signal, _ in spoken[:2]:
        hear(recogniser, signal)
        assert hear(recogniser, np.zeros(32_000, np.float32)) == ""


def test_another_language_is_refused(sentences):
    with pytest.raises(UserError, match=r"language is 'de', its model knows 'en'. Set the engine faster_whisper"):
        hear(sentences, np.zeros(16_000, np.float32), language="de")


def test_a_word_that_the_dictionary_lacks_is_named():
    with pytest.raises(UserError, match=r"its dictionary lacks: gronkulate, splorf\. Write them"):
        Pocketsphinx(grammar="dogs gronkulate | kids splorf")


def test_a_grammar_that_is_none_is_refused():
    with pytest.raises(UserError, match="not the right-hand side of a JSGF rule"):
        Pocketsphinx(grammar="kids ( ")
