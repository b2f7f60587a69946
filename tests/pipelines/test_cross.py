"""From one corpus to another, on two small ones with known results; no server."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from pipelines import paths
from pipelines.evaluations import cross_corpus, cross_matrix
from pipelines.evaluations.cross_corpus import plan_cross
from pipelines.evaluations.provenance import cross_origin
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import read_utterances, utterance_table, write_utterances
from ser_tasks.corpora.votes import vote_table, write_votes
from ser_tasks.errors import UserError
from ser_tasks.evaluation.fold import CrossRequest, fold_outcome
from ser_tasks.evaluation.result import results_table
from ser_tasks.evaluation.scoring import evaluate_fold
from ser_tasks.features.joined_rows import JoinedRows
from ser_tasks.models import MODELS
from ser_tasks.params import CrossParams
from ser_tasks.params.reading import read_params
from ser_tasks.tasks import run_fold
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.test_settings import PROJECT, stages

SMALL = {"pca_variance": (0.9,), "c": (10.0,), "gamma": ("scale",), "inner_folds": 2}
EMOTIONS = {
    **{"emodb": ("anger", "sadness", "boredom"), "ravdess": ("anger", "sadness", "calm")},
    "iemocap": ("anger", "sadness"),
}
ASIDE = {"boredom": 0.0, "calm": 0.0, "anger": 1.0, "sadness": -1.0}  # every dimension, but for noise


def section(**changes) -> CrossParams:
    values = {"train": ["emodb"], "test": "ravdess", "model": "svm", "presets": {}, "corpus_norm": False}
    return CrossParams.model_validate(values | changes)


@pytest.fixture(scope="module")
def params():
    whole = read_params(PROJECT / "params.yaml")
    evaluation = whole.evaluation.model_copy(update={"bootstrap_resamples": 100})
    return whole.model_copy(update={"svm": whole.svm.model_copy(update=SMALL), "evaluation": evaluation})


def make_corpus(name: str, *, offset: float) -> None:
    """Three speakers, called as in the other corpus, four utterances of each emotion; features shifted by `offset`."""
    draw = np.random.default_rng(len(name))
    cells = [(f"0{s}", emotion, take) for s in (3, 4, 5) for emotion in EMOTIONS[name] for take in range(4)]
    rows = [
        {
            "utterance_id": f"{speaker}-{emotion}-{take}", "corpus": name, "path": "x.wav", "speaker": speaker,
            "emotion": emotion, "style": "speech", "language": name[:2], "duration": 1.0, "sampling_rate": 16_000,
            "sha256": f"{name} {speaker} {emotion} {take}", "votes": (),
        }
        for speaker, emotion, take in cells
    ]  # fmt: skip
    write_utterances(utterance_table(rows), paths.utterances(name))
    frames = [offset + ASIDE[emotion] + draw.normal(0, 0.2, (1, N_DIMS)) for _, emotion, _ in cells]
    names = [row["utterance_id"] for row in rows]
    write_features(paths.features(name, "functionals"), names, [one.astype(np.float32) for one in frames])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A project's folder with both corpora, the tested one shifted; tasks run where they are called."""
    monkeypatch.chdir(tmp_path)
    make_corpus("emodb", offset=0)
    make_corpus("ravdess", offset=50)

    def submit(request):
        outcome = run_fold.fn(request)
        return SimpleNamespace(result=lambda: outcome)

    monkeypatch.setattr(cross_corpus, "run_fold", SimpleNamespace(submit=submit))
    monkeypatch.setattr(cross_corpus, "watch_folds", lambda *_, **__: None)
    monkeypatch.setattr(cross_corpus, "track", lambda *_, **__: "")
    return tmp_path


def test_what_is_normalised_over_each_corpus_is_recognised_and_what_is_not_is_not(folder, params):
    shifted = cross_corpus.cross.fn("plain", section(), params)
    assert (shifted["uar"], shifted["classes"]) == (0.5, ["anger", "sadness"])
    normed = cross_corpus.cross.fn("normed", section(corpus_norm=True), params)
    assert normed["uar"] == normed["accuracy"] == normed["macro_f1"] == 1
    assert any("hears 36 unlabelled utterances of ravdess" in warning for warning in normed["warnings"])


