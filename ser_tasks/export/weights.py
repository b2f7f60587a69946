"""How the weights of a network are stored in a file."""

from typing import Literal, TypeAlias

Weights: TypeAlias = Literal["float32", "float16", "int8"]
