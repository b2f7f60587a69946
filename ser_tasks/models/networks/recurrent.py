"""LSTM and BLSTM that stop at the last real frame."""

from typing import Any

import keras
from keras import layers, ops


@keras.saving.register_keras_serializable("ser")
class MaskedLstm(layers.LSTM):  # type: ignore[misc]  # keras has no types
    """Keras' LSTM, the same weights and states; with a mask on TensorFlow without a GPU, the loop is one operation.

    Real frames come first in each row. What comes out on padding is arbitrary.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if keras.backend.backend() == "tensorflow":
            self.supports_jit = False  # XLA has no such operation

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """The last hidden state, all of them, and the last states; see `keras.layers.RNN`."""
        if mask is None or not self._is_one_operation():
            return super().inner_loop(sequences, initial_state, mask, training=training)
        from ser_tasks.models.networks.block_lstm import masked_lstm  # TensorFlow alone

        cell = self.cell
        if training and self.dropout:
            sequences = sequences * ops.expand_dims(cell.get_dropout_mask(sequences[:, 0]), 1)
        weights = [weight.value for weight in (cell.kernel, cell.recurrent_kernel, cell.bias)]
        hidden, *last = masked_lstm(sequences, mask, initial_state, weights, backwards=self.go_backwards)
        return last[0], hidden, last

    def _is_one_operation(self) -> bool:
        if keras.backend.backend() != "tensorflow" or self.compute_dtype != "float32":
            return False
        import tensorflow as tf

        return not tf.config.list_physical_devices("GPU")  # which have cuDNN's


def lstm(x: Any, real: Any, *, units: int, bidirectional: bool, dropout: float) -> tuple[Any, Any]:
    """(batch, n_frames, .) -> (batch, n_frames, n_units), and the last state (batch, n_units) of each direction.

    n_units is `units`, or twice that with both directions. The backward direction starts at the last real frame.

    Args:
        x: any sequence
        real: (batch, n_frames), with at least one real frame in each row where cuDNN computes it
        units: of one direction
        bidirectional: both directions, side by side
        dropout: of what goes in

    Source: Hochreiter & Schmidhuber (1997), doi:10.1162/neco.1997.9.8.1735; Graves & Schmidhuber (2005),
    doi:10.1016/j.neunet.2005.06.042
    """
    layer = MaskedLstm(units, return_sequences=True, return_state=True, dropout=dropout, use_cudnn="auto")
    if bidirectional:
        layer = layers.Bidirectional(layer)
    sequence, *states = layer(x, mask=ops.cast(real, "bool"))
    hidden = states[::2]  # the others are cells
    return sequence, layers.Concatenate()(hidden) if bidirectional else hidden[0]


def blstm(x: Any, real: Any, *, units: int, dropout: float) -> Any:
    """(batch, n_frames, .) -> (batch, n_frames, 2 units)."""
    return lstm(x, real, units=units, bidirectional=True, dropout=dropout)[0]
