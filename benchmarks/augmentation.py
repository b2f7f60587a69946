"""Time of each conditioning step, front end and augmentation on one clip of 3 s at 16 kHz.

python -m benchmarks.augmentation
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ser_tasks.audio.peak import peak_normalised
from ser_tasks.audio.pre_emphasis import pre_emphasised
from ser_tasks.audio.vad import trimmed_to_speech
from ser_tasks.audio.wiener import wiener_filtered
from ser_tasks.augmentation.balance import balanced_indices
from ser_tasks.augmentation.circular_shift import circularly_shifted
from ser_tasks.augmentation.gain import with_gain
from ser_tasks.augmentation.mixup import mixed
from ser_tasks.augmentation.noise import with_white_noise
from ser_tasks.augmentation.pitch_shift import randomly_pitched
from ser_tasks.augmentation.spec_augment import with_masks
from ser_tasks.augmentation.tempo import at_random_tempo
from ser_tasks.augmentation.time_stretch import randomly_stretched
from ser_tasks.features.log_laws import decibels
from ser_tasks.features.mel_power import mel_power
from ser_tasks.features.patches import delta_patches
from ser_tasks.features.psd_image import psd_image
from ser_tasks.features.windows import rolling_windows
from ser_tasks.params import DemoParams
from ser_tasks.synthesis.corpus import synthesise_utterance

RATE = 16_000  # Hz
ROUNDS = 7  # the fastest counts
REPEATS = 20  # calls in a round


def microseconds_of(step: Callable[[], Any]) -> float:
    """Time of one call: the mean of a round, the fastest round."""
    step()
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(REPEATS):
            step()
        rounds.append(time.perf_counter() - begin)
    return 1e6 * min(rounds) / REPEATS


def steps() -> dict[str, Callable[[], Any]]:
    """Each step on the same clip, without arguments."""
    demo = DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0, seed=0)
    spoken = synthesise_utterance(0, "neutral", 0, demo)[0]
    signal = np.resize(spoken, 3 * RATE)
    bands = {"sampling_rate": RATE, "window": 0.025, "hop": 0.010, "n_mels": 64, "f_min": 20.0, "f_max": 8_000.0}
    power = mel_power(signal, **bands)
    frames = decibels(power)
    labels = np.float32([1, 0, 0, 0])
    classes = np.random.default_rng(0).integers(4, size=1_440)
    chance = np.random.default_rng(0)
    return {
        "wiener filter": lambda: wiener_filtered(signal, window=3),
        "pre-emphasis": lambda: pre_emphasised(signal, coefficient=0.97),
        "peak normalisation": lambda: peak_normalised(signal, peak=0.9),
        "voice-activity trimming": lambda: trimmed_to_speech(
            signal, sampling_rate=RATE, frame=0.030, aggressiveness=2, margin=0.1
        ),
        "mel power": lambda: mel_power(signal, **bands),
        "dB of it": lambda: decibels(power),
        "PSD image": lambda: psd_image(signal, sampling_rate=RATE, n_fft=256, hop_length=128, block=8),
        "patches 64x64x3": lambda: delta_patches(frames, length=64, step=32, delta_reach=2),
        "windows of 128": lambda: rolling_windows(frames, length=128, step=64, fill=-100.0),
        "white noise": lambda: with_white_noise(signal, generator=chance, snr=(15, 29)),
        "circular shift": lambda: circularly_shifted(signal, generator=chance, sampling_rate=RATE, shift=(0.1, 0.5)),
        "gain": lambda: with_gain(signal, generator=chance, gain=(-6, 6)),
        "time stretch": lambda: randomly_stretched(signal, generator=chance, sampling_rate=RATE, rate=(0.8, 1.25)),
        "pitch shift": lambda: randomly_pitched(signal, generator=chance, sampling_rate=RATE, semitones=(-2, 2)),
        "SpecAugment": lambda: with_masks(
            frames,
            generator=chance,
            time_masks=2,
            time_width=30,
            time_share=0.2,
            frequency_masks=2,
            frequency_width=8,
            fill=0.0,
        ),
        "tempo": lambda: at_random_tempo(frames, generator=chance, rate=(0.8, 1.25)),
        "mixup": lambda: mixed((frames, labels), (frames, labels), generator=chance, alpha=0.2),
        "balanced indices of 1440": lambda: balanced_indices(classes, generator=chance),
    }


def main() -> None:
    """Print one line for each step."""
    for name, step in steps().items():
        print(f"{name:28s}{microseconds_of(step):10.0f} µs")


if __name__ == "__main__":
    main()
