"""`ser votes` on a table and predictions that were written by hand; no server. Oracle: figures counted by hand."""

import re
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.commands.votes import in_words
from pipelines.evaluations import provenance
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.votes import PRIOR, RATER, VOTES, compare_votes, counts_of
from pipelines.known_corpora import no_votes
from pipelines.orchestration.stage_list import stages_of
from pipelines.settings import check_cross, check_evaluation, project_params
from pipelines.stages import votes as stage
from pipelines.stages.bundle import detector_of
from ser_tasks.bundles.out_of_distribution import describe
from ser_tasks.corpora.utterances import read_utterances, utterance_table, write_utterances
from ser_tasks.corpora.votes import read_votes, vote_table, write_votes
from ser_tasks.errors import UserError
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.voted import Voted
from ser_tasks.params import BundleParams, CrossParams, EvaluationLine
from ser_tasks.text.transcripts import Turn
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.conftest import make_small
from tests.pipelines.test_settings import PROJECT

FIXED = {"corpus": "demo", "path": "x.wav", "style": "speech", "duration": 1.0, "sampling_rate": 16_000, "votes": ()}
PLACE = ("demo", "speaker_independent", "svm")
EMOTIONS = ("anger", "happiness", "neutral", "sadness")
COUNTS = {  # of two speakers; the last has one vote that counts
    "a1": {"anger": 4},
    "a2": {"anger": 2, "sadness": 2},
    "b1": {"happiness": 3, "boredom": 1},
    "b2": {"neutral": 1, "boredom": 3},
}
TRUTH = {"a1": "anger", "a2": "sadness", "b1": "happiness", "b2": "neutral"}


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    make_small(params)
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    rows = [
        FIXED | {"utterance_id": name, "speaker": name[0], "emotion": emotion, "sha256": name}
        for name, emotion in TRUTH.items()
    ]
    write_utterances(utterance_table(rows), paths.utterances("demo"))
    write_votes(vote_table(COUNTS, {"a1": 2}), paths.votes("demo"))
    predict("svm", {"a1": "anger", "a2": "sadness", "b1": "anger", "b2": "neutral"})
    return tmp_path


def predict(model: str, answers: dict[str, str]) -> None:
    """Predictions that are sure of one class each."""
    rows = [
        {"utterance_id": name, "fold": name[0], "seed": 0, "truth": TRUTH[name]}
        | {emotion: float(emotion == answer) for emotion in EMOTIONS}
        for name, answer in answers.items()
    ]
    file = paths.predictions("demo", "speaker_independent", model)
    file.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_parquet(file, index=False)


def test_models_stand_between_what_raters_reach_and_the_prior():
    found = compare_votes("demo", [], "speaker_independent", project_params())
    assert list(found.rows) == [VOTES, RATER, "svm", PRIOR]
    model = found.rows["svm"]
    assert model.accuracy == pytest.approx((1 + 1 / 2 + 0) / 3), "a tie of two is half a hit"
    assert model.agreed == pytest.approx((1 + 1 / 2 + 0) / 3)
    kept, floor = log(1 - 0.01 * 3 / 4), log(0.01 / 4)
    assert model.cross_entropy == pytest.approx(-(kept + (kept + floor) / 2 + floor) / 3)
    assert found.entropy == found.rows[VOTES].cross_entropy == pytest.approx(log(2) / 3)
    rater = found.rows[RATER]
    assert rater.agreed == pytest.approx((1 + 1 / 3 + 1) / 3), "of two and two, one of three others agrees"
    assert rater.accuracy == pytest.approx((1 + 0 + 1) / 3), "of two and two, the others are always against one"


def test_what_is_left_out_and_not_counted_is_said_in_80_columns():
    done = CliRunner().invoke(cli, ["votes", "demo"])
    assert done.exit_code == 0, done.output
    assert max(len(line.rstrip()) for line in done.output.splitlines()) <= 80
    assert "3 utterances of 4 classes, 3 to 4 votes each, entropy 0.231." in done.output
    assert "Left out: 1 utterances with fewer than 2 votes for these classes." in done.output
    assert "Not counted: 1 votes for other labels, 2 raters with several labels." in done.output
    assert "Synthetic speech" in done.output


def test_the_table_fits_where_all_raters_agree():
    write_votes(vote_table({name: {emotion: 3} for name, emotion in TRUTH.items()}), paths.votes("demo"))
    predict("residual_cnn_svm_whisper_large_v3_test", TRUTH)
    done = CliRunner().invoke(cli, ["votes", "demo"])
    assert max(len(line.rstrip()) for line in done.output.splitlines()) <= 80
    assert "the votes themselves .000 [.000, .000] 100 100 [100, 100] 100" in " ".join(done.output.split())
    assert "for want of width: JS" in done.output


