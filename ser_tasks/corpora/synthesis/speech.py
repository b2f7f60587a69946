"""From control tracks to sound: glottal source and breath, resonances of the vocal tract, and both together."""

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy import signal as dsp
from scipy.signal import lfilter

from ser_tasks.corpora.synthesis.phones import FEMALE_SCALE
from ser_tasks.corpora.synthesis.tracks import Manner, Speaker, Tracks

OVERSAMPLING = 4  # pulses close abruptly: shaped at 4 times the rate, then decimated against aliasing
OPENING = 2 / 3  # of the open phase: the flow rises twice as long as it falls

HOP = 64  # samples between filters: 4 ms at 16 kHz
N_FFT = 16 * HOP  # leaves each filter 56 ms to ring out, after which it is below -80 dB

SAMPLING_RATE = 16_000  # Hz
BANDWIDTHS = np.array([60.0, 90.0, 150.0])  # Hz, of F1 to F3: Klatt (1980), doi:10.1121/1.383940
HIGHER_FORMANTS = np.array([3_500.0, 4_500.0, 5_500.0, 6_500.0, 7_500.0])  # Hz: a tube of 17.5 cm
HIGHER_BANDWIDTHS = np.array([200.0, 250.0, 300.0, 350.0, 400.0])  # Hz
EVENING = 0.5  # close vowels are spoken louder than their low F1 alone would let them be
ASPIRATION, FRICATION = 0.06, 0.9  # of a track at 1, re a glottal source of RMS 1
LOUDNESS = -27.0  # dBFS, the RMS of ordinary speech
PEAK = 0.95  # nothing louder leaves: full scale is 1
AT_ONCE = 32  # frames whose spectra fit the cache of a core


def glottal_pulse(phase: NDArray[np.float64], open_quotient: float | NDArray[np.float64]) -> NDArray[np.float64]:
    """Derivative of the glottal flow at a phase of the cycle in [0, 1); zero mean over a cycle.

    Args:
        phase: shape (n_samples,)
        open_quotient: open part of the cycle, 0 to 1; one value or shape (n_samples,)

    Source: the trigonometric pulse (C) of Rosenberg (1971), doi:10.1121/1.1912389
    """
    quotient = np.broadcast_to(open_quotient, phase.shape)
    pulse = np.zeros(phase.shape)
    rises = phase < OPENING * quotient
    falls = ~rises & (phase < quotient)  # each sine where it is wanted alone: they are what costs
    rise, fall = OPENING * quotient[rises], (1 - OPENING) * quotient[falls]
    pulse[rises] = 0.5 * (np.sin(np.pi * phase[rises] / rise) / rise)
    rise = OPENING * quotient[falls]
    pulse[falls] = 0.5 * (-np.sin(0.5 * np.pi * (phase[falls] - rise) / fall) / fall)
    return pulse


