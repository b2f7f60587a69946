"""A bootstrap that draws whole speakers, and how many equal ones they are worth."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ser_tasks.evaluation.student_t import student_t


def speaker_draws(n: int, *, resamples: int, seed: int) -> NDArray[np.int64]:
    """How often each of n speakers is drawn, n times with replacement: shape (resamples, n)."""
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), resamples)


def effective_speakers(sizes: ArrayLike) -> float:
    """(sum of sizes)^2 / (sum of their squares): n for n speakers of one size, less the more a few say most.

    Args:
        sizes: utterances, or words, of each speaker, shape (n_speakers,); one at least is not 0

    Source: Kish (1965), "Survey Sampling", section 11.7; as the number of clusters that a t-test may count: Carter,
    Schnepel & Steigerwald (2017), doi:10.1162/REST_a_00639, whose measure this is where a cluster's share in the
    variance is its share in the sample
    """
    each = np.asarray(sizes)
    return float(each.sum() ** 2 / (each**2).sum())


def standard_error(drawn: NDArray[np.floating], speakers: float) -> float:
    """Of a figure, from its values over the draws, shape (resamples,).

    Args:
        drawn: the figure of each draw
        speakers: effective number, more than 1. The bootstrap's own error is too small by the root of 1 - 1 / speakers:
            each speaker is measured against a mean that it is part of
    """
    return float(drawn.std() * np.sqrt(speakers / (speakers - 1)))


def half_width(error: float, speakers: float, confidence: float) -> float:
    """Half of an interval with this standard error: Student's t for speakers - 1 degrees of freedom, whole or not.

    With 8 to 24 speakers the percentiles of the bootstrap cover too little (88 to 92 % instead of 95 %).

    Source: Davison & Hinkley (1997), "Bootstrap Methods and their Application", sections 2.5 and 3.8; Cameron, Gelbach
    & Miller (2008), doi:10.1162/rest.90.3.414, on few clusters
    """
    return student_t(speakers - 1, confidence) * error
