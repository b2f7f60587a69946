"""Any set of one row for each utterance once more, of the sound also played faster and slower: voices to train on.

Played faster by a tenth, a voice is higher, its resonances too, and speaks faster by a tenth: near another speaker's.
Words and emotion stay.

Source: Ko et al. (2015), doi:10.21437/Interspeech.2015-711, who train recognisers of words on 0.9 and 1.1
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import soxr
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from ser_tasks.features.feature_set import EngineFeatureSet, FeatureSet, by_engine
from ser_tasks.features.suffixes import SPEEDS
from ser_tasks.params.base import Once, Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

Speed = Annotated[float, Field(ge=0.5, le=2)]  # beyond an octave nothing is a voice any more


def _other(rates: tuple[float, ...]) -> tuple[float, ...]:
    single = [float(np.float32(rate)) for rate in rates]  # as the last dimension of a frame has it
    if 1 in single:
        raise ValueError("1 is the recording as it is, which is always there. Leave it out")
    if len(set(single)) < len(single):
        raise ValueError(f"{list(rates)}: two of them are the same in single precision. Leave one out")
    return rates


class SpeedsParams(Section):
    """Speeds at which recordings are played, beside their own."""

    rates: Annotated[tuple[Speed, ...], Once, AfterValidator(_other), Field(min_length=1)]  # 2: twice as fast


def rows_at_speeds(
    features: FeatureSet, signal: NDArray[np.float32], *, audio: AudioParams, speeds: SpeedsParams, **sections: Section
) -> NDArray[np.float32]:
    """Rows of the sound as it is and at each other speed, side by side: (n_samples,) -> (1, n_speeds * n_dims)."""
    own = {**sections, "audio": audio}
    read: dict[str, Any] = {name: own[name] for name in features.sections}
    rate = audio.sampling_rate
    played = (np.asarray(soxr.resample(signal, rate * speed, rate), np.float32) for speed in speeds.rates)
    return np.concatenate([features.extract(sound, **read) for sound in (signal, *played)], axis=1, dtype=np.float32)


def _dimensions(
    features: FeatureSet, *, audio: AudioParams, speeds: SpeedsParams, **sections: Section
) -> tuple[str, ...]:
    own = {**sections, "audio": audio}
    names = features.dimensions(**{name: own[name] for name in features.sections})
    return (*names, *(f"speed_{speed}_{name}" for speed in speeds.rates for name in names))


def at_speeds(features: FeatureSet) -> FeatureSet:
    """The feature set NAME_speeds, its engines included."""
    if isinstance(features, EngineFeatureSet):
        return by_engine(features.section, {engine: at_speeds(own) for engine, own in features.engines.items()})
    return FeatureSet(
        f"{features.name}{SPEEDS}",
        tuple(dict.fromkeys(("audio", *features.sections, "speeds"))),
        partial(rows_at_speeds, features),
        partial(_dimensions, features),
        framing=None,
        code=features.all_code,
        facts=features.facts,
    )
