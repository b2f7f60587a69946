"""Logistic regression from the disk, held against scikit-learn's at a hundred times its precision and `logistic`."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from pipelines.evaluations.plan import request_class
from pipelines.stages import bundle
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.stored_fold import StoredRequest
from ser_tasks.features.store import write_rows
from ser_tasks.features.stored_rows import StoredRows
from ser_tasks.models import FROM_DISK, MODELS, logistic_large
from ser_tasks.models.calibration import ABSENT
from ser_tasks.models.logistic import LogisticRecogniser
from ser_tasks.models.logistic_large import LogisticLargeRecogniser, planes_from_blocks
from ser_tasks.models.recogniser import Examples
from ser_tasks.params import LogisticParams
from ser_tasks.params.reading import read_params

CLASSES = ("anger", "calm", "joy", "rage", "sad")
PARAMS = LogisticParams(c=(0.001, 0.01, 0.1), inner_folds=3)


def examples(n: int = 240, n_dims: int = 30, *, classes: int = 4, seed: int = 0) -> Examples:
    """Classes of unlike number, features of unlike mean and scale, one of them constant, eight speakers."""
    fixed, rng = np.random.default_rng(9), np.random.default_rng(seed)
    truth = rng.choice(classes, n, p=np.arange(1, classes + 1) / sum(range(1, classes + 1)))
    places, mixing = fixed.normal(size=(classes, 10)), fixed.normal(size=(10, n_dims))
    voices, scales, shift = fixed.normal(size=(8, 10)), np.exp(2 * fixed.normal(size=n_dims)), fixed.normal(size=n_dims)
    speakers = rng.integers(0, 8, n)
    rows = (places[truth] + 0.5 * voices[speakers] + rng.normal(size=(n, 10))) @ mixing
    rows = (rows + rng.normal(size=rows.shape)) * scales + 300 * shift
    rows[:, 3] = 2.5
    return Examples(rows.astype(np.float32), np.array(CLASSES)[truth], np.array([f"s{who}" for who in speakers]))


def on_the_disk(rows: np.ndarray, folder) -> StoredRows:
    """The same rows in a file, in another order."""
    order = np.random.default_rng(1).permutation(len(rows))
    file = folder / "values.f32"
    file.write_bytes(np.ascontiguousarray(rows[order], np.float32).tobytes())
    return StoredRows(file, np.argsort(order), rows.shape[1])


@pytest.mark.parametrize(("classes", "n_dims"), [(4, 30), (2, 30), (3, 300)])
@pytest.mark.parametrize("c", [0.0001, 0.01, 1])
def test_planes_are_those_that_minimise_the_penalised_loss(classes, n_dims, c):
    train = examples(classes=classes, n_dims=n_dims)
    truth = np.searchsorted(CLASSES, train.emotions)
    (planes,) = planes_from_blocks(train.features, truth, n_classes=classes, c=[c])
    z = StandardScaler().fit_transform(train.features.astype(np.float64))
    exact = LogisticRegression(C=c, class_weight="balanced", tol=1e-10, max_iter=10_000).fit(z, truth)
    assert not planes.coefficients[3].any()
    np.testing.assert_allclose(softmax(planes.scores(train.features), axis=1), exact.predict_proba(z), atol=1e-3)


def test_every_c_is_fitted_as_if_it_were_alone():
    train = examples()
    truth, costs = np.searchsorted(CLASSES, train.emotions), [0.001, 0.01, 1]
    together = planes_from_blocks(train.features, truth, n_classes=4, c=costs)
    for c, found in zip(costs, together, strict=True):
        (alone,) = planes_from_blocks(train.features, truth, n_classes=4, c=[c])
        np.testing.assert_allclose(found.scores(train.features), alone.scores(train.features), atol=1e-4)


def test_features_far_from_zero_have_the_planes_of_the_same_near_it():
    train = examples()
    far = np.float32(train.features / train.features.std(axis=0).clip(1e-9) + 1e6)
    truth = np.searchsorted(CLASSES, train.emotions)
    answers = [
        softmax(planes_from_blocks(rows, truth, n_classes=4, c=[0.1])[0].scores(rows), axis=1)
        for rows in (far, far - np.float32(1e6))
    ]
    np.testing.assert_allclose(*answers, atol=1e-3)


def test_steps_that_turn_back_begin_again_slowly(monkeypatch):
    train, passes = examples(), []
    gradient = logistic_large._gradient
    monkeypatch.setattr(logistic_large, "_gradient", lambda *given: passes.append(1) or gradient(*given))
    planes_from_blocks(train.features, np.searchsorted(CLASSES, train.emotions), n_classes=4, c=[1])
    assert len(passes) < 180


def test_what_varies_or_is_broken_outside_a_training_set_does_not_change_its_planes(monkeypatch):
    monkeypatch.setattr("sklearn.linear_model.LogisticRegression", partial(LogisticRegression, tol=1e-10))
    train = examples(400)
    features, rng = train.features.copy(), np.random.default_rng(0)
    features[:, :10] = np.where(train.speakers == "s0", 1, 0)[:, None] * rng.normal(1, 1, (400, 10))
    features[np.flatnonzero(train.speakers == "s1")[0], 20] = 1e6
    own = Examples(features, train.emotions, train.speakers)
    expected, found = (
        kind(PARAMS, classes=CLASSES[:4], seed=0) for kind in (LogisticRecogniser, LogisticLargeRecogniser)
    )
    assert found.fit(own, None) == pytest.approx(expected.fit(own, None), rel=5e-3)
    np.testing.assert_allclose(found.posteriors(features), expected.posteriors(features), atol=2e-3)


def test_a_training_that_does_not_end_is_warned_of(monkeypatch):
    monkeypatch.setattr(logistic_large, "STEPS", 2)
    train = examples()
    with pytest.warns(UserWarning, match=r"after 2 steps not at the optimum for C 0.01, 1$"):
        planes_from_blocks(train.features, np.searchsorted(CLASSES, train.emotions), n_classes=4, c=[0.01, 1])


def test_more_features_than_the_matrix_of_a_step_can_have_are_refused_with_what_they_would_take():
    rows = np.zeros((4, 50_000), np.float32)
    train = Examples(rows, np.array(CLASSES)[[0, 1, 0, 1]], np.array(["s0", "s0", "s1", "s1"]))
    with pytest.raises(UserError, match=r"50000 features.*about 60 GB.*Take logistic"):
        LogisticLargeRecogniser(PARAMS, classes=CLASSES[:2], seed=0).fit(train, None)


def test_on_the_disk_as_in_memory_c_temperature_and_posteriors_are_those_of_logistic(tmp_path, monkeypatch):
    monkeypatch.setattr("sklearn.linear_model.LogisticRegression", partial(LogisticRegression, tol=1e-10))
    train, test = examples(4500, 12), examples(300, 12, seed=1)  # three blocks
    stored = Examples(on_the_disk(train.features, tmp_path), train.emotions, train.speakers)
    expected = LogisticRecogniser(PARAMS, classes=CLASSES[:4], seed=0)
    chosen = expected.fit(train, None)
    for given in (train, stored):
        found = LogisticLargeRecogniser(PARAMS, classes=CLASSES[:4], seed=0)
        assert found.fit(given, None) == pytest.approx(chosen, rel=1e-3)
        np.testing.assert_allclose(found.posteriors(test.features), expected.posteriors(test.features), atol=1e-3)


def test_a_validation_part_and_augmented_copies_are_part_of_the_training_set(tmp_path):
    train = examples()
    stored = on_the_disk(np.concatenate([train.features, 0.9 * train.features]), tmp_path)
    copies = Examples(stored[:240], train.emotions, train.speakers, (stored[240:],))
    parts = [copies.part(list(rows)) for rows in (range(100), range(100, 240))]
    found, whole = (LogisticLargeRecogniser(PARAMS, classes=CLASSES[:4], seed=0) for _ in range(2))
    in_memory = Examples(train.features, train.emotions, train.speakers, (np.float32(0.9) * train.features,))
    chosen = found.fit(*parts)
    assert chosen == pytest.approx(whole.fit(in_memory, None), rel=1e-3)
    np.testing.assert_allclose(found.posteriors(train.features), whole.posteriors(train.features), atol=1e-3)
    np.testing.assert_allclose(found.planes.mean, 0.95 * train.features.mean(axis=0), rtol=1e-4)


def test_a_class_of_one_speaker_alone_has_no_score_where_that_speaker_is_set_aside():
    train = examples(classes=5)
    emotions = np.where(train.speakers == "s0", "sad", np.where(train.emotions == "sad", "calm", train.emotions))
    truth, others = np.searchsorted(CLASSES, emotions), train.speakers != "s0"
    (without,) = planes_from_blocks(train.features[others], truth[others], n_classes=5, c=[0.01])
    (having,) = planes_from_blocks(train.features, truth, n_classes=5, c=[0.01])
    assert (without.scores(train.features)[:, 4] == ABSENT).all()
    assert np.isfinite(having.scores(train.features)).all()
    recogniser = LogisticLargeRecogniser(PARAMS, classes=CLASSES, seed=0)
    recogniser.fit(Examples(train.features, emotions, train.speakers), None)
    np.testing.assert_allclose(recogniser.posteriors(train.features).sum(axis=1), 1)


def test_a_fold_reads_rows_and_copies_from_the_disk_or_into_memory_with_a_warning(tmp_path, monkeypatch):
    params = read_params()
    monkeypatch.chdir(tmp_path)
    train = examples(60, 5)
    ids = tuple(f"u{number:02d}" for number in range(60))
    rows = [
        {"utterance_id": f"{name}{mark}", "n_frames": 1, "values": row * factor, "speech_found": None}
        for mark, factor in (("", 1), ("~1", 2))
        for name, row in zip(ids, train.features, strict=True)
    ]
    (folder := tmp_path / "functionals").mkdir()
    write_rows(rows, {"dimensions": json.dumps(list("abcde"))}, folder / "shard.parquet")
    labels = Labels(ids, tuple(train.emotions.tolist()), tuple(train.speakers.tolist()))
    asked = (Fold("one", ids[:40], (), ids[40:]), labels, folder, "none", "logistic_large", params, 0)
    request = StoredRequest(*asked, tmp_path, tmp_path)
    for copy, factor in ((0, 1), (1, 2)):
        found = request.read(copy)
        assert isinstance(found, StoredRows)
        np.testing.assert_array_equal(np.concatenate([*found[[7, 2]].blocks()]), factor * train.features[[7, 2]])
    monkeypatch.setattr("ser_tasks.features.stored_rows.stored_rows", lambda *_: exec("raise OSError('no room')"))
    with pytest.warns(UserWarning, match="no room.*held in memory"):
        np.testing.assert_array_equal(request.read(1), 2 * train.features)
    assert request.cache_key != replace(FoldRequest(*asked, tmp_path, tmp_path), model="logistic").cache_key


def test_the_likeness_of_a_bundle_is_judged_by_utterances_from_all_over_the_corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "LIKENESS", 61)
    train, settings = examples(), read_params().reliability
    stored = Examples(on_the_disk(train.features, tmp_path), train.emotions, train.speakers)
    some = np.linspace(0, 239, 61).round().astype(int)
    found, expected = (bundle.detector_of("logistic_large", own, settings) for own in (stored, train.part(list(some))))
    np.testing.assert_array_equal(found.mean, expected.mean)
    np.testing.assert_allclose(found.variances, expected.variances)


def test_the_table_has_it_on_every_set_of_one_row():
    assert {"logistic_large", "whisper_base_logistic_large", "egemaps_logistic_large"} <= FROM_DISK
    assert [request_class(name) for name in ("logistic_large", "logistic")] == [StoredRequest, FoldRequest]
    assert MODELS["logistic_large"].section(read_params()) == read_params().logistic
