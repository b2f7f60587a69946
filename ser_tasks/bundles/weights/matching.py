"""What every model of dimensions has chosen, on disk beside its weights: arrays and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.bundles.card import REBUILD, BundleError
from ser_tasks.models.dimensions.held_out import Chosen, Matching

FILE = "matching.npz"
Arrays = dict[str, NDArray[Any]]


def write_arrays(file: Path, chosen: Chosen, **arrays: NDArray[Any]) -> None:
    """Write the choices, and further arrays; nothing in the file is a pickle, and the same ones give the same bytes."""
    own = {"values": chosen.values, "ccc": chosen.ccc, "half_widths": chosen.half_widths, **vars(chosen.matched)}
    np.savez(file, **{name: np.asarray(value) for name, value in (own | arrays).items()})  # type: ignore[arg-type]


def read_arrays(file: Path, *names: str) -> tuple[Chosen, Arrays]:
    """The choices, and the other arrays with these names.

    Raises:
        BundleError: not a file of such arrays
    """
    try:
        with np.load(file, allow_pickle=False) as kept:
            return _chosen(kept), {name: np.asarray(kept[name]) for name in names}
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"{file}: not readable as what a model has chosen ({error!r}). {REBUILD}") from error


def _chosen(kept: Mapping[str, NDArray[Any]]) -> Chosen:
    values, ccc = (tuple(map(float, kept[name])) for name in ("values", "ccc"))
    return Chosen(values, ccc, Matching(kept["slope"], kept["offset"]), kept["half_widths"])
