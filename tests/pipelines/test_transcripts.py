"""Transcripts of two clips by a recogniser with known output: the flow of the stage, and what models then read."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile

from pipelines import paths
from pipelines.evaluations.result import heard_by
from pipelines.evaluations.run_tags import features_of, file_digest
from pipelines.stages.transcripts import plan, show_heard, transcripts
from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.utterances import read_utterances, utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, NETWORKS
from ser_tasks.params import WorkersParams
from ser_tasks.params.reading import read_params
from ser_tasks.text import asr
from ser_tasks.text.asr.engine import Engine, Transcript
from ser_tasks.text.transcripts import RECOGNISED, read_transcripts
from tests.pipelines.mlflow_words import check_runs

PARAMS = read_params(Path(__file__).parents[2] / "params.yaml")
LONG, SHORT = 16_000, 8_000  # samples at 16 kHz


class Parrot:
    """Transcribes each clip of a second as the same four words, shorter ones as none."""

    __module__ = "ser_tasks.text.asr.engine"  # whose code decides what it says, as far as shards are named
    transcribed = 0  # utterances, of all instances

    def __init__(self, *, grammar):
        assert grammar is None

    def transcribe(self, signal, *, sampling_rate, language):
        Parrot.transcribed += 1
        return Transcript("the door was open" if len(signal) == LONG else "")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two clips, by two speakers, and a turn of text alone; the engine `pocketsphinx` is a parrot."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    Parrot.transcribed = 0
    monkeypatch.setattr(asr, "ENGINES", {"pocketsphinx": Engine(Parrot, ("numpy",), "install it", languages=("en",))})
    return tmp_path


def write_corpus(*said: str | None) -> None:
    """`said`: the manual transcripts of the two clips."""
    root, noise = paths.corpus_root("demo"), np.random.default_rng(0)
    root.mkdir(parents=True)
    rows = [{"utterance_id": "c", "transcript": "(nods)", "speaker": "B", "group": "d", "turn": 2}]
    for turn, (name, length, text) in enumerate(zip("ab", (LONG, SHORT), said, strict=True)):
        soundfile.write(root / f"{name}.wav", 0.1 * noise.standard_normal(length), 16_000)
        rows.append(
            {
                "utterance_id": name,
                "path": f"{name}.wav",
                "speaker": "AB"[turn],
                "transcript": text,
                "group": "d",
                "turn": turn,
                "duration": length / 16_000,
                "sha256": read_recording(root / f"{name}.wav").sha256,
            }
        )
    table = utterance_table(
        [{"corpus": "demo", "emotion": "neutral", "language": "en", "votes": None, **row} for row in rows]
    )
    write_utterances(table, paths.utterances("demo"))


@pytest.mark.slow
def test_two_clips_are_transcribed_scored_and_read_by_the_models(folder, capsys):
    write_corpus("The door is open.", "Yes, yes!")
    transcripts.on(WorkersParams(where="threads", count=2))("demo", PARAMS)

    table = pd.read_parquet(paths.heard("demo")).set_index("utterance_id")
    assert table.transcript.dropna().to_dict() == {"a": "the door was open", "b": ""}, "nobody can hear c"
    assert table.engine.dropna().tolist() == ["pocketsphinx"] * 2
    assert table.recogniser.nunique() == 1

    result = json.loads(paths.heard_result("demo").read_text(encoding="utf-8"))
    counted = {"utterances": 2, "words": 6, "substitutions": 1, "deletions": 2, "insertions": 0, "wer": 0.5}
    assert {key: result["word_errors"][key] for key in counted} == counted  # is -> was; yes, yes left out
    assert (result["utterances"], result["nothing_heard"], result["speech_seconds"]) == (2, 1, 1.5)
    assert "word error rate 50.0" in capsys.readouterr().out
    assert heard_by("demo") == f"Words as pocketsphinx {np.__version__} heard them: word error rate 50.0 %."

    with sqlite3.connect("mlflow.db") as database:
        metrics = dict(database.execute("select key, value from metrics").fetchall())
    assert metrics["wer"] == 0.5
    assert metrics["seconds_per_second"] >= 0
    check_runs(Path("mlflow.db"), {"heard"})

    file, digest = features_of("demo", RECOGNISED)
    assert digest == file_digest(paths.heard("demo"))
    dialogue = read_transcripts(file, ["b"])[0]
    assert [(turn.text, turn.speaker) for turn in dialogue] == [("the door was open", "A"), ("", "B")]

    transcripts.on(WorkersParams(where="threads", count=2))("demo", PARAMS)
    assert Parrot.transcribed == 2, "what was transcribed once is not transcribed again"
    assert features_of("demo", RECOGNISED) == (file, digest)


def test_without_manual_transcripts_the_rate_is_reported_as_unknown(capsys):
    result = {"corpus": "demo", "corpus_kind": "acted", "engine": "parrot", "engine_version": "1"}
    show_heard({**result, "utterances": 3, "nothing_heard": 1, "word_errors": None}, pace=0.25)
    out = capsys.readouterr().out
    assert "3 utterances, 1 of them without a word; 0.25 s for each second of speech" in out
    assert "no manual transcripts: the word error rate is not known" in out


def test_a_corpus_without_sound_is_rejected(folder):
    rows = [{"corpus": "meld", "utterance_id": "u", "speaker": "s", "emotion": "joy", "transcript": "Yes."}]
    with pytest.raises(UserError, match=r"meld: none of its 1 utterances has sound. Fetch its recordings, or take it"):
        plan("meld", utterance_table(rows), PARAMS.asr)


def test_an_engine_that_is_not_installed_is_reported_with_the_command_that_installs_it(folder, monkeypatch):
    write_corpus(None, None)
    line = Engine(Parrot, ("no-such-recogniser",), "make setup-all", languages=("en",))
    monkeypatch.setattr(asr, "ENGINES", {"pocketsphinx": line})
    with pytest.raises(UserError, match=r"no-such-recogniser does not load here.*make setup-all"):
        plan("demo", read_utterances(paths.utterances("demo")), PARAMS.asr)


def test_missing_transcripts_are_reported_with_the_stage_that_makes_them(folder):
    with pytest.raises(UserError, match=r"demo.parquet: no such table of recognised words.*ser repro transcripts@demo"):
        features_of("demo", RECOGNISED)


def test_every_model_of_words_has_a_twin_that_reads_recognised_transcripts_with_the_same_settings():
    words = [name for name, model in MODELS.items() if model.feature_set == "transcripts"]
    for name in words:
        manual, recognised = MODELS[name], MODELS[f"{name}_heard"]
        assert (recognised.feature_set, recognised.group) == (RECOGNISED, RECOGNISED)
        assert (recognised.build, recognised.code) == (manual.build, manual.code)
        assert recognised.section(PARAMS) == manual.section(PARAMS)
    assert {"tfidf", "tfidf_context", "text_lstm"} <= set(words)
    assert not any(name.endswith("_heard") for name in NETWORKS), "each network is tried once"