@pytest.mark.parametrize("corpus_norm", [False, True])
def test_a_model_that_reads_from_the_disk_finds_there_what_others_hold_in_memory(folder, params, corpus_norm):
    entry = section(model="logistic_large", corpus_norm=corpus_norm)
    (request,) = plan_cross("x", entry, params).requests
    stored = request.read()
    assert isinstance(stored, JoinedRows)
    np.testing.assert_allclose(stored.in_memory(), CrossRequest.read(request), atol=2e-6)
    in_memory = evaluate_fold(
        request.fold, request.labels, CrossRequest.read(request), MODELS["logistic_large"], params, seed=0
    )
    from_disk = fold_outcome(run_fold.fn(request))
    np.testing.assert_allclose(from_disk.posteriors, in_memory.posteriors, atol=1e-4)


@pytest.fixture
def contrary(folder):
    """A third corpus, all of whose raters say anger of what is labelled sadness, and the other way round."""
    make_corpus("iemocap", offset=0)
    ids = read_utterances(paths.utterances("iemocap")).utterance_id
    said = {name: {"sadness" if "anger" in name else "anger": 3} for name in ids}
    write_votes(vote_table(said), paths.votes("iemocap"))


def test_a_model_of_votes_learns_those_of_the_training_corpora_and_not_their_labels(contrary, params):
    across = section(train=["iemocap"], model="logistic_votes", corpus_norm=True)
    assert cross_corpus.cross.fn("contrary", across, params)["uar"] == 0
    labels = section(train=["iemocap"], model="logistic", corpus_norm=True)
    assert cross_corpus.cross.fn("labelled", labels, params)["uar"] == 1


def test_utterances_of_a_training_corpus_without_votes_have_none_and_those_of_the_test_are_never_read(contrary, params):
    write_votes(vote_table({"03-anger-0": {"anger": 1}}), paths.votes("ravdess"))
    across = section(train=["emodb", "iemocap"], model="logistic_votes")
    planned = cross_corpus.plan_cross("x", across, params)
    (request,) = planned.requests
    shares = {name.partition("/")[0]: set() for name in request.labels.utterance_ids}
    for name, one in zip(request.labels.utterance_ids, request.read(), strict=True):
        shares[name.partition("/")[0]].add(one.shares)
    assert shares == {"emodb": {None}, "iemocap": {(0.0, 1.0), (1.0, 0.0)}, "ravdess": {None}}
    data = [line.partition(":")[0] for line in cross_origin(planned)["data"]]
    assert [name for name in data if name.endswith(" votes")] == ["iemocap votes"]
    write_votes(vote_table({"03-anger-0": {"anger": 1}}), paths.votes("iemocap"))
    assert cross_corpus.plan_cross("x", across, params).requests[0].cache_key != request.cache_key


def test_a_result_records_the_training_and_test_sets_and_what_was_left_out(folder, params):
    result = cross_corpus.cross.fn("normed", section(corpus_norm=True), params)
    assert (result["corpus"], result["train"], result["recogniser"]) == ("ravdess", ["emodb"], "svm")
    assert (
        (result["utterances"], result["speakers"]) == (result["train_utterances"], result["train_speakers"]) == (24, 3)
    )
    assert result["dropped"] == {"emodb": {"emotion boredom": 12}, "ravdess": {"emotion calm": 12}}
    assert json.loads(paths.result("ravdess", "cross", "normed").read_text()) == result
    (row,) = results_table([result])
    assert (row["corpus"], row["model"], row["protocol"]) == ("ravdess", "svm (corpus norm)", "from emodb")
    predictions = pd.read_parquet(paths.predictions("ravdess", "cross", "normed"))
    assert list(predictions.columns) == ["utterance_id", "fold", "seed", "truth", "anger", "sadness"]
    assert predictions.utterance_id.tolist() == [
        f"0{s}-{emotion}-{take}" for s in (3, 4, 5) for emotion in ("anger", "sadness") for take in range(4)
    ]


def test_the_key_of_a_fold_knows_the_other_corpus_and_the_normalisation(folder, params):
    def key(**changes):
        return cross_corpus.plan_cross("x", section(**changes), params).requests[0].cache_key

    plain = key()
    assert key() == plain != key(corpus_norm=True)
    other = paths.features("emodb", "functionals")
    (other / "one.parquet").rename(other / "two.parquet")
    assert key() != plain


def test_features_of_other_settings_are_not_mixed(folder, params):
    shard = paths.features("emodb", "functionals") / "one.parquet"
    table = pq.read_table(shard)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"settings": b"others"}), shard)
    with pytest.raises(UserError, match=r"different settings.*Run the stage features of emodb, ravdess again"):
        cross_corpus.plan_cross("x", section(), params)


