"""Which classes one speaker alone has, and what a result says of them."""

import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.lone_classes import in_words, lone_classes, missing_in_training

EMOTIONS = {"a1": "anger", "a2": "fear", "b1": "anger", "b2": "joy", "c1": "anger", "c2": "joy", "c3": "fear"}


def loso(*speakers: str) -> list[Fold]:
    def ids(others: bool, speaker: str) -> tuple[str, ...]:
        return tuple(name for name in EMOTIONS if (name[0] != speaker) == others and name[0] in speakers)

    return [Fold(f"speaker {speaker}", ids(True, speaker), (), ids(False, speaker)) for speaker in speakers]


def test_a_class_is_lone_if_one_of_several_speakers_has_it_however_often():
    assert lone_classes([("a", "joy"), ("a", "joy"), ("b", "fear"), ("a", "fear")]) == {"joy": "a"}


def test_a_class_of_two_of_three_speakers_is_not_lone():
    cells = [("a", "joy"), ("b", "joy"), ("c", "fear"), ("a", "anger"), ("b", "anger"), ("c", "anger")]
    assert lone_classes(cells) == {"fear": "c"}


def test_where_there_is_one_speaker_nothing_is_reported():
    assert lone_classes([("a", "joy"), ("a", "fear")]) == {}
    assert lone_classes([]) == {}
    assert in_words({}) == ""


def test_the_sentence_names_class_and_speaker():
    assert in_words({"joy": "a"}).startswith("one speaker alone has joy (speaker a): ")


def test_a_class_that_every_training_part_has_is_not_spoken_of():
    assert missing_in_training(loso("a", "b", "c"), EMOTIONS) == []


def test_the_utterances_that_cannot_be_recognised_are_counted_and_their_fold_is_named():
    assert missing_in_training(loso("a", "b"), EMOTIONS) == [
        "1 of 1 test utterances of fear are never recognised: the training part of speaker a has none of it.",
        "1 of 1 test utterances of joy are never recognised: the training part of speaker b has none of it.",
    ]


def test_every_utterance_that_cannot_be_recognised_counts_however_its_class_is_stored():
    emotions = {name: "".join(list(emotion)) for name, emotion in EMOTIONS.items()} | {"c4": "".join(["f", "ear"])}
    folds = [Fold("one", ("a1", "b2"), (), ("a2", "c3", "c4"))]
    assert missing_in_training(folds, emotions)[0].startswith("3 of 3 test utterances of fear")


def test_what_the_validation_part_has_counts_as_training():
    fold = Fold("official", ("a1", "b2"), ("a2",), ("c3",))
    assert missing_in_training([fold], EMOTIONS) == []


def test_a_fold_that_lacks_a_class_in_one_of_two_tests_counts_the_one():
    folds = [Fold("one", ("a1", "b2"), (), ("c3",)), Fold("two", ("a1", "c3"), (), ("a2",))]
    assert missing_in_training(folds, EMOTIONS) == [
        "1 of 2 test utterances of fear are never recognised: the training part of one has none of it."
    ]


def test_a_training_part_of_one_class_is_an_error():
    with pytest.raises(UserError, match=r"speaker a: the training part has one class \(anger\).*another protocol"):
        missing_in_training([Fold("speaker a", ("b1", "c1"), (), ("a1",))], EMOTIONS)
