"""The 34 short-term descriptors, and harmonic ratio and F0 of the same frames: what Wang's network reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveFloat

from ser_tasks.features.feature_set import FeatureSet, framing_of
from ser_tasks.features.lld import lld_names, short_term_descriptors
from ser_tasks.features.pitch import NAMES, harmonicity_and_f0
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams


class LldAndPitchParams(Section):
    """Short-term descriptors, harmonic ratio and F0."""

    window: PositiveFloat  # s, more than a period of f_min
    hop: PositiveFloat  # s
    f_min: PositiveFloat  # Hz
    f_max: PositiveFloat  # Hz


def _extract(
    signal: NDArray[np.float32], *, audio: AudioParams, lld_and_pitch: LldAndPitchParams
) -> NDArray[np.float64]:
    own, rate = lld_and_pitch, audio.sampling_rate
    descriptors = short_term_descriptors(signal, sampling_rate=rate, window=own.window, hop=own.hop, deltas=False)
    return np.hstack([descriptors, harmonicity_and_f0(signal, sampling_rate=rate, **own.model_dump())])


def _dimensions(*, audio: AudioParams, lld_and_pitch: LldAndPitchParams) -> tuple[str, ...]:
    return (*lld_names(deltas=False), *NAMES)


LLD_AND_PITCH = FeatureSet(
    "lld_and_pitch", ("audio", "lld_and_pitch"), _extract, _dimensions, framing_of("lld_and_pitch")
)
