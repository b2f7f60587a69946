"""The network trained on the concordance correlation coefficient: its loss, and that each training is its own."""

import numpy as np
import pytest

from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.keras_backend import load_keras
from ser_tasks.models.dimensions.mlp_ccc import ConcordanceNetwork, _batches, concordance_loss
from ser_tasks.params import MlpCccParams
from tests.models.dimensions.test_held_out import examples

pytestmark = pytest.mark.network

load_keras()
SMALL = MlpCccParams(
    **{"input_dropout": 0.0, "units": (32,), "dropout": 0.1, "networks": 1, "epochs": 12, "batch_size": 32},
    **{"learning_rate": 0.01, "weight_decay": 0.0, "inner_folds": 2},
)


def test_the_loss_is_one_less_the_mean_coefficient():
    rng = np.random.default_rng(0)
    truth, predicted = rng.normal(0, 1, (50, 3)), rng.normal(0.5, 2, (50, 3)) * [1, 0.1, 3]
    expected = 1 - np.mean([concordance(t, p) for t, p in zip(truth.T, predicted.T, strict=True)])
    assert float(concordance_loss(truth.astype("f4"), predicted.astype("f4"))) == pytest.approx(expected, abs=1e-5)


def test_it_follows_ratings_that_the_features_tell():
    train, asked = examples(noise=0.1), examples(noise=0.1).part(range(60))
    network = ConcordanceNetwork(SMALL, seed=0)
    chosen = network.fit(train)
    predicted = network.predict(asked.features)
    assert min(concordance(t, p) for t, p in zip(asked.ratings.T, predicted.T, strict=True)) > 0.8
    assert min(chosen["inner_ccc"]) > 0.7
    assert np.all((predicted >= 1) & (predicted <= 5))


def test_a_training_depends_on_its_draw_and_not_on_those_before_it():
    train = examples()
    two = SMALL.model_copy(update={"networks": 2, "epochs": 2})
    both, second = ConcordanceNetwork(two, seed=0), ConcordanceNetwork(two.model_copy(update={"networks": 1}), seed=1)
    for network in (both, second):
        network.fit(train)
    assert not np.allclose(both.predict(train.features), second.predict(train.features))
    inputs = {"frames": train.features[:, None], "mask": np.ones((len(train.features), 1), np.float32)}
    targets = train.ratings.astype(np.float32)
    own = [network._trained(inputs, targets, epochs=2, number=number) for network, number in ((both, 1), (second, 0))]
    assert all(np.array_equal(a, b) for a, b in zip(*own, strict=True))


@pytest.mark.parametrize(
    ("n", "size", "sizes"), [(9, 4, [4, 5]), (8, 4, [4, 4]), (10, 4, [4, 4, 2]), (5, 4, [5]), (3, 4, [3])]
)
def test_no_batch_is_of_one_utterance_which_has_no_coefficient(n, size, sizes):
    batches = list(_batches(n, size, epochs=2, seed=0))
    assert [len(rows) for rows in batches] == sizes * 2
    for own in (batches[: len(sizes)], batches[len(sizes) :]):
        assert sorted(np.concatenate(own)) == list(range(n))