def test_a_corpus_that_is_not_here_is_reported_with_how_to_get_it(folder, params):
    with pytest.raises(UserError, match=r"tess.parquet: no such table. Get the corpus \(.*ser fetch tess --from"):
        cross_corpus.plan_cross("x", section(test="tess"), params)


def test_networks_train_as_long_as_the_training_corpora_say(params):
    def with_epochs(**epochs):
        corpora = {name: params.corpus[name].model_copy(update={"epochs": epochs.get(name)}) for name in params.corpus}
        return params.model_copy(update={"corpus": corpora})

    two = section(train=["emodb", "demo"])
    assert cross_corpus._as_long_as(two, with_epochs(emodb=3, demo=5)).networks.mlp.training.epochs == 5
    assert (
        cross_corpus._as_long_as(two, with_epochs(demo=5)).networks.mlp.training.epochs
        == params.networks.mlp.training.epochs
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": ["emodb", "ravdess"]}, "ravdess is tested, so it cannot be trained on"),
        ({"train": []}, "at least 1"),
        ({"presets": {"demo": "four_classes"}}, "demo, which takes no part"),
    ],
)
def test_a_section_that_is_impossible_is_rejected(changes, message):
    with pytest.raises(ValidationError, match=message):
        section(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": "[emdob]"}, r"cross.x: 'emdob' is not known. Did you mean 'emodb'\?"),
        ({"model": "swm"}, r"cross.x.model: 'swm' is not known. Did you mean 'svm'\?"),
        ({"presets": "{emodb: six}"}, r"cross.x.presets.emodb: 'six' is not known"),
        ({"model": "tfidf_heard"}, r"cross.x.model: tfidf_heard reads recognised transcripts.*ser cross-corpus"),
        ({"model": "tfidf", "corpus_norm": "true"}, r"cross.x.corpus_norm: tfidf reads words"),
        ({"test": "emodb"}, r"cross.x: emodb is tested, so it cannot be trained on"),
    ],
)
def test_an_entry_of_params_yaml_that_is_impossible_is_reported(tmp_path, monkeypatch, changes, message):
    entry = {"train": "[emodb]", "test": "demo", "model": "svm", "presets": "{}", "corpus_norm": "false"} | changes
    written = "{x: {" + ", ".join(f"{key}: {value}" for key, value in entry.items()) + "}}"
    text = (PROJECT / "params.yaml").read_text(encoding="utf-8").replace("cross: {}", f"cross: {written}")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message):
        project_params()


def test_the_stage_writes_where_its_flow_does():
    stage = stages()["cross"]
    declared = stage["outs"] + stage["metrics"] + stage["plots"]
    named = [entry if isinstance(entry, str) else next(iter(entry)) for entry in declared]
    assert [path.replace("${item.test}", "demo").replace("${key}", "x") for path in named] == [
        str(paths.predictions("demo", "cross", "x")),
        str(paths.result("demo", "cross", "x")),
        str(paths.metrics("demo", "cross", "x")),
        str(paths.plots("demo", "cross", "x") / "confusion.csv"),
        str(paths.plots("demo", "cross", "x") / "recall.csv"),
    ]


@pytest.mark.parametrize(
    ("train", "model", "message"),
    [
        ("ravdes", "svm", r"^--train 'ravdes' is not known. Did you mean 'ravdess'\?"),
        ("ravdess", "swm", "^--model 'swm'"),
        ("ravdess", "ridge", "^--model ridge: it predicts valence.*ser bundle CORPUS ridge; ser score BUNDLE CORPUS"),
        ("ravdess", "mlp_votes", "trained on the votes of raters, and no training corpus has some. ravdess: the"),
    ],
)
def test_a_typo_on_the_command_line_is_reported_with_its_option(monkeypatch, train, model, message):
    monkeypatch.chdir(PROJECT)
    with pytest.raises(UserError, match=message):
        cross_matrix.evaluate_pair([train], "emodb", model, presets={}, corpus_norm=False)


def test_what_is_chosen_on_the_command_line_is_in_the_name():
    assert cross_matrix.name_of(section()) == "from_emodb_svm"
    chosen = section(train=["emodb", "demo"], presets={"demo": "four_classes"}, corpus_norm=True)
    assert cross_matrix.name_of(chosen) == "from_emodb_demo_svm_demo_four_classes_corpus_norm"


def test_corpora_here_are_those_with_a_table_and_features_and_people_in_them(folder):
    assert cross_matrix.corpora_here("svm") == ["emodb", "ravdess"]
    assert cross_matrix.corpora_here("residual_cnn") == []
