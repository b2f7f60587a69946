"""What a line of the model table declares besides the model: its section of params.yaml, and its own file."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ser_tasks.errors import UserError
from ser_tasks.models.recogniser import Model

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
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
    """The class that a network's file declares for its section of params.yaml: NAME in capitals, and Params.

    Raises:
        UserError: the file has none
    """
    name = f"{''.join(word.capitalize() for word in model.network_name.split('_'))}Params"
    found: type[NetworkParams] = _declared(model, name, f"class {name}(NetworkParams)")
    return found


def declared_space(model: DeclaredModel) -> SearchSpace | None:
    """What a network's file wants `ser tune` to search; None: it does not say."""
    return getattr(import_module(model.module), "SPACE", None)


def _declared(model: DeclaredModel, name: str, form: str) -> Any:
    module = import_module(model.module)
    if not hasattr(module, name):
        raise UserError(
            f"{model.module.replace('.', '/')}.py has no {name}. A network declares its settings: add "
            f"`{form}`, or fix its line in ser_tasks/models/__init__.py."
        )
    return getattr(module, name)
