"""Sound and words in one array. Oracle: arrays written by hand."""

import numpy as np
import pytest

from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.models.multimodal.packed import Packed
from ser_tasks.text.tokens import UNKNOWN, Vocabulary

SOUND = np.array([[0.5, -1], [2, 3], [7, 9]], np.float32)
VOCABULARY = Vocabulary(("no", "way"))  # numbers 2 and 3
ITEMS = (
    SpeechAndWords(SOUND, "Way no"),
    SpeechAndWords(SOUND[:1], "no no never"),
    SpeechAndWords(SOUND[:2], None),
    SpeechAndWords(None, "no"),
    SpeechAndWords(SOUND[:1], ""),
)
EXPECTED = (
    [[3, 1, 0.5, -1], [2, 1, 2, 3], [0, 1, 7, 9]],
    [[2, 1, 0.5, -1], [2, 0, 0, 0], [UNKNOWN, 0, 0, 0]],
    [[0, 1, 0.5, -1], [0, 1, 2, 3]],
    [[2, 0, 0, 0]],
    [[UNKNOWN, 1, 0.5, -1]],
)


def test_words_and_frames_both_begin_in_the_first_row_and_an_absent_one_is_zeros():
    packed = Packed(ITEMS, VOCABULARY, n_dims=2)
    assert len(packed) == len(EXPECTED)
    for found, expected in zip(packed, EXPECTED, strict=True):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == np.float32


def test_it_is_a_sequence_with_slices_and_an_end():
    packed = Packed(ITEMS, VOCABULARY, n_dims=2)
    np.testing.assert_array_equal(packed[1:3][1], EXPECTED[2])
    np.testing.assert_array_equal(packed[-2], EXPECTED[3])
    with pytest.raises(IndexError):
        packed[5]
