"""Protocols on a small corpus whose folds can be written down."""

from dataclasses import FrozenInstanceError

import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.splits import make_folds, times_tested
from ser_tasks.params import (
    LeaveSessionOut,
    Loso,
    OfficialSplit,
    SpeakerDependent,
    SpeakerFolds,
    SpeakerKfold,
    SpeakerPairs,
)


@pytest.fixture
def corpus() -> pd.DataFrame:
    """Six speakers in three sessions, four utterances each, two emotions; session 3 is the official test."""
    rows = [
        {
            "utterance_id": f"{speaker}-{take}",
            "corpus": "emodb",
            "speaker": speaker,
            "session": str(i // 2 + 1),
            "split": ["train", "validation", "test"][i // 2],
            "emotion": "anger" if take < 2 else "sadness",
            "sha256": f"{i}{take}",
        }
        for i, speaker in enumerate("abcdef")
        for take in range(4)
    ]
    return pd.DataFrame(rows)


def speakers_of(ids: tuple[str, ...]) -> str:
    return "".join(sorted({name[0] for name in ids}))


def test_loso_tests_each_speaker_once_and_learns_from_all_others(corpus):
    folds = make_folds(corpus, Loso(kind="loso"), seed=0)
    assert [fold.name for fold in folds] == [f"speaker {s}" for s in "abcdef"]
    assert [(speakers_of(f.test), speakers_of(f.train)) for f in folds][:2] == [
        ("a", "bcdef"),
        ("b", "acdef"),
    ]
    assert all(len(fold.test) == 4 and len(fold.train) == 20 for fold in folds)


def test_leave_session_out_takes_both_speakers_of_a_session(corpus):
    folds = make_folds(corpus, LeaveSessionOut(kind="leave_session_out"), seed=0)
    assert [speakers_of(fold.test) for fold in folds] == ["ab", "cd", "ef"]


def test_published_folds_are_taken_as_they_stand(corpus):
    parts = (("a", "d"), ("b", "c"), ("e", "f"))
    folds = make_folds(corpus, SpeakerFolds(kind="speaker_folds", test_speakers=parts), seed=0)
    assert [speakers_of(fold.test) for fold in folds] == ["ad", "bc", "ef"]


def test_published_folds_that_forget_or_repeat_a_speaker_are_errors(corpus):
    parts = (("a", "b"), ("b", "c", "d", "e"))
    with pytest.raises(UserError, match=r"in several: \['b'\], in none: \['f'\]"):
        make_folds(corpus, SpeakerFolds(kind="speaker_folds", test_speakers=parts), seed=0)


def test_published_folds_work_on_a_partial_corpus(corpus):
    parts = (("a", "d"), ("b", "c"), ("e", "f"))
    some = corpus[corpus.speaker.isin(["a", "b"])]
    folds = make_folds(some, SpeakerFolds(kind="speaker_folds", test_speakers=parts), seed=0)
    assert [(fold.name, speakers_of(fold.test)) for fold in folds] == [("fold 1", "a"), ("fold 2", "b")]


PAIRS = SpeakerPairs(kind="speaker_pairs")
GENDERS = dict(zip("abcdef", ("female", "male", "male", "female", "female", "male"), strict=True))


def test_each_pair_of_a_man_and_a_woman_is_left_out_once(corpus):
    folds = make_folds(corpus.assign(gender=corpus.speaker.map(GENDERS)), PAIRS, seed=0)
    pairs = ["ab", "bd", "be", "ac", "cd", "ce", "af", "df", "ef"]  # bcf by ade, written down
    assert [speakers_of(fold.test) for fold in folds] == pairs
    assert all(len(fold.test) == 8 and set(fold.test).isdisjoint(fold.train) for fold in folds)
    assert all(len(fold.train) == 16 for fold in folds)
    assert folds[0].name == "speakers b and a"
    assert times_tested(folds) == {3: 24}


def test_with_two_men_and_four_women_each_man_is_tested_four_times(corpus):
    genders = GENDERS | {"f": "female"}
    folds = make_folds(corpus.assign(gender=corpus.speaker.map(genders)), PAIRS, seed=0)
    assert len(folds) == 8
    assert times_tested(folds) == {2: 16, 4: 8}


def test_pairs_need_the_gender_of_every_speaker(corpus):
    gender = corpus.speaker.map(GENDERS)
    with pytest.raises(UserError, match=r"\{'b': \['unknown'\]\}.*Fill in .* gender.*corpus.emodb.speaker_independent"):
        make_folds(corpus.assign(gender=gender.where(corpus.speaker != "b")), PAIRS, seed=0)
    with pytest.raises(UserError, match=r"\{'a': \['female', 'male'\]\}"):
        make_folds(corpus.assign(gender=gender.where(corpus.utterance_id != "a-0", "male")), PAIRS, seed=0)
    with pytest.raises(UserError, match=r"found 0 male and 6 female"):
        make_folds(corpus.assign(gender="female"), PAIRS, seed=0)


@pytest.mark.parametrize("seed", range(3))
def test_speaker_kfold_keeps_speakers_whole_and_folds_level(corpus, seed):
    folds = make_folds(corpus, SpeakerKfold(kind="speaker_kfold", folds=3), seed=seed)
    assert sorted("".join(speakers_of(fold.test) for fold in folds)) == list("abcdef")
    assert {len(fold.test) for fold in folds} == {8}


def test_speaker_kfold_needs_as_many_speakers_as_folds(corpus):
    with pytest.raises(UserError, match="Lower folds"):
        make_folds(corpus, SpeakerKfold(kind="speaker_kfold", folds=7), seed=0)


def test_the_official_split_is_one_fold_with_its_own_validation_part(corpus):
    (fold,) = make_folds(corpus, OfficialSplit(kind="official", shared_speakers=False, shared_groups=False), seed=0)
    assert [speakers_of(ids) for ids in (fold.train, fold.validation, fold.test)] == ["ab", "cd", "ef"]


def test_a_corpus_without_an_official_split_says_so(corpus):
    with pytest.raises(UserError, match=r"no official split .* kind under corpus.emodb.speaker_independent in"):
        make_folds(
            corpus.assign(split=None),
            OfficialSplit(kind="official", shared_speakers=False, shared_groups=False),
            seed=0,
        )


def test_speaker_dependent_folds_are_stratified_and_share_speakers(corpus):
    folds = make_folds(corpus, SpeakerDependent(folds=4), seed=0)
    emotion = corpus.set_index("utterance_id").emotion
    assert all((emotion[list(fold.test)].value_counts() == 3).all() for fold in folds)
    assert any(set(speakers_of(fold.test)) & set(speakers_of(fold.train)) for fold in folds)


@pytest.mark.parametrize("protocol", [Loso(kind="loso"), SpeakerDependent(folds=4)])
def test_every_utterance_is_tested_exactly_once_and_never_trained_on_then(corpus, protocol):
    folds = make_folds(corpus, protocol, seed=3)
    assert sorted(i for fold in folds for i in fold.test) == sorted(corpus.utterance_id)
    assert all(set(fold.train) | set(fold.test) == set(corpus.utterance_id) for fold in folds)
    assert not any(set(fold.train) & set(fold.test) for fold in folds)


@pytest.mark.parametrize("seed", range(5))
def test_speaker_dependent_folds_keep_two_names_of_one_recording_together(corpus, seed):
    corpus.loc[corpus.utterance_id.isin(["a-0", "f-1"]), "sha256"] = "the same"
    folds = make_folds(corpus, SpeakerDependent(folds=4), seed=seed)
    assert sum({"a-0", "f-1"} <= set(fold.test) for fold in folds) == 1


def test_the_seed_decides_the_random_folds(corpus):
    one, same, other = (make_folds(corpus, SpeakerDependent(folds=4), seed=seed) for seed in (1, 1, 2))
    assert one == same != other


def of(corpus: pd.DataFrame, speakers: str) -> pd.DataFrame:
    return corpus[corpus.speaker.isin(list(speakers))]


def test_two_speakers_are_enough_to_leave_one_out_and_one_is_not(corpus):
    assert len(make_folds(of(corpus, "ab"), Loso(kind="loso"), seed=0)) == 2
    with pytest.raises(UserError, match=r"at least two.*found \['a'\], 0 utterances without"):
        make_folds(of(corpus, "a"), Loso(kind="loso"), seed=0)


def test_an_utterance_of_nobody_cannot_be_left_out(corpus):
    corpus.loc[3, "speaker"] = None
    with pytest.raises(UserError, match="1 utterances without"):
        make_folds(corpus, Loso(kind="loso"), seed=0)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((tuple("abc"), tuple("cdef")), r"in several: \['c'\], in none: \[\]"),
        ((tuple("abc"), tuple("de")), r"in several: \[\], in none: \['f'\]"),
    ],
)
def test_a_speaker_in_two_published_folds_or_in_none_is_an_error(corpus, parts, message):
    with pytest.raises(UserError, match=message):
        make_folds(corpus, SpeakerFolds(kind="speaker_folds", test_speakers=parts), seed=0)


