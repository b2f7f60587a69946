"""Declarations of a line of the model table besides the model: its section of params.yaml, and its own file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from ser_tasks.errors import UserError
from ser_tasks.models.recogniser import Model

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from types import ModuleType

    from ser_tasks.models.search_space import SearchSpace
    from ser_tasks.params import NetworkParams


@dataclass(frozen=True)
class DeclaredModel(Model):
    """One line of the model table. A network NAME has a file NAME.py, which holds `build_NAME`, its settings and space.

    A class of its own: what `Model` holds is part of every fold's digest, and nothing here decides a fold.
    """

    section_name: str = ""  # dotted, of params.yaml: what `ser tune` searches, and a result's origin names
    module: str = ""  # of a network, its file

    @property
    def network_name(self) -> str:
        """Of a network: the name of its file."""
        return self.module.rpartition(".")[2]


def settings_class(model: DeclaredModel) -> type[NetworkParams]:
    """The class that the file of a network called a_name declares for its section of params.yaml: ANameParams.

    Raises:
        UserError: no such file, or none in it
    """
    name = f"{''.join(word.capitalize() for word in model.network_name.split('_'))}Params"
    module = _file(model)
    if not hasattr(module, name):
        raise UserError(
            f"{_path(model)} has no {name}. A network declares its settings: add `class {name}(NetworkParams)`, or fix "
            "its line in ser_tasks/models/__init__.py."
        )
    found: type[NetworkParams] = getattr(module, name)
    return found


def declared_space(model: DeclaredModel) -> SearchSpace | None:
    """Search space that a network's file declares for `ser tune`; None: it declares none."""
    return getattr(_file(model), "SPACE", None)


def _file(model: DeclaredModel) -> ModuleType:
    try:
        return import_module(model.module)
    except ModuleNotFoundError as error:
        if error.name != model.module:
            raise
        raise UserError(
            f"the table of models has {model.network_name!r}, but there is no {_path(model)}. Write it, or fix the "
            "line in ser_tasks/models/__init__.py."
        ) from error


def _path(model: DeclaredModel) -> str:
    return f"{model.module.replace('.', '/')}.py"
