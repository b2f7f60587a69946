"""`ser protocol-bias` on a corpus whose emotions can be recognised only from known voices; no server."""

from types import SimpleNamespace

import numpy as np
import pytest

from pipelines import paths
from pipelines.display.protocol_bias import in_words
from pipelines.evaluations import plan, protocol_bias, run
from pipelines.evaluations.plan_protocol_bias import plan_inflation, with_each_c
from ser_tasks.corpora.utterances import read_utterances, utterance_table, write_utterances
from ser_tasks.evaluation.protocol_bias.protocols import PROTOCOLS
from ser_tasks.evaluation.result import read_results
from ser_tasks.params import SpeakerKfold
from ser_tasks.params.reading import read_params
from ser_tasks.plots.protocol_bias import draw_protocol_bias
from ser_tasks.tasks import run_fold
from tests.evaluation.protocol_bias.small_corpus import EMOTIONS, SPEAKERS, corpus
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.test_settings import PROJECT

SMALL = {"anova_alpha": 0.9, "pca_variance": (0.999,), "c": (10.0,), "gamma": ("scale",), "inner_folds": 2}
FIXED = {"corpus": "demo", "path": "x.wav", "style": "speech", "duration": 1.0, "sampling_rate": 16_000}


@pytest.fixture(scope="module")
def params():
    whole = read_params(PROJECT / "params.yaml")
    changed = {
        "svm": whole.svm.model_copy(update=SMALL),
        "evaluation": whole.evaluation.model_copy(update={"bootstrap_resamples": 100}),
        "speaker_dependent": whole.speaker_dependent.model_copy(update={"folds": 4}),
        "inflation": whole.inflation.model_copy(update={"parts": 2}),
    }
    return whole.model_copy(update=changed)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project's folder with the corpus: each speaker has a dimension, whose sign is the emotion."""
    folder, table, noise = tmp_path_factory.mktemp("inflation"), corpus(), np.random.default_rng(0)
    frames = []
    for speaker, emotion in zip(table.speaker, table.emotion, strict=True):
        values = noise.normal(0, 0.05, (1, N_DIMS)).astype(np.float32)
        values[0, SPEAKERS.index(speaker)] += (1, -1)[EMOTIONS.index(emotion)]
        frames.append(values)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        rows = [row | FIXED | {"votes": ()} for row in table.to_dict("records")]
        write_utterances(utterance_table(rows), paths.utterances("demo"))
        write_features(paths.features("demo", "functionals"), list(table.utterance_id), frames)
    return folder


@pytest.fixture(scope="module")
def result(folder, params):
    """Folds run where they are called."""

    def submit(request):
        outcome = run_fold.fn(request)
        return SimpleNamespace(result=lambda: outcome)

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(run, "run_fold", SimpleNamespace(submit=submit))
        patch.setattr(run, "watch_folds", lambda *_, **__: None)
        return protocol_bias.inflation.fn("demo", "svm", params)


@pytest.fixture(autouse=True)
def here(folder, monkeypatch):
    monkeypatch.chdir(folder)


def test_knowing_the_voice_explains_the_whole_gap_and_is_reported(result, folder):
    rows = {row["protocol"]: row for row in result["protocols"]}
    assert list(rows) == [
        *("random", "speaker_dependent", "groups_together", "sentences", "speaker_kfold", "speaker_independent"),
        "speakers_and_sentences",
    ]
    assert {name: row["uar"] > 0.95 for name, row in rows.items()} == {
        name: row["shared"]["speaker"] == 64 for name, row in rows.items()
    }
    gap = rows["random"]["against_honest"]["uar_difference"]
    assert gap == pytest.approx(rows["random"]["uar"] - rows["speaker_independent"]["uar"], abs=2e-4)
    equal = {row["shares"]: row["uar"] for row in result["equal_training"]}
    assert max(equal["neither"], equal["sentence"]) < 0.75 < min(equal["speaker"], equal["both"])
    said = " ".join(in_words(result))
    assert f"Random folds give UAR {100 * rows['random']['uar']:.1f}" in said
    assert "corpus.demo.emobox is null" in result["left_out"].pop("emobox")
    assert result["left_out"] == {
        "sessions": "no sessions are known",
        "loso": "the same folds as those of the corpus' own protocol",
    }
    draw_protocol_bias(result, folder / "protocol_bias.png")
    assert (folder / "protocol_bias.png").stat().st_size > 10_000


def test_the_row_of_the_own_protocol_is_the_evaluation_itself_and_the_result_is_not_taken_for_one(
    result, folder, params
):
    planned = plan_inflation("demo", "svm", params)
    assert (
        planned.honest.evaluation.requests
        == plan.plan_evaluation("demo", "speaker_independent", "svm", params).requests
    )
    assert paths.inflation("demo", "svm").exists()
    with pytest.raises(ValueError, match="no result yet"):
        read_results(folder / "results")


def test_an_identical_recording_may_straddle_under_random_folds_alone(params, monkeypatch):
    assert [protocol.name for protocol in PROTOCOLS if "sha256" in protocol.shares] == ["random"]
    table = read_utterances(paths.utterances("demo"))
    same = table.sha256.mask(table.utterance_id.isin(["aw-anger-1", "ax-anger-2"]), "the same")
    monkeypatch.setattr(plan, "read_utterances", lambda _: table.assign(sha256=same))
    planned = plan_inflation("demo", "svm", params)
    assert "identical recordings are in train and in test" in planned.left_out["sentences"]
    assert {"random", "speaker_dependent"} < {row.name for row in planned.rows}


def test_each_c_alone_has_folds_of_its_own_and_a_single_one_leaves_nothing_to_choose(params):
    own = plan_inflation("demo", "svm", params).honest.evaluation
    assert with_each_c(own) == {}
    several = params.model_copy(update={"svm": params.svm.model_copy(update={"c": (1.0, 10.0)})})
    alone = with_each_c(plan_inflation("demo", "svm", several).honest.evaluation)
    assert {value: evaluation.requests[0].params.svm.c for value, evaluation in alone.items()} == {1: (1,), 10: (10,)}
    keys = {request.cache_key for evaluation in alone.values() for request in evaluation.requests}
    assert len(keys) == 2 * 4
    assert {request.cache_key for request in own.requests} < keys


def test_speaker_folds_of_the_corpus_itself_are_not_shown_twice(params):
    own = params.corpus["demo"].model_copy(update={"speaker_independent": SpeakerKfold(kind="speaker_kfold", folds=2)})
    planned = plan_inflation("demo", "svm", params.model_copy(update={"corpus": params.corpus | {"demo": own}}))
    assert "speaker_kfold" in planned.left_out
    assert "loso" in [row.name for row in planned.rows]
