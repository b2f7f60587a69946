"""Time stretch: speech slower or faster at the same pitch."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

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
