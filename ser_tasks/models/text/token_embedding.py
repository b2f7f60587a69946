"""Input of every text network: tokens as vectors, and which of them are real."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from ser_tasks.models.text.token_frames import N_DIMS
from ser_tasks.text.tokens import PADDING, UNKNOWN


@keras.saving.register_keras_serializable("ser")
class TokenEmbedding(layers.Layer):  # type: ignore[misc]  # keras has no types
    """Word numbers in column 0 of the frames -> vectors, zero on padding: (batch, n_tokens, n_units).

    While training, each word is taken for an unknown one with probability `word_dropout`, so that the vector of the
    unknown is trained and no single word is relied upon.

    Source: Iyyer et al. (2015), doi:10.3115/v1/P15-1162 (word dropout)
    """

    def __init__(self, *, n_words: int, units: int, word_dropout: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_words, self.units, self.word_dropout = n_words, units, word_dropout
        self.chance = keras.random.SeedGenerator()

    def build(self, frames_shape: tuple[int | None, ...], real_shape: tuple[int | None, ...]) -> None:
        """One vector for each word."""
        self.vectors = self.add_weight(shape=(self.n_words, self.units), initializer="uniform", name="vectors")

    def call(self, frames: Any, real: Any, training: bool | None = None) -> Any:
        """Shapes (batch, n_tokens, 3) and (batch, n_tokens)."""
        numbers = ops.cast(ops.where(real > 0, frames[..., 0], PADDING), "int32")
        if training and self.word_dropout > 0:
            drawn = keras.random.uniform(ops.shape(numbers), seed=self.chance)
            numbers = ops.where(drawn < self.word_dropout, UNKNOWN, numbers)
        vectors = ops.take(self.vectors, numbers, axis=0)
        return vectors * ops.cast(ops.expand_dims(real, -1), vectors.dtype)

    def compute_output_shape(self, frames_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """A vector for each token."""
        return (*frames_shape[:2], self.units)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the constructor."""
        sizes = {"n_words": self.n_words, "units": self.units, "word_dropout": self.word_dropout}
        return {**super().get_config(), **sizes}


def text_input(*, n_words: int, units: int, word_dropout: float) -> tuple[dict[str, Any], Any, Any, Any]:
    """Inputs of a text network.

    Returns:
        inputs: {"frames": (batch, n_tokens, 3) as `token_frames` writes them, "mask": (batch, n_tokens)};
        vectors of the tokens (batch, n_tokens, units), zero on padding;
        the frames themselves;
        mask
    """
    frames = keras.Input((None, N_DIMS), name="frames", dtype="float32")
    mask = keras.Input((None,), name="mask", dtype="float32")
    embedding = TokenEmbedding(n_words=n_words, units=units, word_dropout=word_dropout, name="words")
    return {"frames": frames, "mask": mask}, embedding(frames, mask), frames, mask


def set_word_vectors(model: keras.Model, vectors: NDArray[np.float32]) -> None:
    """Begin with these vectors, shape (n_words, n_units), rather than with random ones; they go on learning."""
    model.get_layer("words").vectors.assign(vectors)
