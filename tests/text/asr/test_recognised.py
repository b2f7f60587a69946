import pandas as pd
import pytest

from ser_tasks.corpora.utterances import utterance_table
from ser_tasks.errors import UserError
from ser_tasks.text.asr.transcribe import SCHEMA, with_recognised_transcripts, write_recognised
from ser_tasks.text.transcripts import read_transcripts


@pytest.fixture
def utterances():
    """A dialogue of three turns, the second without a recording, and an utterance on its own without transcript."""
    rows = [
        {"utterance_id": "d-0", "path": "d-0.wav", "transcript": "How are you?", "group": "d", "turn": 0},
        {"utterance_id": "d-1", "path": None, "transcript": "(nods)", "group": "d", "turn": 1},
        {"utterance_id": "d-2", "path": "d-2.wav", "transcript": "Great!", "group": "d", "turn": 2},
        {"utterance_id": "z", "path": "z.wav", "transcript": None},
    ]
    return utterance_table(
        [{"corpus": "c", "speaker": "s", "emotion": "neutral", "votes": None, **row} for row in rows]
    )


def heard(**words):
    table = pd.DataFrame({"utterance_id": list(words), "transcript": list(words.values()), "seconds": 0.1})
    return table.assign(engine="parrot", engine_version="1", recogniser="0" * 32)


WORDS = {"z": "yes", "d-2": "grate", "d-0": ""}


def test_linguistic_models_read_recognised_in_place_of_manual_transcripts(utterances, tmp_path):
    write_recognised(with_recognised_transcripts(utterances, heard(**WORDS)), tmp_path / "heard.parquet")
    dialogues = read_transcripts(tmp_path / "heard.parquet", ["d-2", "z"])
    assert [[turn.text for turn in dialogue] for dialogue in dialogues] == [["", "grate"], ["yes"]]


def test_turns_stay_as_they_were_and_state_their_recogniser(utterances, tmp_path):
    write_recognised(with_recognised_transcripts(utterances, heard(**WORDS)), tmp_path / "heard.parquet")
    table = pd.read_parquet(tmp_path / "heard.parquet")
    assert table.columns.tolist() == SCHEMA.names
    turns = ["utterance_id", "speaker", "group", "turn"]
    pd.testing.assert_frame_equal(table[turns], utterances[turns], check_dtype=False)
    assert table.transcript.dropna().tolist() == ["", "grate", "yes"]
    assert table.engine.isna().tolist() == table.transcript.isna().tolist() == [False, True, False, False]
    assert set(table.recogniser.dropna()) == {"0" * 32}


def test_an_utterance_that_was_not_transcribed_is_named(utterances):
    with pytest.raises(UserError, match=r"1 utterances are not transcribed, the first is 'z'.*Transcribe it again"):
        with_recognised_transcripts(utterances, heard(**{"d-0": "", "d-2": ""}))


def test_transcripts_of_another_table_are_refused(utterances):
    with pytest.raises(UserError, match=r"1 utterances are not in the table, the first is 'x'"):
        with_recognised_transcripts(utterances, heard(**WORDS, x="who?"))
