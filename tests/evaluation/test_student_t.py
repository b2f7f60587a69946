import pytest
from scipy.stats import t

from ser_tasks.evaluation.student_t import student_t, two_sided_p


@pytest.mark.parametrize("degrees", [1, 7, 23, 500])
def test_quantiles_and_p_values_are_those_of_scipy_stats(degrees):
    assert student_t(degrees, 0.95) == t.ppf(0.975, degrees)
    assert two_sided_p(-1.7, degrees) == 2 * t.sf(1.7, degrees)


def test_with_two_speakers_the_95_percent_quantile_is_the_12_706_of_every_table():
    assert student_t(1, 0.95) == pytest.approx(12.706, abs=1e-3)
