"""Base class and field types of every section of params.yaml."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(gt=0, lt=1)]
Dropout = Annotated[float, Field(ge=0, lt=1)]
Count = Annotated[int, Field(ge=2)]
NAME = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=NAME)]


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(map(str, twice))} more than once")
    return names


Once = AfterValidator(_once)


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"{bounds[0]} is above {bounds[1]}. Write the lower one first")
    return bounds


Rising = AfterValidator(_rising)


def odd(count: int) -> int:
    """A check for fields: sizes of a neighbourhood."""
    if count % 2 == 0:
        raise ValueError(f"{count} is even, but a neighbourhood has a centre and two sides. Set 3, 5, 7 ...")
    return count


class Section(BaseModel):
    """A part of params.yaml: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
