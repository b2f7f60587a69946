"""`ser explain model`: which groups of features a model uses, of classes, of votes and of dimensions."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from scipy.stats import entropy

from pipelines import paths
from pipelines.commands.importance import explain_model
from pipelines.evaluations import importance
from pipelines.evaluations.dimensions import plan_dimensions
from pipelines.evaluations.plan import plan_evaluation
from pipelines.settings import feature_params
from ser_tasks.corpora.votes import read_votes, write_votes
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import dimension_outcome
from ser_tasks.evaluation.fold import fold_outcome
from ser_tasks.evaluation.scoring import evaluate_fold, prediction_table, score
from ser_tasks.features.table import feature_set
from ser_tasks.models import MODELS
from ser_tasks.tasks import run_dimension_fold, run_fold


@pytest.fixture
def own_params(three_voices, tmp_path):
    """The same, read from the folder's params.yaml."""
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(three_voices.model_dump(mode="json")), encoding="utf-8")
    return three_voices


def one_group(features, columns: list[int]):
    """Columns of plain rows, or of rows with votes."""
    if isinstance(features, tuple):
        return tuple(own._replace(row=own.row[columns]) for own in features)
    return features[:, columns]


@pytest.mark.parametrize("model", ["svm", "logistic_votes"])
def test_nothing_is_shuffled_in_the_figures_of_the_model_as_it_is_which_are_those_of_its_evaluation(own_params, model):
    result = explain_model("demo", model, "speaker_independent", repeats=2, alone=True, to=None)
    assert json.loads(paths.importance("demo", "speaker_independent", model).read_text(encoding="utf-8")) == result
    evaluation = plan_evaluation("demo", "speaker_independent", model, own_params)
    outcomes = [fold_outcome(run_fold.fn(request)) for request in evaluation.requests]
    classes, labels = sorted(set(evaluation.labels.emotions)), evaluation.labels
    emotions = dict(zip(labels.utterance_ids, labels.emotions, strict=True))
    answers = [
        (emotions[name], np.array(row))
        for own in outcomes
        for name, row in zip(own.utterance_ids, own.posteriors, strict=True)
    ]
    right = {c: [classes[row.argmax()] == c for emotion, row in answers if emotion == c] for c in classes}
    assert result["uar"] == pytest.approx(np.mean([np.mean(own) for own in right.values()]), abs=1e-4)
    assert set(result["groups"]) == {"loudness", "MFCC", "slopes of loudness, spectral shape, chroma", "slopes of MFCC"}
    names = feature_set("functionals").names(feature_params(own_params))
    columns = [place for place, name in enumerate(names) if name.startswith("mfcc.c") and ".c0" not in name]
    alone = [
        evaluate_fold(own.fold, labels, one_group(own.read(), columns), MODELS[model], own_params, seed=own.seed)
        for own in evaluation.requests
    ]
    figures, _ = score(prediction_table(evaluation.runs, alone, labels), labels, own_params.evaluation)
    assert result["groups"]["MFCC"]["alone"]["uar"] == figures["uar"]
    assert len({own["alone"]["uar"] for own in result["groups"].values()}) > 1
    assert any(own["drop"] > 0 for own in result["groups"].values())
    assert ("kl" in result) == (model == "logistic_votes")


def test_a_model_of_votes_is_also_moved_away_from_them(own_params, capsys):
    """By SciPy's entropy: two of three votes are for the label, one is for the next class."""
    result = explain_model("demo", "logistic_votes", "speaker_independent", repeats=2, alone=False, to=None)
    evaluation = plan_evaluation("demo", "speaker_independent", "logistic_votes", own_params)
    shares = {"anger": (2 / 3, 1 / 3, 0), "neutral": (0, 2 / 3, 1 / 3), "sadness": (1 / 3, 0, 2 / 3)}
    emotions = dict(zip(evaluation.labels.utterance_ids, evaluation.labels.emotions, strict=True))
    distances = [
        entropy(shares[emotions[name]], 0.99 * np.array(row) + 0.01 / 3)
        for own in (fold_outcome(run_fold.fn(request)) for request in evaluation.requests)
        for name, row in zip(own.utterance_ids, own.posteriors, strict=True)
    ]
    assert result["kl"] == pytest.approx(np.mean(distances), abs=1e-4)
    gains = [own["kl_gain"]["kl_difference"] for own in result["groups"].values()]
    assert max(gains) > 0.01
    assert "KL gained when shuffled" in capsys.readouterr().out


