"""Classes of labels, and the folds that a new corpus gets. Oracle: the rules of docs/import.md, on hand-made rows."""

from collections import Counter

import pandas as pd
import pytest

from ser_tasks.corpora.importing.classes import map_labels
from ser_tasks.corpora.importing.protocol import choose_protocol
from ser_tasks.corpora.vocabulary import CLASS_OF, SYNONYMS, VOCABULARY, class_of


def test_every_class_is_a_word_of_its_own_synonyms_and_no_word_means_two():
    assert set(SYNONYMS) == set(VOCABULARY)
    assert all(class_of(name) == name for name in VOCABULARY)
    assert len(CLASS_OF) == sum(len(words.split()) for words in SYNONYMS.values())


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        *(("Angry", "anger"), (" HAP ", "happiness"), ("Wütend", "anger"), ("pleasant-surprise", "surprise")),
        *(("dégoût", "disgust"), ("boredem", "boredom"), ("W", None), ("0", None), ("other", None), ("", None)),
    ],
)
def test_a_label_means_a_class_beyond_doubt_or_none(label, expected):
    assert class_of(label) == expected


def test_what_is_not_known_is_a_problem_with_its_options():
    found = map_labels(Counter({"angry": 3, "sad": 2, "xxx": 2, "o t h": 1}), {})
    assert found.classes == {"angry": "anger", "sad": "sadness"}
    assert "'xxx' (2 rows), 'o t h' (1 row)" in found.problems[0]
    assert "add --label xxx=drop --label 'o t h=drop'" in found.problems[0]


def test_given_labels_hold_in_any_case_and_drop_is_no_class():
    found = map_labels(Counter({"W": 3, "T": 2, "XXX": 2, "angry": 1}), {"w": "anger", "T": "sadness", "xxx": "drop"})
    assert found.classes == {"W": "anger", "T": "sadness", "XXX": None, "angry": "anger"}
    assert found.problems == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"T": "sadnes"}, "no class of the vocabulary. Did you mean sadness?"),
        ({"T": "happy"}, "no class of the vocabulary. Did you mean happiness?"),
        ({"T": "Sad!"}, "a class is a word in small letters"),
        ({"T": "sadness", "Q": "fear"}, "--label Q=…: no row has this label. There are: T, W."),
        ({"T": "anger"}, "fewer than two classes are left"),
    ],
)
def test_a_typo_in_a_given_label_is_reported(given, message):
    assert any(message in problem for problem in map_labels(Counter("WT"), {"W": "anger"} | given).problems)


def test_a_class_of_ones_own_is_allowed_and_reported():
    found = map_labels(Counter("WT"), {"W": "pride", "T": "sadness"})
    assert (found.problems, found.notes) == (
        (),
        ("the class 'pride' is none of the vocabulary: no other corpus here has it",),
    )


def corpus(n_speakers: int, **columns) -> pd.DataFrame:
    """Four utterances of each speaker."""
    speakers = [f"s{i:02d}" for i in range(n_speakers) for _ in range(4)]
    empty = dict.fromkeys(("split", "session", "group"), None)
    return pd.DataFrame({"speaker": speakers, **empty, **columns}, dtype=object)


PARTS = ["train", "train", "validation", "test"]


def parted(*, shared: bool) -> pd.DataFrame:
    """Four speakers, one part each; or every speaker in every part."""
    return corpus(4, split=PARTS * 4 if shared else [part for part in PARTS for _ in range(4)])


def test_few_speakers_are_left_out_one_by_one_and_many_are_dealt_into_folds():
    assert choose_protocol(corpus(12), None, speakers_known=True).section == {"kind": "loso"}
    assert choose_protocol(corpus(13), None, speakers_known=True).section == {"kind": "speaker_kfold", "folds": 5}


def test_an_official_split_is_taken_if_it_keeps_speakers_apart_and_else_only_by_option():
    section = {"kind": "official", "shared_speakers": False, "shared_groups": False}
    assert choose_protocol(parted(shared=False), None, speakers_known=True).section == section
    chosen = choose_protocol(parted(shared=True), None, speakers_known=True)
    assert chosen.section == {"kind": "loso"}
    assert "share speakers, those of 4 test utterances (--protocol official takes it)" in chosen.why
    given = choose_protocol(parted(shared=True), "official", speakers_known=True)
    assert given.section == section | {"shared_speakers": True}


def test_unknown_speakers_leave_the_official_split_or_nothing():
    unknown = corpus(3).assign(speaker=None)
    assert choose_protocol(unknown, None, speakers_known=False).section is None
    official = choose_protocol(parted(shared=False).assign(speaker=None), None, speakers_known=False)
    assert official.section == {"kind": "official", "shared_speakers": True, "shared_groups": True}
    assert (
        choose_protocol(unknown, "loso", speakers_known=False).problems[0].startswith("--protocol loso needs speakers")
    )


def test_one_speaker_is_evaluated_speaker_dependently_only():
    chosen = choose_protocol(corpus(1), None, speakers_known=True)
    assert (chosen.section, chosen.why, chosen.problems) == (None, "one speaker: speaker-dependent only", ())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("official", "not every row is of train or test; found []"),
        ("leave_session_out", "not every row has a session"),
    ],
)
def test_a_given_protocol_that_cannot_be_is_refused(given, message):
    assert message in choose_protocol(corpus(3), given, speakers_known=True).problems[0]


def test_sessions_are_left_out_by_option():
    sessions = corpus(4, session=[1] * 8 + [2] * 8)
    assert choose_protocol(sessions, "leave_session_out", speakers_known=True).section == {"kind": "leave_session_out"}
