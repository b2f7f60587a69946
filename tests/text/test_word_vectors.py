"""Files of word vectors, whole and broken, written by hand."""

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.text.word_vectors import embedding_matrix, read_word_vectors

VECTORS = {"no": [1.0, 2.0], "way": [-0.5, 0.25], "über": [3.0, 4.0]}


def text_file(tmp_path, *, head=False, name="vectors.txt"):
    lines = ["3 2"] * head + [f"{word} {' '.join(map(str, values))}" for word, values in VECTORS.items()]
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def binary_file(tmp_path, *, between=b"\n"):
    path = tmp_path / "vectors.bin"
    rows = [word.encode() + b" " + np.array(values, "<f4").tobytes() + between for word, values in VECTORS.items()]
    path.write_bytes(b"3 2\n" + b"".join(rows))
    return path


@pytest.mark.parametrize("head", [False, True], ids=["GloVe", "word2vec and fastText"])
def test_text_files_give_the_wanted_words_and_no_others(tmp_path, head):
    found = read_word_vectors(text_file(tmp_path, head=head), ["way", "über", "absent"])
    assert {word: vector.tolist() for word, vector in found.items()} == {w: VECTORS[w] for w in ("way", "über")}


def test_words_with_blanks_in_them_as_glove_840b_has_are_passed_over(tmp_path):
    path = text_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + ". . . 1.0 2.0\nat a@b.de 5.0 6.0\nlast 7 8\n", encoding="utf-8")
    assert read_word_vectors(path, ["no", "last", "at", "."]).keys() == {"no", "last"}


def test_a_word_that_occurs_twice_keeps_its_first_vector(tmp_path):
    path = text_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "no 9 9\n", encoding="utf-8")
    assert read_word_vectors(path, ["no"])["no"].tolist() == VECTORS["no"]


@pytest.mark.parametrize("between", [b"\n", b""], ids=["word2vec", "gensim"])
def test_binary_files_give_the_same(tmp_path, between):
    found = read_word_vectors(binary_file(tmp_path, between=between), VECTORS)
    assert {word: vector.tolist() for word, vector in found.items()} == VECTORS


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bad 1.0", r"vectors.txt:4: 1 numbers behind the word 'bad', expected 2"),
        ("bad 1.0 2.0 3.0", r":4: 3 numbers behind the word 'bad', expected 2"),
        ("no 1.0 two", r":4: the vector of 'no' has something that is no number.*two"),
        ("no nan 1.0", r":4: the vector of 'no' has a number that is not finite"),
    ],
)
def test_a_malformed_line_is_named(tmp_path, line, message):
    path = text_file(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read_word_vectors(path, ["no"])


def test_a_binary_file_that_is_cut_off_or_none_is_named(tmp_path):
    path = binary_file(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(UserError, match=r"cut off in word 3 of 3 \('über'\)"):
        read_word_vectors(path, ["no"])
    path.write_bytes(b"no 1.0 2.0\n")
    with pytest.raises(UserError, match=r"vectors.bin:1: expected the number of words and of dimensions"):
        read_word_vectors(path, ["no"])


def test_a_missing_file_and_one_of_other_words_are_refused(tmp_path):
    with pytest.raises(UserError, match="there is no such file"):
        read_word_vectors(tmp_path / "none.txt", ["no"])
    with pytest.raises(UserError, match="none of the 1 words"):
        read_word_vectors(text_file(tmp_path), ["nein"])


def test_the_embedding_holds_known_vectors_and_draws_the_others_as_wide():
    vectors = {"w0": np.full(4000, 2.0, np.float32) * np.resize([1, -1], 4000)}
    matrix = embedding_matrix(("w0", "w1"), vectors, first=2, seed=0)
    assert matrix.shape == (4, 4000)
    assert not matrix[0].any()
    np.testing.assert_array_equal(matrix[2], vectors["w0"])
    np.testing.assert_allclose(matrix[[1, 3]].std(axis=1), 2.0, rtol=0.05)