def test_a_model_of_dimensions_is_studied_by_ccc_each_dimension_by_its_own(own_params, capsys, tmp_path):
    picture = tmp_path / "groups.png"
    result = explain_model("demo", "ridge", "speaker_independent", repeats=3, alone=True, to=picture)
    evaluation = plan_dimensions("demo", "speaker_independent", "ridge", own_params)
    outcomes = [dimension_outcome(run_dimension_fold.fn(request)) for request in evaluation.requests]
    rated = dict(zip(evaluation.ratings.utterance_ids, evaluation.ratings.values, strict=True))
    truth, predicted = (
        np.array([value for own in outcomes for (value,) in rows(own)])
        for rows in (lambda own: [rated[name] for name in own.utterance_ids], lambda own: own.predicted)
    )
    moments = truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2
    assert result["ccc"] == pytest.approx(2 * np.cov(truth, predicted, bias=True)[0, 1] / moments, abs=1e-4)
    assert list(result["each"]) == ["activation"]
    for own in result["groups"].values():
        assert own["each"]["activation"]["drop"] == own["drop"]
        assert own["alone"]["ccc"] < 1
    assert len({own["alone"]["ccc"] for own in result["groups"].values()}) == len(result["groups"])
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert "mean CCC lost when shuffled" in capsys.readouterr().out


@pytest.mark.parametrize("model", ["tfidf_votes", "tfidf_ridge"])
def test_a_model_without_groups_is_refused_with_those_that_have_some(own_params, model):
    with pytest.raises(UserError, match=rf"{model} reads transcripts, which have no groups.*svm, .*ridge"):
        explain_model("demo", model, "speaker_independent", repeats=1, alone=False, to=None)


def test_a_picture_of_another_format_is_refused_before_anything_is_computed(own_params):
    with pytest.raises(UserError, match=r"--to groups\.txt: expected a file that ends in \.png"):
        explain_model("demo", "svm", "speaker_independent", repeats=1, alone=False, to=Path("groups.txt"))
    assert not paths.importance("demo", "speaker_independent", "svm").exists()


def add_copies(folder: Path) -> None:
    """A copy of each utterance, with the features of another: whatever is trained on them, too, does worse."""
    (shard,) = folder.glob("*.parquet")
    table = pq.read_table(shard)
    mixed = np.roll(np.arange(len(table)), 6)  # those of another class
    names = pa.array([f"{name}~1" for name in table["utterance_id"].to_pylist()])
    copies = table.set_column(table.schema.get_field_index("utterance_id"), "utterance_id", names)
    copies = copies.set_column(table.schema.get_field_index("values"), "values", table["values"].take(mixed))
    pq.write_table(pa.concat_tables([table, copies.cast(table.schema)]), shard)


@pytest.mark.parametrize("model", ["logistic", "logistic_votes"])
def test_a_model_of_augmented_copies_is_studied_as_it_is_evaluated(own_params, tmp_path, monkeypatch, model):
    section = own_params.signal_augmentation.model_copy(update={"copies": 1, "gain": (-6.0, 6.0)})
    augmented = own_params.model_copy(update={"signal_augmentation": section})
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(augmented.model_dump(mode="json")), encoding="utf-8")
    add_copies(paths.features("demo", "functionals"))
    studied, own = [], importance.shuffled_fold
    monkeypatch.setattr(
        importance, "shuffled_fold", lambda *args, **how: studied.append(own(*args, **how)) or studied[-1]
    )
    explain_model("demo", model, "speaker_independent", repeats=1, alone=True, to=None)
    for params, same in ((augmented, True), (own_params, False)):
        (first, *_) = plan_evaluation("demo", "speaker_independent", model, params).requests
        evaluated = fold_outcome(run_fold.fn(first)).posteriors
        assert np.allclose(*(np.log(own) for own in (evaluated, studied[0].intact.posteriors)), atol=1e-3) == same


def test_each_protocol_has_a_result_of_its_own():
    independent, dependent = (
        paths.importance("demo", name, "svm") for name in ("speaker_independent", "speaker_dependent")
    )
    assert str(independent) == "results/demo/importance_svm.json"
    assert independent != dependent


def test_without_two_votes_on_any_utterance_nothing_is_trained(own_params, monkeypatch):
    votes = read_votes(paths.votes("demo")).set_index("utterance_id")
    write_votes((votes > 1).astype(int).reset_index(), paths.votes("demo"))
    monkeypatch.setattr(importance, "shuffled_fold", None)
    with pytest.raises(UserError, match="none of the 18 utterances has 2 votes"):
        explain_model("demo", "logistic_votes", "speaker_independent", repeats=1, alone=False, to=None)
