"""One condition: a kind of degradation at one value, and what it makes of an utterance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.evaluation.robustness.kinds import KINDS, Scene

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import RobustnessParams

Signal = NDArray[np.float32]
TALKERS = "talkers"  # the setting of kinds that need other speakers


@dataclass(frozen=True)
class Condition:
    """As `params.yaml` has it."""

    kind: str
    value: float
    settings: Mapping[str, Any]  # of the section robustness, those that the kind reads

    @property
    def name(self) -> str:
        """babble_10, gain_-20: as files and the command line spell it."""
        return f"{self.kind}_{self.value:g}"

    @property
    def title(self) -> str:
        """babble, 10 dB SNR: as people read it."""
        return f"{KINDS[self.kind].title}, {self.value:g} {KINDS[self.kind].unit}"

    @property
    def needs_voices(self) -> bool:
        """Whether other speakers talk in it."""
        return TALKERS in self.settings

    def facts(self) -> dict[str, Any]:
        """All that decides it, but for the sound."""
        return {"kind": self.kind, "value": self.value, **self.settings}


def conditions_of(section: RobustnessParams) -> tuple[Condition, ...]:
    """Every condition of the section, kind by kind."""
    return tuple(
        Condition(kind, float(value), {name: getattr(section, name) for name in KINDS[kind].reads})
        for kind, values in section.conditions
        for value in values
    )


def chosen(conditions: Sequence[Condition], names: Sequence[str]) -> tuple[Condition, ...]:
    """Those of these kinds or names, in their own order; all, if none is named.

    Raises:
        UserError: a name that is neither, or nothing to choose from
    """
    if not conditions:
        raise UserError("params.yaml: robustness.conditions: every kind is empty. Give one of them a value.")
    known = {condition.name for condition in conditions} | {condition.kind for condition in conditions}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UserError(
            f"--conditions: {', '.join(map(repr, unknown))} is neither a kind nor a condition. There are "
            f"{', '.join(condition.name for condition in conditions)}. Name those, or a kind for all of its values; "
            "robustness.conditions in params.yaml has further values."
        )
    wanted = set(names) or known
    return tuple(condition for condition in conditions if {condition.name, condition.kind} & wanted)


def chance(kind: str, utterance_id: str, seed: int) -> np.random.Generator:
    """Random generator for an utterance under a kind: the same on any machine, in any order, at any value."""
    name = int.from_bytes(hashlib.sha256(f"{kind} {utterance_id}".encode()).digest())
    return np.random.default_rng([seed, name])


def degraded(
    signal: Signal, condition: Condition, *, sampling_rate: int, utterance_id: str, voices: Sequence[Signal] = ()
) -> Signal:
    """One utterance under a condition.

    Args:
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]
        condition: a kind and its value
        sampling_rate: in Hz
        utterance_id: with the seed, the chance
        voices: other speakers' utterances, for babble

    Returns:
        shape (n_changed,): speed, tempo and silence change the length

    Raises:
        UserError: what the kind cannot do
    """
    generator = chance(condition.kind, utterance_id, int(condition.settings.get("seed", 0)))
    scene = Scene(signal, sampling_rate, condition.settings, generator, voices)
    return KINDS[condition.kind].degrade(scene, condition.value)