def test_as_many_speaker_folds_as_speakers_are_possible(corpus):
    folds = make_folds(corpus, SpeakerKfold(kind="speaker_kfold", folds=6), seed=0)
    assert sorted(speakers_of(fold.test) for fold in folds) == list("abcdef")


def test_as_many_stratified_folds_as_utterances_of_the_rarest_class_are_possible_and_named_from_1(corpus):
    rare = corpus[(corpus.emotion == "anger") | corpus.utterance_id.isin(["a-2", "b-2", "c-2", "d-2"])]
    folds = make_folds(rare, SpeakerDependent(folds=4), seed=0)
    assert [fold.name for fold in folds] == ["fold 1", "fold 2", "fold 3", "fold 4"]
    with pytest.raises(UserError, match="5 stratified folds need 5 utterances of each class, the rarest has 4"):
        make_folds(rare, SpeakerDependent(folds=5), seed=0)


OFFICIAL = OfficialSplit(kind="official", shared_speakers=False, shared_groups=False)


def test_an_official_split_needs_no_validation_part(corpus):
    (fold,) = make_folds(corpus[corpus.split != "validation"], OFFICIAL, seed=0)
    assert (speakers_of(fold.train), fold.validation, speakers_of(fold.test)) == ("ab", (), "ef")


def test_an_official_split_without_a_test_part_or_with_an_utterance_of_no_part_is_an_error(corpus):
    with pytest.raises(UserError, match=r"found \['train', 'validation'\]"):
        make_folds(corpus[corpus.split != "test"], OFFICIAL, seed=0)
    with pytest.raises(UserError, match="train and test for every utterance"):
        make_folds(corpus.assign(split=corpus.split.where(corpus.utterance_id != "a-0")), OFFICIAL, seed=0)


def test_a_fold_never_changes(corpus):
    (fold,) = make_folds(corpus, OFFICIAL, seed=0)
    with pytest.raises(FrozenInstanceError):
        fold.train = fold.test
