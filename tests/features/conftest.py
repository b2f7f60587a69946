"""Sound that moves like speech, with nothing recorded in it."""

import numpy as np
import pytest
import scipy.signal
from numpy.typing import NDArray

from ser_tasks.features.table import SECTIONS, sections_from
from ser_tasks.params import Section
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT

SAMPLING_RATE = 16_000


def speech_like(*, seconds: float = 1.5, seed: int = 0, sampling_rate: int = SAMPLING_RATE) -> NDArray[np.float32]:
    """Glottal pulses of moving pitch through formants, a hiss, and a digitally silent gap: (n_samples,)."""
    generator = np.random.default_rng(seed)
    n_samples = round(seconds * sampling_rate)
    time = np.arange(n_samples) / sampling_rate
    f0 = generator.uniform(90, 250) * 2 ** (0.3 * np.sin(2 * np.pi * 1.3 * time))
    voice = np.diff(np.floor(np.cumsum(f0) / sampling_rate), prepend=0.0)
    for formant in generator.uniform((300, 900, 2_200), (800, 2_000, 3_200)):
        voice = scipy.signal.lfilter(*scipy.signal.iirpeak(formant, 5, fs=sampling_rate), voice) + 0.2 * voice
    voice *= np.maximum(np.sin(2 * np.pi * 2.5 * time), 0) / np.abs(voice).max()
    hiss = generator.standard_normal(n_samples) * np.where((time % 0.4) > 0.3, 0.05, 0.001)
    sound = 0.5 * (voice + hiss)
    sound[n_samples // 2 : n_samples // 2 + sampling_rate // 10] = 0
    return sound.astype(np.float32)


@pytest.fixture(scope="session")
def make_speech():
    return speech_like


@pytest.fixture(scope="session")
def speech():
    return speech_like()


def sections() -> dict[str, Section]:
    """The sections that decide features, nothing done to signals before it, no copies; others as in params.yaml."""
    project = read_params(PROJECT / "params.yaml")
    return {name: getattr(project, name) for name in SECTIONS} | sections_from(
        {
            "audio": {"sampling_rate": SAMPLING_RATE},
            "conditioning": {"wiener": None, "pre_emphasis": None, "trim": None, "peak": None},
            "signal_augmentation": {
                "copies": 0,
                "seed": 0,
                "time_stretch": None,
                "pitch_shift": None,
                "circular_shift": None,
                "gain": None,
                "noise_snr": None,
                "noise_floor": None,
            },
            "lld": {"window": 0.025, "hop": 0.010, "deltas": True},
            "log_mel": {
                "window": 0.025,
                "hop": 0.010,
                "n_mels": 40,
                "f_min": 20,
                "f_max": 8_000,
                "dynamic_range": 80,
                "law": "db",
            },
            "psd_image": {"n_fft": 256, "hop_length": 128, "block": 8},
            "mfcc": {"n_mfcc": 13, "deltas": True, "delta_reach": 4},
            "pitch": {"window": 0.050, "hop": 0.010, "f_min": 62.5, "f_max": 500},
            "functionals": {"over": ("lld", "mfcc", "log_mel", "pitch"), "n_mels": 26, "loudness_range": 1000},
        }
    )


@pytest.fixture(scope="session")
def params():
    return sections()
