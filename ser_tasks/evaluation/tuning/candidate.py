"""From what the search drew to params.yaml: values as they would stand there, and the params with them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from ser_tasks.evaluation.tuning.spaces import Space
    from ser_tasks.params import Params

DIGITS = 3  # of a drawn number: what is evaluated is what is written


def settings(params: Params, space: Space, drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted key of params.yaml -> plain value.

    Args:
        params: where a list stands in it, a single value drawn becomes a list of one
        space: that the values were drawn from
        drawn: by name of the space; text is what would stand in params.yaml, numbers are rounded to three digits
    """
    tree = params.model_dump(mode="json")
    found = {}
    for name, value in drawn.items():
        key = f"{space.section}.{name}"
        plain = _plain(value)
        is_list = isinstance(reduce(lambda node, step: node[step], key.split("."), tree), list)
        found[key] = [plain] if is_list and isinstance(plain, int | float | str) else plain
    return found


def with_settings(params: Params, values: Mapping[str, Any]) -> Params:
    """The params with these values in place of their own, validated.

    Args:
        params: complete
        values: by dotted key

    Raises:
        pydantic.ValidationError: a value that its section does not allow
    """
    tree = params.model_dump(mode="json")
    for key, value in values.items():
        *sections, last = key.split(".")
        reduce(lambda node, step: node[step], sections, tree)[last] = value
    return type(params).model_validate(tree)


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return yaml.safe_load(value)
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value
