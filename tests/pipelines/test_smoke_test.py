"""`ser smoke-test` reports of every network that it ran, with figures of the one fold's test part."""

from types import SimpleNamespace

import pytest

from pipelines.commands import networks
from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import FoldOutcome


def test_the_figures_of_a_fold_are_those_of_its_test_part():
    # anger: one of two right; sadness: one of one right; the utterance of the training part does not count
    labels = {"a1": "anger", "a2": "anger", "s1": "sadness", "train": "sadness"}
    posteriors = ((0.9, 0.1), (0.2, 0.8), (0.3, 0.7))
    tested = ("a1", "a2", "s1")
    request = SimpleNamespace(
        model="mlp",
        fold=SimpleNamespace(test=tested),
        labels=SimpleNamespace(utterance_ids=tuple(labels), emotions=tuple(labels.values())),
    )
    outcome = FoldOutcome(tested, posteriors, {"parameters": 7, "epochs": 2})
    assert networks._figures(request, outcome) == {
        "reads": "functionals",
        "parameters": 7,
        "epochs": 2,
        "UAR": "75.0",
    }


def test_an_unknown_corpus_is_reported_before_anything_runs():
    with pytest.raises(UserError, match="nowhere"):
        networks.run_smoke_test("nowhere")


def test_a_network_without_the_weights_that_its_features_need_is_left_out_and_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "segment_blstm_attention" not in networks._networks_here()
    assert "mlp" in networks._networks_here()
    networks._tell_of_missing_weights()
    assert "segment_blstm_attention is left out: the weights of efficientnet_lite0" in capsys.readouterr().out
    weights = tmp_path / "data" / "encoders" / "efficientnet_lite0" / "efficientnet-lite0-57934424.pth"
    weights.parent.mkdir(parents=True)
    weights.touch()
    assert "segment_blstm_attention" in networks._networks_here()
