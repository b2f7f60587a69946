"""Four local feature learning blocks on each window of the log-mel spectrogram, LSTM over the windows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import PositiveInt

from ser_tasks.models.search_space import DROPOUT, SPECTROGRAMS, UNITS, SearchSpace, one_of
from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras

POOLS = (2, 4, 4, 4)


class TdCnnLstmParams(NetworkParams):
    """Sizes of td_cnn_lstm."""

    length: PositiveInt  # frames of a window
    step: PositiveInt  # frames
    filters: PositiveInt  # of the first two blocks; the others have twice as many
    units: PositiveInt  # of the LSTM
    dropout: Dropout  # after each block, and into the LSTM


SPACE: SearchSpace = {
    **SPECTROGRAMS,
    "length": one_of("64", "128"),
    "step": one_of("32", "64"),
    "filters": one_of("16", "32"),
    "units": UNITS,
    "dropout": DROPOUT,
}


def build_td_cnn_lstm(
    *, n_dims: int, n_classes: int, length: int, step: int, filters: int, units: int, dropout: float
) -> keras.Model:
    """Log-mel (batch, n_frames, n_dims) -> logits (batch, n_classes).

    Windows (batch, n_windows, length, n_dims), the last filled up -> in each, four blocks of 3 x 3 convolution, batch
    norm, ELU, pooling by 2, 4, 4, 4, dropout: (length / 128) x (n_dims / 128) x 2 filters, rounded up -> flat ->
    LSTM over the windows, its last state (batch, units) the embedding -> logits.
    As published: 128 bands, windows of 128 frames every 64, filters 64, units 256, dropout 0.2.

    Args:
        n_dims: mel bands
        n_classes: of the answer
        length, step: of a window, in frames; the length is a multiple of the step
        filters: of the first two blocks; the others have twice as many
        units: of the LSTM
        dropout: after each block, and of what goes into the LSTM

    Differences from the original: clips of any length instead of five windows; silence that fills up does not count in
    the batch statistics or as time steps.

    Source: maelfabien/Multimodal-Emotion-Recognition; Zhao et al. (2019), doi:10.1016/j.bspc.2018.08.035
    """
    import keras
    from keras import layers

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.recurrent import lstm
    from ser_tasks.models.networks.rolling_windows import RealWindows, RollingWindows, Unfold

    inputs, x, mask = masked_input(n_dims)
    x, real = RollingWindows(length=length, step=step, name="windows")(x, mask)
    windows, kept = RealWindows(name="real_windows")(x, real)
    vectors = _window_vectors(layers.Reshape((length, n_dims, 1))(windows), kept, filters, dropout)
    x = Unfold(name="window_vectors")(vectors, real)
    _, x = lstm(x, real, units=units, bidirectional=False, dropout=dropout)
    x = layers.Identity(name="embedding")(x)
    return keras.Model(inputs, layers.Dense(n_classes, dtype="float32", name="logits")(x), name="td_cnn_lstm")


def _window_vectors(x: Any, real: Any, filters: int, dropout: float) -> Any:
    """(n_windows, length, n_mels, 1) and which of them are real -> (n_windows, .)."""
    from keras import layers

    from ser_tasks.models.networks.batch_norm import batch_norm

    for pool, width in zip(POOLS, (filters, filters, 2 * filters, 2 * filters), strict=True):
        x = layers.Conv2D(width, 3, padding="same", use_bias=False)(x)
        x = layers.MaxPooling2D(pool, padding="same")(batch_norm(x, real))
        x = layers.Dropout(dropout)(
            layers.ELU()(x)
        )  # of the highest, which is the highest of all ELUs: less to compute
    return layers.Flatten()(x)
