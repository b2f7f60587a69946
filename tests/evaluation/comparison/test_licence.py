"""Recordings are passed on only where the licence is known to allow it."""

import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.evaluation.comparison.licence import may_be_passed_on


@pytest.mark.parametrize("corpus", ["demo", "ravdess", "cafe", "subesco", "jl"])
def test_open_licences(corpus):
    assert may_be_passed_on(CORPORA[corpus].licence)


@pytest.mark.parametrize("corpus", ["emodb", "iemocap", "meld", "tess", "cremad", "esd", "qia", "aesdd", "msp_podcast"])
def test_all_others(corpus):
    assert not may_be_passed_on(CORPORA[corpus].licence)
