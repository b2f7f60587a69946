"""The recordings that stand for a user's own."""

import pytest
import soundfile

from ser_tasks.corpora.synthesis.__main__ import VOICES, write_recordings
from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams

SMALL = VOICES.model_copy(update={"speakers": 2, "utterances_per_emotion": 1})


def test_their_names_say_speaker_and_emotion_and_the_folder_holds_nothing_else(tmp_path):
    assert write_recordings(tmp_path, SMALL) == 8
    assert sorted(file.name for file in tmp_path.iterdir())[:2] == ["f01_anger_01.wav", "f01_happiness_01.wav"]
    assert {file.suffix for file in tmp_path.iterdir()} == {".wav"}


def test_their_voices_are_not_those_of_the_demo_corpus(tmp_path):
    write_recordings(tmp_path, SMALL)
    mine, _ = soundfile.read(tmp_path / "f01_anger_01.wav")
    demo, _ = synthesise_utterance(
        0, "anger", 0, DemoParams(speakers=8, utterances_per_emotion=7, difficulty=0.5, seed=0)
    )
    assert len(mine) != len(demo)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(UserError, match="Name a new folder"):
        write_recordings(tmp_path, SMALL)
