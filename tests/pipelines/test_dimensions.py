"""An evaluation of valence, activation and dominance, from a table to its files, and `ser verify` on it; no server."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.display.tables import show_dimensions
from pipelines.evaluations import dimension_ensemble, provenance
from pipelines.evaluations.dimension_answers import dimension_answers
from pipelines.evaluations.dimensions import plan_dimensions, result_of
from pipelines.evaluations.dimensions import write_outputs as write
from pipelines.evaluations.plan import check_size
from pipelines.orchestration.stage_list import dimensions_of, evaluations_of, read_by, stages_of
from pipelines.settings import check_evaluation, project_params
from ser_tasks.corpora.utterances import read_utterances, utterance_table, write_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.fold import compute_dimension_fold, dimension_outcome
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.evaluation.splits import Fold
from ser_tasks.params import EnsembleParams, EvaluationLine, KernelParams, SpeakerPairs
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.conftest import make_small
from tests.pipelines.test_settings import PROJECT

FIXED = {"corpus": "demo", "path": "x.wav", "style": "speech", "duration": 1.0, "sampling_rate": 16_000, "votes": ()}
PLACE = ("demo", "speaker_independent", "ridge")
UNRATED = 3


def rows() -> list[dict]:
    """Four speakers with 15 utterances; the first of each dimension is the first feature; three are not rated."""
    rng = np.random.default_rng(0)
    made = []
    for number in range(60):
        rated = number >= UNRATED
        value = float(np.clip(rng.normal(3, 0.8), 1, 5))
        scales = {"valence": value, "activation": float(np.clip(6 - value, 1, 5))} if rated else {}
        emotion = "anger" if number else "disgust"  # one of a kind: no class is dealt by
        own = {"utterance_id": f"u{number:02d}", "speaker": "abcd"[number % 4], "emotion": emotion}
        made.append(FIXED | own | {"sha256": f"{number:064d}"} | scales)
    return made


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    make_small(params)
    params["ridge"] = {"alpha": [1, 100], "inner_folds": 3}
    params["evaluations"].append({"corpus": "demo", "protocol": "speaker_independent", "model": "ridge"})
    Path("params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")
    Path("requirements.lock").write_text("numpy==2.0\n", encoding="utf-8")
    table, noise = utterance_table(rows()), np.random.default_rng(1)
    write_utterances(table, paths.utterances("demo"))
    frames = [noise.normal(0, 0.3, (1, N_DIMS)).astype(np.float32) for _ in range(len(table))]
    for values, rating in zip(frames, table.valence.fillna(3), strict=True):
        values[0, 0] += rating
    write_features(paths.features("demo", "functionals"), list(table.utterance_id), frames)
    provenance._features.cache_clear()  # of a project of another test, at the same relative path
    return tmp_path


def evaluate(protocol: str = "speaker_independent", model: str = "ridge") -> dict:
    planned = plan_dimensions("demo", protocol, model, project_params())
    outcomes = [dimension_outcome(compute_dimension_fold(request)) for request in planned.requests]
    result, predictions = result_of(planned, outcomes)
    write(result, predictions)
    return result


def evaluate_ensemble(members=("ridge", "ridge_speaker_norm"), protocol=PLACE[1]) -> dict:
    section = EnsembleParams(corpus=PLACE[0], protocol=protocol, members=members, rule="weighted_average")
    result, made = dimension_ensemble.result_of("both", section, project_params())
    write(result, made.predictions)
    return result


def ser(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(words))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


def test_ratings_on_another_scale_are_refused_with_the_import_that_maps_them():
    table = utterance_table(rows())
    first = table.utterance_id[0]
    table.loc[0, "valence"] = 6.5
    with pytest.raises(UserError, match=rf"own: 1 utterances have a valence.*6\.5 \({first}\).*own --scale 1:7"):
        rated_utterances(table, "own")


def test_rated_utterances_take_part_whatever_their_class_and_the_others_are_counted(capsys):
    result = evaluate()
    assert (result["utterances"], result["dropped"]) == (57, {"not rated": 3})
    show_dimensions(result)
    assert "Left out: 3 × not rated" in capsys.readouterr().out
    assert [*result["dimensions"]] == ["valence", "activation"], "nobody rated dominance"
    assert [fold["fold"] for fold in result["folds"]] == [f"speaker {name}" for name in "abcd"]
    assert result["dimensions"]["valence"]["ccc"] > 0.85
    predictions = pd.read_parquet(paths.dimension_predictions(*PLACE))
    ratings = read_utterances(paths.utterances("demo")).set_index("utterance_id").valence
    assert predictions["valence rated"].tolist() == ratings[predictions.utterance_id].tolist()
    assert len(pd.read_csv(paths.dimension_plot(*PLACE))) == 2 * 57
    metrics = json.loads(paths.dimension_metrics(*PLACE).read_text(encoding="utf-8"))
    assert metrics["ccc_valence"] == result["dimensions"]["valence"]["ccc"]


def test_an_ensemble_is_a_row_beside_its_members_that_verify_finds_again():
    with pytest.raises(UserError, match=r"ridge has not been evaluated on demo. Evaluate it: ser evaluate demo ridge"):
        evaluate_ensemble()
    alone = evaluate()["ccc"]
    evaluate(model="ridge_speaker_norm")
    result = evaluate_ensemble()
    assert result["ccc"] > 0.85
    assert result["against"]["ridge"]["ccc_difference"] == pytest.approx(result["ccc"] - alone, abs=1e-4)
    assert [*dimension_answers([])[PLACE[:2]]] == ["both", "ridge", "ridge_speaker_norm"]
    status, said = ser("verify", "demo/speaker_independent/both", "--recompute")
    assert (status, "computed again: the same figures, folds and posteriors, to the last digit" in said) == (0, True)
    predictions = paths.dimension_predictions(*PLACE)
    pd.read_parquet(predictions).assign(valence=3.0).to_parquet(predictions)
    status, said = ser("verify", "demo/speaker_independent/both")
    assert (status, "data predictions of ridge: changed" in said) == (1, True)


def test_an_ensemble_tells_what_is_to_be_known_of_its_members():
    for protocol in ("speaker_independent", "speaker_dependent"):
        evaluate(protocol)
        evaluate(protocol, model="ridge_speaker_norm")
        said = " ".join(evaluate_ensemble(protocol=protocol)["warnings"])
        assert "Speaker normalisation" in said
        assert said.count("Synthetic speech") == 1
        assert ("Not speaker-independent" in said) == (protocol == "speaker_dependent")


@pytest.mark.parametrize(
    "change", [lambda table: table.valence + 0.5, lambda table: table.valence.where(table.index > 9)]
)
def test_ratings_that_have_changed_since_are_noticed_and_end_in_a_sentence(change):
    for model in ("ridge", "ridge_speaker_norm"):
        evaluate(model=model)
    evaluate_ensemble()
    table = read_utterances(paths.utterances("demo"))
    write_utterances(table.assign(valence=change(table).clip(1, 5)), paths.utterances("demo"))
    with pytest.raises(UserError, match=r"both.parquet: .* Make them again: ser repro dimension_ensemble@both"):
        dimension_answers(["demo"])
    _, said = ser("verify", "demo/speaker_independent/both", "--recompute")
    assert "cannot be computed again: ridge was tested on other ratings than the corpus has today" in said


def test_random_folds_are_dealt_whatever_the_classes_and_say_so():
    result = evaluate("speaker_dependent")
    assert len(result["folds"]) == 3
    assert any("Not speaker-independent" in warning for warning in result["warnings"])


def test_a_kernel_machine_is_refused_more_than_it_is_allowed_and_a_linear_model_is_not():
    params = project_params().model_copy(update={"kernels": KernelParams(largest=41)})
    with pytest.raises(UserError, match=r"svr: 43 training utterances.* Take ridge, .*more than 41"):
        plan_dimensions("demo", "speaker_independent", "svr", params)  # 57 utterances of four speakers
    plan_dimensions("demo", "speaker_independent", "ridge", params)
    folds = [Fold("large", tuple(map(str, range(42))), (), ()), Fold("small", ("0",), (), ())]
    with pytest.raises(UserError, match=r"svm: 42 training utterances.* for 6 trainings. Take logistic, "):
        check_size("svm", folds, params, trainings=6)
    three = params.signal_augmentation.model_copy(update={"copies": 2})
    with pytest.raises(UserError, match=r"svm: 126 training utterances"):
        check_size("svm", folds, params.model_copy(update={"signal_augmentation": three}), trainings=6)


def test_a_corpus_without_ratings_is_refused_with_what_has_some():
    with pytest.raises(UserError, match=r"emodb has no ratings: valence, activation, dominance are empty for all 60"):
        rated_utterances(utterance_table(rows()).assign(valence=np.nan, activation=np.nan), "emodb")


def test_folds_of_classes_are_refused_when_params_yaml_is_read():
    params = project_params()
    pairs = params.corpus["demo"].model_copy(update={"speaker_independent": SpeakerPairs(kind="speaker_pairs")})
    params = params.model_copy(update={"corpus": {"demo": pairs}})
    line = EvaluationLine(corpus="demo", protocol="speaker_independent", model="ridge")
    with pytest.raises(UserError, match=r"here: ridge predicts dimensions, .*speaker pairs.*under corpus\.demo"):
        check_evaluation(line, params, place="here")


def test_a_corpus_without_ratings_leaves_params_yaml_as_it_is():
    before = Path("params.yaml").read_bytes()
    table = read_utterances(paths.utterances("demo"))
    write_utterances(table.assign(valence=np.nan, activation=np.nan), paths.utterances("demo"))
    done = CliRunner().invoke(cli, ["evaluate", "demo", "svr"])
    assert "demo has no ratings" in str(done.exception)
    assert Path("params.yaml").read_bytes() == before


def test_verify_finds_the_row_as_recorded_again_and_names_what_was_changed():
    evaluate()
    code, said = ser("verify", "/".join(PLACE), "--recompute")
    assert code == 0, said
    assert "reproduced" in said
    table = read_utterances(paths.utterances("demo"))
    write_utterances(
        table.assign(valence=table.valence.where(table.utterance_id != "u30", 1.0)), paths.utterances("demo")
    )
    code, said = ser("verify", "/".join(PLACE))
    assert code == 1
    assert "data ratings: changed" in said


def test_verify_finds_edited_predictions():
    evaluate()
    file = paths.dimension_predictions(*PLACE)
    predictions = pd.read_parquet(file)
    predictions.assign(valence=predictions.valence + 1).to_parquet(file, index=False)
    code, said = ser("verify", "/".join(PLACE))
    assert code == 1
    assert "figure dimensions.valence.ccc" in said


def test_results_and_compare_show_it():
    result = evaluate()
    in_words = f"{result['dimensions']['valence']['ccc']:.3f}".removeprefix("0")
    code, said = ser("results")
    assert code == 0, said
    assert f"{in_words} " in said
    assert f"| {in_words} |" in ser("results", "--markdown")[1]
    code, said = ser("compare", "demo")
    assert code == 0, said
    assert f"ridge {result['ccc']:.3f} best" in said
    assert set(dimension_answers(["demo"])) == {("demo", "speaker_independent")}


def test_predictions_of_other_utterances_are_not_compared():
    evaluate()
    table = read_utterances(paths.utterances("demo"))
    write_utterances(table[table.utterance_id != "u30"], paths.utterances("demo"))
    with pytest.raises(
        UserError, match=r"57 predictions, of other utterances or ratings than the 56 .*ser evaluate demo ridge"
    ):
        dimension_answers(["demo"])


def test_its_line_has_a_stage_of_its_own_and_asks_for_the_features_that_it_reads():
    params = project_params()
    lines = (EvaluationLine(corpus="iemocap", protocol="speaker_independent", model="whisper_base_ridge"),)
    params = params.model_copy(update={"evaluations": lines, "ensembles": {}, "bundles": {}, "cross": {}})
    assert (evaluations_of(params), dimensions_of(params)) == ((), lines)
    assert read_by(params) == [("iemocap", "whisper_base")]
    stages = stages_of(params)
    entry = stages["dimensions"]["iemocap-speaker_independent-whisper_base_ridge"]
    assert (entry["reads"], entry["code"], entry["settings"]) == (
        *("data/features/iemocap/whisper_base", "ridge", "ridge"),
    )
    assert not stages["evaluate"]
