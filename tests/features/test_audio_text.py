"""Sound and words of utterances, read side by side. Oracles: the values that were written."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.audio_text import feature_sets, joint, read_speech_and_words, reads_words
from tests.features.test_feature_table import frames_of, write_shard

ROWS = [
    ("a", "a.wav", "Stop!"),
    ("b", "b.wav", None),
    ("e", None, "Silent."),
    ("f", None, None),
    ("g", "g.wav", "Lost."),
]


@pytest.fixture
def places(tmp_path):
    table = tmp_path / "utterances.parquet"
    pd.DataFrame(ROWS, columns=["utterance_id", "path", "transcript"]).to_parquet(table)
    write_shard(tmp_path / "lld" / "1.parquet", {name: frames_of(name) for name in ("a", "a~1", "b")})
    return tmp_path / "lld", table


def test_each_utterance_has_what_there_is_of_it_in_the_order_asked_for(places):
    first, second, third = read_speech_and_words(*places, ["e", "b", "a"])
    assert (first.frames, first.text) == (None, "Silent.")
    assert second.text is None
    np.testing.assert_array_equal(second.frames, frames_of("b"))
    assert third.text == "Stop!"
    np.testing.assert_array_equal(third.frames, frames_of("a"))


def test_an_augmented_copy_has_other_sound_and_the_same_words(places):
    (copy,) = read_speech_and_words(*places, ["a"], copy=1)
    np.testing.assert_array_equal(copy.frames, frames_of("a~1"))
    assert copy.text == "Stop!"


def test_an_utterance_with_neither_is_an_error_and_so_is_a_recording_without_features(places):
    with pytest.raises(UserError, match="1 of 2 utterances have neither sound nor words, the first is f"):
        read_speech_and_words(*places, ["a", "f"])
    with pytest.raises(UserError, match=r"no features for 1 of 2 utterances, first \['g'\]"):
        read_speech_and_words(*places, ["a", "g"])


def test_the_name_of_a_joint_feature_set_says_what_it_is_made_of():
    assert joint("lld") == "lld+transcripts"
    assert feature_sets(joint("lld")) == ("lld", "transcripts")
    assert feature_sets("lld") == ("lld",)
    assert [reads_words(name) for name in ("lld", "transcripts", "lld+transcripts")] == [False, True, True]