def test_raters_are_compared_where_no_model_was_evaluated_yet():
    paths.predictions(*PLACE).unlink()
    found = compare_votes("demo", [], "speaker_independent", project_params())
    assert list(found.rows) == [VOTES, RATER, PRIOR]
    assert len(in_words(found)) == 5


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["demo", "mlp"],
            r"no predictions of mlp on demo, speaker_independent; .* svm. Make them: ser evaluate demo m",
        ),
        (["demo", "ridge"], r"ridge predicts no classes, which is what raters voted on"),
        (["demo", "--protocol", "loso"], r"protocol 'loso' is not known.*speaker_independent"),
        (["emodb"], r"emodb: the votes of its raters are not known. Those of demo, iemocap, cremad.* are"),
        (["iemocap"], r"iemocap\.parquet: no such table.*ser evaluate iemocap svm"),
    ],
)
def test_what_is_not_there_is_refused_with_what_to_do(words, message):
    done = CliRunner().invoke(cli, ["votes", *words])
    assert isinstance(done.exception, UserError), done.output
    assert re.search(message, str(done.exception)), done.exception


def test_votes_of_an_imported_table_may_still_be_kept_and_the_message_says_how():
    assert no_votes("own").endswith("ser import own --votes keep.")
    assert no_votes("emodb") == "the votes of its raters are not known."


def test_models_of_other_corpora_are_compared_on_the_classes_that_they_share_with_this_one():
    for model in ("from_emodb_svm", "from_emodb_mlp"):
        rows = [
            {"utterance_id": name, "fold": "demo", "seed": 0, "truth": TRUTH[name], "anger": 0.7, "sadness": 0.3}
            for name in ("a1", "a2")
        ]
        file = paths.predictions("demo", "cross", model)
        file.parent.mkdir(parents=True, exist_ok=True)
        pd.DataFrame(rows).to_parquet(file, index=False)
    found = compare_votes("demo", [], "cross", project_params())
    assert (found.classes, found.utterances) == (("anger", "sadness"), 2)
    assert set(found.rows) == {VOTES, RATER, PRIOR, "from_emodb_svm", "from_emodb_mlp"}


def test_predictions_of_other_utterances_are_refused():
    predict("mlp", {"a1": "anger"})
    with pytest.raises(UserError, match=r"svm\.parquet: 4 utterances.* not those of mlp. Evaluate it again: ser ev"):
        compare_votes("demo", [], "speaker_independent", project_params())


def test_predictions_from_before_a_label_changed_are_refused():
    rows = read_utterances(paths.utterances("demo"))
    rows.loc[rows.utterance_id == "b1", "emotion"] = "sadness"
    write_utterances(rows, paths.utterances("demo"))
    reason = r"svm\.parquet: 1 utterances have another label than demo has today, the first is b1: happiness, and now s"
    with pytest.raises(UserError, match=reason):
        compare_votes("demo", [], "speaker_independent", project_params())


def test_predictions_of_an_ensemble_are_made_anew_by_its_stage():
    table = pd.read_parquet(paths.predictions(*PLACE)).assign(truth="sadness")
    paths.ensemble("demo", "speaker_independent", "both").parent.mkdir(parents=True)
    table.to_parquet(paths.ensemble("demo", "speaker_independent", "both"))
    with pytest.raises(UserError, match=r"Evaluate it again: ser repro ensemble@both"):
        compare_votes("demo", ["both"], "speaker_independent", project_params())


def test_classes_by_gender_are_refused():
    params = project_params()
    own = params.corpus["demo"].model_copy(update={"preset": "four_classes_by_gender"})
    rows = [
        FIXED | {"utterance_id": name, "speaker": name[0], "emotion": emotion, "sha256": name, "gender": "female"}
        for name, emotion in TRUTH.items()
    ]
    write_utterances(utterance_table(rows), paths.utterances("demo"))
    with pytest.raises(UserError, match=r"raters voted on emotions. Choose the preset without _by_gender"):
        compare_votes("demo", [], "speaker_independent", params.model_copy(update={"corpus": {"demo": own}}))


def test_the_stage_counts_the_listeners_of_the_demo_corpus_and_refuses_a_corpus_without_raters():
    stage.main("demo")
    table = read_votes(paths.votes("demo"))
    assert (len(table), set(table.drop(columns="utterance_id").sum(axis=1))) == (4 * 4 * 3, {6})
    with pytest.raises(UserError, match=r"emodb: its release has no votes of raters. Name one that has: demo, "):
        stage.main("emodb")


def test_a_row_of_a_model_of_votes_names_them_among_its_data_and_another_vote_makes_it_another():
    write_features(paths.features("demo", "functionals"), list(TRUTH), [np.ones((1, N_DIMS), np.float32)] * 4)
    provenance._features.cache_clear()  # of a project of another test, at the same relative path
    planned = plan_evaluation("demo", "speaker_independent", "logistic_votes", project_params())
    first = provenance.evaluation_origin(planned)
    (line,) = [own for own in first["data"] if own.startswith("votes: ")]
    assert any(own.startswith("ser_tasks.evaluation.votes.fold: ") for own in first["code"])
    assert planned.requests[0].votes[0].label_map == tuple((name, name) for name in EMOTIONS)
    plain = plan_evaluation("demo", "speaker_independent", "logistic", project_params())
    assert not [own for own in provenance.evaluation_origin(plain)["data"] if own.startswith("votes: ")]
    write_votes(vote_table({**COUNTS, "a1": {"anger": 5}}), paths.votes("demo"))
    other = plan_evaluation("demo", "speaker_independent", "logistic_votes", project_params())
    assert line not in provenance.evaluation_origin(other)["data"]
    assert other.requests[0].cache_key != planned.requests[0].cache_key
    again = plan_evaluation("demo", "speaker_independent", "logistic", project_params())
    assert again.requests[0].cache_key == plain.requests[0].cache_key, "classes know nothing of votes"


