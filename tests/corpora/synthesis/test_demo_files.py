import numpy as np
import pytest
import soundfile

from ser_tasks.corpora.catalogue import demo
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.reading import name_utterances
from ser_tasks.corpora.synthesis.corpus import (
    EMOTIONS,
    synthesise_corpus,
    synthesise_speaker,
    synthesise_utterance,
    transcript,
    utterance_name,
)
from ser_tasks.params import DemoParams

SMALL = DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0.3, seed=5)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    synthesise_corpus(folder, SMALL)
    return folder


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_grammar_reads_back_every_name_that_is_written():
    assert EMOTIONS == demo.EMOTIONS
    for speaker, gender in ((0, "female"), (1, "male"), (107, "male")):
        for emotion in EMOTIONS:
            parsed = demo.parse(utterance_name(speaker, emotion, 11))
            assert (parsed.emotion, parsed.gender, int(parsed.speaker[1:])) == (emotion, gender, speaker + 1)


@pytest.mark.parametrize(
    "stem",
    [
        "demo-f01-anger",
        "demo-x01-anger-01",
        "demo-f01-fear-01",
        "demo-f1-anger-01",
        "03a01Fa",
        "demo-f01-anger-01 ",
    ],
)
def test_other_names_are_not_of_the_corpus(stem):
    assert demo.parse(stem) is None


def test_the_utterances_carry_the_words_that_were_spoken(root):
    utterances = name_utterances(demo.CORPUS, root, list_audio(root, demo.CORPUS).audio)
    assert len(utterances) == 8
    for utterance in utterances:
        speaker = int(utterance.parsed.speaker[1:]) - 1
        assert utterance.parsed.transcript == transcript(speaker, utterance.parsed.emotion, 0, SMALL)


def test_an_utterance_without_a_transcript_is_refused(root, tmp_path):
    name = utterance_name(0, "anger", 0)
    (tmp_path / f"{name}.wav").write_bytes((root / f"{name}.wav").read_bytes())
    with pytest.raises(CorpusError, match=r"Make the corpus again with `dvc repro`"):
        demo.read(tmp_path, [f"{name}.wav"])


def test_a_foreign_file_is_refused(root):
    with pytest.raises(CorpusError, match=r"Move it out of the folder"):
        demo.read(root, ["hello.wav"])


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(root, tmp_path):
    synthesise_corpus(tmp_path / "again", SMALL)
    synthesise_corpus(tmp_path / "other", SMALL.model_copy(update={"seed": 6}))
    written, other = contents(root), contents(tmp_path / "other")
    assert contents(tmp_path / "again") == written
    assert all(other[name] != written[name] for name in written if name.endswith(".wav"))


def test_a_file_does_not_depend_on_how_many_others_there_are(root, tmp_path):
    synthesise_speaker(tmp_path, 1, SMALL.model_copy(update={"speakers": 9, "utterances_per_emotion": 2}))
    more, few = contents(tmp_path), contents(root)
    mine = [name for name in few if name.startswith("demo-m02")]
    assert len(mine) == 4
    assert all(more[name] == few[name] for name in mine)


def test_difficulty_changes_the_voice_and_not_the_words():
    harder = SMALL.model_copy(update={"difficulty": 0.9})
    assert transcript(0, "anger", 0, SMALL) == transcript(0, "anger", 0, harder)
    assert not np.array_equal(
        synthesise_utterance(0, "anger", 0, SMALL)[0][:8_000],
        synthesise_utterance(0, "anger", 0, harder)[0][:8_000],
    )


@pytest.mark.parametrize("difficulty", [0.0, 1.0])
def test_no_sound_clips_or_begins_or_ends_within_speech(difficulty):
    params = DemoParams(speakers=3, utterances_per_emotion=2, difficulty=difficulty, seed=1)
    for speaker in range(3):
        for emotion in EMOTIONS:
            sound, _ = synthesise_utterance(speaker, emotion, 1, params)
            assert np.isfinite(sound).all()
            assert 0.01 < np.abs(sound).max() < 0.98
            assert max(sound[:800].std(), sound[-800:].std()) < 0.002  # the room: -54 dBFS
            assert 0.7 < len(sound) / 16_000 < 4.5


def test_the_files_are_16_bit_mono_at_16_khz(root):
    for path in root.glob("*.wav"):
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype) == (16_000, 1, "PCM_16")
