"""Which bundles a command line means."""

from collections.abc import Sequence
from pathlib import Path

from pipelines import places
from ser_tasks.bundle.card import FILE
from ser_tasks.errors import UserError


def find_bundle(named: str | None) -> Path:
    """The folder of the bundle that is meant.

    Raises:
        UserError: no such bundle, or none is named and there is not exactly one
    """
    here = bundles_here()
    listed = f"In {places.bundle('')}: {', '.join(here) or 'none'}."
    if named is None:
        if len(here) == 1:
            return places.bundle(here[0])
        found = "there is no bundle" if not here else "there are several bundles, and none is named"
        raise UserError(
            f"--bundle: {found}. {listed} Name one, or make one of bundles: in params.yaml: dvc repro bundle@NAME"
        )
    for folder in (places.bundle(named), Path(named)):
        if (folder / FILE).is_file():
            return folder
    raise UserError(
        f"--bundle {named}: neither a bundle in {places.bundle('')} nor the folder of one (with {FILE}). {listed} "
        "Name one of them, or make it, where bundles: in params.yaml has it: dvc repro bundle@NAME"
    )


def find_bundles(named: Sequence[str]) -> dict[str, Path]:
    """The folders of the bundles that are named; without any name, of all there are.

    Raises:
        UserError: one that is not there, two of the same name, or none at all
    """
    folders = [find_bundle(name) for name in named or bundles_here()] or [find_bundle(None)]
    by_name = {folder.name: folder for folder in folders}
    if len(by_name) < len(folders):
        raise UserError(f"--bundle: {', '.join(map(str, folders))} have the same name twice. Name each once.")
    return by_name


def bundles_here() -> list[str]:
    """Names of those that the stage made."""
    return sorted(card.parent.name for card in places.bundle("").glob(f"*/{FILE}"))
