"""Folds trained on another machine: the exported plan, and the imported outcomes."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.commands.remote import as_plan, import_outcomes, needed_folders
from ser_tasks.errors import UserError
from ser_tasks.models.remote.plan import read_plan
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import PROJECT
from tests.pipelines.conftest import and_evaluate

STAGE = "evaluate@demo-speaker_independent-mlp"


@pytest.mark.slow
def test_an_evaluation_is_made_of_the_imported_outcomes(project_with_features):
    """No network is trained here: the posteriors are made up, all right but for one speaker's, which are all wrong."""
    project = project_with_features
    project.edit_params(and_evaluate("mlp"))
    project.succeed("pipelines.cli", "remote", "export", "demo", "mlp", "--to", "mlp.json")

    plan = read_plan(project.folder / "mlp.json")
    emotion = dict(zip(plan.labels.utterance_ids, plan.labels.emotions, strict=True))
    outcomes = []
    for number, fold in enumerate(plan.folds):
        places = [(plan.classes.index(emotion[name]) + (number == 0)) % 4 for name in fold.test]
        rows = [[0.7 if column == place else 0.1 for column in range(4)] for place in places]
        chosen = {"epochs": 1, "parameters": 7, "hardware": "a faster machine"}
        outcomes.append(
            {"cache_key": fold.cache_keys[0], "utterance_ids": fold.test, "posteriors": rows, "chosen": chosen}
        )
    (project.folder / "outcomes").mkdir()
    file = project.folder / "outcomes" / "outcomes.json"
    file.write_text(json.dumps({"format": 1, "outcomes": outcomes}), encoding="utf-8")
    project.succeed("pipelines.cli", "remote", "import", "outcomes")
    project.environment["KERAS_BACKEND"] = "jax"
    project.succeed("dvc", "repro", STAGE)

    result = json.loads((project.folder / "results/demo/speaker_independent/mlp.json").read_text(encoding="utf-8"))
    assert [fold["uar"] for fold in result["folds"]] == [0.0, 1.0, 1.0, 1.0]
    assert result["uar"] == 0.75
    assert "Trained elsewhere, on a faster machine." in result["warnings"]


@pytest.mark.parametrize(
    ("model", "folders"),
    [
        ("mlp", "ser_tasks/ and data/features/demo/"),
        ("whisper_small_fine_tuned", "ser_tasks/, data/encoders/whisper_small/ and data/features/demo/"),
    ],
)
def test_the_other_machine_needs_the_encoder_that_a_network_begins_with(model, folders):
    params = read_params(PROJECT / "params.yaml")
    assert needed_folders(SimpleNamespace(model=model, corpus="demo", params=params)) == folders


def test_a_folder_without_outcomes_is_rejected(tmp_path: Path):
    with pytest.raises(UserError, match=r"outcomes.json: no outcomes that can be read.*Name the folder"):
        import_outcomes(tmp_path)


def test_outcomes_of_another_format_are_rejected(tmp_path: Path):
    (tmp_path / "outcomes.json").write_text('{"format": 99, "outcomes": []}', encoding="utf-8")
    with pytest.raises(UserError, match=r"format 99, expected 1\. Train again with this version"):
        import_outcomes(tmp_path)


@pytest.mark.parametrize(
    "outcome",
    [
        {"cache_key": "a" * 64, "utterance_ids": ["u"], "posteriors": []},
        {"cache_key": "a" * 64, "utterance_ids": ["u"], "posteriors": [], "chosen": {}},
        {"cache_key": "../../escaped", "utterance_ids": [], "posteriors": [], "chosen": {}},
    ],
)
def test_an_outcome_that_is_not_whole_is_rejected_and_nothing_is_written(tmp_path, monkeypatch, outcome):
    monkeypatch.chdir(tmp_path)
    Path("outcomes.json").write_text(json.dumps({"format": 1, "outcomes": [outcome]}), encoding="utf-8")
    with pytest.raises(UserError, match=r"outcomes.json: the outcome with key .* is not whole.*Copy the folder again"):
        import_outcomes(Path())
    assert [path.name for path in tmp_path.rglob("*")] == ["outcomes.json"]


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("svm", "svm is not a network.*as mlp"),
        ("mlp_votes", "trained on the votes of raters.*name mlp"),
        ("residual_cnn_speeds", "plays each recording at several speeds.*name residual_cnn"),
        ("text_lstm", "reads transcripts, which stay here.*as mlp"),
    ],
)
def test_what_is_trained_here_alone_is_refused_with_what_is_not(model, said):
    with pytest.raises(UserError, match=said):
        as_plan(SimpleNamespace(model=model, params=read_params()))
