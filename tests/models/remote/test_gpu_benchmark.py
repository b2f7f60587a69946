"""What `benchmarks.gpu` prints and decides from what it timed; that it runs was tried with a plan on CPUs."""

from dataclasses import replace
from pathlib import Path

from benchmarks.gpu import ALONE, Timed, brief, table
from tests.models.remote.small_plans import TRAINING, corpus, plan

MLP = Timed(Path("mlp.json"), 1_234, {ALONE: 0.3, "vectorised": 0.1, "unrolled": 0.2})
CNN = Timed(Path("cnn.json"), 56, {ALONE: 0.3})


def test_the_table_has_the_faster_arrangement_and_how_many_times_as_fast_it_is():
    assert table([MLP, CNN], "a device").splitlines()[-2:] == [
        "| mlp | 1,234 | 0.300 | 0.100 (vectorised) | 3.00 |",
        "| cnn | 56 | 0.300 | – | – |",
    ]


def test_a_network_is_trained_by_its_fastest_way():
    assert [MLP.fastest, CNN.fastest] == ["vectorised", ALONE]


def test_a_plan_is_timed_for_three_epochs_that_no_early_stopping_shortens():
    whole = plan(corpus()[0], training=TRAINING | {"refit": True, "epochs": 60, "patience": 1})
    training = {**whole.training, "epochs": 3, "patience": 3, "refit": False}
    assert brief(whole) == replace(whole, training=training)
