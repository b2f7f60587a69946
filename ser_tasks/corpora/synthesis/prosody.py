"""How it is said: the acoustic correlates of each emotion, and how speakers and utterances differ."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Manner(NamedTuple):
    """One way of speaking."""

    f0_level: float  # semitones above the mean of the gender
    f0_range: float  # factor on every movement of pitch
    tempo: float  # factor on the rate of speech
    level: float  # dB, re ordinary speech
    tilt: float  # dB lost at 3 kHz: 5 is a pressed, bright voice, 20 a lax, dull one
    open_quotient: float  # open part of the glottal cycle
    breath: float  # dB of aspiration re voicing
    jitter: float  # %, of the period
    shimmer: float  # dB, of the amplitude
    pauses: float  # chance of one after an accented word
    articulation: float  # size of the vowel space: below 1 slurred, above 1 precise
    lips: float  # factor on the formants: a smile shortens the tract


# The direction of every cue is as reviewed by Murray & Arnott (1993), doi:10.1121/1.405558;
# Banse & Scherer (1996), doi:10.1037/0022-3514.70.3.614; Juslin & Laukka (2003),
# doi:10.1037/0033-2909.129.5.770; Scherer (2003), doi:10.1016/S0167-6393(02)00084-5; the smile's
# by Tartter (1980), doi:10.3758/BF03199901. The sizes are chosen here: acted speech, no cue sufficient.
CORRELATES: dict[str, Manner] = {
    #                    f0  range tempo level tilt  open breath jit shim pause artic lips
    "anger":     Manner(4.5,  1.4, 1.20,  8.0,  3.0, 0.48, -36, 1.6, 1.0, 0.02, 1.20, 0.99),
    "happiness": Manner(6.0,  2.0, 1.06,  3.0,  9.0, 0.60, -30, 0.8, 0.5, 0.05, 1.05, 1.06),
    "neutral":   Manner(0.0,  1.0, 1.00,  0.0, 11.0, 0.60, -33, 0.7, 0.4, 0.08, 1.00, 1.00),
    "sadness":   Manner(-1.0, 0.5, 0.80, -5.0, 17.0, 0.70, -25, 0.9, 0.6, 0.30, 0.75, 0.98),
}  # fmt: skip
BETWEEN_SPEAKERS = Manner(1.5, 0.15, 0.07, 1.5, 1.5, 0.03, 2.0, 0.1, 0.08, 0.02, 0.06, 0.0)  # standard
BETWEEN_UTTERANCES = Manner(1.0, 0.20, 0.06, 1.2, 1.2, 0.03, 2.0, 0.2, 0.12, 0.03, 0.06, 0.01)  # deviations
LOWEST = Manner(-8.0, 0.15, 0.60, -15.0, 1.0, 0.35, -45, 0.1, 0.05, 0.0, 0.50, 0.92)
HIGHEST = Manner(8.0, 2.3, 1.6, 12.0, 26.0, 0.85, -18, 3.0, 1.8, 0.4, 1.3, 1.1)

PITCH = {"female": 205.0, "male": 118.0}  # Hz, the mean of adults
EXPRESSIVENESS = 0.25  # standard deviation over speakers, and over the cues of one
STRENGTH = 0.25  # standard deviation over utterances of how much of the emotion is shown


@dataclass(frozen=True)
class Speaker:
    """A voice, and how it shows emotion."""

    gender: str  # female, male
    tract: float  # factor on every formant of the table: a shorter tract is above 1
    habit: NDArray[np.float64]  # (n_cues,): this speaker's neutral, less everyone's
    expressiveness: NDArray[np.float64]  # (n_cues,): how far each cue follows the emotion
    noise: float  # dBFS, of the room


def draw_speaker(gender: str, rng: np.random.Generator) -> Speaker:
    """Someone: `rng` decides all but the gender."""
    n_cues = len(BETWEEN_SPEAKERS)
    shared = 1 + EXPRESSIVENESS * rng.uniform(-1, 1)
    return Speaker(
        gender=gender,
        tract=float(np.clip(rng.normal(1, 0.04), 0.9, 1.1)),
        habit=np.array(BETWEEN_SPEAKERS) * rng.standard_normal(n_cues),
        expressiveness=np.maximum(shared + EXPRESSIVENESS * rng.standard_normal(n_cues), 0.0),
        noise=rng.uniform(-66, -58),
    )


def draw_manner(emotion: str, speaker: Speaker, difficulty: float, rng: np.random.Generator) -> Manner:
    """How one utterance is spoken.

    Args:
        emotion: a key of CORRELATES
        speaker: who speaks
        difficulty: 0 shows the table in full, 1 not at all, and chance grows from half to one and a half
        rng: the chance between utterances
    """
    neutral = np.array(CORRELATES["neutral"])
    shown = (1 - difficulty) * np.maximum(rng.normal(1, STRENGTH), 0.0) * speaker.expressiveness
    chance = (0.5 + difficulty) * np.array(BETWEEN_UTTERANCES) * rng.standard_normal(len(neutral))
    cues = neutral + speaker.habit + shown * (np.array(CORRELATES[emotion]) - neutral) + chance
    return Manner(*(float(cue) for cue in np.clip(cues, LOWEST, HIGHEST)))
