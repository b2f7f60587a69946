"""Input of every network: frames, and which of them are real."""

from typing import Any

import keras

from ser_tasks.models.networks.standardise import Standardise


def masked_input(n_dims: int) -> tuple[dict[str, Any], Any, Any]:
    """Inputs of a network.

    Returns:
        inputs: {"frames": (batch, n_frames, n_dims), "mask": (batch, n_frames), 1 on real frames, 0 on the padding
            behind them}, any n_frames >= 1;
        frames, standardised and zero on padding;
        mask
    """
    frames = keras.Input((None, n_dims), name="frames", dtype="float32")
    mask = keras.Input((None,), name="mask", dtype="float32")
    return {"frames": frames, "mask": mask}, Standardise(name="standardise")(frames, mask), mask
