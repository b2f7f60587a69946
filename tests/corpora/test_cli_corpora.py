"""`ser corpora`, `ser fetch`, `ser check` as a user meets them."""

import subprocess
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from pipelines import known_corpora
from pipelines.cli.corpora import app
from ser_tasks import corpora
from tests.corpora.conftest import write


@pytest.fixture
def ser(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_every_corpus_is_listed_with_its_licence_and_the_way_to_it(ser):
    out = ser("corpora").output
    assert all(word in out for word in ("emodb", "ravdess", "CC BY-NC-SA 4.0", "not here", "ser fetch emodb"))


def test_a_folder_is_fetched_listed_and_checked(ser, emodb_root):
    fetched = ser("fetch", "emodb", "--from", emodb_root)
    assert fetched.exit_code == 0
    assert fetched.output.index("please cite") < fetched.output.index("linked to")
    assert "not a DVC project" in fetched.output
    assert f"linked to {emodb_root}, 5 files, manifest in date" in ser("corpora").output
    checked = ser("check", "emodb")
    assert checked.exit_code == 1  # synthetic files are not the release
    assert "5 audio files" in checked.output


def test_a_part_of_the_release_is_fine(ser, emodb_root, monkeypatch):
    plain = replace(corpora.find_corpus("emodb"), fingerprints=None, official=())
    monkeypatch.setattr(known_corpora, "CORPORA", {"emodb": plain})
    ser("fetch", "emodb", "--from", emodb_root)
    assert ser("check", "emodb").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("fetch", "emo-db"), "Did you mean 'emodb'?"),
        (("check", "emodb"), "ser fetch emodb --from FOLDER"),
        (("fetch", "emodb", "--from", "nowhere"), "Give the folder"),
    ],
)
def test_an_error_is_a_message_and_exit_code_1_without_a_traceback(ser, words, message):
    result = ser(*words)
    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_brackets_in_a_file_name_are_not_markup(ser, emodb_root):
    write(emodb_root, "wav/[red]x.wav")
    assert "[red]x.wav" in ser("fetch", "emodb", "--from", emodb_root).output


def test_importing_the_commands_loads_nothing_heavy():
    heavy = "tensorflow keras prefect mlflow pandas numpy rich.table"
    code = f"import sys, pipelines.cli.corpora; print([m for m in '{heavy}'.split() if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(eval(done.stdout)) <= {"rich.table"}  # typer's own
