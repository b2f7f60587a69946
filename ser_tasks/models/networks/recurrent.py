"""LSTM and BLSTM that stop at the last real frame."""

from typing import Any

from keras import layers, ops


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
    layer = layers.LSTM(units, return_sequences=True, return_state=True, dropout=dropout, use_cudnn="auto")
    if bidirectional:
        layer = layers.Bidirectional(layer)
    sequence, *states = layer(x, mask=ops.cast(real, "bool"))
    hidden = states[::2]  # the others are cells
    return sequence, layers.Concatenate()(hidden) if bidirectional else hidden[0]


def blstm(x: Any, real: Any, *, units: int, dropout: float) -> Any:
    """(batch, n_frames, .) -> (batch, n_frames, 2 units)."""
    return lstm(x, real, units=units, bidirectional=True, dropout=dropout)[0]
