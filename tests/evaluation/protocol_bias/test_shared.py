"""What a test part shares with its training part, counted by hand."""

import pandas as pd
import pytest

from ser_tasks.evaluation.protocol_bias.shared import sentences, shared_with_training
from ser_tasks.evaluation.splits import Fold
from tests.evaluation.protocol_bias.small_corpus import corpus


def test_each_kind_is_counted_by_itself():
    table = corpus().set_index("utterance_id", drop=False)
    table.loc["bw-anger-2", "sha256"] = table.loc["aw-anger-1", "sha256"]
    train = ("aw-anger-1", "ax-sadness-1", "bw-anger-2")
    test = (
        "aw-anger-2",  # voice, sentence, both, and the other take of aw-anger-1
        "aw-sadness-1",  # voice, sentence and both, but acted otherwise
        "by-anger-1",  # the voice alone
        "cw-anger-1",  # the sentence alone
        "cz-anger-1",  # nothing
    )
    shared = shared_with_training(table.reset_index(drop=True), [Fold("one", train, (), test)])
    assert shared == {"speaker": 3, "sentence": 3, "speaker_and_sentence": 2, "group": 1, "recording": 0}
    swapped = shared_with_training(table.reset_index(drop=True), [Fold("one", ("aw-anger-1",), (), ("bw-anger-2",))])
    assert swapped == {"speaker": 0, "sentence": 1, "speaker_and_sentence": 0, "group": 0, "recording": 1}


def test_the_official_validation_part_is_known_to_the_model_too():
    shared = shared_with_training(corpus(), [Fold("one", ("bx-anger-1",), ("aw-anger-1",), ("aw-anger-2",))])
    assert shared["group"] == 1


def test_what_a_corpus_does_not_know_is_not_called_zero():
    table = corpus().assign(transcript=None, group=None)
    shared = shared_with_training(table, [Fold("one", ("aw-anger-1",), (), ("aw-anger-2",))])
    assert shared == {"speaker": 1, "sentence": None, "speaker_and_sentence": None, "group": None, "recording": 0}


@pytest.mark.parametrize("other", ["kids are talking by the door.", "Kids are  talking - by the door!"])
def test_a_sentence_is_its_words(other):
    table = corpus().iloc[:3].assign(transcript=["Kids are talking by the door", other, "..."])
    first, second, none = sentences(table)
    assert first == second
    assert pd.isna(none)
