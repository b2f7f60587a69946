"""The command, on features in a folder, where neither pydantic nor any orchestration can be imported."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ser_tasks.models.remote.__main__ import main
from ser_tasks.models.remote.plan import write_plan
from tests.models.remote.small_plans import TRAINING, corpus, plan, write_features


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A plan with two augmented copies of each utterance, and its features."""
    place = tmp_path_factory.mktemp("elsewhere")
    labels, frames = corpus()
    names = [*labels.utterance_ids, *(f"{name}~1" for name in labels.utterance_ids)]
    digest = write_features(place / "features" / "small" / "levels", names, [*frames, *(f + 0.1 for f in frames)])
    training = TRAINING | {"epochs": 2}
    write_plan(place / "one.json", plan(labels, features_digest=digest, copies=1, training=training))
    write_plan(place / "other.json", plan(labels, features_digest="another", training=training))
    return place


def run(place, *options, out="out", **environment):
    return subprocess.run(
        [sys.executable, "-m", "tests.models.remote.refuse", *options, "--features", "features", "--out", out],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())} | environment,
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )


def carry_out(place, *options):
    """The same in this process."""
    with contextlib.chdir(place):
        return main([*options, "--features", "features", "--out", "out"])


def test_a_plan_is_carried_out_and_compared_with_one_by_one(place, capsys):
    first = run(place, "one.json")
    assert first.returncode == 0, first.stderr
    assert "epoch 2/2, 0 of 4 still learn" in first.stdout
    table = pd.read_parquet(place / "out" / "one" / "predictions.parquet")
    assert sorted(table.utterance_id) == sorted(corpus()[0].utterance_ids)
    assert carry_out(place, "one.json", "--one-by-one") == 0
    assert "times as fast" in capsys.readouterr().out


def test_a_plan_that_cannot_be_carried_out_leaves_the_others_be_and_a_finished_one_is_skipped(place, capsys):
    assert carry_out(place, "other.json", "one.json") == 1  # the second was finished before
    said = capsys.readouterr()
    assert "Copy the folder again" in said.err
    assert "finished earlier" in said.out


def test_another_backend_is_an_error(place):
    ran = run(place, "one.json", out="nowhere", KERAS_BACKEND="numpy")
    assert ran.returncode == 1
    assert "Set KERAS_BACKEND=jax" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["one.json", "one.json"], "Rename their files"),
        (["one.json", "--together", "0"], "above 0"),
        (["one.json", "--padded-lengths", "none"], "above 0"),
    ],
)
def test_arguments_that_make_no_sense_are_errors(place, arguments, message, capsys):
    with contextlib.suppress(SystemExit):
        assert main([*arguments, "--features", "features", "--out", "out"]) == 1
    assert message in capsys.readouterr().err
