"""From words and a manner of speaking to the synthesiser's controls, frame by frame."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from ser_tasks.corpora.synthesis.lexicon import LEXICON
from ser_tasks.corpora.synthesis.phones import VOWELS, Segment, segments
from ser_tasks.corpora.synthesis.prosody import PITCH, Manner, Speaker

COARTICULATION = 0.018  # s, the spread over which formants glide from target to target
AMPLITUDE_RAMP = 0.005  # s
FADE = 0.07  # s, in which the last voice dies away
FINAL_LENGTHENING = 1.35  # of the last word
ACCENT, ACCENT_SPREAD = 3.2, 0.07  # semitones, s: the rise on a stressed vowel
DECLINATION, FINAL_FALL = 3.0, 2.5  # semitones, from beginning to end, and in the last 0.2 s
CEILING = 13.0  # semitones above the mean of the gender
DRIFT, DRIFT_SPREAD = 0.25, 0.03  # semitones, s: pitch is never quite steady


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
