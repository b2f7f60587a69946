"""Every kind of degradation in one table: a new one is a file beside this and a line in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ser_tasks.augmentation.signal import stretched
from ser_tasks.evaluation.robustness.babble import babble
from ser_tasks.evaluation.robustness.gain import louder
from ser_tasks.evaluation.robustness.mp3 import through_mp3
from ser_tasks.evaluation.robustness.noise import pink_noise, white_noise, with_noise
from ser_tasks.evaluation.robustness.reverberation import reverberated, room_response
from ser_tasks.evaluation.robustness.silence import with_silence
from ser_tasks.evaluation.robustness.speed import played
from ser_tasks.evaluation.robustness.telephone import telephoned

Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Scene:
    """Input of a degradation: one utterance, and what is around it."""

    signal: Signal  # mono, shape (n_samples,), full scale [-1, 1]
    sampling_rate: int  # Hz
    settings: Mapping[str, Any]  # of the section robustness, those that the kind reads
    generator: np.random.Generator  # of this utterance and kind: one noise at all its ratios
    voices: Sequence[Signal] = ()  # other people's utterances

    def noisy(self, noise: Signal, snr: float) -> Signal:
        """With noise, which is as long."""
        settings = {"sampling_rate": self.sampling_rate, "speech_range": self.settings["speech_range"]}
        return with_noise(self.signal, noise, snr=snr, **settings)


class Kind(NamedTuple):
    """One way for a recording to be worse than the training recordings."""

    title: str
    unit: str
    reads: tuple[str, ...]  # settings of the section robustness, beside its value
    degrade: Callable[[Scene, float], Signal]


def _white(scene: Scene, snr: float) -> Signal:
    return scene.noisy(white_noise(len(scene.signal), generator=scene.generator), snr)


def _pink(scene: Scene, snr: float) -> Signal:
    noise = pink_noise(len(scene.signal), sampling_rate=scene.sampling_rate, generator=scene.generator)
    return scene.noisy(noise, snr)


def _babble(scene: Scene, snr: float) -> Signal:
    noise = babble(
        scene.voices,
        len(scene.signal),
        sampling_rate=scene.sampling_rate,
        speech_range=scene.settings["speech_range"],
        generator=scene.generator,
    )
    return scene.noisy(noise, snr)


def _reverberation(scene: Scene, rt60: float) -> Signal:
    response = room_response(
        rt60=rt60,
        direct_to_reverberant=scene.settings["direct_to_reverberant"],
        sampling_rate=scene.sampling_rate,
        generator=scene.generator,
    )
    return reverberated(scene.signal, response)


def _telephone(scene: Scene, highest: float) -> Signal:
    return telephoned(scene.signal, sampling_rate=scene.sampling_rate, highest=highest)


def _mp3(scene: Scene, kilobits: float) -> Signal:
    return through_mp3(scene.signal, sampling_rate=scene.sampling_rate, kilobits=kilobits)


def _tempo(scene: Scene, rate: float) -> Signal:
    return stretched(scene.signal, sampling_rate=scene.sampling_rate, rate=rate)


def _silence(scene: Scene, seconds: float) -> Signal:
    return with_silence(scene.signal, sampling_rate=scene.sampling_rate, seconds=seconds)


NOISE = ("seed", "speech_range")
KINDS: Mapping[str, Kind] = {
    "white": Kind("white noise", "dB SNR", NOISE, _white),
    "pink": Kind("pink noise", "dB SNR", NOISE, _pink),
    "babble": Kind("babble", "dB SNR", (*NOISE, "talkers"), _babble),
    "reverberation": Kind("reverberation", "s RT60", ("seed", "direct_to_reverberant"), _reverberation),
    "telephone": Kind("telephone", "Hz", (), _telephone),
    "mp3": Kind("MP3", "kbit/s", (), _mp3),
    "gain": Kind("gain", "dB", (), lambda scene, gain: louder(scene.signal, gain=gain)),
    "speed": Kind("speed", "×", (), lambda scene, speed: played(scene.signal, speed=speed)),
    "tempo": Kind("tempo", "×", (), _tempo),
    "silence": Kind("silence at the ends", "s", (), _silence),
}
