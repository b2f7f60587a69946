"""What every feature set makes of one synthetic clip, as `values.npz` beside this keeps it.

As a program (`python -m tests.features.reference.make`) it writes that file anew: after a change of the features that
is meant, and with the difference said in the commit.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.feature_set import Settings
from ser_tasks.features.open_smile import OPEN_SMILE
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import FEATURE_SETS
from tests.features.conftest import sections, speech_like

FILE = Path(__file__).with_name("values.npz")
NAMES = tuple(name for name in FEATURE_SETS if encoder_of(name) is None and without_speeds(name) not in OPEN_SMILE)


def kept_names() -> list[str]:
    """Feature sets whose values are kept; a new one joins them when this is run as a program."""
    with np.load(FILE) as kept:
        return sorted(kept)


def settings() -> Settings:
    """Those of the tests, but with pauses left out of the functionals as in the project's own."""
    made = sections()
    return {**made, "functionals": made["functionals"].model_copy(update={"loudness_range": 20})}


def summary(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """A row as it is; of many frames five of them, and mean and deviation over all."""
    if len(frames) == 1:
        return frames[0].astype(np.float64)
    some = frames[np.linspace(0, len(frames) - 1, 5).astype(int)]
    return np.concatenate([*some, frames.mean(axis=0, dtype=np.float64), frames.std(axis=0, dtype=np.float64)])


def clip() -> NDArray[np.float32]:
    """Sound that moves like speech, then a hiss that nearly has a pitch."""
    hiss = np.convolve(np.random.default_rng(0).standard_normal(16_000), np.hanning(100), mode="valid")  # below 320 Hz
    return np.concatenate([speech_like(seconds=1.0), (0.01 * hiss).astype(np.float32)])


def values() -> Mapping[str, NDArray[np.float64]]:
    """Name of the feature set -> summary of its frames."""
    signal, made = clip(), settings()
    return {name: summary(FEATURE_SETS[name](signal, made)) for name in NAMES}


if __name__ == "__main__":
    np.savez_compressed(FILE, **{name: found.astype(np.float32) for name, found in values().items()})  # type: ignore[arg-type]
