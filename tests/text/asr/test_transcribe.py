"""A corpus transcribed by an engine whose answers are known: how many samples there were, and in which language."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import soundfile

from ser_tasks.audio.decode import AudioError, read_recording
from ser_tasks.corpora.utterances import utterance_table
from ser_tasks.errors import UserError
from ser_tasks.text import asr
from ser_tasks.text.asr import transcribe
from ser_tasks.text.asr.engine import Engine, Transcript
from ser_tasks.text.asr.transcribe import plan_transcripts, read_transcribed, transcribe_corpus, transcribe_shard


class Counter:
    """An engine with one setting: what it calls a sample."""

    __module__ = "ser_tasks.text.asr.engine"  # whose code decides what it says, as far as shards are named
    transcribed = 0  # utterances, of all instances

    def __init__(self, *, unit):
        self.unit = unit

    def transcribe(self, signal, *, sampling_rate, language):
        Counter.transcribed += 1
        return Transcript(f"{len(signal)} {self.unit} at {sampling_rate} in {language}")


@pytest.fixture(autouse=True)
def counter(monkeypatch):
    """The engine `counter` of the table; the number of utterances transcribed begins at 0."""
    Counter.transcribed = 0
    line = Engine(Counter, ("numpy",), "pip install it", languages=("en", "nl"))
    monkeypatch.setattr(asr, "ENGINES", {"counter": line})
    return line


@pytest.fixture
def corpus(tmp_path):
    """Five recordings of 1 s at 8 kHz, the last one a part of a file, and one utterance of text alone."""
    root, noise = tmp_path / "corpus", np.random.default_rng(0)
    root.mkdir()
    rows = [{"utterance_id": "text", "transcript": "Yes."}]
    for index in range(5):
        path = root / f"{index}.wav"
        soundfile.write(path, 0.1 * noise.standard_normal(8_000), 8_000)
        part = {"start": 0.25, "end": 0.75} if index == 4 else {}
        sha256 = read_recording(path).sha256
        rows.append({"utterance_id": f"u{index}", "path": path.name, "duration": 1.0, "sha256": sha256, **part})
    table = [{"corpus": "c", "speaker": "s", "emotion": "neutral", "language": "en", **row} for row in rows]
    return root, utterance_table(table)


def plan(table, *, minutes=2 / 60, **settings):
    return plan_transcripts(table, "counter", {"unit": "samples", **settings}, shard_minutes=minutes)


def transcribed(corpus, folder, **settings):
    root, table = corpus
    return transcribe_corpus(
        table, "counter", {"unit": "samples", **settings}, corpus_root=root, folder=folder, shard_minutes=2 / 60
    )


def test_every_utterance_with_sound_has_its_words_by_16_khz(corpus, tmp_path, counter):
    table = transcribed(corpus, tmp_path / "out")
    assert table.columns.tolist() == ["utterance_id", "transcript", "seconds", "engine", "engine_version", "recogniser"]
    assert table.utterance_id.tolist() == ["u0", "u1", "u2", "u3", "u4"]
    assert table.transcript.tolist() == ["16000 samples at 16000 in en"] * 4 + ["8000 samples at 16000 in en"]
    assert set(table.engine) == {"counter"}
    assert set(table.engine_version) == {np.__version__}
    assert (table.seconds >= 0).all()


def test_shards_hold_at_most_their_minutes(corpus):
    held = [[clip.utterance_id for clip in shard.clips] for shard in plan(corpus[1])]
    assert held == [["u0", "u1"], ["u2", "u3"], ["u4"]]


def test_a_killed_run_goes_on_where_it_stopped(corpus, tmp_path, monkeypatch):
    shards = plan(corpus[1])
    with monkeypatch.context() as patch:
        patch.setattr(Counter, "transcribe", dying(Counter.transcribe, after=3))
        with pytest.raises(KeyboardInterrupt):
            transcribed(corpus, tmp_path)
    assert [(tmp_path / shard.file_name).exists() for shard in shards] == [True, False, False]
    with pytest.raises(UserError, match=r"2 of 3 shards of transcripts are not there, the first begins with 'u2'"):
        read_transcribed(tmp_path, shards)
    Counter.transcribed = 0
    resumed = transcribed(corpus, tmp_path)
    assert Counter.transcribed == 3
    assert list(resumed.transcript) == list(transcribed(corpus, tmp_path / "at once").transcript)


def dying(method, *, after):
    def transcribe_or_die(self, *arguments, **options):
        if Counter.transcribed == after:
            raise KeyboardInterrupt
        return method(self, *arguments, **options)

    return transcribe_or_die


def test_what_was_transcribed_once_is_not_transcribed_again(corpus, tmp_path):
    first = transcribed(corpus, tmp_path)
    pd.testing.assert_frame_equal(transcribed(corpus, tmp_path), first)
    assert Counter.transcribed == 5


def test_every_input_names_other_shards_and_nothing_else_does(corpus, counter, monkeypatch):
    table = corpus[1]
    names = [shard.file_name for shard in plan(table)]

    def changed(other, **settings):
        return [a != b for a, b in zip(names, [shard.file_name for shard in plan(other, **settings)], strict=True)]

    assert changed(table.sample(frac=1, random_state=0)) == [False] * 3
    assert changed(table.assign(transcript="said", emotion="anger")) == [False] * 3
    assert changed(table.assign(sha256=table.sha256.where(table.utterance_id != "u2", "0" * 64))) == [
        False,
        True,
        False,
    ]
    assert changed(table.assign(language=table.language.where(table.utterance_id != "u4", "nl"))) == [
        False,
        False,
        True,
    ]
    assert changed(table.assign(end=table.end.where(table.utterance_id != "u4", 0.7))) == [False, False, True]
    assert changed(table, unit="beats") == [True] * 3
    with monkeypatch.context() as patch:
        patch.setattr(asr, "ENGINES", {"counter": replace(counter, weights=lambda settings: {"model.bin": "1"})})
        assert changed(table) == [True] * 3
    with monkeypatch.context() as patch:
        patch.setattr(asr, "ENGINES", {"counter": replace(counter, libraries=("scipy",))})
        assert changed(table) == [True] * 3
    monkeypatch.setattr(transcribe, "code_digest", lambda *functions: "edited")
    assert changed(table) == [True] * 3


def test_shards_keep_their_names_when_another_folder_of_the_corpus_is_linked(corpus):
    _, table = corpus
    above = table.assign(path="wav/" + table.path)
    assert [shard.file_name for shard in plan(above)] == [shard.file_name for shard in plan(table)]


def test_a_language_that_the_engine_lacks_is_refused_before_anything_is_recognised(corpus):
    german = corpus[1].assign(language="de")
    with pytest.raises(UserError, match=r"5 of 5 utterances are in 'de', the first is 'u0', but counter knows en, nl"):
        plan(german)


def test_an_unknown_language_is_left_to_the_engine(corpus, tmp_path):
    root, table = corpus
    table = transcribed((root, table.assign(language=None)), tmp_path)
    assert table.transcript[0] == "16000 samples at 16000 in None"


def test_a_broken_recording_is_named_and_leaves_no_shard(corpus, tmp_path):
    root, table = corpus
    shard = plan(table)[1]
    (root / "3.wav").write_bytes(b"")
    with pytest.raises(AudioError, match=r"3\.wav: the file is empty"):
        transcribe_shard(shard, corpus_root=root, folder=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


def test_a_corpus_without_sound_gives_an_empty_table(corpus, tmp_path):
    root, table = corpus
    silent = transcribed((root, table[table.path.isna()]), tmp_path)
    assert len(silent) == 0
    assert silent.columns.tolist() == transcribe.ROW.names


def test_the_file_holds_the_table(corpus, tmp_path):
    root, table = corpus
    path = transcribe_shard(plan(table, minutes=1)[0], corpus_root=root, folder=tmp_path)
    assert pq.read_schema(path).equals(transcribe.ROW)
