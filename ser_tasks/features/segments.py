"""Segments of the log-mel spectrogram, each as the vector that a frozen image network makes of it.

Source: Zhang et al. (2021), doi:10.3389/fphys.2021.643202
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.encoded import at_rate, of_encoder
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.segment_images import HOP, LENGTH, STEP
from ser_tasks.features.feature_set import FeatureSet, Framing

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams


def segment_vectors(which: Encoder, signal: NDArray[np.float32], *, audio: AudioParams) -> NDArray[np.float32]:
    """Vectors of all segments of one utterance, (n_samples,) -> (n_segments, width).

    Raises:
        UserError: no weights here, or audio at a rate that is not the encoder's
    """
    (vectors,) = at_rate(which, audio)(signal)
    return vectors


def _dimensions(which: Encoder, *, audio: AudioParams) -> tuple[str, ...]:
    return tuple(f"unit_{place}" for place in range(which.width))


def _framing(*, audio: AudioParams) -> Framing:
    return Framing(LENGTH * HOP, STEP * HOP)


def segments(name: str, which: Encoder) -> FeatureSet:
    """The feature set of an encoder of segments, one row for each segment."""
    return of_encoder(which, name, ("audio",), segment_vectors, _dimensions, framing=_framing)
