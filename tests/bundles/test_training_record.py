"""What a bundle knows of its training data, and that it names nobody."""

import hashlib
import json

import pandas as pd
import pytest

from ser_tasks.bundles.card import BundleError
from ser_tasks.bundles.training_record import (
    FILE,
    TrainingRecord,
    joined_record,
    read_training_record,
    seen_in_training,
    training_record,
)

SOUNDS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(3)]
UTTERANCES = pd.DataFrame({"speaker": ["03", "Anna B.", "03"], "sha256": [*SOUNDS[:2], None]})


@pytest.fixture
def record(tmp_path):
    (tmp_path / FILE).write_text(training_record("ravdess", UTTERANCES, speakers_known=True))
    return read_training_record(tmp_path)


def test_it_holds_the_first_16_digits_of_digests_and_no_name(record):
    text = record.model_dump_json()
    assert "Anna" not in text
    assert "03" not in json.loads(text)["speakers"]
    by_hand = {hashlib.sha256(one).hexdigest()[:16] for one in (b"ravdess/3", b"ravdess/annab")}
    assert set(record.speakers) == by_hand
    assert set(record.recordings) == {SOUNDS[0][:16], SOUNDS[1][:16]}


def test_a_speaker_of_the_same_corpus_is_known_under_another_spelling_and_one_of_another_corpus_is_not(record):
    names = ["ravdess/3", "ravdess/anna b", "emodb/03", "03", "ravdess/04"]
    assert seen_in_training(record, speakers=names, recordings=()).speakers == ("ravdess/3", "ravdess/anna b")


def test_a_recording_is_known_whatever_its_name_and_one_that_cannot_be_read_is_not(record):
    rows = [("a", SOUNDS[1]), ("b", SOUNDS[2]), ("c", None)]
    seen = seen_in_training(record, speakers=(), recordings=rows)
    assert seen.recordings == ("a",)
    assert seen
    assert not seen_in_training(record, speakers=(), recordings=rows[1:])


def test_placeholders_of_unknown_speakers_are_left_out(tmp_path):
    (tmp_path / FILE).write_text(training_record("mine", UTTERANCES, speakers_known=False))
    assert read_training_record(tmp_path).speakers == ()


def test_an_older_bundle_has_none_and_a_broken_one_is_an_error(tmp_path):
    assert read_training_record(tmp_path) is None
    (tmp_path / FILE).write_text("[]")
    with pytest.raises(BundleError, match=r"(?s)not a record of training data.*Make the bundle again"):
        read_training_record(tmp_path)
    (tmp_path / FILE).write_text(training_record("mine", UTTERANCES, speakers_known=True).replace(": 1", ": 2"))
    with pytest.raises(BundleError, match="format 2, but this version of ser reads format 1"):
        read_training_record(tmp_path)


def test_an_ensemble_knows_what_any_of_its_members_was_trained_on_or_nothing(record):
    other = record.model_copy(update={"recordings": (SOUNDS[2][:16], SOUNDS[0][:16])})
    together = TrainingRecord.model_validate_json(joined_record([record, other]))
    assert set(together.recordings) == {sound[:16] for sound in SOUNDS}
    assert (together.speakers, together.corpus) == (record.speakers, "ravdess")
    assert joined_record([record, None]) is None
