"""Which statistics of the feature set `functionals` tell of the same thing."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

LOUDNESS = r"lld\.(energy|energy_entropy|mfcc_1)|mfcc\.c0"  # coefficient 0 of a cepstrum is the level
SPECTRUM = r"lld\.(zcr|spectral_\w+)"
CHROMA = r"lld\.chroma_\w+"

GROUPS: Mapping[str, str] = {
    "F0": r"pitch\.f0_semitones",
    "voicing": r"pitch\.(harmonic_ratio|voiced)",
    "loudness": LOUDNESS,
    "spectral shape": SPECTRUM,
    "chroma": CHROMA,
    "MFCC": r"lld\.mfcc_([2-9]|1\d)|mfcc\.c[1-9]\d*",
    "log-mel bands": r"log_mel\.band_\d+",
    "slopes of loudness, spectral shape, chroma": (
        r"lld\.delta (zcr|energy|energy_entropy|mfcc_1|spectral_\w+|chroma_\w+)|mfcc\.(delta )+c0"
    ),
    "slopes of MFCC": r"lld\.delta mfcc_([2-9]|1\d)|mfcc\.(delta )+c[1-9]\d*",
    "slopes of log-mel bands": r"log_mel\.delta band_\d+",
}
"""Name -> the descriptors whose statistics belong to it, as a pattern of all that stands before the statistic."""

Columns = NDArray[np.intp]


def descriptor_groups(dimensions: Sequence[str]) -> dict[str, Columns]:
    """The columns of each group that has any, in the order of GROUPS.

    Args:
        dimensions: names as `features.functionals` gives them, `part.descriptor.statistic`

    Raises:
        UserError: a dimension that belongs to no group, or to several
    """
    patterns = {name: re.compile(pattern) for name, pattern in GROUPS.items()}
    found: dict[str, list[int]] = {name: [] for name in GROUPS}
    for column, dimension in enumerate(dimensions):
        descriptor = dimension.rpartition(".")[0]
        own = [name for name, pattern in patterns.items() if pattern.fullmatch(descriptor)]
        if len(own) != 1:
            raise UserError(
                f"the dimension {dimension!r} belongs to {own or 'no group'}, expected exactly one of {list(GROUPS)}. "
                "Mend its pattern in ser_tasks/bundles/explain/descriptor_groups.py."
            )
        found[own[0]].append(column)
    return {name: np.array(columns) for name, columns in found.items() if columns}
