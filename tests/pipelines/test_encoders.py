"""`ser encoders` and `ser fetch-encoder` on the terminal, and what params.yaml may name."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.settings import evaluated_models, project_params
from pipelines.stages import check
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.params.reading import ParamsError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with params.yaml and no weights."""
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def with_encoders(place, names):
    text = (place / "params.yaml").read_text(encoding="utf-8")
    (place / "params.yaml").write_text(text.replace("encoders: []", f"encoders: [{names}]", 1), encoding="utf-8")


def test_each_is_listed_with_what_a_user_asks_first(place):
    (place / "data/encoders/whisper_base").mkdir(parents=True)
    (place / "data/encoders/whisper_base/model.bin").touch()
    said = CliRunner().invoke(cli, ["encoders"]).output
    base, tiny = (said.partition(f"{name}  ")[2].partition("get it")[0] for name in ("whisper_base", "whisper_tiny"))
    assert all(f"{name}  " in said for name in ENCODERS)
    assert said.count("licence") == said.count("get it") == len(ENCODERS)
    assert "20.6 million parameters, 7 layers of 512 units" in base
    assert "here      in data/encoders/whisper_base" in base
    assert "here      no" in tiny


def test_what_is_fetched_without_an_origin_that_exists_is_an_error_in_one_line(place):
    result = CliRunner().invoke(cli, ["fetch-encoder", "whisper_base", "--from", "nowhere"])
    assert result.exit_code == 1
    assert "nowhere: no such folder or archive" in result.output
    assert "Did you mean 'whisper_base'?" in CliRunner().invoke(cli, ["fetch-encoder", "whisper_bse"]).output


def test_models_of_encoders_are_each_on_each(place):
    with_encoders(place, "whisper_base, hubert_base")
    assert evaluated_models(project_params())["encoders"] == [
        "whisper_base_logistic",
        "whisper_base_logistic_speaker_norm",
        "hubert_base_logistic",
        "hubert_base_logistic_speaker_norm",
    ]


def test_an_encoder_whose_weights_are_not_here_is_said_before_anything_runs(place):
    with_encoders(place, "whisper_base")
    with pytest.raises(UserError, match=r"whisper_base: its weights are not here.*ser fetch-encoder whisper_base"):
        check.main()
    (place / "data/encoders/whisper_base").mkdir(parents=True)
    (place / "data/encoders/whisper_base/model.bin").touch()
    check.main()


def test_an_encoder_that_is_not_known_or_stands_elsewhere_is_named(place):
    with_encoders(place, "whisper_basis")
    with pytest.raises(ParamsError, match=r"encoders: 'whisper_basis' is not known.*Did you mean 'whisper_base'"):
        project_params()
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(text.replace("feature_sets: [functionals]", "feature_sets: [whisper_base]"))
    with pytest.raises(ParamsError, match=r"feature_sets: 'whisper_base' is a speech encoder\. Move it under encoders"):
        project_params()
