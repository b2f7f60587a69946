"""Acoustic correlates of each emotion, differences of speakers and utterances, and the control tracks made of them."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ser_tasks.corpora.synthesis.phones import LEXICON, VOWELS, Segment, segments

COARTICULATION = 0.018  # s, the spread over which formants glide from target to target
AMPLITUDE_RAMP = 0.005  # s
FADE = 0.07  # s, in which the last voice dies away
FINAL_LENGTHENING = 1.35  # of the last word
ACCENT, ACCENT_SPREAD = 3.2, 0.07  # semitones, s: the rise on a stressed vowel
DECLINATION, FINAL_FALL = 3.0, 2.5  # semitones, from beginning to end, and in the last 0.2 s
CEILING = 13.0  # semitones above the mean of the gender
DRIFT, DRIFT_SPREAD = 0.25, 0.03  # semitones, s: pitch is never quite steady


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


class Timed(NamedTuple):
    """A segment of the sentence, its duration settled."""

    segment: Segment
    duration: float  # s
    accented: bool


@dataclass(frozen=True)
class Tracks:
    """The controls, one value a frame."""

    f0: NDArray[np.float64]  # (n_frames,), Hz
    voicing: NDArray[np.float64]  # (n_frames,), 1 is a full vowel
    breath: NDArray[np.float64]  # (n_frames,)
    frication: NDArray[np.float64]  # (n_frames,)
    band: NDArray[np.float64]  # (n_frames, 2), centre and width in Hz
    formants: NDArray[np.float64]  # (n_frames, 3), Hz
    damping: NDArray[np.float64]  # (n_frames,), factor on the bandwidths


def timing(sentence: str, gender: str, manner: Manner, rng: np.random.Generator) -> list[Timed]:
    """The sentence as segments, with silence before, after, and where the speaker pauses."""
    words = sentence.split()
    timed = [_silence(rng.uniform(0.10, 0.25))]
    for number, word in enumerate(words):
        last = number == len(words) - 1
        stretch = (FINAL_LENGTHENING if last else 1.0) / manner.tempo
        for phone in LEXICON[word]:
            for segment in segments(phone, gender):
                duration = segment.duration * stretch * np.clip(rng.normal(1, 0.1), 0.7, 1.3)
                timed.append(Timed(segment, duration, phone.endswith("1")))
        may_pause = any(phone.endswith("1") for phone in LEXICON[word]) and not last
        if may_pause and rng.random() < manner.pauses:
            timed.append(_silence(rng.uniform(0.12, 0.35) / manner.tempo))
    return [*timed, _silence(rng.uniform(0.15, 0.30))]


def _silence(duration: float) -> Timed:
    return Timed(Segment(duration), duration, False)


def control_tracks(
    timed: list[Timed], speaker: Speaker, manner: Manner, *, frame: float, rng: np.random.Generator
) -> Tracks:
    """Targets laid out in time and smoothed.

    Args:
        timed: the sentence
        speaker, manner: who speaks, and how
        frame: between two values of a track, in s
        rng: the chance in the pitch contour
    """
    ends = np.cumsum([each.duration for each in timed])
    times = frame * np.arange(int(ends[-1] / frame), dtype=np.float64)
    at = np.searchsorted(ends, times, side="right")  # the segment of each frame
    parts = [each.segment for each in timed]
    movement = _pitch_movement(timed, times, manner.tempo, rng)
    fade = np.clip((ends[-2] - times) / FADE, 0, 1)

    def ramped(values: list[float]) -> NDArray[np.float64]:
        return np.asarray(gaussian_filter1d(np.array(values)[at], AMPLITUDE_RAMP / frame))

    return Tracks(
        f0=_fundamental(movement, speaker.gender, manner, frame, rng),
        voicing=ramped([part.voicing for part in parts]) * fade,
        breath=ramped([part.breath for part in parts]),
        frication=ramped([part.frication for part in parts]),
        band=np.array([part.band for part in parts])[at],
        formants=_formant_tracks(parts, at, speaker, manner, frame),
        damping=ramped([part.damping for part in parts]),
    )


def _formant_tracks(
    parts: list[Segment], at: NDArray[np.intp], speaker: Speaker, manner: Manner, frame: float
) -> NDArray[np.float64]:
    """Shape (n_frames, 3): a part without a target takes the next one, the end takes the last one."""
    targets = []
    upcoming = VOWELS["AX"][speaker.gender]
    centre = np.array(upcoming)  # of the vowel space
    for part in reversed(parts):
        upcoming = part.formants or upcoming
        targets.append(upcoming)
    shaped = centre + manner.articulation * (np.array(targets[::-1]) - centre)
    glide = COARTICULATION / manner.tempo / frame
    smooth = gaussian_filter1d(shaped[at], glide, axis=0, mode="nearest")
    return np.asarray(speaker.tract * manner.lips * smooth)


def _pitch_movement(
    timed: list[Timed], times: NDArray[np.float64], tempo: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Shape (n_frames,), in semitones, of an ordinary range: a falling line with a hill on each accent."""
    ends = np.cumsum([each.duration for each in timed])
    begin, end = ends[0], ends[-2]
    progress = np.clip((times - begin) / (end - begin), 0, 1)
    movement = DECLINATION * (0.5 - progress) - FINAL_FALL * np.clip(1 - (end - times) / 0.2, 0, 1)
    for each, stop in zip(timed, ends, strict=True):
        if each.accented:
            height = ACCENT * rng.uniform(0.5, 1.5)
            distance = (times - (stop - each.duration / 2)) * tempo / ACCENT_SPREAD
            movement = np.maximum(movement, 0.5 * movement + height * np.exp(-0.5 * distance**2))
    return np.asarray(movement)


def _fundamental(
    movement: NDArray[np.float64], gender: str, manner: Manner, frame: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Shape (n_frames,), in Hz."""
    drift = gaussian_filter1d(rng.standard_normal(len(movement)), DRIFT_SPREAD / frame)
    semitones = manner.f0_level + manner.f0_range * movement + DRIFT * drift / drift.std()
    strained = -np.logaddexp(-semitones, -CEILING)  # a soft minimum: the last semitones come hard
    return np.asarray(PITCH[gender] * 2 ** (strained / 12))
