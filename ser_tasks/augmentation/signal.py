"""Augmentation of signals: time stretch, pitch shift, circular shift, gain, noise, and a copy with all of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.typing import NDArray

from ser_tasks.errors import UserError

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SignalAugmentationParams

WINDOW = 0.032  # s, some periods of any voice; half of it from one window to the next
SEARCH = 0.008  # s to both sides: together one period at 62 Hz


def randomly_stretched(
    signal: NDArray[np.float32], *, generator: np.random.Generator, sampling_rate: int, rate: tuple[float, float]
) -> NDArray[np.float32]:
    """`stretched` at a rate drawn evenly from a range: (n_samples,) -> (round(n_samples / rate),)."""
    return stretched(signal, sampling_rate=sampling_rate, rate=generator.uniform(*rate))


def stretched(signal: NDArray[np.float32], *, sampling_rate: int, rate: float) -> NDArray[np.float32]:
    """Waveform-similarity overlap-add (WSOLA).

    Windows are laid down evenly and fetched `rate` times as far apart, each from where the signal around that
    place looks most like what followed the window before.

    Args:
        signal: mono waveform, shape (n_samples,)
        sampling_rate: in Hz
        rate: 2 is twice as fast, 0.5 half as fast

    Returns:
        shape (round(n_samples / rate),), at least one sample

    Raises:
        UserError: a rate that is not positive

    Source: Verhelst & Roelands (1993), doi:10.1109/ICASSP.1993.319366
    """
    if rate <= 0:
        raise UserError(f"time stretch: the rate is {rate}. Set rates above 0: 0.5 is half as fast, 2 twice.")
    hop, reach = round(WINDOW / 2 * sampling_rate), round(SEARCH * sampling_rate)
    n_wanted = max(1, round(len(signal) / rate))
    n_windows = 1 + -(-n_wanted // hop)
    wanted = np.round(np.minimum(np.arange(n_windows) * hop * rate, len(signal))).astype(int)
    padded = np.pad(signal, (hop + reach, 3 * hop + 2 * reach))  # place p lies at p + reach, its window around p
    starts = _fetched_from(padded, wanted, hop=hop, reach=reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * hop)[starts] * _hann(2 * hop)
    laid = np.zeros((n_windows + 1, hop), np.float32)  # windows overlap by half, so in one row the halves of two add up
    laid[:-1] += windows[:, :hop]
    laid[1:] += windows[:, hop:]
    return laid.ravel()[hop : hop + n_wanted]


def _fetched_from(padded: NDArray[np.float32], wanted: NDArray[np.int_], *, hop: int, reach: int) -> NDArray[np.int_]:
    """Where each window begins in the padded signal: within `reach` of where it is wanted."""
    squares = np.cumsum(np.pad(padded.astype(np.float64) ** 2, (1, 0)))
    length = np.sqrt(np.maximum(squares[2 * hop :] - squares[: -2 * hop], 1e-12)).astype(np.float32)  # of each window
    starts = wanted + reach
    for i in range(1, len(wanted)):
        follows = padded[starts[i - 1] + hop :][: 2 * hop]
        region = padded[wanted[i] :][: 2 * (hop + reach)]
        likeness = np.correlate(region, follows, "valid") / length[wanted[i] :][: 2 * reach + 1]
        best = int(likeness.argmax())
        starts[i] = wanted[i] + (best if likeness[best] > likeness[reach] else reach)
    return starts


def _hann(length: int) -> NDArray[np.float32]:
    """Periodic Hann window: two of them, half a length apart, add up to 1."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length), np.float32)


def randomly_pitched(
    signal: NDArray[np.float32],
    *,
    generator: np.random.Generator,
    sampling_rate: int,
    semitones: tuple[float, float],
) -> NDArray[np.float32]:
    """`pitched` by an interval drawn evenly from a range, in semitones: (n_samples,) -> (n_samples,)."""
    return pitched(signal, sampling_rate=sampling_rate, semitones=generator.uniform(*semitones))


def pitched(signal: NDArray[np.float32], *, sampling_rate: int, semitones: float) -> NDArray[np.float32]:
    """Stretched, then resampled back to the old length, so that all frequencies move, the formants with the pitch.

    Args:
        signal: mono waveform, shape (n_samples,)
        sampling_rate: in Hz
        semitones: 12 doubles every frequency

    Returns:
        shape (n_samples,); shifted down, there is nothing above half the rate times the factor
    """
    factor = 2 ** (semitones / 12)
    longer = stretched(signal, sampling_rate=sampling_rate, rate=1 / factor)
    moved = soxr.resample(longer, factor, 1.0, quality="HQ")[: len(signal)]
    return np.asarray(np.pad(moved, (0, len(signal) - len(moved))), np.float32)


