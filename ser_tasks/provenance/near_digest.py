"""What survives the last bits of another processor: a digest of the likeliest classes, and sums with random signs.

A digest tells equal from not equal. Of two prediction tables that differ, the sums tell how far: the mean square of
what they differ by is, on average over the signs, the sum of squares of what the values differ by. Kernels for AVX-512
in place of AVX2 change the posteriors of an SVM by 1e-5 in the root mean square, the farthest of 896 by 8e-5.
"""

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.provenance.content_digest import value_digest

KEYS = ("utterance_id", "fold", "seed")
SUMS = 12  # two opposite changes of one utterance leave all of them as they are once in 4096
DIGITS = 6  # behind the point, as they are recorded
TOLERANCE = 1e-4  # root mean square over all values
SHORT = 16  # hexadecimal digits


def near_digest(predictions: pd.DataFrame) -> dict[str, str]:
    """Lines of a result's outputs: `classes`, the likeliest of each utterance, where there are classes; and `sums`."""
    classes = _classes(predictions)
    sums = " ".join(f"{own:.{DIGITS}f}" for own in signed_sums(predictions))
    return {**({} if classes is None else {"classes": classes}), "sums": sums}


def distance(recorded: Mapping[str, str], predictions: pd.DataFrame) -> float | None:
    """How far the values are from the recorded ones: root mean square, estimated from the sums.

    Args:
        recorded: lines as from `near_digest`
        predictions: a table as it is now

    Returns:
        infinity: other likeliest classes, utterances, folds or seeds; None: the lines are not there
    """
    if "sums" not in recorded:
        return None
    if recorded.get("classes") != _classes(predictions):
        return np.inf
    was = np.array(recorded["sums"].split(), np.float64)
    if len(was) != SUMS:
        return np.inf
    return float(np.sqrt(np.mean((was - signed_sums(predictions)) ** 2) / predictions[_values(predictions)].size))


def signed_sums(predictions: pd.DataFrame) -> NDArray[np.float64]:
    """Sums of all values, shape (SUMS,): the sign of each follows from its utterance, fold, seed and column.

    The order of rows and columns changes nothing but the last bits.

    Source: Alon, Matias & Szegedy (1999), doi:10.1006/jcss.1997.1545
    """
    names = _values(predictions)
    values = np.nan_to_num(predictions[names].to_numpy(np.float64))
    keys = zip(*(predictions[name].astype(str) for name in KEYS), strict=True)
    total = np.zeros(SUMS)
    for key, row in zip(keys, values, strict=True):
        chance = hashlib.shake_256("\n".join(key).encode()).digest(SUMS * len(names))
        total += np.where(np.frombuffer(chance, np.uint8).reshape(SUMS, -1) & 1, 1.0, -1.0) @ row
    return total


def _classes(predictions: pd.DataFrame) -> str | None:
    """Digest of the likeliest class of each row beside its truth; None: a table of dimensions, which has no classes."""
    if "truth" not in predictions:
        return None
    names = _values(predictions)
    likeliest = np.array(names)[predictions[names].to_numpy().argmax(axis=1)].tolist()
    known = zip(*(predictions[name].astype(str) for name in (*KEYS, "truth")), likeliest, strict=True)
    return value_digest(sorted(known))[:SHORT]


def _values(predictions: pd.DataFrame) -> list[str]:
    """Columns of numbers, in an order of their own."""
    return sorted(name for name in predictions.columns if name not in (*KEYS, "truth"))
