"""Examples in docstrings give what stands below them."""

import doctest
from importlib import import_module

import pytest

MODULES = (
    "ser_tasks.augmentation.signal",
    "ser_tasks.corpora.catalogue.emodb",
    "ser_tasks.corpora.catalogue.msp_podcast_release",
    "ser_tasks.corpora.checking.agreement",
    "ser_tasks.corpora.labels",
    "ser_tasks.text.asr.word_errors",
)


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_are_right(module):
    found = doctest.testmod(import_module(module))
    assert found.attempted > 0
    assert found.failed == 0
