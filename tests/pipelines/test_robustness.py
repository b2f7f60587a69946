"""`ser robustness`: the models of the evaluation, on degraded recordings as well."""

import json
from pathlib import Path

import numpy as np
import pytest
import yaml
from scipy.stats import entropy

from pipelines import paths
from pipelines.evaluations.plan_robustness import (
    Plan,
    plan_robustness,
    plan_robustness_of_ratings,
    refuse_deaf,
    with_degraded,
    with_degraded_ratings,
)
from pipelines.evaluations.robustness import main
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import dimension_outcome
from ser_tasks.evaluation.fold import DegradedRequest, fold_outcome
from ser_tasks.evaluation.robustness.condition import chosen, conditions_of
from ser_tasks.evaluation.robustness.losses import under
from ser_tasks.evaluation.robustness.rating_losses import ratings_under
from ser_tasks.evaluation.robustness.store import compute_degraded
from ser_tasks.features.joined_rows import JoinedRows
from ser_tasks.tasks import run_dimension_fold, run_fold


def make_features(plan: Plan) -> None:
    """Of the test utterances under every condition."""
    for condition in plan.conditions:
        for shard in plan.shards[condition.name]:
            compute_degraded(shard, corpus_root=paths.corpus_root("demo"), folder=plan.folder(condition))


@pytest.mark.parametrize("model", ["svm", "svm_speaker_norm"])
def test_clean_predictions_are_those_of_the_evaluation_and_a_gain_of_0_db_changes_none(three_voices, model):
    plan = plan_robustness("demo", model, three_voices, conditions_of(three_voices.robustness))
    make_features(plan)
    clean, both = (
        fold_outcome(run_fold.fn(evaluation.requests[0])) for evaluation in (plan.evaluation, with_degraded(plan))
    )
    assert {"", "gain_0", "babble_0"} == {name.partition(" under ")[2] for name in both.utterance_ids}
    for name in ("", "gain_0"):
        assert under(both, name).utterance_ids == clean.utterance_ids
        np.testing.assert_allclose(under(both, name).posteriors, clean.posteriors, atol=1e-6)
    assert not np.allclose(under(both, "babble_0").posteriors, clean.posteriors, atol=0.01)
    assert both.chosen == clean.chosen


def test_no_degraded_utterance_is_trained_on(three_voices):
    plan = plan_robustness("demo", "svm", three_voices, chosen(conditions_of(three_voices.robustness), ["gain"]))
    make_features(plan)
    for request, clean in zip(with_degraded(plan).requests, plan.evaluation.requests, strict=True):
        assert (request.fold.train, request.fold.validation) == (clean.fold.train, clean.fold.validation)
        assert request.fold.test[: len(clean.fold.test)] == clean.fold.test
        assert len(request.fold.test) == 2 * len(clean.fold.test)
        assert request.folder == clean.folder


def test_a_model_that_reads_from_the_disk_finds_there_what_others_hold_in_memory(three_voices, monkeypatch):
    plan = plan_robustness("demo", "logistic_large", three_voices, conditions_of(three_voices.robustness))
    make_features(plan)
    (request, *_) = with_degraded(plan).requests
    stored = request.read()
    assert isinstance(stored, JoinedRows)
    in_memory = DegradedRequest.read(request)
    np.testing.assert_array_equal(stored.in_memory(), in_memory)
    assert len(stored) == len(request.labels.utterance_ids) == 18 + 2 * 6
    from_disk = fold_outcome(run_fold.fn(request))
    monkeypatch.setattr(type(request), "read", DegradedRequest.read)
    np.testing.assert_allclose(from_disk.posteriors, fold_outcome(run_fold.fn(request)).posteriors, atol=1e-9)


