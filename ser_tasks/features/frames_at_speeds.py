"""Any set of frames once more, of the sound also played faster and slower: voices to train a network on.

The frames of every speed stand behind one another, and the last dimension of a frame is its speed.

Source: Ko et al. (2015), doi:10.21437/Interspeech.2015-711
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.features.feature_set import EngineFeatureSet, FeatureSet, Framing, by_engine
from ser_tasks.features.suffixes import SPEEDS

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.features.at_speeds import SpeedsParams
    from ser_tasks.params import AudioParams
    from ser_tasks.params.base import Section


def frames_of_speeds(
    features: FeatureSet, signal: NDArray[np.float32], *, audio: AudioParams, speeds: SpeedsParams, **sections: Section
) -> NDArray[np.float32]:
    """Frames of the sound as it is, then at each other speed: (n_samples,) -> (sum of n_frames, n_dims + 1)."""
    read = _own(features, audio=audio, **sections)
    found = []
    for speed in (1, *speeds.rates):
        played = signal if speed == 1 else soxr.resample(signal, audio.sampling_rate * speed, audio.sampling_rate)
        frames = np.asarray(features.extract(np.asarray(played, np.float32), **read), np.float32)
        found.append(np.column_stack([frames, np.full(len(frames), speed, np.float32)]))
    return np.concatenate(found)


def each_speed(frames: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
    """The frames of each speed, without the dimension that says which; views, in the order of `frames_of_speeds`.

    They are parted where that dimension changes, whatever its values: normalised, it changes there too.
    """
    parts = np.split(frames, np.flatnonzero(np.diff(frames[:, -1])) + 1)
    return tuple(part[:, :-1] for part in parts)


def _own(features: FeatureSet, **sections: Any) -> dict[str, Any]:
    return {name: sections[name] for name in features.sections}


def _dimensions(features: FeatureSet, **sections: Section) -> tuple[str, ...]:
    return (*features.dimensions(**_own(features, **sections)), "speed")


def _framing(features: FeatureSet, **sections: Section) -> Framing:
    assert features.framing is not None
    return features.framing(**_own(features, **sections))


def frames_at_speeds(features: FeatureSet) -> FeatureSet:
    """The feature set NAME_speeds, its engines included."""
    if isinstance(features, EngineFeatureSet):
        return by_engine(features.section, {engine: frames_at_speeds(own) for engine, own in features.engines.items()})
    return FeatureSet(
        f"{features.name}{SPEEDS}",
        tuple(dict.fromkeys(("audio", *features.sections, "speeds"))),
        partial(frames_of_speeds, features),
        partial(_dimensions, features),
        framing=partial(_framing, features),
        code=features.all_code,
        facts=features.facts,
    )
