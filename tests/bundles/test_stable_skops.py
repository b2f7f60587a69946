"""The same model gives the same file, and the file gives the same model."""

import subprocess
import sys

import numpy as np
import pytest
import skops.io
from sklearn.datasets import make_classification
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ser_tasks.bundles.weights.skops_file import stable

X, Y = make_classification(60, n_features=6, n_informative=4, n_classes=3, random_state=0)

AGAIN = """
import hashlib, skops.io
from tests.bundles.test_stable_skops import fitted
from ser_tasks.bundles.weights.skops_file import stable
keep = [object() for _ in range({})]  # other addresses
print(hashlib.sha256(stable(skops.io.dumps(fitted()))).hexdigest())
"""


def fitted(c: float = 1.0):
    return make_pipeline(StandardScaler(), SVC(C=c)).fit(X, Y)


@pytest.mark.slow
def test_two_processes_write_the_same_bytes():
    commands = ([sys.executable, "-c", AGAIN.format(count)] for count in (1, 5000))
    first, second = (subprocess.run(command, capture_output=True, text=True, check=True) for command in commands)
    assert first.stdout == second.stdout


def test_what_is_read_back_decides_as_what_was_written():
    model = fitted()
    again = skops.io.loads(stable(skops.io.dumps(model)))
    np.testing.assert_array_equal(again.decision_function(X), model.decision_function(X))


def test_another_model_is_another_file():
    assert stable(skops.io.dumps(fitted())) != stable(skops.io.dumps(fitted(c=2.0)))
