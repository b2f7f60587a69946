"""Only results of the same test are compared."""

from dataclasses import replace

from ser_tasks.evaluation.comparison.rows import comparisons, needs_test_speakers, speaker_overlap
from tests.evaluation.comparison.made import labels, rows

KNOWN = labels(4, 8)
SHARED = "Not speaker-independent: 7 test utterances have their speaker in the training part, 0 a twin take."


def test_models_of_one_protocol_are_compared_best_first():
    (one,) = comparisons(rows({"mlp": 0.6, "svm": 0.9}, KNOWN))
    assert [row.name for row in one.ranked] == ["svm", "mlp"]
    assert one.adapted == ()


def test_another_protocol_preset_or_corpus_is_another_comparison():
    changes = ({}, {"protocol_kind": "speaker_kfold"}, {"preset": "six_classes"}, {"corpus": "emodb"})
    made = [row for change in changes for row in rows({"svm": 0.8}, KNOWN, **change)]
    assert len(comparisons(made)) == 4


def test_other_folds_of_the_same_kind_are_another_comparison():
    first, second = rows({"svm": 0.8, "mlp": 0.7}, KNOWN)
    folds = [fold | {"test_utterances": fold["test_utterances"] - 1} for fold in second.result["folds"]]
    assert len(comparisons([first, replace(second, result={**second.result, "folds": folds})])) == 2


def test_speaker_dependent_and_shared_speakers_are_distinguished_from_unseen_ones_and_come_last():
    (apart,) = rows({"svm": 0.7}, KNOWN)
    (shared,) = rows({"svm": 0.8}, KNOWN, warnings=[SHARED])
    (dependent,) = rows({"svm": 0.9}, KNOWN, protocol="speaker_dependent", protocol_kind="speaker_dependent")
    assert speaker_overlap(apart.result | {"speakers": 0}) == "shared", "nobody knows who speaks"
    assert [speaker_overlap(row.result) for row in (apart, shared, dependent)] == ["apart", "shared", "dependent"]
    assert [one.speaker_overlap for one in comparisons([dependent, shared, apart])] == ["apart", "shared", "dependent"]


def test_a_model_that_needs_the_speaker_first_is_not_ranked_nor_an_ensemble_of_one():
    (one,) = comparisons(rows({"svm_speaker_norm": 0.95, "svm": 0.7}, KNOWN))
    assert [row.name for row in one.ranked] == ["svm"]
    assert [row.name for row in one.adapted] == ["svm_speaker_norm"]
    assert needs_test_speakers({"model": "both", "members": ["svm", "svm_speaker_norm"]})
    assert needs_test_speakers({"model": "a_to_b", "recogniser": "svm", "corpus_norm": True})
    assert not needs_test_speakers({"model": "both", "members": ["svm", "mlp"]})
