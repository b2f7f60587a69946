"""A bundle of several models of dimensions: members with bundles of their own, and the sum that makes them one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ser_tasks.bundles.card import FILE, REBUILD, BundleError, check_files
from ser_tasks.bundles.dimensions.bundle import DimensionBundle, Rating, load_dimension_bundle
from ser_tasks.bundles.dimensions.card import DimensionCard, read_any_card
from ser_tasks.bundles.ensemble_bundle import MEMBERS, RULE, Members
from ser_tasks.bundles.model_bundle import write_folder
from ser_tasks.models.dimensions.held_out import Matching
from ser_tasks.models.dimensions.weighted_sum import WeightedSum

if TYPE_CHECKING:
    from ser_tasks.bundles.model_bundle import Utterance

Present: TypeAlias = tuple[bool, ...]
"""Of each member, whether it answers."""

MATCHED = ("slope", "offset")  # parts of the line that a sum is matched by


@dataclass(frozen=True)
class DimensionEnsembleBundle(Members):
    """Several bundles of dimensions, ready to predict as one.

    Attributes:
        folder: where it was read from
        card: what is known of it; its half widths are those where all members answer
        members: model -> its bundle, in the order of the card
        sums: by who answers, of those members alone
    """

    folder: Path
    card: DimensionCard
    members: Mapping[str, DimensionBundle]
    sums: Mapping[Present, WeightedSum]

    def ratings(self, utterances: Sequence[Utterance]) -> list[Rating]:
        """The sum of those of the members; one of words is absent without, unless nobody would answer."""
        given = zip(*(member.ratings(utterances) for member in self.members.values()), strict=True)
        return [self._sum(own, self._present(one)) for one, own in zip(utterances, given, strict=True)]

    def _present(self, utterance: Utterance) -> Present:
        found = tuple(bool(utterance.words) or not member.reads for member in self.members.values())
        return found if any(found) else (True,) * len(found)

    def _sum(self, given: Sequence[Rating], present: Present) -> Rating:
        own = {name: rating for name, rating, here in zip(self.members, given, present, strict=True) if here}
        rule = self.sums[present]
        each = {name: rating.values for name, rating in own.items()}
        (values,) = rule(np.array(list(each.values()))[:, None])
        assert rule.half_widths is not None  # `load_dimension_ensemble` reads them
        halves = dict(zip(self.card.dimensions, map(float, rule.half_widths), strict=True))
        return Rating(values, max(rating.unlikeness for rating in own.values()), halves, each)


BundleOfDimensions: TypeAlias = DimensionBundle | DimensionEnsembleBundle


def write_dimension_ensemble(
    folder: Path,
    card: DimensionCard,
    sums: Mapping[Present, WeightedSum],
    members: Sequence[Path],
    *,
    pages: Mapping[str, bytes],
) -> DimensionCard:
    """The card of an ensemble that is written whole, or not at all; see `ser_tasks.bundles.ensemble_bundle`.

    Args:
        folder: of the bundle; replaced if it is there
        card: its `files` are filled in here
        sums: see `DimensionEnsembleBundle`
        members: folders of their bundles, in the order of the card; copied
        pages: further files by name
    """

    def write(temporary: Path) -> None:
        for name, own in zip(card.members, members, strict=True):
            shutil.copytree(own, temporary / MEMBERS / name)
        kept = [{"present": list(present), **_as_lists(own)} for present, own in sums.items()]
        (temporary / RULE).write_text(json.dumps(kept), encoding="utf-8")

    return write_folder(folder, card, write, pages=pages)


def load_dimension_ensemble(card: DimensionCard, folder: Path) -> DimensionEnsembleBundle:
    """The ensemble of a folder whose card was read; its files are checked first.

    Raises:
        BundleError: a member or the rule cannot be used, or they do not belong together
    """
    check_files(card, folder)
    members = {name: _member(folder / MEMBERS / name, card) for name in card.members}
    try:
        kept = json.loads((folder / RULE).read_text(encoding="utf-8"))
        sums = {tuple(map(bool, one["present"])): _from_lists(one) for one in kept}
        if any(len(own.weights) != sum(present) for present, own in sums.items()):
            raise ValueError("a weight is missing")
        for needed in ((True,) * len(members), tuple(not member.reads for member in members.values())):
            if any(needed) and needed not in sums:
                raise ValueError(f"no sum of {needed}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{folder / RULE}: not readable as a fitted rule ({error!r}). {REBUILD}") from error
    return DimensionEnsembleBundle(folder, card, members, sums)


def _member(folder: Path, card: DimensionCard) -> DimensionBundle:
    own = read_any_card(folder)
    if not isinstance(own, DimensionCard) or (own.dimensions, own.scale) != (card.dimensions, card.scale):
        raise BundleError(f"{folder / FILE}: no bundle of {', '.join(card.dimensions)} on one scale. {REBUILD}")
    if own.sampling_rate != card.sampling_rate:
        raise BundleError(
            f"{folder / FILE}: at {own.sampling_rate} Hz, but the ensemble is at {card.sampling_rate} Hz. {REBUILD}"
        )
    return load_dimension_bundle(own, folder)


def _as_lists(own: WeightedSum) -> dict[str, Any]:
    assert own.half_widths is not None  # of a final sum
    parts = {"weights": own.weights, **vars(own.match), "half_widths": own.half_widths}
    return {name: np.asarray(values).tolist() for name, values in parts.items()}


def _from_lists(kept: Mapping[str, Any]) -> WeightedSum:
    weights, slope, offset, halves = (np.array(kept[name], float) for name in ("weights", *MATCHED, "half_widths"))
    return WeightedSum(weights, Matching(slope, offset), halves)
