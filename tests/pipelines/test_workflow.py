"""The workflow as a user runs it: DVC, Prefect and MLflow for real, on a very small demo corpus."""

import contextlib
import json
import shutil
import sqlite3
import time
from pathlib import Path

import pandas as pd
import pytest

from pipelines.commands.networks import export_embeddings
from ser_tasks.bundles.card import read_card
from ser_tasks.errors import UserError
from tests.pipelines.conftest import Project, and_evaluate, kill_group
from tests.pipelines.mlflow_words import check_runs

pytestmark = pytest.mark.slow

RESULT = Path("results/demo/speaker_independent/svm.json")
FIGURES = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "recall", "folds")


def figures(project: Project, result: Path = RESULT) -> dict:
    everything = json.loads((project.folder / result).read_text(encoding="utf-8"))
    return {key: everything[key] for key in FIGURES}


def mlflow_rows(project: Project, query: str) -> list[tuple]:
    with sqlite3.connect(project.folder / "mlflow.db") as database:
        return database.execute(query).fetchall()


ASK = """
import json, mlflow, pandas
from pathlib import Path
from ser_tasks.audio.decode import read_recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.prediction import recognise
mlflow.set_tracking_uri("sqlite:///mlflow.db")
clip = sorted(Path("data/corpora/demo").glob("*.wav"))[0]
served = mlflow.pyfunc.load_model("models:/NAME/1").predict(pandas.DataFrame([{"audio": clip.read_bytes()}]))
ours = recognise(load_bundle(Path("data/bundles/NAME")), read_recording(clip)).probabilities
named = {name: float(served["p_" + name][0]) for name in ours}
Path("asked.json").write_text(json.dumps({"served": named, "ours": dict(ours)}))
"""


def ask_the_registered_model(project: Project, name: str) -> dict:
    """Probabilities of one clip from the registered model and from the bundle, in a process of their own."""
    (project.folder / "ask.py").write_text(ASK.replace("NAME", name), encoding="utf-8")
    project.succeed("ask")
    answers: dict = json.loads((project.folder / "asked.json").read_text(encoding="utf-8"))
    return answers


def check_the_bundle(project, result: dict) -> None:
    """Cross-validated figures beside a model of all speakers, and the same answers from MLflow's registry."""
    card = read_card(project.folder / "data/bundles/demo_svm")
    assert (card.figures.uar, card.figures.speakers) == (result["uar"], 4)
    assert sum(card.training.utterances.values()) == 4 * 4 * 3
    answers = ask_the_registered_model(project, "demo_svm")
    assert answers["served"] == pytest.approx(answers["ours"])


def check_the_figures(project: Project) -> dict:
    """Everything that DVC declares is there, and measured; the result comes back."""
    result: dict = json.loads((project.folder / RESULT).read_text(encoding="utf-8"))
    assert result["utterances"] == 4 * 4 * 3
    assert result["speakers"] == len(result["folds"]) == 4
    assert result["classes"] == ["anger", "happiness", "neutral", "sadness"]
    assert any("Synthetic speech" in warning for warning in result["warnings"])
    predictions = pd.read_parquet(project.folder / "data/predictions/demo/speaker_independent/svm.parquet")
    assert predictions.utterance_id.is_unique
    assert predictions[result["classes"]].sum(axis=1).to_numpy() == pytest.approx(1)
    hits = predictions[result["classes"]].idxmax(axis=1) == predictions.truth
    assert result["accuracy"] == pytest.approx(hits.mean(), abs=1e-4)
    assert "uar" in project.succeed("dvc", "metrics", "show")
    project.succeed("dvc", "plots", "show", "--json")
    return result


def check_the_tracked_runs(project: Project) -> None:
    """A parent run for each protocol, a child run for each fold."""
    parents = mlflow_rows(project, "select count(*) from tags where key = 'ser.newest' and value = 'true'")
    children = mlflow_rows(project, "select count(*) from tags where key = 'mlflow.parentRunId'")
    assert (parents, children) == ([(2,)], [(4 + 3,)])
    check_runs(project.folder / "mlflow.db", {"evaluation", "fold", "bundle"})


def check_a_second_time(project: Project) -> None:
    """There is nothing to do."""
    before = (project.folder / "dvc.lock").read_bytes()
    began = time.monotonic()
    assert "Everything is up to date." in project.succeed("pipelines.cli", "repro")
    assert time.monotonic() - began < 30
    assert (project.folder / "dvc.lock").read_bytes() == before
    assert "Running stage" not in project.succeed("dvc", "repro")


def test_from_nothing_to_results_that_are_recorded_and_stay(project):
    bundled = {"demo_svm": {"corpus": "demo", "model": "svm", "protocol": "speaker_independent"}}
    project.edit_params(lambda params: params.update(bundles=bundled))
    project.succeed("pipelines.cli", "repro")

    result = check_the_figures(project)
    check_the_tracked_runs(project)
    check_the_bundle(project, result)
    check_a_second_time(project)

    # again by force: the same figures, and the older MLflow runs step back
    once = figures(project)
    project.succeed("dvc", "repro", "--force", "--single-item", "evaluate@demo-speaker_independent-svm")
    assert figures(project) == once
    newest = mlflow_rows(project, "select value, count(*) from tags where key = 'ser.newest' group by value")
    assert dict(newest) == {"true": 2, "false": 1}


