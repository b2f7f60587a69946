"""Logistic regression on several speeds of each recording, held against `logistic` on the same rows."""

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.models import MODELS
from ser_tasks.models.logistic import LogisticRecogniser
from ser_tasks.models.logistic_speeds import LogisticSpeedsRecogniser, SpeedsSection
from ser_tasks.models.recogniser import Examples
from ser_tasks.params import LogisticParams
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT
from tests.models.test_svm import CLASSES, examples

PARAMS = LogisticParams(c=(0.001, 0.01, 0.1), inner_folds=3)


def at_three_speeds(train: Examples) -> tuple[Examples, tuple[np.ndarray, ...]]:
    """The same utterances with two more speeds, side by side, and each speed for itself."""
    generator = np.random.default_rng(7)
    speeds = (train.features, *(train.features + generator.normal(size=train.features.shape) for _ in range(2)))
    speeds = tuple(rows.astype(np.float32) for rows in speeds)
    return Examples(np.concatenate(speeds, axis=1), train.emotions, train.speakers), speeds


def fitted(train: Examples) -> tuple[LogisticSpeedsRecogniser, dict[str, object]]:
    recogniser = LogisticSpeedsRecogniser(SpeedsSection(PARAMS, 3), classes=CLASSES, seed=0)
    return recogniser, dict(recogniser.fit(train, None))


def test_each_speed_is_an_utterance_to_train_on():
    train = examples(0, apart=1, speaker_shift=1.0)
    together, (own, *others) = at_three_speeds(train)
    found, chosen = fitted(together)
    expected = LogisticRecogniser(PARAMS, classes=CLASSES, seed=0)
    assert chosen == dict(expected.fit(Examples(own, train.emotions, train.speakers, tuple(others)), None))
    np.testing.assert_array_equal(found.planes.coefficients, expected.planes.coefficients)


def test_the_prediction_is_that_of_the_mean_score_over_all_speeds():
    found, chosen = fitted(at_three_speeds(examples(0, apart=1))[0])
    test, speeds = at_three_speeds(examples(1, apart=1))
    scores = [
        ((rows - found.planes.mean) / found.planes.scale) @ found.planes.coefficients + found.planes.intercept
        for rows in speeds
    ]
    expected = softmax(np.mean(scores, axis=0) / chosen["temperature"], axis=1)
    np.testing.assert_allclose(found.posteriors(test.features), expected, atol=1e-5)


def test_augmented_copies_have_every_speed_too():
    train, speeds = at_three_speeds(examples(0, apart=1))
    quiet = Examples(train.features, train.emotions, train.speakers, (train.features * np.float32(0.5),))
    found, _ = fitted(quiet)
    rows = np.concatenate([part * factor for factor in (1, 0.5) for part in speeds])
    np.testing.assert_allclose(found.planes.mean, rows.mean(axis=0), atol=1e-5)


def test_a_validation_part_is_part_of_the_training_set():
    train, _ = at_three_speeds(examples(0, apart=1))
    half = len(train.emotions) // 2
    parts = [train.part(list(rows)) for rows in (range(half), range(half, len(train.emotions)))]
    recogniser = LogisticSpeedsRecogniser(SpeedsSection(PARAMS, 3), classes=CLASSES, seed=0)
    recogniser.fit(*parts)
    np.testing.assert_array_equal(recogniser.planes.coefficients, fitted(train)[0].planes.coefficients)


@pytest.mark.parametrize(
    "name", ["logistic_speeds", "whisper_base_logistic_speeds", "egemaps_logistic_speeds_speaker_norm"]
)
def test_a_line_of_the_table_knows_how_many_speeds_params_yaml_has(name):
    params = read_params(PROJECT / "params.yaml")
    line = MODELS[name]
    assert line.section(params).n_speeds == 1 + len(params.speeds.rates)
    assert line.section(params).model_dump() == params.logistic.model_dump()
    assert line.feature_set.endswith("_speeds")
    assert line.speaker_norm == name.endswith("_speaker_norm")
