"""What a fold took, against what was put there."""

import json
import pickle

import numpy as np
import pytest

from ser_tasks.evaluation.cost import Remembered, read_cost, size_of, write_cost
from ser_tasks.models.recogniser import Model
from ser_tasks.models.training.checkpoint import FILE

pytestmark = pytest.mark.network


class Network:
    """Two arrays of weights."""

    def get_weights(self) -> list[np.ndarray]:
        return [np.zeros((3, 4), np.float32), np.zeros(5, np.float64)]


class Recogniser:
    def __init__(self, model: object) -> None:
        self.model = model


def test_a_network_has_the_size_of_its_weights():
    assert size_of(Recogniser(Network())) == (3 * 4 * 4 + 5 * 8, 17)


def test_anything_else_has_its_length_when_pickled_and_no_weights():
    fitted = Recogniser(np.arange(10_000.0))
    assert size_of(fitted) == (len(pickle.dumps(fitted)), None)


def test_what_cannot_be_pickled_has_no_known_size():
    assert size_of(Recogniser(lambda: None)) == (None, None)


def test_seconds_and_epochs_are_read_back_and_a_resumed_training_counts_what_went_before(tmp_path):
    epochs = [{"loss": 1.0, "val_loss": None, "val_uar": 0.5, "seconds": 30.0}] * 2
    np.savez(tmp_path / FILE, about=np.array(json.dumps({"epochs": epochs})))
    write_cost(tmp_path, Recogniser(Network()), seconds=12.0)
    cost = read_cost(tmp_path)
    assert (cost["seconds"], cost["epochs"], cost["weights"]) == (60.0, epochs, 17)


def test_a_fold_of_another_machine_has_no_cost(tmp_path):
    assert read_cost(tmp_path) == {}


def test_the_recogniser_that_was_built_is_remembered_and_the_model_is_the_same_otherwise():
    model = Model(lambda section, classes, seed: Recogniser((section, classes, seed)), vars, "functionals", "svm")
    remembered = Remembered(model)
    built = remembered.model.build("C = 3", classes=("a",), seed=1)
    assert remembered.built == [built]
    assert built.model == ("C = 3", ("a",), 1)
    assert (remembered.model.feature_set, remembered.model.section) == (model.feature_set, model.section)
