"""The leak audit: each way for test data to be seen early, and the message that stops it."""

from types import SimpleNamespace

import pandas as pd
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from ser_tasks.errors import LeakError
from ser_tasks.evaluation.audit import audit_folds, may_repeat, may_straddle
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.unfitted import check_unfitted
from ser_tasks.params import Loso, OfficialSplit, SpeakerDependent, SpeakerPairs

NONE = may_straddle(Loso(kind="loso"))


@pytest.fixture
def corpus() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "utterance_id": ["u1", "u2", "u3", "u4"],
            "speaker": ["a", "a", "b", "b"],
            "group": ["a-door", "a-dogs", "b-door", "b-dogs"],
            "sha256": ["11", "22", "33", "44"],
        }
    )


APART = Fold("fold 1", ("u1", "u2"), (), ("u3", "u4"))
ACROSS = Fold("fold 1", ("u1", "u3"), (), ("u2", "u4"))


def test_parts_with_nothing_in_common_pass(corpus):
    assert audit_folds(corpus, [APART], straddling=NONE) == {"speaker": 0, "group": 0}


def test_a_speaker_on_both_sides_is_named(corpus):
    with pytest.raises(LeakError, match=r"fold 1: 2 speakers are in train and in test: a, b"):
        audit_folds(corpus, [ACROSS], straddling=NONE)


def test_a_speaker_in_validation_and_test_is_a_leak_too(corpus):
    with pytest.raises(LeakError, match="speakers are in validation and in test: b"):
        audit_folds(corpus, [Fold("fold 1", ("u1", "u2"), ("u3",), ("u4",))], straddling=NONE)


def test_a_dialog_of_two_speakers_must_not_straddle(corpus):
    corpus["group"] = ["d1", "d2", "d2", "d3"]
    with pytest.raises(LeakError, match="groups are in train and in test: d2"):
        audit_folds(corpus, [APART], straddling=NONE)


@pytest.mark.parametrize("protocol", [Loso(kind="loso"), SpeakerDependent(folds=2)])
def test_the_same_sound_under_two_names_is_an_error_under_every_protocol(corpus, protocol):
    corpus["sha256"] = ["11", "22", "22", "44"]
    with pytest.raises(LeakError, match=r"identical recordings are in train and in test: \('u2', 'u3'\)"):
        audit_folds(corpus, [APART], straddling=may_straddle(protocol))


def test_utterances_without_sound_are_not_taken_for_copies_of_each_other(corpus):
    audit_folds(corpus.assign(sha256=None, group=None), [APART], straddling=NONE)


def test_an_utterance_in_two_parts_is_an_error(corpus):
    with pytest.raises(LeakError, match="train and test: \\['u2'\\]"):
        audit_folds(corpus, [Fold("fold 1", ("u1", "u2"), (), ("u2", "u3"))], straddling=NONE)


def test_an_utterance_tested_twice_is_an_error(corpus):
    with pytest.raises(LeakError, match="tested in two folds"):
        audit_folds(corpus, [APART, APART], straddling=NONE)
    assert not may_repeat(Loso(kind="loso"))


def test_pairs_of_speakers_may_test_an_utterance_twice_but_nothing_else(corpus):
    pairs = SpeakerPairs(kind="speaker_pairs")
    assert may_repeat(pairs)
    assert may_straddle(pairs) == NONE
    audit_folds(corpus, [APART, APART], straddling=NONE, repeated=True)
    with pytest.raises(LeakError, match="2 speakers are in train and in test"):
        audit_folds(corpus, [ACROSS, ACROSS], straddling=NONE, repeated=True)


def test_speaker_dependent_folds_pass_and_are_counted(corpus):
    corpus["group"] = ["door", "dogs", "door", "dogs"]
    shared = audit_folds(corpus, [ACROSS], straddling=may_straddle(SpeakerDependent(folds=2)))
    assert shared == {"speaker": 2, "group": 0}


def test_an_official_split_may_share_speakers_only_if_params_admit_it(corpus):
    admitted = may_straddle(OfficialSplit(kind="official", shared_speakers=True, shared_groups=False))
    assert audit_folds(corpus, [ACROSS], straddling=admitted) == {"speaker": 2, "group": 0}
    with pytest.raises(LeakError):
        audit_folds(
            corpus,
            [ACROSS],
            straddling=may_straddle(OfficialSplit(kind="official", shared_speakers=False, shared_groups=False)),
        )


def test_a_recogniser_with_one_fitted_step_is_an_error_that_names_the_step():
    recogniser = SimpleNamespace(pipeline=make_pipeline(StandardScaler(), SVC()), seed=0)
    check_unfitted(recogniser, where="fold 1")
    recogniser.pipeline.named_steps["standardscaler"].fit([[0.0], [1.0]])
    with pytest.raises(LeakError, match=r"fold 1: pipeline.standardscaler \(StandardScaler\) was fitted before"):
        check_unfitted(recogniser, where="fold 1")


@pytest.mark.parametrize("place", [("u1", "u3"), ("u1", "u4"), ("u3", "u4")], ids=" and ".join)
def test_the_same_sound_is_an_error_in_any_two_of_train_validation_and_test(corpus, place):
    corpus["sha256"] = [
        "same" if name in place else sound for name, sound in zip(corpus.utterance_id, "1234", strict=True)
    ]
    corpus["speaker"] = list("aabc")
    with pytest.raises(LeakError, match="1 identical recordings are in"):
        audit_folds(corpus, [Fold("official", ("u1", "u2"), ("u3",), ("u4",))], straddling=NONE)
