"""Sections of params.yaml as plain values that read like the validated ones, where there is no pydantic."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


class Settings:
    """A mapping whose keys are attributes; mappings inside it are such settings, too."""

    def __init__(self, values: Mapping[str, Any], *, where: str) -> None:
        self._values, self._where = dict(values), where

    def __getattr__(self, name: str) -> Any:
        """The value called `name`.

        Raises:
            AttributeError: there is none
        """
        if name.startswith("_") or name not in self._values:
            raise AttributeError(
                f"{self.__dict__.get('_where')}: there is no '{name}', but {sorted(self.__dict__.get('_values', ()))}. "
                "Write the plan again, with the version of the code that reads it."
            )
        value = self._values[name]
        return Settings(value, where=f"{self._where}.{name}") if isinstance(value, Mapping) else value

    def model_dump(self, *, exclude: Collection[str] = (), mode: str = "python") -> dict[str, Any]:
        """The plain values, without some; `mode` is pydantic's, and changes nothing here."""
        return {name: value for name, value in self._values.items() if name not in exclude}
