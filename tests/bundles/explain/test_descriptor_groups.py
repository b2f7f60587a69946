"""Every dimension of the functionals belongs to one group."""

from collections import Counter

import numpy as np
import pytest

from pipelines.settings import feature_params
from ser_tasks.bundles.explain.group_importance import GROUPS, descriptor_groups
from ser_tasks.errors import UserError
from ser_tasks.features.table import feature_set
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT

STATISTICS = 10
SIZES = {  # descriptors, ten statistics each, counted from the tables of names
    "F0": 1,
    "loudness": 2 + 2,  # energy and its entropy, two coefficients 0
    "spectral shape": 6,
    "chroma": 12 + 1,
    "MFCC": 12 + 19,
    "log-mel bands": 40,
    "slopes of loudness, spectral shape, chroma": 2 + 6 + 13 + 1 + 2,
    "slopes of MFCC": 12 + 2 * 19,
    "slopes of log-mel bands": 40,
}


def test_each_of_the_2102_functionals_is_in_exactly_one_group():
    dimensions = feature_set("functionals").names(feature_params(read_params(PROJECT / "params.yaml")))
    groups = descriptor_groups(dimensions)
    assert Counter(np.concatenate(list(groups.values())).tolist()) == Counter(range(2102))
    voicing = {
        "voicing": STATISTICS + 2
    }  # the harmonic ratio, the voiced fraction, the mean length of voiced stretches
    sizes = {name: STATISTICS * count for name, count in SIZES.items()}
    assert {name: len(columns) for name, columns in groups.items()} == sizes | voicing
    assert list(groups) == list(GROUPS)


def test_names_tell_the_group():
    names = ["pitch.f0_semitones.mean", "mfcc.c0.mean", "mfcc.delta delta c0.std", "lld.mfcc_10.q99", "mfcc.c10.min"]
    groups = descriptor_groups(names)
    assert {name: columns.tolist() for name, columns in groups.items()} == {
        "F0": [0],
        "loudness": [1],
        "slopes of loudness, spectral shape, chroma": [2],
        "MFCC": [3, 4],
    }


def test_a_dimension_of_no_group_is_refused():
    with pytest.raises(UserError, match=r"lld\.jitter\.mean.*exactly one of"):
        descriptor_groups(["lld.jitter.mean"])
