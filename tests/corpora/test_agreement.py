"""Agreement of raters. Oracles: the tables and results that the papers, and textbooks after them, print."""

import numpy as np
import pytest

from ser_tasks.corpora.checking.agreement import describe_agreement, fleiss_kappa, krippendorff_alpha, vote_counts

FLEISS_1971 = """
    00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
    00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""  # 30 patients, 6 psychiatrists: depression, personality disorder, schizophrenia, neurosis, other
FOURTEEN_RATERS = [
    *([0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1]),
    *([7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]),
]
KRIPPENDORFF_2011 = ("1233214 12***", "12332241 25*3", "*3332342 251*", "1233244 1251*")
FOUR_OBSERVERS = [
    [row[unit] for row in (line.replace(" ", "") for line in KRIPPENDORFF_2011) if row[unit] != "*"]
    for unit in range(12)
]


def test_fleiss_kappa_is_that_of_his_paper_and_of_the_known_example():
    counts = np.array([[int(digit) for digit in unit] for unit in FLEISS_1971.split()])
    assert round(fleiss_kappa(counts), 3) == 0.430
    assert round(fleiss_kappa(np.array(FOURTEEN_RATERS)), 3) == 0.210


def test_krippendorff_alpha_of_nominal_data_is_that_of_his_example_with_gaps():
    assert round(krippendorff_alpha(vote_counts(FOUR_OBSERVERS)), 3) == 0.743


def test_full_agreement_is_one_and_systematic_disagreement_is_below_zero():
    agreed, opposed = np.array([[3, 0], [0, 3]]), np.array([[1, 1], [1, 1]])
    assert (fleiss_kappa(agreed), krippendorff_alpha(agreed)) == (1.0, 1.0)
    assert fleiss_kappa(opposed) == -1.0
    assert krippendorff_alpha(opposed) == pytest.approx(-0.5)  # 1 - 4 / (8 / 3)


def test_two_raters_have_the_kappa_of_scott():
    """Of two raters, Fleiss' kappa is Scott's pi: 3 of 4 agree, 5 and 3 votes: (0.75 - 34/64) / (1 - 34/64)."""
    assert fleiss_kappa(np.array([[2, 0], [2, 0], [0, 2], [1, 1]])) == pytest.approx((0.75 - 34 / 64) / (1 - 34 / 64))


@pytest.mark.parametrize("counts", [[[2, 0], [3, 0]], [[1, 0], [0, 1]], [[2, 0], [2, 0]]])
def test_kappa_is_not_defined_for_raters_of_another_number_one_rater_or_one_class(counts):
    assert fleiss_kappa(np.array(counts)) is None


def test_alpha_is_not_defined_for_one_class_or_without_pairs():
    assert krippendorff_alpha(np.array([[2, 0], [2, 0]])) is None
    assert krippendorff_alpha(np.array([[1, 0], [0, 1]])) is None


def test_agreement_in_words_counts_utterances_and_votes():
    assert describe_agreement(FOUR_OBSERVERS, left_out=0) == (
        "Krippendorff's alpha 0.743 (nominal), Fleiss' kappa not defined (it needs as many votes for each), over 11 "
        "utterances with 2 to 4 votes each"
    )
    left_out = describe_agreement([["a", "b"]], left_out=3)
    assert left_out.endswith("1 utterances with 2 votes each, without 3 of raters who gave several labels")
    assert describe_agreement([["a"], []], left_out=0) is None
