"""Folds of every pair of a man and a woman: utterances are tested several times. No server."""

import numpy as np
import pytest

from pipelines import paths
from pipelines.evaluations import ensemble
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.plan_protocol_bias import plan_inflation
from pipelines.evaluations.plan_robustness import plan_robustness
from pipelines.evaluations.plan_tuning import plan_tuning
from pipelines.evaluations.result import result_of
from pipelines.report.gather import gather
from ser_tasks.corpora.utterances import utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import compute_fold, fold_outcome
from ser_tasks.evaluation.reproduction import compare_predictions, compare_results
from ser_tasks.evaluation.result import write_result
from ser_tasks.params import EnsembleParams, Params, SpeakerPairs
from ser_tasks.params.reading import read_params
from tests.evaluation.protocol_bias.small_corpus import EMOTIONS, corpus
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.test_protocol_bias import FIXED, SMALL
from tests.pipelines.test_settings import PROJECT

GENDERS = dict(zip("abcd", ("male", "female", "male", "female"), strict=True))


@pytest.fixture
def params() -> Params:
    whole = read_params(PROJECT / "params.yaml")
    own = whole.corpus["demo"].model_copy(update={"speaker_independent": SpeakerPairs(kind="speaker_pairs")})
    changed = {
        "svm": whole.svm.model_copy(update=SMALL),
        "corpus": {**whole.corpus, "demo": own},
        "evaluation": whole.evaluation.model_copy(update={"bootstrap_resamples": 100}),
    }
    return whole.model_copy(update=changed)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Four speakers with 16 utterances each; the first dimension tells the emotion, of all speakers but d."""
    monkeypatch.chdir(tmp_path)
    table, noise, frames = corpus(), np.random.default_rng(0), []
    for speaker, emotion in zip(table.speaker, table.emotion, strict=True):
        values = noise.normal(0, 0.05, (1, N_DIMS)).astype(np.float32)
        values[0, 0] += (1, -1)[EMOTIONS.index(emotion)] * (-1 if speaker == "d" else 1)
        frames.append(values)
    rows = [row | FIXED | {"votes": (), "gender": GENDERS[row["speaker"]]} for row in table.to_dict("records")]
    write_utterances(utterance_table(rows), paths.utterances("demo"))
    write_features(paths.features("demo", "functionals"), list(table.utterance_id), frames)
    return tmp_path


def test_figures_count_every_prediction_and_speakers_once(params):
    evaluation = plan_evaluation("demo", "speaker_independent", "svm", params)
    assert [fold.name for fold, _ in evaluation.runs] == [
        f"speakers {pair}" for pair in ("a and b", "a and d", "c and b", "c and d")
    ]
    result, predictions, confusion = result_of(
        evaluation, [fold_outcome(compute_fold(request)) for request in evaluation.requests]
    )
    assert len(predictions) == 2 * 64 == confusion.sum()
    assert (result["utterances"], result["speakers"], result["protocol_kind"]) == (64, 4, "speaker_pairs")
    assert any("4 overlapping folds test 64 utterances 2 times" in one for one in result["warnings"])
    hits = predictions[list(EMOTIONS)].idxmax(axis=1) == predictions.truth
    recall = hits.groupby([predictions.utterance_id.str[0], predictions.truth]).mean()
    assert recall["d"].max() < 0.2
    assert recall["a"].min() > 0.8
    assert result["uar"] == pytest.approx(recall.mean(), abs=1e-4)
    assert compare_results(result, result, params.verify).exact
    assert compare_predictions(predictions, predictions, 0).exact
    write_result(result, paths.result("demo", "speaker_independent", "svm"))
    paths.predictions("demo", "speaker_independent", "svm").parent.mkdir(parents=True)
    predictions.to_parquet(paths.predictions("demo", "speaker_independent", "svm"))
    (block,) = gather(["demo"], params)
    assert block.predicted == (), "several predictions of an utterance are no sample for a paired test"


def test_what_needs_one_prediction_of_each_utterance_refuses(params):
    both = EnsembleParams(corpus="demo", protocol="speaker_independent", members=("svm", "logistic"), rule="average")
    with pytest.raises(UserError, match=r"ensembles.both: expected folds .* such as loso"):
        ensemble.result_of("both", both, params)
    for plan in (
        lambda: plan_inflation("demo", "svm", params),
        lambda: plan_robustness("demo", "svm", params, ()),
        lambda: plan_tuning("demo", "speaker_independent", "svm", params, outer=1),
    ):
        with pytest.raises(
            UserError, match=r"folds that test every utterance once.*under corpus.demo.speaker_independent"
        ):
            plan()


def test_values_for_params_yaml_are_searched_all_the_same(params):
    tuning = params.tuning.model_copy(update={"inner_folds": 2})
    planned = plan_tuning("demo", "speaker_independent", "svm", params.model_copy(update={"tuning": tuning}), outer=0)
    assert planned.nested == ()


def test_epochs_are_searched_unless_the_corpus_sets_them(params):
    tuning = params.tuning.model_copy(update={"inner_folds": 2})
    for epochs, searched in ((None, True), (5, False)):
        own = params.corpus["demo"].model_copy(update={"epochs": epochs})
        changed = params.model_copy(update={"corpus": {**params.corpus, "demo": own}, "tuning": tuning})
        planned = plan_tuning("demo", "speaker_independent", "mlp", changed.for_corpus("demo"), outer=0)
        assert ("training.epochs" in planned.space.distributions) == searched
        assert "training.optimizer" in planned.space.distributions