def test_a_killed_evaluation_goes_on_at_the_fold_it_was_in(project_with_features, project_with_svm):
    disturbed, undisturbed = project_with_features, project_with_svm
    disturbed.edit_params(lambda params: params["workers"].update(where="threads", count=1))
    stages = ("evaluate@demo-speaker_independent-svm",)
    results = disturbed.folder / ".ser/finished/run_fold"
    run = disturbed.start("dvc", "repro", *stages)
    deadline = time.monotonic() + 120
    while len(list(results.glob("*.json"))) < 2 and time.monotonic() < deadline and run.poll() is None:
        time.sleep(0.01)
    kill_group(run)
    finished = {file: file.stat().st_mtime_ns for file in results.glob("*.json")}
    assert 2 <= len(finished) < 4, "killed in the middle"
    assert not (disturbed.folder / RESULT).exists()

    disturbed.succeed("dvc", "repro", *stages)
    assert {file: file.stat().st_mtime_ns for file in finished} == finished, "finished folds were computed again"
    assert len(list(results.glob("*.json"))) == 4
    assert figures(disturbed) == figures(undisturbed)


def test_a_network_is_trained_and_evaluated_like_any_model_and_gives_its_embeddings(project_with_features):
    project = project_with_features
    project.edit_params(and_evaluate("spectrogram_cnn"))
    project.edit_params(lambda params: params["workers"].update(count=1))
    project.succeed("dvc", "repro", "evaluate@demo-speaker_independent-spectrogram_cnn")
    result = json.loads((project.folder / RESULT.with_name("spectrogram_cnn.json")).read_text(encoding="utf-8"))
    assert result["feature_set"] == "log_mel"
    assert sum(fold["test_utterances"] for fold in result["folds"]) == result["utterances"] == 4 * 4 * 3
    epochs = mlflow_rows(project, "select count(*) from params where key = 'chosen.epochs' and value = '2'")
    assert epochs == [(4,)], "one child run for each fold says how long it trained"
    check_the_costs(project, mlflow_rows(project, "select distinct value from params where key = 'chosen.parameters'"))
    curves = "select step, count(*) from metrics where key = 'epoch/val_uar' group by step"
    assert mlflow_rows(project, curves) == [(1, 4), (2, 4)], "both epochs of each fold"
    check_the_embeddings(project)


def check_the_costs(project: Project, weights: list[tuple]) -> None:
    """Beside the result, fold by fold: seconds, the size of the weights that MLflow counts, and both epochs."""
    file = project.folder / "data/costs/demo/speaker_independent/spectrogram_cnn.json"
    folds = json.loads(file.read_text(encoding="utf-8"))["folds"]
    assert len(folds) == 4
    assert [(str(fold["weights"]),) for fold in folds[:1]] == weights
    assert all(
        fold["seconds"] > 0 and fold["bytes"] >= 4 * fold["weights"] and len(fold["epochs"]) == 2 for fold in folds
    )


def check_the_embeddings(project: Project) -> None:
    """One of each utterance in each fold, as wide as the network; of a model without a network, none."""
    project.succeed("pipelines.cli", "embeddings", "demo", "spectrogram_cnn")
    table = pd.read_parquet(project.folder / "data/embeddings/demo/speaker_independent/spectrogram_cnn.parquet")
    assert table.groupby("fold").size().tolist() == [48] * 4
    assert (table[table.part == "test"].groupby("utterance_id").size() == 1).all()
    assert set(table["values"].map(len)) == {64 // 16 * 16}, "bands of 4 blocks that halve them, times filters"
    with contextlib.chdir(project.folder), pytest.raises(UserError, match=r"svm is not an acoustic network.*as mlp"):
        export_embeddings("demo", "speaker_independent", "svm", project.folder / "none.parquet")


def test_a_knob_reruns_only_what_depends_on_it(project_with_features):
    project = project_with_features
    before = project.locked()
    project.edit_params(lambda params: params["svm"].update(c=[3]))
    out = project.succeed("dvc", "repro", "features@demo-functionals")
    assert "Running stage" not in out
    project.edit_params(lambda params: params["functionals"].update(over=["mfcc"]))
    out = project.succeed("dvc", "repro", "features@demo-functionals")
    assert "Running stage 'features@demo-functionals'" in out
    assert "Running stage 'utterances@demo'" not in out
    assert project.locked()["utterances@demo"] == before["utterances@demo"]


def test_a_corpus_of_one_s_own_is_evaluated_and_bundled_by_three_commands_and_no_edit(project_with_svm):
    """The voices of the demo corpus under names of their own: the figures are those of the demo corpus."""
    project = project_with_svm
    for file in (project.folder / "data/corpora/demo").glob("*.wav"):
        _, speaker, emotion, number = file.stem.split("-")
        named = project.folder / "voices" / emotion / f"{speaker}_{number}.wav"
        named.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, named)
    project.succeed("pipelines.cli", "import", "voices", "--pattern", "{emotion}/{speaker}_{_}")
    project.succeed("pipelines.cli", "evaluate", "voices", "svm")
    project.succeed("pipelines.cli", "bundle", "voices", "svm")

    ours, demo = figures(project, Path("results/voices/speaker_independent/svm.json")), figures(project)
    assert {name: ours[name] for name in ("uar", "accuracy", "recall")} == {
        name: demo[name] for name in ("uar", "accuracy", "recall")
    }
    recording = next((project.folder / "voices/anger").iterdir())
    answered = project.succeed(
        "pipelines.cli", "predict", str(recording), "--bundle", "voices_svm", "--format", "jsonl"
    )
    assert json.loads(answered.strip().splitlines()[0])["emotion"] in demo["recall"]
    assert "Whether its emotions are acted or natural is not known" in (
        project.folder / "data/bundles/voices_svm/MODEL_CARD.md"
    ).read_text(encoding="utf-8")
