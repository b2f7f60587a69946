"""A bundle of several: members with bundles of their own, and the rule that makes their answers one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ser_tasks.bundles.card import FILE, REBUILD, BundleError, Card
from ser_tasks.bundles.model_bundle import Answer, ModelBundle, load_model_bundle, write_folder
from ser_tasks.bundles.speech_to_text import SpeechToText
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.models.calibration import posteriors
from ser_tasks.models.ensembles.members import floored_logs
from ser_tasks.models.ensembles.rules import RULES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ser_tasks.bundles.model_bundle import Utterance
    from ser_tasks.models.ensembles.ensemble import Combiner, Pattern

MEMBERS, RULE = "members", "rule.json"  # folder of the members' bundles; what the rule has fitted


class Members:
    """What bundles of several models have alike: what they read, by what their members read."""

    card: Any
    members: Mapping[str, Any]

    @property
    def reads(self) -> bool:
        """Whether a member reads words."""
        return any(member.reads for member in self.members.values())

    @property
    def acoustic(self) -> bool:
        """Whether a member takes audio."""
        return any(member.acoustic is not None for member in self.members.values())

    @cached_property
    def speech_to_text(self) -> SpeechToText | None:
        """The recogniser that members read through; None: none reads words."""
        return None if self.card.asr is None else SpeechToText(self.card.asr, required=not self.acoustic)

    def knows(self, words: str) -> bool:
        """Whether one of these words occurs in the training set of a member."""
        return any(member.knows(words) for member in self.members.values() if member.reads)


@dataclass(frozen=True)
class EnsembleBundle(Members):
    """Several bundles, ready to predict as one.

    Attributes:
        folder: where it was read from
        card: what is known of it
        members: model -> its bundle, in the order of the card
        combiner: the rule, fitted on the members' predictions of unseen speakers
        temperatures: of its posteriors, by who is present; the card has that of all members
    """

    folder: Path
    card: Card
    members: Mapping[str, ModelBundle]
    combiner: Combiner
    temperatures: Mapping[Pattern, float]

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes in the order of the posteriors."""
        return self.card.classes

    def answers(self, utterances: Sequence[Utterance]) -> list[Answer]:
        """The rule's answer to those of the members, calibrated; a member that reads words alone is absent without."""
        if not utterances:
            return []
        given = self._given(utterances)
        rows = np.array([[answer.posteriors for answer in own] for own in given])
        present = self._present(utterances)
        combined = floored_logs(self.combiner.combine(rows * present[:, :, None], present))
        scale = [self.temperatures.get(tuple(own), self.card.temperature) for own in present.T.tolist()]
        calibrated = posteriors(combined / np.array(scale)[:, None], 1.0)
        return [
            Answer(
                calibrated[column],
                max(own[column].unlikeness for own in given),
                self._by_name(rows[:, column], present[:, column]),
            )
            for column in range(len(utterances))
        ]

    def _given(self, utterances: Sequence[Utterance]) -> list[list[Answer]]:
        """Answers of each member; features that several read are computed once."""
        words, sound, given = [one.words for one in utterances], {}, []
        for member in self.members.values():
            key = json.dumps([feature_sets(member.card.feature_set)[0], member.card.sections], sort_keys=True)
            if key not in sound:
                sound[key] = member.sound(utterances)
            given.append(member.answers_from(sound[key], words))
        return given

    def _present(self, utterances: Sequence[Utterance]) -> NDArray[np.bool_]:
        """Who answers what, (n_members, n_utterances); all of them where nobody would."""
        words = np.array([bool(one.words) for one in utterances])
        found = np.array([words | (member.acoustic is not None) for member in self.members.values()])
        return np.asarray(found | ~found.any(axis=0))

    def _by_name(self, rows: NDArray[np.float64], present: NDArray[np.bool_]) -> dict[str, NDArray[np.float64]]:
        return {name: row for name, row, here in zip(self.members, rows, present, strict=True) if here}


def write_ensemble(
    folder: Path,
    card: Card,
    combiner: Combiner,
    temperatures: Mapping[Pattern, float],
    members: Sequence[Path],
    *,
    pages: Mapping[str, bytes],
) -> Card:
    """The card of an ensemble that is written whole, or not at all.

    Args:
        folder: of the bundle; replaced if it is there
        card: its `files` are filled in here
        combiner, temperatures: see `EnsembleBundle`
        members: folders of their bundles, in the order of the card; copied
        pages: further files by name
    """

    def write(temporary: Path) -> None:
        for name, own in zip(card.members, members, strict=True):
            shutil.copytree(own, temporary / MEMBERS / name)
        by_set = [{"present": list(own), "temperature": found} for own, found in temperatures.items()]
        kept = {"fitted": combiner.state(), "temperatures": by_set}
        (temporary / RULE).write_text(json.dumps(kept), encoding="utf-8")

    return write_folder(folder, card, write, pages=pages)


def load_ensemble(card: Card, folder: Path) -> EnsembleBundle:
    """The ensemble of a folder whose card was read, and whose files were held against their digests.

    Raises:
        BundleError: a member or the rule cannot be used, or they do not belong together
    """
    members = {name: load_model_bundle(folder / MEMBERS / name) for name in card.members}
    for name, member in members.items():
        if (member.classes, member.card.sampling_rate) != (card.classes, card.sampling_rate):
            raise BundleError(
                f"{folder / MEMBERS / name / FILE}: classes {list(member.classes)} at {member.card.sampling_rate} Hz, "
                f"but the ensemble has {list(card.classes)} at {card.sampling_rate} Hz. {REBUILD}"
            )
    if card.rule is None or card.rule not in RULES:
        raise BundleError(f"{folder / FILE}: this version of ser has no rule {card.rule!r}. {REBUILD}")
    try:
        kept = json.loads((folder / RULE).read_text(encoding="utf-8"))
        combiner = RULES[card.rule].read(kept["fitted"])
        temperatures = {tuple(one["present"]): float(one["temperature"]) for one in kept["temperatures"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / RULE}: not readable as a fitted rule ({error!r}). {REBUILD}") from error
    return EnsembleBundle(folder, card, members, combiner, temperatures)
