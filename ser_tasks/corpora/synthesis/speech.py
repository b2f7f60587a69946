"""From control tracks to sound."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from ser_tasks.corpora.synthesis.phones import FEMALE_SCALE
from ser_tasks.corpora.synthesis.prosody import Manner, Speaker
from ser_tasks.corpora.synthesis.tracks import Tracks
from ser_tasks.corpora.synthesis.tract import HOP, frication_band, overlap_add, resonances, spectra, tilt
from ser_tasks.corpora.synthesis.voice import glottal_source

SAMPLING_RATE = 16_000  # Hz
BANDWIDTHS = np.array([60.0, 90.0, 150.0])  # Hz, of F1 to F3: Klatt (1980), doi:10.1121/1.383940
HIGHER_FORMANTS = np.array([3_500.0, 4_500.0, 5_500.0, 6_500.0, 7_500.0])  # Hz: a tube of 17.5 cm
HIGHER_BANDWIDTHS = np.array([200.0, 250.0, 300.0, 350.0, 400.0])  # Hz
EVENING = 0.5  # close vowels are spoken louder than their low F1 alone would let them be
ASPIRATION, FRICATION = 0.06, 0.9  # of a track at 1, re a glottal source of RMS 1
LOUDNESS = -27.0  # dBFS, the RMS of ordinary speech
PEAK = 0.95  # nothing louder leaves: full scale is 1


def voiced(tracks: Tracks, speaker: Speaker, manner: Manner, rng: np.random.Generator) -> NDArray[np.float64]:
    """Speech at an arbitrary level, shape (n_frames * HOP,).

    Args:
        tracks: the controls, one value every HOP samples
        speaker: whose tract sets the higher formants
        manner: tilt, open quotient, breath, jitter and shimmer of the voice
        rng: the chance in pulses and noise
    """
    samples = np.arange(len(tracks.f0) * HOP) / HOP
    frames = np.arange(len(tracks.f0))

    def at_rate(track: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.interp(samples, frames, track)

    source = glottal_source(
        at_rate(tracks.f0),
        sampling_rate=SAMPLING_RATE,
        open_quotient=manner.open_quotient,
        jitter=manner.jitter / 100,
        shimmer=manner.shimmer,
        breath=manner.breath,
        rng=rng,
    )
    noise = rng.standard_normal((2, len(source)))
    voice = spectra(source * at_rate(tracks.voicing)) * tilt(manner.tilt, sampling_rate=SAMPLING_RATE)
    breath = spectra(ASPIRATION * noise[0] * at_rate(tracks.breath))
    hiss = spectra(FRICATION * noise[1] * at_rate(tracks.frication))
    band = frication_band(*tracks.band.T, sampling_rate=SAMPLING_RATE)
    return overlap_add((voice + breath) * _tract(tracks, speaker) + hiss * band)


def _tract(tracks: Tracks, speaker: Speaker) -> NDArray[np.complex128]:
    """Response of the whole tract, shape (n_frames, n_bins)."""
    scale = speaker.tract * (FEMALE_SCALE if speaker.gender == "female" else 1.0)
    moving = resonances(tracks.formants, BANDWIDTHS * tracks.damping[:, None], sampling_rate=SAMPLING_RATE)
    fixed = scale * HIGHER_FORMANTS
    inside = fixed < 0.48 * SAMPLING_RATE
    higher = resonances(fixed[None, inside], scale * HIGHER_BANDWIDTHS[None, inside], sampling_rate=SAMPLING_RATE)
    evened = (500.0 / tracks.formants[:, :1]) ** EVENING
    return np.asarray(evened * moving * higher)


def recorded(
    speech: NDArray[np.float64], speaker: Speaker, manner: Manner, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The speech at its level, in a quiet room, shape (n_samples,), full scale [-1, 1]."""
    active = np.abs(speech) > 0.02 * np.abs(speech).max()
    wanted = 10 ** ((LOUDNESS + manner.level) / 20)
    level = wanted / np.sqrt(np.mean(speech[active] ** 2))
    level = min(level, PEAK / np.abs(speech).max())
    room = lfilter([1.0], [1.0, -0.95], rng.standard_normal(len(speech)))  # falls with frequency
    room *= 10 ** (speaker.noise / 20) / room.std()
    return np.asarray(level * speech + room, np.float32)