def test_a_model_of_votes_is_degraded_too_and_stands_beside_the_votes_as_on_clean_recordings(three_voices):
    """SciPy's entropy is the oracle: two of three votes are for the label, one for the next class."""
    Path("params.yaml").write_text(yaml.safe_dump(three_voices.model_dump(mode="json")), encoding="utf-8")
    plan = plan_robustness("demo", "logistic_votes", three_voices, conditions_of(three_voices.robustness))
    make_features(plan)
    own = [fold_outcome(run_fold.fn(request)) for request in plan.evaluation.requests]
    for request in with_degraded(plan).requests:
        voted = dict(zip(request.labels.utterance_ids, [one.shares for one in request.read()], strict=True))
        assert all((voted[name] is None) == (name in request.fold.test) for name in request.labels.utterance_ids)
    main("demo", "logistic_votes", ["gain", "babble"])
    result = json.loads(paths.robustness("demo", "logistic_votes").read_text(encoding="utf-8"))
    shares = {"anger": (2 / 3, 1 / 3, 0), "neutral": (0, 2 / 3, 1 / 3), "sadness": (1 / 3, 0, 2 / 3)}
    emotions = dict(zip(plan.evaluation.labels.utterance_ids, plan.evaluation.labels.emotions, strict=True))
    distances = [
        entropy(shares[emotions[name]], 0.99 * np.array(row) + 0.01 / 3)
        for outcome in own
        for name, row in zip(outcome.utterance_ids, outcome.posteriors, strict=True)
    ]
    assert result["clean"]["kl"] == pytest.approx(np.mean(distances), abs=1e-4)
    by_name = {one["condition"]: one for one in result["conditions"]}
    assert by_name["gain_0"]["kl"] == pytest.approx(result["clean"]["kl"], abs=1e-3)
    assert by_name["babble_0"]["kl_difference"]["kl_difference"] > 0.05
    assert result["summary"][-1].startswith("KL from the votes is ")


@pytest.mark.parametrize("model", ["ridge", "svr_speaker_norm"])
def test_clean_ratings_are_those_of_the_evaluation_and_a_gain_of_0_db_changes_none(three_voices, model):
    plan = plan_robustness_of_ratings("demo", model, three_voices, conditions_of(three_voices.robustness))
    make_features(plan)
    clean, both = (
        dimension_outcome(run_dimension_fold.fn(evaluation.requests[0]))
        for evaluation in (plan.evaluation, with_degraded_ratings(plan))
    )
    assert (both.half_widths, both.chosen) == (clean.half_widths, clean.chosen)
    np.testing.assert_allclose(ratings_under(both, "").predicted, clean.predicted, atol=1e-12)
    np.testing.assert_allclose(ratings_under(both, "gain_0").predicted, clean.predicted, atol=1e-4)
    assert not np.allclose(ratings_under(both, "babble_0").predicted, clean.predicted, atol=0.01)


def test_no_degraded_utterance_is_trained_on_for_ratings_either(three_voices):
    plan = plan_robustness_of_ratings(
        "demo", "ridge", three_voices, chosen(conditions_of(three_voices.robustness), ["gain"])
    )
    make_features(plan)
    rating = dict(zip(plan.evaluation.ratings.utterance_ids, plan.evaluation.ratings.values, strict=True))
    for request, clean in zip(with_degraded_ratings(plan).requests, plan.evaluation.requests, strict=True):
        assert (request.fold.train, request.fold.validation) == (clean.fold.train, clean.fold.validation)
        assert request.fold.test == (*clean.fold.test, *(f"{name} under gain_0" for name in clean.fold.test))
        again = dict(zip(request.ratings.utterance_ids, request.ratings.values, strict=True))
        assert all(again[f"{name} under gain_0"] == rating[name] for name in clean.fold.test)
        assert request.cache_key != clean.cache_key


def test_the_command_writes_figures_and_a_picture_of_ratings_in_which_a_gain_of_0_db_costs_nothing(
    three_voices, capsys
):
    Path("params.yaml").write_text(yaml.safe_dump(three_voices.model_dump(mode="json")), encoding="utf-8")
    main("demo", "ridge", ["gain"])
    result = json.loads(paths.robustness("demo", "ridge").read_text(encoding="utf-8"))
    (own,) = result["conditions"]
    assert own["ccc"] == pytest.approx(result["clean"]["ccc"], abs=1e-3)
    assert list(result["clean"]["dimensions"]) == ["activation"]
    assert (result["tested"], result["tested_speakers"]) == (18, 3)
    assert paths.robustness_picture("demo", "ridge").read_bytes().startswith(b"\x89PNG")
    assert "clean mean CCC" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["tfidf", "speech_text_fusion", "text_lstm_heard"])
def test_a_model_that_reads_words_is_rejected_with_the_acoustic_ones(model):
    with pytest.raises(UserError, match="Name an acoustic model: svm, "):
        refuse_deaf(model)
