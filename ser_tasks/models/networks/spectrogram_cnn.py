"""Four small convolution blocks on a spectrogram: the cheapest network here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, SPECTROGRAMS, SearchSpace, one_of
from ser_tasks.params.base import Dropout, Section
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras

N_BLOCKS = 4


class SpectrogramCnnSizes(Section):
    """Of spectrogram_cnn."""

    filters: PositiveInt  # of each block
    dropout: Dropout  # of the embedding


class SpectrogramCnnParams(SpectrogramCnnSizes, NetworkParams):
    """spectrogram_cnn."""


SPACE: SearchSpace = {**SPECTROGRAMS, "filters": one_of("8", "16", "32"), "dropout": DROPOUT}


def build_spectrogram_cnn(*, n_dims: int, n_classes: int, filters: int, dropout: float) -> keras.Model:
    """Log spectrogram (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Four blocks of 3 x 3 convolution, ReLU and halving: (batch, n_frames / 16, n_dims / 16, filters), sizes rounded up
    -> bands beside each other -> mean over real frames (batch, n_dims / 16 * filters), the embedding -> logits.
    As published: an image of 128 x 128, filters 8, dropout 0.5.

    Args:
        n_dims: bands
        n_classes: of the output
        filters: of each block
        dropout: of the embedding

    Differences from the original: the mean over time of clips of any length instead of a flattened crop of 8 s, in
    which padding was a mid-range level; the input is scaled.

    Source: PiotrSobczak/speech-emotion-recognition
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.conv_block import bands_as_channels, conv_block
    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import MaskedMean

    inputs, x, real = masked_input(n_dims)
    x = layers.Reshape((-1, n_dims, 1))(x)
    for _ in range(N_BLOCKS):
        x, real = conv_block(x, real, filters=filters, kernel_size=3, normalise=False)
    x = MaskedMean(name="embedding")(bands_as_channels(x), real)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="spectrogram_cnn")
