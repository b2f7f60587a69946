"""What a search may see: the training part, divided by speaker."""

import pandas as pd
import pytest

from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.splits import Fold, leave_one_out
from ser_tasks.evaluation.tuning.inner import by_class, search_part, tied_speakers, whatever_class


def table(speakers: str, groups: str | None = None) -> pd.DataFrame:
    """One utterance of each of two emotions for each letter."""
    rows = [
        {
            "utterance_id": f"{speaker}{place}{emotion}",
            "speaker": speaker,
            "group": groups and groups[place],
            "emotion": emotion,
            "sha256": None,
        }
        for place, speaker in enumerate(speakers)
        for emotion in ("anger", "sadness")
    ]
    return pd.DataFrame(rows)


def part(utterances: pd.DataFrame, fold: Fold, n_folds: int = 3, straddling: frozenset[str] = frozenset()):
    return search_part(utterances, fold, divide=by_class, n_folds=n_folds, seed=0, straddling=straddling)


def test_no_test_utterance_is_known_and_no_speaker_is_on_both_sides():
    utterances = table("aabbccdd")
    speaker = dict(zip(utterances.utterance_id, utterances.speaker, strict=True))
    for fold in leave_one_out(utterances, "speaker"):
        found = part(utterances, fold)
        assert set(found.utterances.utterance_id) == set(fold.train)
        assert len(found.folds) == 3
        assert sorted(name for inner in found.folds for name in inner.test) == sorted(fold.train)
        for inner in found.folds:
            assert {speaker[name] for name in inner.train}.isdisjoint(speaker[name] for name in inner.test)
            assert set(inner.train) | set(inner.test) == set(fold.train)
            assert inner.validation == ()


def test_there_are_as_many_folds_as_speakers_where_those_are_few():
    utterances = table("abc")
    assert len(part(utterances, leave_one_out(utterances, "speaker")[0], n_folds=5).folds) == 2


def test_candidates_are_validated_on_an_official_validation_part():
    utterances = table("abcd")
    ids = utterances.utterance_id
    fold = Fold("official", tuple(ids[:4]), tuple(ids[4:6]), tuple(ids[6:]))
    found = part(utterances, fold)
    assert found.folds == (Fold("validation", tuple(ids[:4]), (), tuple(ids[4:6])),)
    assert list(found.utterances.speaker) == ["a", "a", "b", "b", "c", "c"]


def test_where_ratings_are_asked_for_nothing_is_divided_by_class():
    utterances = table("aabbccdd")
    fold = leave_one_out(utterances, "speaker")[0]
    found = [
        search_part(own, fold, divide=whatever_class, n_folds=3, seed=0, straddling=frozenset()).folds
        for own in (utterances, utterances.assign(emotion="rated"), utterances.assign(emotion=utterances.utterance_id))
    ]
    assert found[0] == found[1] == found[2]
    assert sorted(name for inner in found[0] for name in inner.test) == sorted(fold.train)
    for inner in found[0]:
        assert {name[0] for name in inner.train}.isdisjoint(name[0] for name in inner.test)


def test_who_shares_a_dialog_stays_together():
    utterances = table("abbcdefe", "xxyyzzww")  # a-b-c through x and y; d-e-f through z and w
    tied = dict(zip(utterances.speaker, tied_speakers(utterances), strict=True))
    assert tied == {"a": "a", "b": "a", "c": "a", "d": "d", "e": "d", "f": "d"}
    everything = Fold("everything", tuple(utterances.utterance_id), (), ())
    sides = [{name[0] for name in inner.test} for inner in part(utterances, everything).folds]
    assert sorted(sides, key=min) == [set("abc"), set("def")]


def test_dialogs_are_no_tie_where_the_protocol_says_that_they_straddle():
    utterances = table("abcd", "xxxx")
    everything = Fold("everything", tuple(utterances.utterance_id), (), ())
    assert len(part(utterances, everything, straddling=frozenset({"group"})).folds) == 3
    with pytest.raises(UserError, match=r"its 4 speaker\(s\) all stand in one chain.*Choose a protocol"):
        part(utterances, everything)


def test_the_same_recording_on_both_sides_is_an_error():
    utterances = table("abcd").assign(sha256="same")
    with pytest.raises(LeakError, match="identical recordings"):
        part(utterances, Fold("everything", tuple(utterances.utterance_id), (), ()))
