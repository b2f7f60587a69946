"""Voices with nothing recorded in them."""

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

SAMPLING_RATE = 16_000


def vowel(seconds: float, *, f0: float = 120.0, sampling_rate: int = SAMPLING_RATE) -> NDArray[np.float32]:
    """A pulse train through four formants: what a detector of voices must hear, shape (n_samples,), peak 0.5."""
    time = np.arange(round(seconds * sampling_rate)) / sampling_rate
    pitch = f0 * 2 ** (0.2 * np.sin(2 * np.pi * 0.7 * time))
    sound = np.diff(np.floor(np.cumsum(pitch) / sampling_rate), prepend=0.0)
    for formant, bandwidth in ((700, 90), (1_200, 110), (2_600, 160), (3_400, 200)):
        radius = np.exp(-np.pi * bandwidth / sampling_rate)
        angle = 2 * np.pi * formant / sampling_rate
        sound = scipy.signal.lfilter([1.0], [1.0, -2 * radius * np.cos(angle), radius**2], sound)
    return (0.5 * sound / np.abs(sound).max()).astype(np.float32)


def syllables(
    held: NDArray[np.float32], *, sampling_rate: int = SAMPLING_RATE, lowest: float = 0.1
) -> NDArray[np.float32]:
    """A held sound four times a second as loud as it is and down to a tenth of that, as speech is."""
    time = np.arange(len(held)) / sampling_rate
    return np.asarray(held * (lowest + (1 - lowest) * np.sin(4 * np.pi * time + 0.5) ** 2), np.float32)


def spoken(*parts: tuple[str, float], sampling_rate: int = SAMPLING_RATE, seed: int = 0) -> NDArray[np.float32]:
    """Speech and pauses in a room at -70 dBFS: ("speech" or "pause", s) one after the other, shape (n_samples,)."""
    sounds = [
        syllables(vowel(seconds, sampling_rate=sampling_rate), sampling_rate=sampling_rate)
        if kind == "speech"
        else np.zeros(round(seconds * sampling_rate), np.float32)
        for kind, seconds in parts
    ]
    sound = np.concatenate(sounds)
    room = np.random.default_rng(seed).standard_normal(len(sound)) * 10 ** (-70 / 20)
    return (sound + room).astype(np.float32)


@pytest.fixture(scope="session")
def speak():
    return spoken
