"""All layers of a speech encoder over time, a few frames averaged into one: what a network can attend to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from ser_tasks.features.encoded import at_rate, layers_and_width, of_encoder
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.feature_set import FeatureSet, Framing
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

FRAMES_PER_SECOND = 50  # of every family in the table


class EncoderFramesParams(Section):
    """Frames of all layers of a speech encoder."""

    pool: PositiveInt  # frames of 20 ms averaged into one


def frames_of_layers(
    which: Encoder, signal: NDArray[np.float32], *, audio: AudioParams, encoder_frames: EncoderFramesParams
) -> NDArray[np.float32]:
    """All layers of one utterance side by side, (n_samples,) -> (ceil(n_frames / pool), n_layers * width).

    The last row is the mean of as many frames as are left.

    Raises:
        UserError: no weights here, or audio at a rate that is not the encoder's
    """
    layers = np.concatenate(at_rate(which, audio)(signal), axis=1, dtype=np.float32)
    starts = np.arange(0, len(layers), encoder_frames.pool)
    counts = np.diff(starts, append=len(layers))
    return np.asarray(np.add.reduceat(layers, starts, axis=0) / counts[:, None], np.float32)


def _dimensions(which: Encoder, *, audio: AudioParams, encoder_frames: EncoderFramesParams) -> tuple[str, ...]:
    layers, width = layers_and_width(which)
    return tuple(f"layer_{layer}_{unit}" for layer in range(layers) for unit in range(width))


def _framing(*, audio: AudioParams, encoder_frames: EncoderFramesParams) -> Framing:
    step = encoder_frames.pool / FRAMES_PER_SECOND
    return Framing(step, step)


def encoder_frames(name: str, which: Encoder) -> FeatureSet:
    """The feature set of the frames of an encoder."""
    return of_encoder(which, name, ("audio", "encoder_frames"), frames_of_layers, _dimensions, framing=_framing)
