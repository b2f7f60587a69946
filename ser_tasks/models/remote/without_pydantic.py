"""Replacement of pydantic on a machine that has none.

The settings of a network are declared beside its builder, so importing the builder runs that declaration. Here nothing
is validated: the plan was, where it was written. The stand-in lets the declarations pass and does nothing else.
"""

import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAMES = ("pydantic", "annotated_types")


class _Inert:
    """A type, a constraint or a decorator: whatever is done with it gives the same again, or what it decorates."""

    def __call__(self, *given: Any, **_: Any) -> Any:
        return given[0] if given and callable(given[0]) and not isinstance(given[0], _Inert) else self

    def __getitem__(self, _: Any) -> "_Inert":
        return self

    __or__ = __ror__ = __getitem__


class _Sections:
    """The base class of sections."""


def let_declarations_pass() -> None:
    """Put the stand-ins where `import` finds them, unless the real ones are installed."""
    for name in NAMES:
        if name not in sys.modules and not _installed(name):
            module = ModuleType(name)
            module.__getattr__ = lambda own: _Sections if own == "BaseModel" else _Inert()  # type: ignore[method-assign]
            sys.modules[name] = module


def _installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False