def closures(
    f0: NDArray[np.float64], *, sampling_rate: int, jitter: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Times at which the cycles begin, in s, shape (n_cycles + 1,): every period is perturbed on its own.

    Args:
        f0: shape (n_samples,), in Hz
        sampling_rate: of f0, in Hz
        jitter: standard deviation of a period, relative to it
        rng: the only source of chance
    """
    cycles = np.concatenate([[0.0], np.cumsum(f0) / sampling_rate])
    times = np.arange(len(cycles)) / sampling_rate
    regular = np.interp(np.arange(int(cycles[-1]) + 1), cycles, times)
    spare = int(20 + 5 * jitter * len(regular))  # periods past the end: jitter may shorten the sum
    periods = np.concatenate([np.diff(regular), np.full(spare, 1 / f0[-1])])
    periods *= 1 + jitter * np.clip(rng.standard_normal(len(periods)), -3, 3)
    return np.concatenate([[0.0], np.cumsum(periods)])


def glottal_source(
    f0: NDArray[np.float64],
    *,
    sampling_rate: int,
    open_quotient: float,
    jitter: float,
    shimmer: float,
    breath: float,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Pulse train with the noise of breath that each opening lets through.

    Args:
        f0: shape (n_samples,), in Hz
        sampling_rate: in Hz
        open_quotient: open part of each cycle, 0 to 1
        jitter: standard deviation of a period, relative to it
        shimmer: standard deviation of a cycle's amplitude, in dB
        breath: noise, in dB relative to the pulses
        rng: the only source of chance

    Returns:
        shape (n_samples,), RMS about 1 whatever the open quotient

    Source: pulse-synchronous aspiration as in Klatt & Klatt (1990), doi:10.1121/1.398894
    """
    rate = OVERSAMPLING * sampling_rate
    starts = closures(f0, sampling_rate=sampling_rate, jitter=jitter, rng=rng)
    cycle = np.interp(np.arange(OVERSAMPLING * len(f0)) / rate, starts, np.arange(len(starts)))
    number = cycle.astype(np.intp)
    gain = 10 ** (shimmer * np.clip(rng.standard_normal(len(starts)), -3, 3) / 20)
    pulses = glottal_pulse(cycle - number, open_quotient) * gain[number]
    pulses = dsp.resample_poly(pulses, 1, OVERSAMPLING)
    pulses /= np.sqrt(np.mean(pulses**2))
    is_open = (cycle - number)[::OVERSAMPLING] < open_quotient
    noise = rng.standard_normal(len(f0)) * np.where(is_open, 1.0, 0.4)
    return np.asarray(pulses + 10 ** (breath / 20) * noise)


@cache
def _unit_delay() -> NDArray[np.complex128]:
    """One sample of delay, exp(-j omega), at the bins of the FFT, shape (n_bins,)."""
    return np.asarray(np.exp(-2j * np.pi * fft.rfftfreq(N_FFT)))


def resonances(
    frequencies: NDArray[np.float64], bandwidths: NDArray[np.float64], *, sampling_rate: int
) -> NDArray[np.complex128]:
    """Response of a cascade of two-pole resonators, each of gain 1 at 0 Hz.

    Args:
        frequencies, bandwidths: shape (n_frames, n_formants), in Hz
        sampling_rate: in Hz

    Returns:
        shape (n_frames, n_bins)

    Source: Klatt (1980), doi:10.1121/1.383940
    """
    delay = _unit_delay()
    twice = delay**2
    radius = np.exp(-np.pi * bandwidths / sampling_rate)
    first = 2 * radius * np.cos(2 * np.pi * frequencies / sampling_rate)
    second = -(radius**2)
    response = np.ones((len(frequencies), len(delay)), np.complex128)
    for b, c in zip(first.T, second.T, strict=True):
        response *= (1 - b - c)[:, None] / (1 - b[:, None] * delay - c[:, None] * twice)
    return response


def frication_band(
    centres: NDArray[np.float64], widths: NDArray[np.float64], *, sampling_rate: int
) -> NDArray[np.complex128]:
    """Response of a band-pass that turns white noise into frication of about the same power.

    Args:
        centres, widths: of the band, shape (n_frames,), in Hz
        sampling_rate: in Hz

    Returns:
        shape (n_frames, n_bins)
    """
    delay = _unit_delay()
    band = resonances(centres[:, None], widths[:, None], sampling_rate=sampling_rate) * (1 - delay**2)
    return np.asarray(band / np.sqrt(np.mean(np.abs(band) ** 2, axis=1, keepdims=True)))


def tilt(decibels: float, *, sampling_rate: int) -> NDArray[np.complex128]:
    """Response of a one-pole low-pass that is `decibels` (above 0) down at 3 kHz, shape (1, n_bins).

    Source: the parameter TL of Klatt & Klatt (1990), doi:10.1121/1.398894
    """
    # the pole a solves (1 - a)^2 (power - 1) = 2 a (1 - cos omega), that is a + 1/a = 2 q
    power = 10 ** (decibels / 10)
    q = 1 + (1 - np.cos(2 * np.pi * 3_000 / sampling_rate)) / (power - 1)
    pole = q - np.sqrt(q * q - 1)
    return np.asarray((1 - pole) / (1 - pole * _unit_delay()))[None]


def spectra(source: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Overlapping Hann frames of a source, which add up to it again.

    Args:
        source: shape (n_frames * HOP,)

    Returns:
        shape (n_frames, n_bins), one frame every HOP samples
    """
    return np.asarray(fft.rfft(_frames(source) * _window(), N_FFT))


def _frames(source: NDArray[np.float64]) -> NDArray[np.float64]:
    """A view of a source, shape (n_frames, 2 * HOP): each frame begins a HOP before its own samples."""
    padded = np.concatenate([np.zeros(HOP), source])
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP]


def _window() -> NDArray[np.float64]:
    """Hann, shape (2 * HOP,): overlapping by a half, it adds up to one."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(2 * HOP) + 0.5) / HOP))


def overlap_add(filtered: NDArray[np.complex128]) -> NDArray[np.float64]:
    """The signal whose frames have been filtered: the filters cross-fade, so a moving formant never clicks.

    Args:
        filtered: spectra times responses, shape (n_frames, n_bins)

    Returns:
        shape (n_frames * HOP,)
    """
    return _joined(fft.irfft(filtered, N_FFT))


def _joined(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    """Frames of shape (n_frames, N_FFT), which begin a HOP before their own samples, added up where they overlap."""
    pieces = frames.reshape(len(frames), N_FFT // HOP, HOP)
    hops = np.zeros((len(frames) + N_FFT // HOP, HOP))
    for lag in range(N_FFT // HOP):
        hops[lag : lag + len(frames)] += pieces[:, lag]
    return hops[1 : len(frames) + 1].ravel()


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
    voice = _frames(source * at_rate(tracks.voicing))
    breath = _frames(ASPIRATION * noise[0] * at_rate(tracks.breath))
    hiss = _frames(FRICATION * noise[1] * at_rate(tracks.frication))
    return _filtered(tracks, speaker, manner, voice=voice, breath=breath, hiss=hiss)


def _filtered(
    tracks: Tracks,
    speaker: Speaker,
    manner: Manner,
    *,
    voice: NDArray[np.float64],
    breath: NDArray[np.float64],
    hiss: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Frames of the three sources through the tract, a few at a time, and added up: shape (n_frames * HOP,)."""
    window, lax, higher = _window(), tilt(manner.tilt, sampling_rate=SAMPLING_RATE), _higher_formants(speaker)
    filtered = np.zeros((len(tracks.f0), N_FFT))
    sounding = np.flatnonzero(voice.any(axis=1) | breath.any(axis=1) | hiss.any(axis=1))  # the others stay silent
    for begin in range(0, len(sounding), AT_ONCE):
        part = sounding[begin : begin + AT_ONCE]
        response = fft.rfft(voice[part] * window, N_FFT)
        response *= lax
        response += fft.rfft(breath[part] * window, N_FFT)
        response *= _tract(tracks.formants[part], tracks.damping[part], higher)
        hissing = hiss[part].any(axis=1)  # few frames have any
        if hissing.any():
            band = frication_band(*tracks.band[part][hissing].T, sampling_rate=SAMPLING_RATE)
            response[hissing] += fft.rfft(hiss[part][hissing] * window, N_FFT) * band
        filtered[part] = fft.irfft(response, N_FFT)
    return _joined(filtered)


def _tract(
    formants: NDArray[np.float64], damping: NDArray[np.float64], higher: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Response of the whole tract, shape (n_frames, n_bins).

    Args:
        formants: F1 to F3, shape (n_frames, 3), in Hz
        damping: factor on their bandwidths, shape (n_frames,)
        higher: response of those above
    """
    response = resonances(formants, BANDWIDTHS * damping[:, None], sampling_rate=SAMPLING_RATE)
    response *= (500.0 / formants[:, :1]) ** EVENING
    response *= higher
    return response


def _higher_formants(speaker: Speaker) -> NDArray[np.complex128]:
    """Response of those that do not move, shape (1, n_bins)."""
    scale = speaker.tract * (FEMALE_SCALE if speaker.gender == "female" else 1.0)
    fixed = scale * HIGHER_FORMANTS
    inside = fixed < 0.48 * SAMPLING_RATE
    return resonances(fixed[None, inside], scale * HIGHER_BANDWIDTHS[None, inside], sampling_rate=SAMPLING_RATE)


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
