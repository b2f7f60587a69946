"""The three laws by which the power of mel bands becomes loudness."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-6  # Malaker's
GAIN = 1e6  # ki4ai-skc's
FLOOR_POWER = 1e-10  # keeps log10 finite on digital silence: -100 dB

Power = NDArray[np.floating]
Law = Callable[[Power], NDArray[np.float32]]


def natural_log(power: Power) -> NDArray[np.float32]:
    """ln(m + 1e-6): any shape, at least -13.8; bends into its floor around -60 dB (Malaker)."""
    return np.asarray(np.log(power + EPSILON), np.float32)


def log_one_plus(power: Power) -> NDArray[np.float32]:
    """ln(1 + 1e6 m): any shape, at least 0, which is silence and so the natural padding (ki4ai-skc)."""
    return np.asarray(np.log1p(GAIN * power), np.float32)


def decibels(power: Power) -> NDArray[np.float32]:
    """10 log10(m), any shape, in dB re 1.0, straight down to its floor of -100 dB (Fabien)."""
    return np.asarray(10 * np.log10(np.maximum(power, FLOOR_POWER)), np.float32)


LOG_SCALES: Mapping[str, Law] = {
    "ln": natural_log,
    "ln1p": log_one_plus,
    "db": decibels,
}
