"""The bundle of a folder, whatever it holds: one model, or an ensemble of several."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from ser_tasks.bundles.card import BundleError, check_files, read_card
from ser_tasks.bundles.ensemble_bundle import EnsembleBundle, load_ensemble
from ser_tasks.bundles.model_bundle import ModelBundle, load_model_bundle

Bundle: TypeAlias = ModelBundle | EnsembleBundle


def load_bundle(folder: Path) -> Bundle:
    """The bundle of a folder; its format, its files and the installed libraries are checked first.

    Raises:
        BundleError: what is wrong with it, and how to fix it
    """
    card = read_card(folder)
    if not card.members:
        return load_model_bundle(folder)
    check_files(card, folder)
    return load_ensemble(card, folder)


def single(bundle: Bundle, *, wanted: str) -> ModelBundle:
    """The bundle, if it holds one model.

    Args:
        bundle: any
        wanted: what takes one model alone, as the message says it

    Raises:
        BundleError: an ensemble
    """
    if isinstance(bundle, EnsembleBundle):
        members = ", ".join(str(member.folder) for member in bundle.members.values())
        raise BundleError(f"{bundle.folder}: an ensemble, but {wanted} is of one model. Take a member: {members}")
    return bundle
