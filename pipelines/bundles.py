"""Which bundles a command line means, where it may mean several."""

from collections.abc import Sequence
from pathlib import Path

from pipelines import places
from pipelines.predict_command import find_bundle
from ser_tasks.bundle.card import FILE
from ser_tasks.errors import UserError


def find_bundles(named: Sequence[str]) -> dict[str, Path]:
    """The folders of the bundles that are named; without any name, of all there are.

    Raises:
        UserError: one that is not there, two of the same name, or none at all
    """
    here = sorted(card.parent.name for card in places.bundle("").glob(f"*/{FILE}"))
    folders = [find_bundle(name) for name in named] or [places.bundle(name) for name in here] or [find_bundle(None)]
    by_name = {folder.name: folder for folder in folders}
    if len(by_name) < len(folders):
        raise UserError(f"--bundle: {', '.join(map(str, folders))} have the same name twice. Name each once.")
    return by_name
