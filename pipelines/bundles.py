"""Which bundles a command line means."""

from collections.abc import Sequence
from pathlib import Path

from pipelines import places
from ser_tasks.bundle.card import FILE
from ser_tasks.errors import UserError

MAKE = "Make one (dvc repro bundle), or name the folder of one."


def bundle_folders(named: Sequence[str]) -> dict[str, Path]:
    """The bundles that are named, by name or by folder; without any name, all there are.

    Raises:
        UserError: one that is not there, two of the same name, or none at all
    """
    folders = [_folder(name) for name in named] or _all()
    if not folders:
        raise UserError(f"{places.bundle('NAME').parent}: there is no bundle. {MAKE}")
    by_name = {folder.name: folder for folder in folders}
    if len(by_name) < len(folders):
        raise UserError(f"--bundle: two bundles have the same name ({', '.join(map(str, folders))}). Name each once.")
    return by_name


def only_bundle(named: str) -> Path:
    """The one that is named, or the only one there is.

    Raises:
        UserError: it is not there, or there are several and none is named
    """
    folders = bundle_folders([named] if named else [])
    if len(folders) > 1:
        raise UserError(f"There are several bundles: {', '.join(folders)}. Name one: --bundle {next(iter(folders))}")
    return next(iter(folders.values()))


def _all() -> list[Path]:
    return sorted(card.parent for card in places.bundle("NAME").parent.glob(f"*/{FILE}"))


def _folder(name: str) -> Path:
    for folder in (places.bundle(name), Path(name)):
        if (folder / FILE).is_file():
            return folder
    raise UserError(
        f"--bundle {name}: no bundle of that name ({', '.join(folder.name for folder in _all()) or 'there is none'}), "
        f"and no folder with a {FILE}. {MAKE}"
    )
