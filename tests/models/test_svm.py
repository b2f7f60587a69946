"""The SVM on data whose structure is known: two emotions, a shift by speaker, and many dimensions of noise."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.svm import SVC

from ser_tasks.models.recogniser import Examples
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.models.svm import SoftVoteSvc, SvmRecogniser, inner_folds, svm_pipeline
from ser_tasks.params import SvmParams

PARAMS = SvmParams(anova_alpha=0.01, pca_variance=(0.9,), c=(1.0, 10.0), gamma=(0.01, 0.1), inner_folds=3)
SMOOTH = PARAMS.model_copy(update={"c": (1.0,), "gamma": (0.01,)})
BY_HEART = PARAMS.model_copy(update={"c": (100.0,), "gamma": (0.1,)})
CLASSES = ("anger", "neutral", "sadness")


def examples(seed: int, *, speaker_shift: float = 0.0, n: int = 180, apart: float = 4) -> Examples:
    """Three classes, each apart by standard deviations in one of 40 dimensions; six speakers."""
    rng = np.random.default_rng(seed)
    truth, speaker = np.arange(n) % 3, np.arange(n) // 3 % 6
    features = rng.normal(size=(n, 40)).astype(np.float32)
    features[np.arange(n), truth] += apart
    features += speaker_shift * np.random.default_rng(99).normal(size=(6, 40))[speaker]
    return Examples(features, np.array(CLASSES)[truth], np.array([f"s{s}" for s in speaker]))


def fitted(train: Examples, classes: tuple[str, ...] = CLASSES) -> SvmRecogniser:
    recogniser = SvmRecogniser(PARAMS, classes=classes, seed=0)
    recogniser.fit(train, None)
    return recogniser


def recall(recogniser: SvmRecogniser, test: Examples) -> float:
    answers = np.array(recogniser.classes)[recogniser.posteriors(test.features).argmax(axis=1)]
    return float((answers == test.emotions).mean())


def test_separable_classes_are_recognised_on_unseen_utterances():
    assert recall(fitted(examples(0)), examples(1)) > 0.95


def test_labels_without_meaning_are_recognised_at_chance():
    train, test = examples(0), examples(1)
    shuffled = Examples(train.features, np.random.default_rng(0).permutation(train.emotions), train.speakers)
    assert recall(fitted(shuffled), test) < 0.6


def test_the_likeliest_class_is_the_svms_own_decision():
    recogniser, test = fitted(examples(0)), examples(1)
    posteriors = recogniser.posteriors(test.features)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    assert (posteriors.argmax(axis=1) == recogniser.pipeline.predict(test.features)).all()


def test_soft_votes_are_the_clipped_values_of_the_machines_of_each_pair():
    train, test = examples(0), examples(1).features
    soft = SoftVoteSvc(decision_function_shape="ovo").fit(train.features, train.emotions)
    pairs = SVC(decision_function_shape="ovo").fit(train.features, train.emotions).decision_function(test)
    anger_neutral, anger_sadness, neutral_sadness = np.clip(pairs, -1, 1).T
    expected = [anger_neutral + anger_sadness, neutral_sadness - anger_neutral, -anger_sadness - neutral_sadness]
    np.testing.assert_allclose(np.sort(soft.decision_function(test)), np.sort(np.transpose(expected)))


def test_the_decision_stays_that_of_scikit_learns_votes_where_classes_overlap():
    train, test = examples(0, apart=0.5), examples(1, apart=0.5, n=900).features
    soft = SoftVoteSvc(decision_function_shape="ovo").fit(train.features, train.emotions)
    votes = SVC(decision_function_shape="ovr", break_ties=True).fit(train.features, train.emotions)
    np.testing.assert_array_equal(soft.predict(test), votes.predict(test))


def test_where_classes_overlap_the_surer_half_of_the_predictions_has_less_than_half_the_errors_of_the_other():
    train, test = (examples(seed, apart=2.0, n=360) for seed in (0, 1))
    recogniser = fitted(train)
    posteriors = recogniser.posteriors(test.features)
    wrong = np.array(CLASSES)[posteriors.argmax(axis=1)] != test.emotions
    unsure, sure = np.split(wrong[np.argsort(posteriors.max(axis=1))], 2)
    assert 0 < sure.sum() < unsure.sum() / 2


def test_two_classes_work_too():
    train, test = examples(0), examples(1)
    keep = train.emotions != "neutral"
    two = Examples(train.features[keep], train.emotions[keep], train.speakers[keep])
    recogniser = fitted(two, ("anger", "sadness"))
    posteriors = recogniser.posteriors(test.features)
    assert posteriors.shape == (len(test.features), 2)
    assert (posteriors.argmax(axis=1) == recogniser.pipeline.predict(test.features)).all()


def test_the_same_seed_gives_the_same_posteriors():
    one, same = (fitted(examples(0)).posteriors(examples(1).features) for _ in range(2))
    np.testing.assert_array_equal(one, same)


def test_what_was_chosen_is_reported():
    chosen = SvmRecogniser(PARAMS, classes=CLASSES, seed=0).fit(examples(0), None)
    assert chosen["svm__C"] in PARAMS.c
    assert chosen["svm__gamma"] in PARAMS.gamma
    assert 0.9 < chosen["inner_uar"] <= 1


def test_inner_folds_keep_speakers_apart_even_when_there_are_few():
    train = examples(0)
    for n_folds in (3, 50):
        for inner_train, inner_test in inner_folds(
            np.searchsorted(CLASSES, train.emotions), train.speakers, n_folds=n_folds, seed=0
        ):
            assert not set(train.speakers[inner_train]) & set(train.speakers[inner_test])


def test_the_pipeline_is_built_unfitted_and_in_the_published_order():
    steps = [name for name, _ in svm_pipeline(anova_alpha=0.01, seed=0).steps]
    assert steps == ["varying", "scaler", "anova", "pca", "svm"]


def test_speaker_norm_gives_every_speaker_mean_0_and_deviation_1():
    train = examples(0, speaker_shift=5)
    normalised = speaker_norm(train.features, train.speakers)
    for speaker in set(train.speakers):
        own = normalised[train.speakers == speaker]
        np.testing.assert_allclose(own.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(own.std(axis=0), 1, atol=1e-5)


def test_speaker_norm_of_one_speaker_does_not_depend_on_the_others():
    train = examples(0, speaker_shift=5)
    own = train.speakers == "s0"
    alone = speaker_norm(train.features[own], train.speakers[own])
    np.testing.assert_array_equal(speaker_norm(train.features, train.speakers)[own], alone)


def test_a_dimension_that_is_constant_for_a_speaker_becomes_zero():
    features = np.full((4, 1), 7.3, np.float32)
    assert speaker_norm(features, np.array(list("aabb"))).tolist() == [[0], [0], [0], [0]]


def test_speaker_norm_undoes_a_shift_by_speaker():
    parts = (examples(0, speaker_shift=5), examples(1, speaker_shift=5))
    train, test = (Examples(speaker_norm(p.features, p.speakers), p.emotions, p.speakers) for p in parts)
    assert recall(fitted(train), test) > 0.95


def with_few_angry(seed: int, *, apart: float, n: int = 180) -> Examples:
    whole = examples(seed, apart=apart, n=n)
    return whole.part(np.flatnonzero((whole.emotions != "anger") | (np.arange(n) % 15 == 0)))


def test_a_class_counts_as_much_as_another_however_few_its_utterances():
    recogniser, test = SvmRecogniser(SMOOTH, classes=CLASSES, seed=0), examples(1, apart=1.5)
    recogniser.fit(with_few_angry(0, apart=1.5), None)
    assert recall(recogniser, test.part(np.flatnonzero(test.emotions == "anger"))) > 0.5


def test_what_is_searched_for_is_the_uar_of_speakers_set_aside():
    train = with_few_angry(0, apart=1.0, n=360)
    truth = np.searchsorted(CLASSES, train.emotions)
    recogniser = SvmRecogniser(SMOOTH, classes=CLASSES, seed=0)
    chosen = recogniser.fit(train, None)
    found = {balanced_accuracy_score: [], accuracy_score: []}
    for learnt, asked in inner_folds(truth, train.speakers, n_folds=3, seed=0):
        said = clone(recogniser.pipeline).fit(train.features[learnt], truth[learnt]).predict(train.features[asked])
        for metric, scores in found.items():
            scores.append(metric(truth[asked], said))
    assert chosen["inner_uar"] == pytest.approx(np.mean(found[balanced_accuracy_score]), abs=1e-4)
    assert abs(np.mean(found[accuracy_score]) - chosen["inner_uar"]) > 0.02  # they are told apart here


def test_posteriors_are_calibrated_on_unseen_speakers_however_well_the_others_are_memorised():
    train, test = examples(0, apart=0.7, n=360), examples(1, apart=0.7, n=720)
    recogniser = SvmRecogniser(BY_HEART, classes=CLASSES, seed=0)
    recogniser.fit(train, None)
    posteriors = recogniser.posteriors(test.features)
    right = np.array(CLASSES)[posteriors.argmax(axis=1)] == test.emotions
    assert posteriors.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.05)
