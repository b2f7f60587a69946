"""Babble: some other people who talk at the same time."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.level import speech_power

Signal = NDArray[np.float32]
Utterance = TypeVar("Utterance")


def babble(
    voices: Sequence[Signal],
    n_samples: int,
    *,
    sampling_rate: int,
    speech_range: float,
    generator: np.random.Generator,
) -> Signal:
    """All voices at once, equally loud, each begun at a random place and repeated to the length wanted.

    Args:
        voices: an utterance each, shape (n,)
        n_samples: wanted
        sampling_rate: in Hz
        speech_range: see `speech_power`
        generator: the chance

    Returns:
        shape (n_samples,)
    """
    total = np.zeros(n_samples)
    for voice in voices:
        power = speech_power(voice, sampling_rate=sampling_rate, speech_range=speech_range)
        begun = np.roll(voice, -int(generator.integers(len(voice))))
        total += np.resize(begun, n_samples) / (np.sqrt(power) if power else 1.0)
    return np.asarray(total, np.float32)


def draw_talkers(
    others: Mapping[str, Sequence[Utterance]], *, talkers: int, generator: np.random.Generator
) -> tuple[Utterance, ...]:
    """An utterance of each of some speakers, all different; of all speakers in turn where there are too few.

    Args:
        others: speaker -> utterances, without the speaker who is to be understood
        talkers: wanted
        generator: the chance

    Raises:
        UserError: there is nobody else
    """
    if not any(others.values()):
        raise UserError(
            "babble needs other speakers on the training side of a fold, found none. Leave it out of "
            "robustness.conditions in params.yaml, or name other --conditions."
        )
    order = generator.permutation(sorted(others))
    shuffled = {name: generator.permutation(len(others[name])) for name in order}
    turns = range(max(map(len, others.values())))
    drawn = [others[name][shuffled[name][turn]] for turn in turns for name in order if turn < len(others[name])]
    return tuple(drawn[:talkers])
