"""Word vectors from a file in the format of word2vec, GloVe or fastText: only the words that are wanted."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Vector = NDArray[np.float32]
LONGEST_WORD = 10_000  # bytes; more without a blank is no file of word vectors


def read_word_vectors(path: Path, wanted: Collection[str]) -> dict[str, Vector]:
    """Vectors of the wanted words, all of one length. The file is streamed: memory grows with `wanted` alone.

    `.bin` is word2vec's binary format (also of fastText's `.vec` saved that way, not of its models); everything else
    is text: a word and its numbers on each line, with or without word2vec's first line "words dimensions". A word that
    occurs twice keeps its first vector.

    Args:
        path: of the file
        wanted: words as the vocabulary spells them

    Raises:
        UserError: the file is missing or malformed: the line, or the word, and what is wrong there; or none of the
            words is in it
    """
    if not path.is_file():
        raise UserError(
            f"{path}: there is no such file of word vectors. Fix the path in params.yaml, or put null there."
        )
    words = frozenset(wanted)
    found: dict[str, Vector] = {}
    for word, vector in (_binary if path.suffix == ".bin" else _text)(path, words):
        found.setdefault(word, vector)
    if not found:
        raise UserError(
            f"{path}: none of the {len(words)} words of the training part has a vector in it. Words are looked up in "
            "lower case, contractions divided (do n't): is it a file of another language?"
        )
    return found


def embedding_matrix(words: tuple[str, ...], vectors: dict[str, Vector], *, first: int, seed: int) -> Vector:
    """Rows of an embedding: (first + n_words, n_dims); words without a vector are drawn as wide as those with one.

    Rows before `first` are not words: row 0 (padding) is zero, the others are drawn, too.
    """
    known = np.stack(list(vectors.values()))
    matrix = np.random.default_rng(seed).normal(0, known.std(), (first + len(words), known.shape[1]))
    matrix[0] = 0
    for row, word in enumerate(words, first):
        if word in vectors:
            matrix[row] = vectors[word]
    return matrix.astype(np.float32)


def _text(path: Path, wanted: frozenset[str]) -> Iterator[tuple[str, Vector]]:
    size = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            word, *values = line.decode("utf-8", errors="replace").rstrip("\r\n ").split(" ")
            if number == 1 and len(values) == 1 and word.isdecimal() and values[0].isdecimal():
                size = int(values[0])  # of word2vec and fastText; GloVe has no such line
                continue
            size = size or len(values)
            while len(values) > size and not _is_number(values[0]):  # GloVe 840B has words with blanks: ". . ."
                word += " " + values.pop(0)
            if len(values) != size or not size:
                raise _malformed(
                    path, number, f"{len(values)} numbers behind the word {word!r}, expected {size or 'some'}"
                )
            if word in wanted:
                yield word, _vector(path, number, word, values)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _vector(path: Path, number: int, word: str, values: list[str]) -> Vector:
    try:
        vector = np.array(values, np.float32)
    except ValueError as error:
        raise _malformed(path, number, f"the vector of {word!r} has something that is no number ({error})") from None
    if not np.isfinite(vector).all():
        raise _malformed(path, number, f"the vector of {word!r} has a number that is not finite")
    return vector


def _binary(path: Path, wanted: frozenset[str]) -> Iterator[tuple[str, Vector]]:
    with path.open("rb") as file:
        head = file.readline(100).split()
        if len(head) != 2 or not all(part.isdigit() for part in head):
            raise _malformed(path, 1, "expected the number of words and of dimensions, as word2vec writes them")
        n_words, size = int(head[0]), int(head[1])
        for index in range(1, n_words + 1):
            word = _word(file, path, index)
            raw = file.read(4 * size)
            if len(raw) < 4 * size:
                raise UserError(f"{path}: cut off in word {index} of {n_words} ({word!r}). Copy the file again.")
            if word in wanted:
                yield word, np.frombuffer(raw, "<f4").copy()


def _word(file: BinaryIO, path: Path, index: int) -> str:
    letters = bytearray()
    while (letter := file.read(1)) != b" ":
        if not letter or len(letters) > LONGEST_WORD:
            raise UserError(
                f"{path}: word {index} has no end: cut off, or not word2vec's binary format. Copy the file again; a "
                "text file must not be called .bin."
            )
        letters += letter
    return letters.lstrip(b"\n").decode("utf-8", errors="replace")


def _malformed(path: Path, number: int, what: str) -> UserError:
    return UserError(
        f"{path}:{number}: {what}. Expected lines of a word and its numbers, parted by single blanks (word2vec, GloVe "
        "or fastText text format), or word2vec's binary format in a file called .bin."
    )
