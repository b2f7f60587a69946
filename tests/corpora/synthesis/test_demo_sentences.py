import re
from collections import Counter, defaultdict

import numpy as np
import pytest

from ser_tasks.corpora.synthesis.corpus import CARRIER, CARRIERS, LOADED, MISLEADING, SLOTS, draw_sentence
from ser_tasks.corpora.synthesis.phones import LEXICON, segments

DRAWS = 4_000  # of each emotion


@pytest.fixture(scope="module")
def drawn() -> dict[str, Counter[str]]:
    """{emotion: how often each sentence was said}."""
    rng = np.random.default_rng(0)
    return {emotion: Counter(draw_sentence(emotion, rng) for _ in range(DRAWS)) for emotion in LOADED}


def test_every_word_can_be_spoken():
    templates = CARRIERS + sum(LOADED.values(), ())
    words = {word for text in templates for word in text.split() if "{" not in word}
    words |= {word for fillers in SLOTS.values() for filler in fillers for word in filler.split()}
    assert words == LEXICON.keys()
    for phones in LEXICON.values():
        for phone in phones:
            assert all(segment.duration > 0 for segment in segments(phone, "female"))


def test_no_word_has_one_emotion_only(drawn):
    emotions_of_word = defaultdict(set)
    for emotion, sentences in drawn.items():
        for sentence in sentences:
            for word in sentence.split():
                emotions_of_word[word].add(emotion)
    assert all(emotions == set(LOADED) for emotions in emotions_of_word.values())


def test_the_best_guess_from_the_words_alone_is_far_from_chance_and_from_certainty(drawn):
    sentences = set().union(*drawn.values())
    best = sum(max(count[sentence] for count in drawn.values()) for sentence in sentences)
    expected = CARRIER / len(LOADED) + 1 - CARRIER - MISLEADING  # carriers are a toss, the rest is as loaded
    assert best / (len(LOADED) * DRAWS) == pytest.approx(expected, abs=0.04)
    assert 0.6 < expected < 0.8


def test_a_third_of_the_sentences_is_shared_by_all_emotions(drawn):
    carrier = re.compile("|".join(re.sub(r"{\w+}", r"[\\w ]+", template) for template in CARRIERS))
    for sentences in drawn.values():
        shared = sum(count for sentence, count in sentences.items() if carrier.fullmatch(sentence))
        assert shared / DRAWS == pytest.approx(CARRIER, abs=0.03)