def test_a_model_of_votes_waits_for_them():
    line = EvaluationLine(corpus="iemocap", protocol="speaker_independent", model="whisper_base_logistic_votes")
    params = project_params().model_copy(update={"evaluations": (line,), "ensembles": {}, "bundles": {}, "cross": {}})
    entry = stages_of(params)["evaluate"][line.key]
    assert (entry["reads"], entry["votes"]) == ("data/features/iemocap/whisper_base", "data/votes/iemocap.parquet")
    assert (entry["code"], entry["settings"]) == ("logistic_votes", "logistic")


def test_the_detector_of_a_bundle_of_votes_is_fitted_to_the_features():
    rows = np.random.default_rng(0).normal(size=(40, 6)).astype(np.float32)
    labels = (np.array(["anger", "sadness"] * 20), np.array([f"s{place % 4}" for place in range(40)]))
    voted = tuple(Voted(row, (0.5, 0.5)) for row in rows)
    found, plain = (
        detector_of("mlp_votes", Examples(own, *labels), project_params().reliability) for own in (voted, rows)
    )
    assert found is not None
    for row in rows[:3]:
        assert found.unlikeness(describe(row[None])) == plain.unlikeness(describe(row[None]))


def test_a_bundle_of_votes_on_words_has_no_detector():
    said = tuple(Voted((Turn("stop it", who),), (0.5, 0.5)) for who in ("s0", "s1"))
    spoken = Examples(said, np.array(["anger", "sadness"]), np.array(["s0", "s1"]))
    assert detector_of("tfidf_votes", spoken, project_params().reliability) is None


def test_a_bundle_of_votes_waits_for_them_and_another_for_nothing_new():
    own = BundleParams(corpus="iemocap", model="logistic_votes", protocol="speaker_independent")
    other, rated = own.model_copy(update={"model": "svm"}), own.model_copy(update={"model": "ridge"})
    params = project_params().model_copy(
        update={
            "evaluations": (),
            "ensembles": {},
            "cross": {},
            "bundles": {"own": own, "other": other, "rated": rated},
        }
    )
    found = {name: entry["votes"] for name, entry in stages_of(params)["bundle"].items()}
    functionals = "data/features/iemocap/functionals"
    assert found == {"own": "data/votes/iemocap.parquet", "other": functionals, "rated": functionals}


def test_what_cannot_be_trained_on_votes_is_refused_before_anything_runs():
    params = project_params()
    line = EvaluationLine(corpus="emodb", protocol="speaker_independent", model="logistic_votes")
    with pytest.raises(UserError, match=r"here: logistic_votes is trained on votes, and of emodb the votes of"):
        check_evaluation(line, params, place="here")
    across = CrossParams(train=("emodb",), test="cremad", model="logistic_votes", presets={}, corpus_norm=False)
    with pytest.raises(UserError, match=r"cross\.x\.model: logistic_votes .* no training corpus has some. emodb: the"):
        check_cross("x", across, params)


def test_votes_count_on_the_tested_utterances_that_two_raters_voted_on(three_voices):
    votes = read_votes(paths.votes("demo")).set_index("utterance_id")
    votes.loc["0anger0"] = 0
    votes.loc["0anger1"] = 0
    votes.loc["0anger1", "anger"] = 1
    votes.loc["0sadness0", "sadness"], votes.loc["0sadness0", "anger"] = 2, 0
    write_votes(votes.drop(index="1anger0").reset_index(), paths.votes("demo"))
    tested = ["0anger0", "0anger1", "0sadness0", "0neutral0", "1anger0"]
    found = counts_of("demo", tested, three_voices)
    assert found.to_dict("index") == {
        "0neutral0": {"anger": 0, "neutral": 2, "sadness": 1},
        "0sadness0": {"anger": 0, "neutral": 0, "sadness": 2},
    }
    with pytest.raises(UserError, match="demo: none of the 2 utterances has 2 votes for anger, neutral, sadness"):
        counts_of("demo", ["0anger0", "0anger1"], three_voices)


def test_corpora_with_raters_have_a_stage_and_others_none():
    lines = tuple(
        EvaluationLine(corpus=name, protocol="speaker_independent", model="svm") for name in ("emodb", "demo")
    )
    params = project_params().model_copy(update={"evaluations": lines, "ensembles": {}, "bundles": {}, "cross": {}})
    assert list(stages_of(params)["votes"]) == ["demo"]
