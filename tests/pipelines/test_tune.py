"""`ser tune` with its flow, its files and its records, on a corpus of made-up features."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from pipelines.evaluations.tune import TuneOptions, main
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.features.store import ROW
from ser_tasks.params.editing import with_values
from tests.pipelines.conftest import PROJECT
from tests.pipelines.mlflow_words import check_runs

EMOTIONS = ("anger", "happiness", "neutral", "sadness")
SMALL = {
    "svm.c": [1],
    "svm.inner_folds": 2,
    "ridge.alpha": [1000],
    "ridge.inner_folds": 2,
    "tuning.inner_folds": 2,
    "tuning.startup_trials": 1,
    "evaluation.bootstrap_resamples": 200,
    "workers.where": "threads",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of five speakers, three utterances of each emotion, and features that nearly tell."""
    ids = [(f"{s}-{e}-{n}", s, e) for s in "abcde" for e in EMOTIONS for n in range(3)]
    rows: list[dict[str, object]] = [
        {
            **{"utterance_id": name, "corpus": "demo", "speaker": s, "emotion": e, "votes": [], "path": "a.wav"},
            **{"valence": 1.0 + EMOTIONS.index(e), "activation": 4.0 - EMOTIONS.index(e) % 2, "dominance": None},
        }
        for name, s, e in ids
    ]
    write_utterances(utterance_table(rows), tmp_path / "data/utterances/demo.parquet")
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(4, 5))
    values = [(centres[EMOTIONS.index(e)] + generator.normal(size=5)).astype(np.float32) for _, _, e in ids]
    shard = [{"utterance_id": ids[i][0], "n_frames": 1, "values": values[i]} for i in range(len(ids))]
    table = pa.Table.from_pylist(shard, schema=ROW).replace_schema_metadata({"dimensions": json.dumps(list("vwxyz"))})
    (tmp_path / "data/features/demo/functionals").mkdir(parents=True)
    pq.write_table(table, tmp_path / "data/features/demo/functionals/1.parquet")
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(with_values(text, SMALL), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/mlflow.db")
    return tmp_path


def tune(model: str = "svm", *, trials: int, write: bool, outer: int = 1) -> None:
    options = TuneOptions(outer=outer, minutes=None, write=write)
    main("demo", "speaker_independent", model, trials=trials, workers=2, options=options)


def tags_of_runs(database: Path) -> list[dict[str, str]]:
    with sqlite3.connect(database) as mlflow:
        rows = mlflow.execute("select run_uuid, key, value from tags").fetchall()
    found: dict[str, dict[str, str]] = {}
    for run, key, value in rows:
        found.setdefault(run, {"run": run})[key] = value
    return list(found.values())


@pytest.mark.slow
def test_a_search_prints_its_cost_resumes_records_every_trial_and_writes_the_params(folder, capsys):
    tune(trials=1, write=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "2 studies (speaker a, everything) × (1 trials + params.yaml as it is) × 2 inner folds = 8 fits" in said
    assert "only 1 of 5 outer folds" in said

    before = (folder / "params.yaml").read_text(encoding="utf-8")
    tune(trials=3, write=True)
    assert "speaker a: 1 trials were made by an earlier run, and count." in capsys.readouterr().out

    result = json.loads((folder / "results/tuning/demo/speaker_independent/svm.json").read_text(encoding="utf-8"))
    assert (result["outer_folds"], result["of_folds"], result["speakers"]) == (["speaker a"], 5, 1)
    assert result["against_defaults"]["uar_difference"] == pytest.approx(
        result["tuned"]["uar"] - result["defaults"]["uar"], abs=2e-4
    )
    expected = yaml.safe_load(before)
    for key, value in result["chosen"]["everything"]["params"].items():
        expected["svm"][key.removeprefix("svm.")] = value
    assert yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8")) == expected

    check_runs(folder / "mlflow.db", {"study", "trial", "nested"})
    runs = tags_of_runs(folder / "mlflow.db")
    studies = {own["run"] for own in runs if "ser.study" in own and "ser.trial" not in own}
    trials = [(own["mlflow.parentRunId"], own["ser.trial"]) for own in runs if "ser.trial" in own]
    assert len(studies) == 2, "the second command adds to the runs of the first"
    assert sorted(trials) == sorted((run, number) for run in studies for number in "012")
    assert {own["ser.model"] for own in runs} == {"svm"}


@pytest.mark.slow
def test_a_model_of_ratings_is_searched_by_ccc_and_scored_on_speakers_that_no_search_used(folder, capsys):
    tune("ridge", trials=4, write=True, outer=3)
    said = " ".join(capsys.readouterr().out.split())
    assert "4 studies (speaker a, speaker b, speaker c, everything) × (4 trials" in said
    assert "inner CCC" in said
    assert "UAR" not in said

    file = folder / "results/tuning/demo/speaker_independent/ridge.json"
    result = json.loads(file.read_text(encoding="utf-8"))
    assert list(result["tuned"]["dimensions"]) == ["valence", "activation"], "nobody rated dominance"
    test, tuned, defaults = (result[key] for key in ("against_defaults", "tuned", "defaults"))
    assert test["ccc_difference"] == pytest.approx(tuned["ccc"] - defaults["ccc"], abs=2e-4)
    assert [own["fold"] for own in tuned["folds"]] == result["outer_folds"]
    for own in result["chosen"].values():
        assert own["inner_ccc"] >= own["inner_ccc_defaults"], "params.yaml as it is takes part"
        assert 0.2 < own["inner_ccc"] <= 1, "the features nearly tell"
    values = result["chosen"]["everything"]["params"]
    assert (
        yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["ridge"]["alpha"] == values["ridge.alpha"]
    )
    runs = tags_of_runs(folder / "mlflow.db")
    assert {own["ser.kind"] for own in runs} == {"study", "trial", "nested"}


def test_without_features_it_ends_before_a_study_begins_and_names_the_command(folder):
    with pytest.raises(UserError, match=r"has no features here .*ser evaluate demo residual_cnn_ccc"):
        tune("residual_cnn_ccc", trials=1, write=False)
    assert not (folder / "mlflow.db").exists()
