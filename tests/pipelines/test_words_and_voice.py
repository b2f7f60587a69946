"""Words and ensembles in the workflow, for real, on a very small demo corpus."""

import json

import pandas as pd
import pytest

from tests.pipelines.mlflow_words import check_runs

pytestmark = pytest.mark.slow

PLACE = "results/demo/speaker_independent"
TWO = {"corpus": "demo", "protocol": "speaker_independent", "members": ["svm", "tfidf"], "rule": "average"}


def test_voice_and_words_are_evaluated_alike_and_made_one(project_with_svm):
    project = project_with_svm
    project.edit_params(lambda params: params["ensembles"].update(two=TWO))
    out = project.succeed("dvc", "repro", "ensemble@two")
    assert "against tfidf:" in out

    result = json.loads((project.folder / PLACE / "two.json").read_text(encoding="utf-8"))
    answers = {
        name: pd.read_parquet(project.folder / f"data/{place}/demo/speaker_independent/{name}.parquet")
        for name, place in {"svm": "predictions", "tfidf": "predictions", "two": "ensembles"}.items()
    }
    keys, classes = ["utterance_id", "fold"], result["classes"]
    svm, tfidf, two = (table.sort_values(keys).reset_index(drop=True) for table in answers.values())
    pd.testing.assert_frame_equal(two[classes], (svm[classes] + tfidf[classes]) / 2)
    hits = (two[classes].idxmax(axis=1) == two.truth).groupby(two.truth).mean()
    assert result["uar"] == pytest.approx(hits.mean(), abs=1e-4)
    member = json.loads((project.folder / PLACE / "svm.json").read_text(encoding="utf-8"))
    assert result["against"]["svm"]["uar_difference"] == pytest.approx(result["uar"] - member["uar"], abs=2e-4)
    words = json.loads((project.folder / PLACE / "tfidf.json").read_text(encoding="utf-8"))
    assert not any("epochs" in warning for warning in words["warnings"]), "nothing of it is trained in epochs"
    assert result["answered"] == {"svm + tfidf": 48}
    check_runs(project.folder / "mlflow.db", {"evaluation", "fold"})
