"""A class that one speaker alone has: a note of the import, a warning of every result."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import yaml

from pipelines import paths
from pipelines.commands.import_corpus import notes_of
from pipelines.evaluations import ensemble
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from tests.evaluation.protocol_bias.small_corpus import corpus
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.conftest import make_small
from tests.pipelines.test_settings import PROJECT
from tests.pipelines.verify.rows import FIXED, make_row

SENTENCE = "3 of 3 test utterances of neutral are never recognised: the training part of speaker a has none of it."


@pytest.fixture
def table() -> pd.DataFrame:
    """Two classes of everyone, and one of a single speaker."""
    made = corpus()
    first = made.index[(made.speaker == "a") & (made.emotion == "anger")][:3]
    made.loc[first, "emotion"] = "neutral"
    return made


def test_the_result_of_a_model_and_of_an_ensemble_say_what_is_never_recognised(table, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    make_small(params)
    rule = {"corpus": "demo", "protocol": "speaker_independent", "members": ["svm", "svm_speaker_norm"]}
    params["ensembles"]["both"] = {**rule, "rule": "stacking"}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    (tmp_path / "requirements.lock").write_text("numpy==2.0\n")
    rows = [row | FIXED | {"votes": ()} for row in table.to_dict("records")]
    write_utterances(utterance_table(rows), paths.utterances("demo"))
    rng, level = np.random.default_rng(0), table.emotion.map({"anger": 4.0, "neutral": 0.0, "sadness": -4.0})
    frames = [rng.normal(value, 1, (1, N_DIMS)).astype(np.float32) for value in level]
    write_features(paths.features("demo", "functionals"), list(table.utterance_id), frames)
    for model in ("svm", "svm_speaker_norm"):
        make_row("speaker_independent", model)
        result = json.loads(paths.result("demo", "speaker_independent", model).read_text(encoding="utf-8"))
        assert SENTENCE in result["warnings"]
        assert (result["recall"]["neutral"], result["classes"]) == (0.0, ["anger", "neutral", "sadness"])
    both, _, _ = ensemble.result_of("both", project_params().ensembles["both"], project_params())
    assert SENTENCE in both["warnings"]


def test_the_preview_of_an_import_names_the_classes_of_a_single_speaker():
    labels = SimpleNamespace(classes={"A": "anger", "B": "fear", "C": "joy", "X": None})
    said = pd.DataFrame({"speaker": [*list("aabbbc"), None], "emotion": [*list("ABABXA"), "C"]})
    plan = SimpleNamespace(notes=("first",), table=said, labels=labels)
    assert notes_of(plan) == ["first"]
    alone = said.assign(emotion=[*list("ABACXA"), "C"])
    assert notes_of(SimpleNamespace(notes=(), table=alone, labels=labels)) == [
        "one speaker alone has fear (speaker a), joy (speaker b): where that speaker is tested, the class is never "
        "recognised"
    ]
