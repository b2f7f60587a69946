from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold_features import n_copies, read_corpora, read_degraded, reader_of


def rows(where: Path, utterance_ids, copy, words):
    """Instead of a reader of files: one number an utterance, the one its name ends with."""
    assert words is None
    return np.array([[float(name[-1]) + 10 * copy + 100 * int(where.name)] for name in utterance_ids])


def test_an_audio_text_model_needs_the_table_of_words():
    with pytest.raises(UserError, match="names no utterance table"):
        reader_of("functionals+transcripts")(Path("features"), ["a"], 0, None)


def test_words_have_no_augmented_copies():
    assert [n_copies(name, 2) for name in ("functionals", "transcripts", "functionals+transcripts")] == [2, 0, 2]


def test_under_conditions_the_clean_utterances_come_first_and_copies_are_of_them_alone():
    asked = dict.fromkeys(["u1", "u2", "u2 under noise_2"])
    found = read_degraded(
        *(rows, Path("1"), [("noise", Path("2"))]), utterance_ids=list(asked), tested=["u2", "u2 under noise_2"], copy=1
    )
    assert found.tolist() == [[111], [112], [202]]


def test_each_corpus_is_normalised_over_its_own_utterances():
    sources = [("a", Path("1")), ("b", Path("2"))]
    ids = ["a/1", "a/3", "b/5", "b/9"]
    assert read_corpora(rows, sources, ids, (), 0).tolist() == [[101], [103], [205], [209]]
    np.testing.assert_allclose(read_corpora(rows, sources, ids[1:], ids, 0), [[1], [-1], [1]])
