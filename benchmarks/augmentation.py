"""Time of each conditioning step, front end and augmentation on one clip of 3 s at 16 kHz.

python -m benchmarks.augmentation
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.settings import (
    BANDS,
    CONDITIONING,
    RATE,
    SECTIONS,
    SIGNAL_AUGMENTATION,
    SPEC_AUGMENT,
    TEMPO,
    TRIM,
    VOICES,
    WIENER,
)
from ser_tasks.audio.conditioning import condition, pre_emphasised, wiener_filtered
from ser_tasks.audio.vad import peak_normalised, speech_span
from ser_tasks.augmentation.balance import balanced_indices
from ser_tasks.augmentation.frames import at_random_tempo, mixed, with_masks
from ser_tasks.augmentation.signal import augmented
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.features.log_scales import decibels
from ser_tasks.features.mel_power import mel_power
from ser_tasks.features.psd_image import PSD_IMAGE

Signal = NDArray[np.float32]

SECONDS = 3
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
    signal = np.resize(synthesise_utterance(0, "neutral", 0, VOICES)[0], SECONDS * RATE)
    return {**conditioning(signal), **front_ends(signal), **of_signals(signal), **of_features(signal)}


def conditioning(signal: Signal) -> dict[str, Callable[[], Any]]:
    """Conditioning of every utterance."""
    return {
        "wiener filter": lambda: wiener_filtered(signal, window=WIENER.window),
        "pre-emphasis": lambda: pre_emphasised(signal, coefficient=CONDITIONING.pre_emphasis),
        "voice activity": lambda: speech_span(signal, sampling_rate=RATE, **TRIM.model_dump()),
        "peak normalisation": lambda: peak_normalised(signal, peak=CONDITIONING.peak),
        "conditioning, all four": lambda: condition(signal, sampling_rate=RATE, settings=CONDITIONING),
    }


def front_ends(signal: Signal) -> dict[str, Callable[[], Any]]:
    """From signals to frames."""
    power = mel_power(signal, **BANDS)
    return {
        "mel power": lambda: mel_power(signal, **BANDS),
        "dB of it": lambda: decibels(power),
        "log-mel": lambda: LOG_MEL(signal, SECTIONS),
        "PSD image": lambda: PSD_IMAGE(signal, SECTIONS),
    }


def of_signals(signal: Signal) -> dict[str, Callable[[], Any]]:
    """Augmentation before the features: each step alone, and a whole copy."""
    chance = np.random.default_rng(0)
    every = SIGNAL_AUGMENTATION.model_dump(exclude={"copies", "seed"})

    def only(step: str) -> Callable[[], Any]:
        section = SIGNAL_AUGMENTATION.model_copy(update={name: None for name in every if name != step})
        return lambda: augmented(signal, generator=chance, sampling_rate=RATE, settings=section)

    def whole() -> Signal:
        return augmented(signal, generator=chance, sampling_rate=RATE, settings=SIGNAL_AUGMENTATION)

    return {
        **{step.replace("_", " "): only(step) for step in every},
        "a copy, all of these": whole,
        "a copy and its log-mel": lambda: LOG_MEL(whole(), SECTIONS),
    }


def of_features(signal: Signal) -> dict[str, Callable[[], Any]]:
    """Augmentation of training clips."""
    frames = LOG_MEL(signal, SECTIONS)
    labels = np.float32([1, 0, 0, 0])
    classes = np.random.default_rng(0).integers(4, size=1_440)
    chance = np.random.default_rng(0)
    masks = SPEC_AUGMENT.model_dump()
    return {
        "SpecAugment": lambda: with_masks(frames, generator=chance, **masks, fill=0.0),
        "tempo": lambda: at_random_tempo(frames, generator=chance, rate=TEMPO),
        "mixup": lambda: mixed((frames, labels), (frames, labels), generator=chance, alpha=0.2),
        "balanced indices of 1440": lambda: balanced_indices(classes, generator=chance),
    }


def main() -> None:
    """Print one line for each step."""
    for name, step in steps().items():
        each = microseconds_of(step)
        print(f"{name:28s}{each:10.0f} µs{each / 1e3 / SECONDS:10.3f} ms per s of audio")


if __name__ == "__main__":
    main()
