"""Student's t from scipy.special: the same numbers as scipy.stats.t, without the second that importing it takes."""

from scipy.special import stdtr, stdtrit


def student_t(degrees: float, confidence: float) -> float:
    """The quantile t with P(|T| < t) = confidence: half the width of an interval in standard errors."""
    return float(stdtrit(degrees, (1 + confidence) / 2))


def two_sided_p(t: float, degrees: float) -> float:
    """P(|T| >= |t|)."""
    return float(2 * stdtr(degrees, -abs(t)))
