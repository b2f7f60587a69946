"""`ser verify`: whatever is changed behind a result's back is caught, and named; no server."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from pipelines import paths
from pipelines.cli import cli
from pipelines.evaluations import ensemble, provenance, recompute
from pipelines.evaluations.plan import plan_evaluation
from pipelines.evaluations.record import write_outputs
from pipelines.evaluations.verify_rows import Recorded
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import read_utterances, write_utterances
from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.fold import compute_fold
from ser_tasks.models import MODELS
from ser_tasks.provenance.code_digest import code_digest, code_parts
from tests.pipelines.test_settings import PROJECT
from tests.pipelines.verify.rows import NAME, ROW, edit_params, edit_result, make_row, verify


def test_nothing_changed_matches_and_making_it_again_gives_the_same_bytes(project):
    code, said = verify()
    assert (code, said.partition(" Here: ")[0]) == (
        0,
        f"{NAME} matches not committed its 64 predictions give its figures 1 rows: 1 matches",
    )
    before = paths.result(*ROW).read_bytes()
    make_row("speaker_independent")
    assert paths.result(*ROW).read_bytes() == before


def test_a_reformatted_params_file_and_a_knob_of_something_else_change_nothing(project):
    edit_params(lambda params: params["tuning"].update(trials=7))
    assert verify(NAME)[0] == 0


def test_a_row_may_be_named_by_its_file(project):
    assert verify(paths.result(*ROW).as_posix())[0] == 0


def test_a_digit_of_the_result(project):
    edit_result(lambda result: result.update(uar=round(result["uar"] + 0.001, 4)))
    code, said = verify(NAME)
    assert code == 1
    assert "svm.json: edited since it was written" in said
    assert "figure uar: " in said


def test_a_digit_of_the_result_where_the_posteriors_are_not(project):
    edit_result(lambda result: result.update(utterances=65))
    paths.predictions(*ROW).unlink()
    code, said = verify(NAME)
    assert code == 1
    assert "edited since it was written" in said
    assert "not here: data/predictions" in said


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda params: params["svm"].update(c=[2]), "params svm.c: was [1.0], is [2.0]"),
        (lambda params: params["lld"].update(hop=0.02), "params lld.hop: was 0.01, is 0.02"),
        (lambda params: params["evaluation"].update(seed=1), "params evaluation.seed: was 0, is 1"),
    ],
)
def test_a_param_is_named_with_both_values(project, change, line):
    edit_params(change)
    code, said = verify(NAME)
    assert (code, line in said) == (1, True)


def test_one_row_of_the_utterance_table(project):
    table = read_utterances(paths.utterances("demo"))
    table.loc[3, "transcript"] = "The misheard."
    write_utterances(table, paths.utterances("demo"))
    code, said = verify(NAME)
    assert code == 1
    assert "data utterances: changed" in said
    assert "data labels" not in said
    assert "data functionals values" not in said


def test_a_table_that_the_leak_audit_rejects_today(project):
    table = read_utterances(paths.utterances("demo"))
    table.loc[3, "speaker"] = "d"
    write_utterances(table, paths.utterances("demo"))
    code, said = verify(NAME)
    assert (code, "it cannot be planned today: " in said, "groups are in train and in test" in said) == (1, True, True)


def test_one_value_of_the_features_in_a_shard_of_the_same_name(project):
    shard = next(paths.features("demo", "functionals").glob("*.parquet"))
    table = pq.read_table(shard)
    rows = table.to_pylist()
    rows[5]["values"][2] += 1.0
    pq.write_table(type(table).from_pylist(rows, schema=table.schema), shard)
    code, said = verify(NAME)
    assert code == 1
    assert "data functionals values: changed" in said
    assert "functionals recipe" not in said


@pytest.fixture
def sources(tmp_path, monkeypatch) -> Path:
    """A copy of the code, that provenance is taken from."""
    shutil.copytree(PROJECT / "ser_tasks", tmp_path / "ser_tasks", ignore=shutil.ignore_patterns("*.csv"))
    for digest in (code_digest, code_parts):
        own = partial(digest, roots={"ser_tasks": tmp_path / "ser_tasks"})
        monkeypatch.setattr(provenance, digest.__name__, own)
    return tmp_path / "ser_tasks"


def test_one_line_of_the_code_of_the_model_and_not_a_comment(project, sources):
    svm = sources / "models/svm.py"
    svm.write_text(svm.read_text() + "# a remark\n")
    assert verify(NAME)[0] == 0
    svm.write_text(svm.read_text().replace('class_weight="balanced"', "class_weight=None"))
    code, said = verify(NAME)
    assert (code, "code ser_tasks.models.svm: changed" in said) == (1, True)
    assert "code ser_tasks.models.calibration" not in said


def test_code_that_only_moved_is_no_difference(project, sources):
    (sources / "models/calibration.py").rename(sources / "metering.py")
    for path in sources.rglob("*.py"):
        path.write_text(path.read_text().replace("ser_tasks.models.calibration", "ser_tasks.metering"))
    assert verify(NAME)[0] == 0


def test_reading_is_part_of_the_code_of_a_result(project, sources):
    table = sources / "features/feature_table.py"
    table.write_text(table.read_text().replace("tuple(found[name] for", "tuple(2 * found[name] for"))
    code, said = verify(NAME)
    assert (code, "code ser_tasks.features.feature_table: changed" in said) == (1, True)


BESIDE = {
    f"ser_tasks.{name}"
    for name in (
        *("provenance.code_digest", "provenance.code_names", "provenance.code_text", "provenance.versions"),
        *("evaluation.code", "models.model_versions"),  # these six for the key
        *(
            "evaluation.fold",
            "features.audio_text",
            "models.declared_model",
        ),  # choose what reads: another choice is another part of the key
        *("atomic", "evaluation.cost"),  # for how long it took
    )
}
"""What a fold calls that no value depends on."""


@pytest.mark.parametrize("model", ["svm", "tfidf"])
def test_whatever_a_fold_calls_is_in_a_module_that_its_code_names(project, model):
    request = plan_evaluation("demo", ROW[1], model, project_params().for_corpus("demo")).requests[0]
    called = set()

    def note(frame, event, _) -> None:
        called.add(frame.f_globals.get("__name__", "") if event == "call" else "")

    sys.setprofile(note)
    try:
        compute_fold(request)
    finally:
        sys.setprofile(None)
    called = {name for name in called if name.startswith("ser_tasks.")} - BESIDE
    assert len(called) > 5
    assert called <= set(code_parts(*evaluation_code(MODELS[model])))


def test_a_row_is_planned_with_its_own_seeds_where_params_yaml_has_no_line_of_it_else_with_those_of_the_line(project):
    several = [{"fold": fold, "seed": seed} for fold in "ab" for seed in (0, 1, 2)]
    edit_result(lambda result: result.update(model="mlp", folds=several))
    row = Recorded(paths.result(*ROW))

    def planned_with(*lines):
        edit_params(lambda params: params.update(evaluations=list(lines)))
        return row.planned(project_params()).seeds

    line = {"corpus": "demo", "protocol": ROW[1], "model": "mlp"}
    assert planned_with() == (0, 1, 2)
    assert planned_with(line) == (0,)
    assert planned_with(line | {"seeds": 2}) == (0, 1)
    both = {"corpus": "demo", "protocol": ROW[1], "members": ["svm", "mlp"], "rule": "average"}
    edit_params(lambda params: params["ensembles"].update(both=both))
    assert planned_with() == (0,), "as an ensemble asks for it"


def test_a_result_that_still_names_the_version_of_python_does_not_differ_by_it(project):
    edit_result(lambda result: result["versions"].update(python="3.9.1"))
    assert "library python" not in verify(NAME)[1]


def test_another_library_and_another_lock_file(project):
    Path("requirements.lock").write_text("numpy==2.0\nnewer==1\n")
    code, said = verify(NAME)
    assert (code, "requirements.lock pins other versions" in said) == (0, True)
    edit_result(lambda result: result["versions"].update(numpy="1.0"))
    code, said = verify(NAME)
    assert (code, "library numpy: was 1.0, is" in said) == (1, True)


def test_with_another_library_it_is_the_computing_again_that_decides(project, here):
    edit_result(lambda result: (result["versions"].update(numpy="1.0"), result.pop("provenance")))
    code, said = verify(NAME, "--recompute")
    assert (code, "reproduced" in said, "library numpy: was 1.0, is" in said) == (0, True, True)


@pytest.mark.parametrize("kind", ["data", "params", "code", "outputs"])
def test_a_list_taken_out_of_the_provenance_is_missed(project, kind):
    edit_result(lambda result: result["provenance"].pop(kind))
    assert verify(NAME)[0] == 1


def test_a_column_taken_out_of_the_predictions_is_missed(project):
    file = paths.predictions(*ROW)
    pd.read_parquet(file).drop(columns="anger").to_parquet(file, index=False)
    code, said = verify(NAME)
    assert (code, "about other utterances or classes" in said) == (1, True)


def test_a_row_from_before_is_reported_to_lack_it_and_fails_in_strict_mode(project):
    edit_result(lambda result: result.pop("provenance"))
    code, said = verify()
    assert (code, "no provenance" in said, "1 could not be checked in full" in said) == (0, True, True)
    assert verify("--strict")[0] == 1


def test_a_corpus_that_is_not_here_is_not_taken_for_a_match(project):
    shutil.rmtree("data")
    code, said = verify()
    assert (code, "not checked in full" in said, "not here: data/utterances/demo.parquet" in said) == (0, True, True)
    assert verify("--strict")[0] == 1


def test_a_name_that_no_result_has_is_reported_with_the_nearest(project):
    done = CliRunner().invoke(cli, ["verify", "demo/speaker_independent/swm"])
    assert "Did you mean 'demo/speaker_independent/svm'?" in str(done.exception)
    assert "There are some of demo/speaker_independent; ser results lists all." in str(done.exception)


@pytest.fixture
def here(monkeypatch):
    """Folds trained in a thread instead of processes that take seconds to start."""
    monkeypatch.setattr(recompute, "ProcessPoolExecutor", lambda count, mp_context: ThreadPoolExecutor(1))


def test_computed_again_from_nothing_but_data_code_and_params(project, here):
    files = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    code, said = verify(NAME, "--recompute", "--exact")
    assert (code, "reproduced" in said) == (0, True)
    assert "the same figures, folds and posteriors, to the last digit" in said
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == files


def test_computed_again_a_changed_posterior_and_a_changed_parameter_are_no_reproduction(project, here):
    table = pd.read_parquet(paths.predictions(*ROW))
    table.loc[0, ["anger", "sadness"]] = table.loc[0, ["sadness", "anger"]].to_numpy()
    table.to_parquet(paths.predictions(*ROW), index=False)
    code, said = verify(NAME, "--recompute")
    assert (code, "NOT reproduced" in said, f"the first is {table.utterance_id[0]}" in said) == (1, True, True)


def test_a_difference_within_the_stated_tolerance_is_one_unless_none_is_allowed(project, here):
    edit_result(lambda result: result.update(uar=round(result["uar"] + 0.004, 4)))
    said = verify(NAME, "--recompute")[1]
    assert "reproduced within tolerance" in said
    assert "figures differ by 0.4 points at most (1 allowed)" in said
    assert "NOT reproduced" in verify(NAME, "--recompute", "--exact")[1]


def test_an_ensemble_records_its_members_and_is_made_again(project, here):
    svm = paths.predictions(*ROW)
    shutil.copy(svm, svm.with_name("tfidf.parquet"))
    rule = {"corpus": "demo", "protocol": "speaker_independent", "members": ["svm", "tfidf"], "rule": "average"}
    edit_params(lambda params: params["ensembles"].update(both=rule))
    params = project_params()
    result, made, _ = ensemble.result_of("both", params.ensembles["both"], params)
    write_outputs(result, made.predictions)
    both = "demo/speaker_independent/both"
    assert verify(both)[0] == verify(both, "--recompute", "--exact")[0] == 0
    table = pd.read_parquet(svm)
    table.loc[0, "anger"] += 1e-9
    table.to_parquet(svm, index=False)
    code, said = verify(both)
    assert (code, "data predictions of svm: changed" in said) == (1, True)


def test_the_commit_of_a_row_is_the_last_one_that_changed_its_file(project):
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@t"]
    for words in (["init", "-q"], ["add", "results"], ["commit", "-qm", "rows"]):
        subprocess.run([*git, *words], check=True)
    commit = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    assert f"matches {commit.strip()} its" in verify(NAME)[1]
    edit_result(lambda result: result.update(seed=1))
    assert f"{commit.strip()} + edits" in verify(NAME)[1]
    subprocess.run([*git, "commit", "-qam", "edited"], check=True)
    later = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True).stdout
    assert later.strip() in verify(NAME)[1]
    assert commit.strip() not in verify(NAME)[1]
