"""The bundle of a folder, whatever it holds: a model of classes, an ensemble of several, or a model of dimensions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from ser_tasks.bundles.card import BundleError, Card, check_files, read_card
from ser_tasks.bundles.dimensions.bundle import load_dimension_bundle
from ser_tasks.bundles.dimensions.card import DimensionCard, read_any_card
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions, load_dimension_ensemble
from ser_tasks.bundles.ensemble_bundle import EnsembleBundle, load_ensemble
from ser_tasks.bundles.model_bundle import ModelBundle, load_model_bundle

Bundle: TypeAlias = ModelBundle | EnsembleBundle  # of classes
AnyBundle: TypeAlias = Bundle | BundleOfDimensions


def load_bundle(folder: Path) -> Bundle:
    """The bundle of classes in a folder; its format, its files and the installed libraries are checked first.

    Raises:
        BundleError: what is wrong with it, and how to fix it; or it is one of dimensions
    """
    return _of_classes(read_card(folder), folder)


def load_any_bundle(folder: Path) -> AnyBundle:
    """The same, of classes or of dimensions.

    Raises:
        BundleError: what is wrong with it, and how to fix it
    """
    card = read_any_card(folder)
    if not isinstance(card, DimensionCard):
        return _of_classes(card, folder)
    return load_dimension_ensemble(card, folder) if card.members else load_dimension_bundle(card, folder)


def _of_classes(card: Card, folder: Path) -> Bundle:
    if not card.members:
        return load_model_bundle(folder)
    check_files(card, folder)
    return load_ensemble(card, folder)


def single(bundle: Bundle, *, wanted: str, fits: Callable[[str], bool]) -> ModelBundle:
    """The bundle, if it holds one model.

    Args:
        bundle: any
        wanted: what takes one model alone, as the message says it
        fits: whether it takes a model of the table; members that it does not take are not named

    Raises:
        BundleError: an ensemble
    """
    if isinstance(bundle, EnsembleBundle):
        fitting = [str(member.folder) for member in bundle.members.values() if fits(member.card.model)]
        none = f"None of its members can have one ({', '.join(bundle.members)}): make a bundle of a network of sound."
        way_out = f"Take a member: {', '.join(fitting)}" if fitting else none
        raise BundleError(f"{bundle.folder}: an ensemble, but {wanted} is of one model. {way_out}")
    return bundle
