"""Validation speakers: whole, few, and alike."""

import numpy as np
import pytest

from ser_tasks.models.training.validation import validation_speakers

SPEAKERS = np.repeat(list("abcdefghij"), 8)
EMOTIONS = np.tile(["anger", "sadness"], 40)


@pytest.mark.parametrize(("share", "n_speakers"), [(0.2, 2), (0.01, 1), (0.99, 9)])
def test_speakers_are_whole_and_about_the_share_of_them(share, n_speakers):
    chosen = validation_speakers(EMOTIONS, SPEAKERS, share=share, seed=0)
    assert len(set(SPEAKERS[chosen])) == n_speakers
    assert not set(SPEAKERS[chosen]) & set(SPEAKERS[~chosen])


def test_no_class_is_missing_where_speakers_differ_in_what_they_said():
    emotions = EMOTIONS.copy()
    emotions[SPEAKERS < "i"] = "anger"  # only two speakers of ten have any sadness
    for seed in range(5):
        chosen = validation_speakers(emotions, SPEAKERS, share=0.3, seed=seed)
        assert set(emotions[chosen]) == set(emotions[~chosen]) == {"anger", "sadness"}


def test_the_seed_decides():
    drawn = [validation_speakers(EMOTIONS, SPEAKERS, share=0.2, seed=seed) for seed in (0, 0, 1)]
    assert (drawn[0] == drawn[1]).all()
    assert not (drawn[0] == drawn[2]).all()


def test_one_speaker_cannot_be_divided():
    with pytest.raises(ValueError, match="speaker of its own"):
        validation_speakers(EMOTIONS[:8], SPEAKERS[:8], share=0.5, seed=0)
