"""A small project with one row."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import yaml

from pipelines import paths
from pipelines.evaluations import provenance
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from tests.evaluation.protocol_bias.small_corpus import corpus
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.conftest import make_small
from tests.pipelines.test_settings import PROJECT
from tests.pipelines.verify.rows import FIXED, make_row


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A project with a small corpus, evaluated under one protocol."""
    folder = tmp_path_factory.mktemp("verify")
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    make_small(params)
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    (folder / "requirements.lock").write_text("numpy==2.0\n")
    table, noise = corpus(), np.random.default_rng(0)
    level = table.emotion.map({"anger": 1.0, "sadness": -1.0})
    frames = [(value + noise.normal(0, 2, (1, N_DIMS))).astype(np.float32) for value in level]
    provenance._features.cache_clear()  # of a project of another test, at the same relative path
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_utterances(
            utterance_table([row | FIXED | {"votes": ()} for row in table.to_dict("records")]),
            paths.utterances("demo"),
        )
        write_features(paths.features("demo", "functionals"), list(table.utterance_id), frames)
        make_row("speaker_independent")
    return folder


@pytest.fixture
def project(made, tmp_path, monkeypatch) -> Path:
    """A copy of it to tamper with."""
    folder = tmp_path / "project"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    provenance._features.cache_clear()
    return folder
