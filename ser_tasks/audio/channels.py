"""From the channels of a recording to the one that is heard."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.audio.source import Samples
from ser_tasks.errors import UserError

MIX, EACH = "mix", "each"
NAMES = {"left": 0, "right": 1}
CANCELLED = 0.05  # of the channels' mean power is left in their mix: a correlation below -0.9 of two equal ones
ALIKE = 0.3  # correlation below which two channels do not hold one voice in one room
AUDIBLE = 1e-3  # of the loudest channel's power, 30 dB below it

OPPOSITE = "the channels are in opposite phase and cancel when mixed: the louder one alone was heard"
DIFFERENT = "the channels differ (correlation {found:.2f}), as the two sides of a call do: choose with --channel"


def refuse_channel(channel: str, *, each: bool = True) -> None:
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
    return heard(samples, place_of(samples, channel, path))


def place_of(samples: Samples, channel: str, path: Path | str = "the recording") -> int | None:
    """Which channel is heard, counted from 0; None: the mean of all.

    Args:
        samples: the recording, shape (n_samples, n_channels)
        channel: mix, left, right, or its number from 1
        path: for the error

    Raises:
        UserError: a channel that the recording does not have
    """
    if channel == MIX:
        return int(np.argmax(_powers(samples))) if _cancel(samples) else None
    refuse_channel(channel, each=False)
    place = NAMES[channel] if channel in NAMES else int(channel) - 1
    if place >= samples.shape[1]:
        raise AudioError(
            f"{path}: channel {channel} is asked for, and the number of channels is {samples.shape[1]}. "
            "Take another, or mix."
        )
    return place


def heard(samples: Samples, place: int | None) -> NDArray[np.float32]:
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
    """What `each` stands for."""
    return (MIX,) if n_channels == 1 else (*NAMES,) if n_channels == 2 else tuple(map(str, range(1, n_channels + 1)))


def remark_on_channels(samples: Samples) -> str | None:
    """What a person should know of several channels, shape (n_samples, n_channels)."""
    if samples.shape[1] == 1:
        return None
    if _cancel(samples):
        return OPPOSITE
    found = _least_correlation(samples)
    return DIFFERENT.format(found=found) if found < ALIKE else None


def _powers(samples: Samples) -> NDArray[np.float64]:
    return np.asarray(np.mean(np.square(samples, dtype=np.float64), axis=0))


def _cancel(samples: Samples) -> bool:
    if samples.shape[1] == 1:
        return False
    mix = np.mean(np.square(samples.mean(axis=1), dtype=np.float64))
    return bool(mix < CANCELLED * _powers(samples).mean())


def _least_correlation(samples: Samples) -> float:
    """Of any two audible channels; 1 where there are none."""
    powers = _powers(samples)
    audible = samples[:, powers > AUDIBLE * powers.max()].astype(np.float64)
    if audible.shape[1] < 2:
        return 1.0
    return float(np.nan_to_num(np.corrcoef(audible.T), nan=1.0).min())
