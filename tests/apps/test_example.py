"""The clip to try the page with."""

import numpy as np

from apps.example import example
from ser_tasks.corpora.synthesis.corpus import EMOTIONS, demo_speaker


def test_one_seed_is_one_sentence_and_others_are_others(synthesis):
    first, again = example(7, synthesis), example(7, synthesis)
    np.testing.assert_array_equal(first.clip.recording.samples, again.clip.recording.samples)
    several = [example(seed, synthesis) for seed in range(12)]
    assert {one.emotion for one in several} == set(EMOTIONS)
    assert len({one.words for one in several}) > 6


def test_it_says_its_words_at_full_scale_below_one_and_is_named_by_its_emotion(synthesis):
    made = example(3, synthesis)
    assert made.clip.name == f"example-{made.emotion}.wav"
    assert 0 < np.abs(made.clip.recording.samples).max() <= 1
    assert 0.5 < made.clip.recording.duration < 6


def test_no_voice_of_the_demo_corpus_speaks(synthesis, monkeypatch):
    speakers = []
    monkeypatch.setattr(
        "ser_tasks.corpora.synthesis.corpus.demo_speaker",
        lambda speaker, seed: speakers.append(speaker) or demo_speaker(speaker, seed),
    )
    for seed in range(6):
        example(seed, synthesis)
    assert min(speakers) >= synthesis.speakers
