"""How far raters agree on classes, beyond chance: Fleiss' kappa and Krippendorff's alpha for nominal data.

Sources: Fleiss (1971), "Measuring nominal scale agreement among many raters", doi:10.1037/h0031619;
Krippendorff (2011), "Computing Krippendorff's alpha-reliability"
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def vote_counts(votes: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Shape (n_units, n_classes): how many raters gave which class.

    Args:
        votes: for each unit, the class that each rater gave
    """
    classes = {name: i for i, name in enumerate(sorted({vote for unit in votes for vote in unit}))}
    counts = np.zeros((len(votes), len(classes)), np.int64)
    for row, unit in zip(counts, votes, strict=True):
        for name, n in Counter(unit).items():
            row[classes[name]] = n
    return counts


def fleiss_kappa(counts: NDArray[np.int64]) -> float | None:
    """Fleiss' kappa; None where it is not defined: raters differ in number, or are fewer than two, or used one class.

    Args:
        counts: shape (n_units, n_classes)
    """
    raters = set(counts.sum(axis=1).tolist())
    if len(raters) != 1 or (n := raters.pop()) < 2:
        return None
    observed = float(((counts**2).sum(axis=1) - n).mean() / (n * (n - 1)))
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    return None if chance == 1 else (observed - chance) / (1 - chance)


def krippendorff_alpha(counts: NDArray[np.int64]) -> float | None:
    """Krippendorff's alpha of nominal data, over units with two votes or more; None if one class is all there is.

    Args:
        counts: shape (n_units, n_classes)

    The nominal data of Krippendorff (2011), section B: twelve units, two raters.

    >>> round(krippendorff_alpha(vote_counts([*zip("aabbdcccedda", "babbbccceddd", strict=True)])), 3)
    0.692
    """
    paired = counts[counts.sum(axis=1) >= 2]
    in_unit, in_class, n = paired.sum(axis=1), paired.sum(axis=0), int(paired.sum())
    expected = (n**2 - (in_class**2).sum()) / (n - 1) if n else 0.0
    if expected == 0:
        return None
    observed = ((in_unit**2 - (paired**2).sum(axis=1)) / (in_unit - 1)).sum()
    return float(1 - observed / expected)


def describe_agreement(votes: Sequence[Sequence[str]], *, left_out: int) -> str | None:
    """Both coefficients in words, over the units that two or more raters gave one class each; None: there are none.

    Args:
        votes: for each unit, the class that each rater gave
        left_out: raters of a unit who gave it several classes, and are not in `votes`
    """
    several = [unit for unit in votes if len(unit) >= 2]
    if not several:
        return None
    counts = vote_counts(several)
    alpha, kappa = krippendorff_alpha(counts), fleiss_kappa(counts)
    raters = sorted({len(unit) for unit in several})
    each = f"{raters[0]} votes each" if len(raters) == 1 else f"{raters[0]} to {raters[-1]} votes each"
    words = f"Krippendorff's alpha {_number(alpha)} (nominal), Fleiss' kappa {_number(kappa)}"
    if len(raters) > 1:
        words += " (it needs as many votes for each)"
    without = f", without {left_out} of raters who gave several labels" if left_out else ""
    return f"{words}, over {len(several)} utterances with {each}{without}"


def _number(value: float | None) -> str:
    return "not defined" if value is None else f"{value:.3f}"