def circularly_shifted(
    signal: NDArray[np.float32], *, generator: np.random.Generator, sampling_rate: int, shift: tuple[float, float]
) -> NDArray[np.float32]:
    """The clip begun later: what leaves at the end comes back at the beginning.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        sampling_rate: in Hz
        shift: shortest and longest shift, in s (seed 000: 0.1 to 0.5); negative ones begin earlier

    Returns:
        shape (n_samples,)
    """
    return np.roll(signal, round(generator.uniform(*shift) * sampling_rate))


def with_gain(
    signal: NDArray[np.float32], *, generator: np.random.Generator, gain: tuple[float, float]
) -> NDArray[np.float32]:
    """The clip made louder or softer by a level drawn evenly from a range.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        gain: lowest and highest, in dB

    Returns:
        shape (n_samples,); may leave full scale
    """
    return np.asarray(signal * np.float32(10 ** (generator.uniform(*gain) / 20)))


def with_white_noise(
    signal: NDArray[np.float32], *, generator: np.random.Generator, snr: tuple[float, float]
) -> NDArray[np.float32]:
    """White Gaussian noise added at a signal-to-noise ratio drawn evenly from a range.

    Args:
        signal: mono waveform, shape (n_samples,)
        generator: the chance
        snr: lowest and highest ratio of the mean powers of the whole clip, in dB (seed 004: 15 to 29)

    Returns:
        shape (n_samples,), at exactly the ratio drawn; may leave full scale; a silent clip stays silent

    >>> tone = np.sin(2 * np.pi * 440 * np.arange(16_000) / 16_000).astype(np.float32)  # power 0.5
    >>> noise = with_white_noise(tone, generator=np.random.default_rng(0), snr=(20, 20)) - tone
    >>> f"{np.mean(noise**2):.4f}"  # 20 dB below 0.5
    '0.0050'
    """
    ratio = 10 ** (generator.uniform(*snr) / 10)
    noise = generator.standard_normal(len(signal), dtype=np.float32)
    power, noise_power = float(np.vdot(signal, signal)), float(np.vdot(noise, noise))
    noise *= np.float32(np.sqrt(power / ratio / noise_power)) if power else np.float32(0)
    noise += signal
    return noise


def with_noise_floor(
    signal: NDArray[np.float32], *, generator: np.random.Generator, amplitude: float
) -> NDArray[np.float32]:
    """White Gaussian noise of a fixed standard deviation, re full scale (seed 000: 0.005): (n_samples,)."""
    noise = generator.standard_normal(len(signal), dtype=np.float32)
    return np.asarray(signal + np.float32(amplitude) * noise)


def augmented_copy(
    signal: NDArray[np.float32],
    *,
    sampling_rate: int,
    settings: SignalAugmentationParams,
    utterance_id: str,
    number: int,
) -> NDArray[np.float32]:
    """One copy, the same on any machine and in any order.

    Args:
        signal: mono waveform, shape (n_samples,), conditioned
        sampling_rate: in Hz
        settings: ranges; their seed, the id and the number together are the chance
        utterance_id: whose signal it is
        number: of the copy, from 1

    Returns:
        shape (n_changed,): time stretch changes the length
    """
    name = int.from_bytes(hashlib.sha256(utterance_id.encode()).digest())
    generator = np.random.default_rng([settings.seed, number, name])
    return augmented(signal, generator=generator, sampling_rate=sampling_rate, settings=settings)


def augmented(
    signal: NDArray[np.float32],
    *,
    generator: np.random.Generator,
    sampling_rate: int,
    settings: SignalAugmentationParams,
) -> NDArray[np.float32]:
    """The steps that are on, always in this order: the voice (stretch, pitch), the cut, the level, the room.

    (n_samples,) -> (n_changed,)
    """
    if settings.time_stretch is not None:
        rate = settings.time_stretch
        signal = randomly_stretched(signal, generator=generator, sampling_rate=sampling_rate, rate=rate)
    if settings.pitch_shift is not None:
        semitones = settings.pitch_shift
        signal = randomly_pitched(signal, generator=generator, sampling_rate=sampling_rate, semitones=semitones)
    if settings.circular_shift is not None:
        shift = settings.circular_shift
        signal = circularly_shifted(signal, generator=generator, sampling_rate=sampling_rate, shift=shift)
    if settings.gain is not None:
        signal = with_gain(signal, generator=generator, gain=settings.gain)
    if settings.noise_snr is not None:
        signal = with_white_noise(signal, generator=generator, snr=settings.noise_snr)
    if settings.noise_floor is not None:
        signal = with_noise_floor(signal, generator=generator, amplitude=settings.noise_floor)
    return signal
