"""From the channels of a recording to the one that is used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.recording import AudioError, Recording, Samples
from ser_tasks.errors import UserError

MIX, EACH = "mix", "each"
NAMES = {"left": 0, "right": 1}
CANCELLED = 0.05  # of the channels' mean power is left in their mix: a correlation below -0.9 of two equal ones
ALIKE = 0.3  # correlation below which two channels do not hold one voice in one room
AUDIBLE = 1e-3  # of the loudest channel's power, 30 dB below it
CONSTANT = 1e-6  # of a channel's level: what moves less is its zero line, and has no correlation

OPPOSITE = "the channels are in opposite phase and cancel when mixed: the louder one alone was heard"
CHOOSE = "choose with --channel"
DIFFERENT = f"the channels differ (correlation {{found:.2f}}), as the two sides of a call do: {CHOOSE}"


def check_channel(channel: str, *, each: bool = True) -> None:
    """Raise UserError where this is not one of mix, left, right, each (if that is possible), or a number from 1."""
    names = [MIX, *NAMES, *([EACH] if each else [])]
    if channel not in names and not (channel.isdecimal() and int(channel) > 0):
        raise UserError(f"channel {channel!r}: expected {', '.join(names)}, or the number of a channel, from 1.")


def mixed_down(samples: Samples, channel: str = MIX, *, path: Path | str = "the recording") -> NDArray[np.float32]:
    """One channel of a recording, shape (n_samples, n_channels) -> (n_samples,), full scale [-1, 1].

    Args:
        samples: the recording
        channel: mix is the mean of all, or where they cancel the louder one; else see `place_of`
        path: for the error

    Raises:
        UserError: a channel that the recording does not have
    """
    return channel_at(samples, place_of(samples, channel, path))


def place_of(samples: Samples, channel: str, path: Path | str = "the recording") -> int | None:
    """The channel that is used, counted from 0; None: the mean of all.

    Args:
        samples: the recording, shape (n_samples, n_channels)
        channel: mix, left, right, or its number from 1
        path: for the error

    Raises:
        UserError: a channel that the recording does not have
    """
    if channel == MIX:
        together = Together.of(samples) if samples.shape[1] > 1 else None
        return int(np.argmax(together.powers)) if together and together.cancel else None
    check_channel(channel, each=False)
    place = NAMES[channel] if channel in NAMES else int(channel) - 1
    if place >= samples.shape[1]:
        raise AudioError(
            f"{path}: channel {channel} is asked for, and the number of channels is {samples.shape[1]}. "
            "Take another, or mix."
        )
    return place


def channel_at(samples: Samples, place: int | None) -> NDArray[np.float32]:
    """The channel at a place, or the mean of all."""
    return np.asarray(samples.mean(axis=1) if place is None else samples[:, place], np.float32)


def chosen(recording: Recording, channel: str) -> Recording:
    """The recording with one channel, as if it had no other; of a mix, all.

    Raises:
        UserError: a channel that the recording does not have
    """
    if channel == MIX:
        return recording
    one = mixed_down(recording.samples, channel)
    return Recording(one[:, None], recording.sampling_rate, recording.notes)


def channels_of(n_channels: int) -> tuple[str, ...]:
    """Names of the channels that `each` stands for."""
    return (MIX,) if n_channels == 1 else (*NAMES,) if n_channels == 2 else tuple(map(str, range(1, n_channels + 1)))


@dataclass(frozen=True)
class Together:
    """How the channels of a recording go together, for all of it or block by block: Together.of(a) + Together.of(b).

    Attributes:
        n: samples per channel
        sums: of each channel, shape (n_channels,)
        products: summed, of each two channels, shape (n_channels, n_channels)
    """

    n: int
    sums: NDArray[np.float64]
    products: NDArray[np.float64]

    @staticmethod
    def of(samples: Samples) -> Together:
        """Sums and products of a block, shape (n_samples, n_channels)."""
        exact = samples.astype(np.float64)
        return Together(len(samples), exact.sum(axis=0), exact.T @ exact)

    def __add__(self, other: Together) -> Together:
        """Sums and products of two blocks in a row."""
        return Together(self.n + other.n, self.sums + other.sums, self.products + other.products)

    @property
    def powers(self) -> NDArray[np.float64]:
        """Mean power of each channel, shape (n_channels,)."""
        return np.diag(self.products) / max(self.n, 1)

    @property
    def cancel(self) -> bool:
        """Whether hardly anything is left in the mean of the channels."""
        mix = self.products.mean() / max(self.n, 1)
        return len(self.sums) > 1 and bool(mix < CANCELLED * self.powers.mean())

    @property
    def least_correlation(self) -> float:
        """Least correlation of any two audible channels; 1 where there are none."""
        audible = self.powers > AUDIBLE * self.powers.max()
        means = self.sums / max(self.n, 1)
        covariance = (self.products / max(self.n, 1) - np.outer(means, means))[np.ix_(audible, audible)]
        spread = np.sqrt(np.maximum(np.diag(covariance), 0))
        moving = spread > CONSTANT * np.sqrt(self.powers[audible])
        correlation = covariance[np.ix_(moving, moving)] / np.outer(spread[moving], spread[moving])
        return float(correlation.min(initial=1.0))


def remark_on_channels(samples: Samples) -> str | None:
    """Remark on channels that cancel or differ; None: neither, or a single one. Shape (n_samples, n_channels)."""
    return remark_on(Together.of(samples)) if samples.shape[1] > 1 else None


def remark_on(together: Together) -> str | None:
    """Remark on channels that were read block by block."""
    if together.cancel:
        return OPPOSITE
    found = together.least_correlation
    return DIFFERENT.format(found=found) if found < ALIKE else None
