"""`ser encoders` and `ser fetch-encoder` on the terminal, and what params.yaml may name."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.orchestration.stage_list import stages_of
from pipelines.settings import project_params
from pipelines.stages.params import prepare
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.models import MODELS
from ser_tasks.params.editing import with_item
from ser_tasks.params.reading import ParamsError

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with params.yaml and no weights."""
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def with_model(place, name):
    text = (place / "params.yaml").read_text(encoding="utf-8")
    line = {"corpus": "demo", "protocol": "speaker_independent", "model": name}
    (place / "params.yaml").write_text(with_item(text, "evaluations", line), encoding="utf-8")


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


def test_an_evaluation_on_an_encoder_needs_its_layers_and_these_its_weights(place):
    with_model(place, "hubert_base_logistic_speaker_norm")
    stages = stages_of(project_params())
    assert stages["features"]["demo-hubert_base"] == {
        "corpus": "demo",
        "feature_set": "hubert_base",
        "code": "hugging_face",
        "settings": "encoder",
        "weights": "data/encoders/hubert_base",
    }
    evaluated = stages["evaluate"]["demo-speaker_independent-hubert_base_logistic_speaker_norm"]
    assert evaluated["reads"] == "data/features/demo/hubert_base"
    assert (evaluated["code"], evaluated["settings"]) == ("logistic_speaker_norm", "logistic")


@pytest.mark.parametrize("encoder", ["efficientnet_lite0", "efficientnet_lite0_random"])
def test_a_network_on_segments_needs_the_weights_of_their_encoder(place, encoder):
    model = {"efficientnet_lite0": "segment_blstm_attention"}.get(
        encoder, f"{encoder}_segments_segment_blstm_attention"
    )
    with_model(place, model)
    stages = stages_of(project_params())
    assert stages["features"][f"demo-{encoder}_segments"] == {
        "corpus": "demo",
        "feature_set": f"{encoder}_segments",
        "code": "efficientnet_lite_segments"
        if encoder == "efficientnet_lite0"
        else "efficientnet_lite_random_segments",
        "settings": "audio",
        "weights": f"data/encoders/{encoder}",
    }
    evaluated = stages["evaluate"][f"demo-speaker_independent-{model}"]
    assert evaluated["reads"] == f"data/features/demo/{encoder}_segments"
    assert evaluated["code"] == "segment_blstm_attention"
    with pytest.raises(UserError, match=f"{encoder}: its weights are not here"):
        prepare()


@pytest.mark.network
def test_the_next_step_after_a_fetch_is_a_command_that_there_is(place):
    result = CliRunner().invoke(cli, ["fetch-encoder", "efficientnet_lite0_random"])
    assert result.exit_code == 0, result.output
    assert "Next: ser evaluate CORPUS efficientnet_lite0_random_logistic" in result.output
    assert "efficientnet_lite0_random_logistic" in MODELS


def test_an_encoder_whose_weights_are_not_here_is_reported_before_anything_runs(place):
    with_model(place, "whisper_base_logistic")
    with pytest.raises(UserError, match=r"whisper_base: its weights are not here.*ser fetch-encoder whisper_base"):
        prepare()
    (place / "data/encoders/whisper_base").mkdir(parents=True)
    (place / "data/encoders/whisper_base/model.bin").touch()
    prepare()


def test_an_encoder_that_is_not_known_is_named(place):
    with_model(place, "whisper_basis_logistic")
    with pytest.raises(
        ParamsError, match=r"'whisper_basis_logistic' is not known.*Did you mean 'whisper_base_logistic'"
    ):
        project_params()
