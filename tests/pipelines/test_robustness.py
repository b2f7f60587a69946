"""`ser robustness`: the models of the evaluation, on degraded recordings as well."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import yaml

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
from pipelines.settings import feature_params
from ser_tasks.audio.decode import read_recording
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import dimension_outcome
from ser_tasks.evaluation.fold import fold_outcome
from ser_tasks.evaluation.robustness.condition import chosen, conditions_of
from ser_tasks.evaluation.robustness.losses import under
from ser_tasks.evaluation.robustness.rating_losses import ratings_under
from ser_tasks.evaluation.robustness.store import compute_degraded
from ser_tasks.features.store import compute_shard, plan_shards
from ser_tasks.params import Params
from ser_tasks.params.project import ProjectParams
from ser_tasks.tasks import run_dimension_fold, run_fold
from tests.bundles.small_bundles import CLASSES, RATE, voice
from tests.pipelines.conftest import PROJECT

SPEAKERS = range(3)


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Params:
    """A project of three speakers with two takes of three classes: its folder is entered, its params come back."""
    monkeypatch.chdir(tmp_path)
    values = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    values["svm"] |= {"c": [1], "inner_folds": 2}
    values["functionals"]["over"] = ["mfcc"]
    conditions: dict[str, list[float]] = {kind: [] for kind in values["robustness"]["conditions"]}
    values["robustness"]["conditions"] = conditions | {"gain": [0], "babble": [0]}
    params = ProjectParams.model_validate(values)
    rows = []
    for emotion, speaker, take in ((e, s, t) for e in CLASSES for s in SPEAKERS for t in range(2)):
        path = paths.corpus_root("demo") / f"{speaker}{emotion}{take}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, voice(emotion, speaker=speaker, take=take), RATE)
        about = {"corpus": "demo", "speaker": str(speaker), "emotion": emotion, "duration": 0.6, "votes": []}
        about |= {"activation": 1.0 + list(CLASSES).index(emotion) + 0.1 * take}
        rows.append({"utterance_id": path.stem, "path": path.name, "sha256": read_recording(path).sha256, **about})
    table = utterance_table(rows)
    write_utterances(table, paths.utterances("demo"))
    for shard in plan_shards(table, "functionals", feature_params(params), shard_minutes=10):
        compute_shard(shard, corpus_root=paths.corpus_root("demo"), folder=paths.features("demo", "functionals"))
    return params


def make_features(plan: Plan) -> None:
    """Of the test utterances under every condition."""
    for condition in plan.conditions:
        for shard in plan.shards[condition.name]:
            compute_degraded(shard, corpus_root=paths.corpus_root("demo"), folder=plan.folder(condition))


@pytest.mark.parametrize("model", ["svm", "svm_speaker_norm"])
def test_clean_predictions_are_those_of_the_evaluation_and_a_gain_of_0_db_changes_none(params, model):
    plan = plan_robustness("demo", model, params, conditions_of(params.robustness))
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


def test_no_degraded_utterance_is_trained_on(params):
    plan = plan_robustness("demo", "svm", params, chosen(conditions_of(params.robustness), ["gain"]))
    make_features(plan)
    for request, clean in zip(with_degraded(plan).requests, plan.evaluation.requests, strict=True):
        assert (request.fold.train, request.fold.validation) == (clean.fold.train, clean.fold.validation)
        assert request.fold.test[: len(clean.fold.test)] == clean.fold.test
        assert len(request.fold.test) == 2 * len(clean.fold.test)
        assert request.folder == clean.folder


@pytest.mark.parametrize("model", ["ridge", "svr_speaker_norm"])
def test_clean_ratings_are_those_of_the_evaluation_and_a_gain_of_0_db_changes_none(params, model):
    plan = plan_robustness_of_ratings("demo", model, params, conditions_of(params.robustness))
    make_features(plan)
    clean, both = (
        dimension_outcome(run_dimension_fold.fn(evaluation.requests[0]))
        for evaluation in (plan.evaluation, with_degraded_ratings(plan))
    )
    assert (both.half_widths, both.chosen) == (clean.half_widths, clean.chosen)
    np.testing.assert_allclose(ratings_under(both, "").predicted, clean.predicted, atol=1e-12)
    np.testing.assert_allclose(ratings_under(both, "gain_0").predicted, clean.predicted, atol=1e-4)
    assert not np.allclose(ratings_under(both, "babble_0").predicted, clean.predicted, atol=0.01)


def test_no_degraded_utterance_is_trained_on_for_ratings_either(params):
    plan = plan_robustness_of_ratings("demo", "ridge", params, chosen(conditions_of(params.robustness), ["gain"]))
    make_features(plan)
    rating = dict(zip(plan.evaluation.ratings.utterance_ids, plan.evaluation.ratings.values, strict=True))
    for request, clean in zip(with_degraded_ratings(plan).requests, plan.evaluation.requests, strict=True):
        assert (request.fold.train, request.fold.validation) == (clean.fold.train, clean.fold.validation)
        assert request.fold.test == (*clean.fold.test, *(f"{name} under gain_0" for name in clean.fold.test))
        again = dict(zip(request.ratings.utterance_ids, request.ratings.values, strict=True))
        assert all(again[f"{name} under gain_0"] == rating[name] for name in clean.fold.test)
        assert request.cache_key != clean.cache_key


def test_the_command_writes_figures_and_a_picture_of_ratings_in_which_a_gain_of_0_db_costs_nothing(params, capsys):
    Path("params.yaml").write_text(yaml.safe_dump(params.model_dump(mode="json")), encoding="utf-8")
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
