"""`ser predict` with bundles that read words: transcripts and members in every output, and in timelines."""

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from typer.testing import CliRunner

from pipelines.cli import cli
from tests.audio.conftest import syllables
from tests.bundles.small_bundles import PROJECT, RATE, voice
from tests.bundles.test_bundles_of_words import (  # noqa: F401  fixtures
    ensemble_folder,
    parrot,
    text_folder,
    words_of,
)


@pytest.fixture
def ser(bundle_folder, ensemble_folder, tmp_path, monkeypatch):  # noqa: F811
    """A function that runs `ser predict` in a project with two bundles."""
    for name, folder in {"small": bundle_folder, "both": ensemble_folder}.items():
        shutil.copytree(folder, tmp_path / "data" / "bundles" / name)
    (tmp_path / "params.yaml").symlink_to(PROJECT / "params.yaml")
    for emotion in ("anger", "sadness"):
        soundfile.write(tmp_path / f"{emotion}.wav", voice(emotion, speaker=2, take=9), RATE)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli, ["predict", *map(str, arguments), "--workers", "1"])


def test_a_row_has_the_words_and_what_each_member_answers(ser):
    done = ser("anger.wav", "--bundle", "both", "--to", "a.csv", "--to", "a.jsonl", "--to", "a.parquet")
    assert done.exit_code == 0, done.output
    (row,) = csv.DictReader(io.StringIO(Path("a.csv").read_text(encoding="utf-8")))
    line = json.loads(Path("a.jsonl").read_text(encoding="utf-8"))
    assert row["transcript"] == line["transcript"] == "stop it now"
    assert row["members"] == "; ".join(f"{name}: anger {own['anger']:.2f}" for name, own in line["members"].items())
    assert list(line["members"]) == ["svm", "tfidf"]
    (members,) = pd.read_parquet("a.parquet").members
    assert {name: dict(own) for name, own in members} == {
        name: pytest.approx(own, abs=1e-6) for name, own in line["members"].items()
    }


def test_the_table_for_people_shows_them_among_the_remarks(ser):
    shown = " ".join(ser("anger.wav", "--bundle", "both", "--format", "table").stdout.split())
    assert "“stop it now”" in shown
    assert "svm: anger" in shown


def test_words_are_given_for_one_recording(ser, parrot):  # noqa: F811
    done = ser("anger.wav", "--bundle", "both", "--transcript", "nobody is left")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["transcript"], parrot.languages) == ("nobody is left", [])
    assert "tfidf: sadness" in row["members"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("anger.wav", "--bundle", "small"), "--transcript: svm reads no words. Leave it out."),
        (("anger.wav", "sadness.wav", "--bundle", "both"), "--transcript for 2 files"),
        (("anger.wav", "--bundle", "both", "--timeline"), "--transcript with --timeline"),
    ],
)
def test_words_that_no_one_recording_can_have_are_refused(ser, words, message):
    done = ser(*words, "--transcript", "hello")
    assert done.exit_code == 1
    assert message in str(done.exception)


def test_blank_words_are_refused_and_not_taken_for_none(ser):
    done = ser("anger.wav", "--bundle", "both", "--transcript", " ")
    assert "--transcript: no words in it. Leave it out" in str(done.exception)


def speech(seconds: float) -> np.ndarray:
    """What is taken for speech: buzzes in syllables."""
    return syllables(np.concatenate([voice("anger", take=take) for take in range(20)])[: round(seconds * RATE)])


def test_each_window_of_a_timeline_has_its_own_words(ser, parrot):  # noqa: F811
    parrot.transcript = words_of(" ".join(f"w{place}" for place in range(60)))  # one every 0.2 s
    soundfile.write("long.wav", speech(8.0), RATE)
    done = ser("long.wav", "--bundle", "both", "--timeline")
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) > 1
    for row in rows:
        first, last = (int(word[1:]) for word in (row["transcript"].split()[0], row["transcript"].split()[-1]))
        assert last - first in (14, 15), "3 s of a word every 0.2 s"
    assert [int(row["transcript"].split()[0][1:]) for row in rows[:2]] == [0, 5], "the hop is 1 s"


def test_why_a_timeline_has_no_words_is_reported_once(ser, parrot):  # noqa: F811
    parrot.transcript = words_of("")
    soundfile.write("long.wav", speech(8.0), RATE)
    done = ser("long.wav", "--bundle", "both", "--timeline")
    assert done.stderr.count("long.wav: no words were recognised.") == 1
