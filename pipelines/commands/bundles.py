"""The bundles that a command line names."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pipelines import paths
from pipelines.display.tables import CONSOLE
from ser_tasks.bundles.card import FILE, BundleError
from ser_tasks.bundles.dimensions.card import AnyCard, DimensionCard, read_any_card
from ser_tasks.errors import UserError

T = TypeVar("T")


def find_bundle(named: str | None) -> Path:
    """The folder of the named bundle.

    Without a name: the one of classes that there is, those of synthetic voices ignored if there is another, and those
    that the project comes with if there is one of your own. A bundle of dimensions is taken by its name alone.

    Raises:
        UserError: no such bundle, or none is named and it is not clear which
    """
    here = bundles_here()
    listed = f"Here: {', '.join(here) or 'none'}."
    if named is None:
        classes = {name: folder for name, folder in here.items() if not _of_dimensions(folder)}
        of_people = [name for name, folder in classes.items() if len(classes) > 1 and not _synthetic(folder)]
        own = [name for name in of_people if classes[name].parent != paths.SHIPPED]
        for names in (own, of_people, list(classes)):
            if len(names) == 1:
                return classes[names[0]]
        found = "there are several bundles, and none is named" if classes else "there is no bundle of classes"
        found = found if here else f"there is no bundle in {paths.bundle('any').parent.resolve()}"
        raise UserError(
            f"--bundle: {found}. {listed} Name one, or make one in the project's folder: ser bundle CORPUS MODEL"
        )
    for folder in (paths.bundle(named), paths.SHIPPED / named, Path(named)):
        if (folder / FILE).is_file():
            return folder
    raise UserError(
        f"--bundle {named}: no bundle in {paths.bundle('')} or {paths.SHIPPED}, and no folder of one (with {FILE}). "
        f"{listed} "
        "Name one of them, or make one: ser bundle CORPUS MODEL"
    )


def _synthetic(folder: Path) -> bool:
    card = _card(folder)
    return card is not None and card.training.kind == "synthetic"


def _of_dimensions(folder: Path) -> bool:
    return isinstance(_card(folder), DimensionCard)


def _card(folder: Path) -> AnyCard | None:
    try:
        return read_any_card(folder)
    except BundleError:  # reported when it is used
        return None


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


def of_those_usable(folders: Mapping[str, Path], load: Callable[[Path], T], *, named: bool) -> dict[str, T]:
    """What `load` makes of each folder; where none is named, those that cannot be used are said and left out.

    Raises:
        UserError: one that is named cannot be used, or none of all can
    """
    found, faults = dict[str, T](), list[UserError]()
    for name, folder in folders.items():
        try:
            found[name] = load(folder)
        except UserError as error:
            if named:
                raise
            faults.append(error)
            CONSOLE.print(f"{name} is left out: {error}", markup=False)
    if not found and faults:
        raise faults[0]
    return found


def bundles_here() -> dict[str, Path]:
    """Folders by name: those that the project comes with and those that the stage made, which have precedence."""
    cards = [*sorted(paths.SHIPPED.glob(f"*/{FILE}")), *sorted(paths.bundle("").glob(f"*/{FILE}"))]
    return dict(sorted((card.parent.name, card.parent) for card in cards))
