"""Folds of the comparison: who may stand on both sides, and who may not."""

import pytest

from ser_tasks.evaluation.protocol_bias.equal_size import equal_folds
from ser_tasks.evaluation.protocol_bias.shared import shared_with_training
from ser_tasks.evaluation.protocol_bias.splitters import LeftOutError, cells, group_folds, random_folds, sentence_folds
from ser_tasks.evaluation.splits import leave_one_out
from tests.evaluation.protocol_bias.small_corpus import corpus, sentences_of, speakers_of


def strict(table):
    speakers = [frozenset(fold.test) for fold in leave_one_out(table, "speaker")]
    return cells(table, speakers, 4, seed=0)


DEALT = {
    "random": lambda table: random_folds(table, 4, seed=0),
    "groups": lambda table: group_folds(table, 4, seed=0),
    "sentences": lambda table: sentence_folds(table, 4, seed=0),
    "cells": strict,
}


@pytest.mark.parametrize("name", DEALT)
def test_every_utterance_is_tested_once_and_never_trained_on_then(name):
    folds = DEALT[name](corpus())
    assert sorted(i for fold in folds for i in fold.test) == sorted(corpus().utterance_id)
    assert not any(set(fold.train) & set(fold.test) for fold in folds)


def test_random_folds_keep_nothing_together_but_the_share_of_classes():
    table = corpus()
    folds = random_folds(table, 4, seed=0)
    emotion = table.set_index("utterance_id").emotion
    assert all((emotion[list(fold.test)].value_counts() == 8).all() for fold in folds)
    shared = shared_with_training(table, folds)
    assert shared["speaker"] == shared["sentence"] == len(table)
    assert shared["group"] > 0


def test_twin_takes_are_kept_together_and_voices_are_not():
    shared = shared_with_training(corpus(), group_folds(corpus(), 4, seed=0))
    assert (shared["group"], shared["speaker"]) == (0, 64)


def test_sentences_are_apart_and_voices_are_not():
    shared = shared_with_training(corpus(), sentence_folds(corpus(), 4, seed=0))
    assert (shared["sentence"], shared["speaker"]) == (0, 64)


def test_a_cell_learns_from_other_speakers_saying_other_sentences():
    folds = strict(corpus())
    assert len(folds) == 16
    for fold in folds:
        assert len(speakers_of(fold.test)) == len(sentences_of(fold.test)) == 1
        assert len(fold.test) == 4
        assert len(fold.train) == 3 * 3 * 4  # speakers, sentences, and what a cell holds
        assert not speakers_of(fold.train) & speakers_of(fold.test)
        assert not sentences_of(fold.train) & sentences_of(fold.test)


@pytest.mark.parametrize(
    ("deal", "transcripts", "message"),
    [
        (sentence_folds, None, "no transcripts"),
        (sentence_folds, "one", "all utterances say one sentence"),
        (sentence_folds, [f"number {i}" for i in range(64)], "every sentence is said once"),
        (sentence_folds, ["one", None] * 32, "sentences of some utterances are not known"),
    ],
)
def test_a_corpus_without_what_a_protocol_needs_has_a_reason_instead_of_a_row(deal, transcripts, message):
    with pytest.raises(LeftOutError, match=message):
        deal(corpus().assign(transcript=transcripts), 4, seed=0)


def test_groups_of_one_are_no_groups_and_a_rare_class_cannot_be_split():
    with pytest.raises(LeftOutError, match="no twin takes"):
        group_folds(corpus().assign(group=lambda table: table.utterance_id), 4, seed=0)
    with pytest.raises(LeftOutError, match="anger has 32 utterances, too few for 40 folds"):
        random_folds(corpus(), 40, seed=0)


def test_training_parts_of_equal_size_differ_in_whom_they_may_share_alone():
    table = corpus()
    emotion, folds = table.set_index("utterance_id").emotion, equal_folds(table, strict(table), seed=0)
    assert list(folds) == ["neither", "sentence", "speaker", "both"]
    assert folds["neither"] == strict(table)
    shared = {name: shared_with_training(table, dealt) for name, dealt in folds.items()}
    assert {name: (s["speaker"] > 0, s["sentence"] > 0) for name, s in shared.items()} == {
        "neither": (False, False),
        "sentence": (False, True),
        "speaker": (True, False),
        "both": (True, True),
    }
    for dealt in folds.values():
        assert [fold.test for fold in dealt] == [fold.test for fold in strict(table)]
        assert all(emotion[list(fold.train)].value_counts().to_dict() == {"anger": 18, "sadness": 18} for fold in dealt)
    assert equal_folds(table, strict(table), seed=0) == folds != equal_folds(table, strict(table), seed=1)
