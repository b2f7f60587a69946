"""Against the example that everyone uses: admissions to Berkeley in 1973, and the 2 x 2 table alone."""

import numpy as np
import pytest
from scipy.stats import chi2

from ser_tasks.evaluation.comparison.mantel_haenszel import mantel_haenszel_p

# Bickel, Hammel & O'Connell (1975), Science 187: men and women, admitted and rejected, in six departments
BERKELEY = np.array(
    [
        [[512, 313], [89, 19]],
        [[353, 207], [17, 8]],
        [[120, 205], [202, 391]],
        [[138, 279], [131, 244]],
        [[53, 138], [94, 299]],
        [[22, 351], [24, 317]],
    ]
)


def test_berkeley_as_r_has_it():
    # mantelhaen.test(UCBAdmissions): X-squared = 1.4269, df = 1, p-value = 0.2323
    assert mantel_haenszel_p(BERKELEY) == pytest.approx(0.2323, abs=5e-5)


def test_one_table_worked_by_hand():
    # 9 of 10 against 4 of 10: expected 6.5, variance 10 * 10 * 13 * 7 / (400 * 19)
    variance = 10 * 10 * 13 * 7 / (400 * 19)
    p = mantel_haenszel_p(np.array([[[9, 1], [4, 6]]]))
    assert p == pytest.approx(chi2.sf((2.5 - 0.5) ** 2 / variance, 1))


def test_where_everyone_is_right_nothing_can_be_told():
    assert mantel_haenszel_p(np.array([[[5, 0], [7, 0]], [[1, 0], [0, 0]]])) == 1


def test_the_order_of_groups_and_of_strata_does_not_matter():
    assert mantel_haenszel_p(BERKELEY[::-1, ::-1]) == pytest.approx(mantel_haenszel_p(BERKELEY))
