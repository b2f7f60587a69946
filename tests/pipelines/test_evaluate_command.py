"""`ser evaluate` and `ser bundle`: a line of params.yaml and its stages; DVC itself is replaced here."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock, Timeout
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.commands import evaluate as module
from pipelines.orchestration.stage_list import dimensions_of, stages_of
from pipelines.stages.params import prepare
from ser_tasks.errors import UserError
from ser_tasks.params.editing import with_item, with_values
from ser_tasks.params.reading import read_params

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def ser(tmp_path, monkeypatch):
    """The command, in a folder with params.yaml alone; what DVC was asked for is in `ser.stages`."""
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    asked: list[str] = []

    def repro(options):
        asked.extend(options)
        return run.status

    def run(*words):
        return CliRunner().invoke(cli, words)

    run.stages, run.status = asked, 0
    monkeypatch.setattr(module, "repro", repro)
    return run


def test_one_line_is_added_and_its_stage_runs(ser):
    before = Path("params.yaml").read_text(encoding="utf-8")
    done = ser("evaluate", "demo", "logistic", "--protocol", "speaker_dependent")
    assert done.exit_code == 0, done.output
    line = "  - {corpus: demo, protocol: speaker_dependent, model: logistic}\n"
    assert Path("params.yaml").read_text(encoding="utf-8").replace(line, "", 1) == before
    assert ser.stages == ["evaluate@demo-speaker_dependent-logistic"]


def test_networks_on_each_fold_stand_in_the_line(ser):
    assert ser("evaluate", "demo", "psd_cnn", "--seeds", "3").exit_code == 0
    line = "  - {corpus: demo, protocol: speaker_independent, model: psd_cnn, seeds: 3}\n"
    assert line in Path("params.yaml").read_text(encoding="utf-8")
    assert ser("evaluate", "demo", "psd_cnn").exit_code == 0, "without the option the line keeps its seeds"
    assert line in Path("params.yaml").read_text(encoding="utf-8")
    assert ser.stages == ["evaluate@demo-speaker_independent-psd_cnn"] * 2


def test_a_line_that_is_there_gets_another_number_of_seeds_and_nothing_else_changes(ser):
    before = Path("params.yaml").read_text(encoding="utf-8")
    old = "{corpus: demo, protocol: speaker_independent, model: mlp}"
    for seeds in ("3", "2"):
        assert ser("evaluate", "demo", "mlp", "--seeds", seeds).exit_code == 0
        new = old.replace("}", f", seeds: {seeds}}}")
        assert Path("params.yaml").read_text(encoding="utf-8") == before.replace(old, new)


def test_another_number_of_seeds_is_another_command_so_that_dvc_runs_it(ser):
    def command():
        return stages_of(read_params())["evaluate"]["demo-speaker_independent-mlp"]["arguments"]

    assert command() == "demo speaker_independent mlp"
    assert ser("evaluate", "demo", "mlp", "--seeds", "3").exit_code == 0
    assert command() == "demo speaker_independent mlp 3"
    members = {"corpus": "demo", "protocol": "speaker_independent", "members": ["svm", "mlp"], "rule": "average"}
    text = with_values(Path("params.yaml").read_text(encoding="utf-8"), {"ensembles.both": members})
    Path("params.yaml").write_text(text, encoding="utf-8")
    assert command() == "demo speaker_independent mlp 3", "as a member of an ensemble, too"


@pytest.mark.parametrize("words", [("evaluate", "demo", "svm"), ("bundle", "demo", "svm", "--name", "demo_svm")])
def test_what_stands_there_already_only_runs(ser, words):
    before = Path("params.yaml").read_bytes()
    assert ser(*words).exit_code == 0
    assert Path("params.yaml").read_bytes() == before
    assert len(ser.stages) == 1


def test_a_bundle_has_a_name_made_of_both_and_needs_no_line_of_evaluations(ser):
    assert ser("bundle", "demo", "logistic").exit_code == 0
    params = read_params()
    assert params.bundles["demo_logistic"].model == "logistic"
    assert "logistic" not in {line.model for line in params.evaluations}
    assert ser.stages == ["bundle@demo_logistic"]


def test_a_bundle_of_dimensions_has_a_line_like_any_other(ser):
    done = ser("bundle", "demo", "ridge")
    assert done.exit_code == 0, done.output
    params = read_params()
    assert params.bundles["demo_ridge"].model == "ridge"
    assert ser.stages == ["bundle@demo_ridge"]
    assert [line.key for line in dimensions_of(params)] == ["demo-speaker_independent-ridge"]


def test_the_bundle_of_an_ensemble_brings_those_of_its_members(ser):
    both = {"corpus": "demo", "protocol": "speaker_independent", "members": ["svm", "logistic"], "rule": "average"}
    text = with_values(Path("params.yaml").read_text(encoding="utf-8"), {"ensembles.both": both})
    Path("params.yaml").write_text(text, encoding="utf-8")
    assert ser("bundle", "demo", "both").exit_code == 0
    params = read_params()
    assert params.bundles["demo_logistic"].model == "logistic"
    assert params.bundles["demo_both"].model == "both"
    assert len(params.bundles) == 5  # demo_svm was there
    assert ser.stages == ["ensemble_bundle@demo_both"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("evaluate", "demmo", "svm"), "CORPUS 'demmo' is not known. Did you mean 'demo'?"),
        (("evaluate", "demo", "swm"), "MODEL 'swm' is not known. Did you mean 'svm'?"),
        (("evaluate", "demo", "svm", "--protocol", "loso"), "--protocol 'loso' is not known"),
        (("evaluate", "demo", "svm", "--protocol", "emobox"), "corpus.demo.emobox is null"),
        (("evaluate", "emodb", "svm"), "Fetch it: ser fetch emodb"),
        (("evaluate", "demo", "whisper_base_svm"), "Fetch them: ser fetch-encoder whisper_base"),
        (("evaluate", "demo", "svm", "--seeds", "3"), "svm is no network that predicts classes. Take seeds out."),
        (("evaluate", "demo", "blstm_attention_ccc", "--seeds", "3"), "blstm_attention_ccc is no network that"),
        (("bundle", "demo", "svm_speaker_norm"), "svm_speaker_norm cannot be bundled: it needs all recordings"),
        (("bundle", "demo", "svr_speaker_norm"), "svr_speaker_norm cannot be bundled: it needs all recordings"),
        (("bundle", "emodb", "voice_and_words"), "voice_and_words is an ensemble on demo, speaker_independent, but"),
        (("bundle", "demo", "mlp", "--name", "demo_svm"), "Give another --name"),
        (("bundle", "demo", "mlp", "--name", "../x"), "--name '../x': expected small letters"),
        (("bundle", "demo", "mlp", "--name", "v1.2"), "--name 'v1.2': expected small letters"),
        (("bundle", "demo", "mlp", "--name", ""), "--name '': expected small letters"),
    ],
)
def test_what_is_impossible_is_rejected_and_params_yaml_stays_as_it_was(ser, words, message):
    before = Path("params.yaml").read_bytes()
    done = ser(*words)
    assert done.exit_code == 1
    assert message in f"{done.output} {done.exception}"
    assert Path("params.yaml").read_bytes() == before
    assert ser.stages == []


def test_a_failed_run_reports_what_happens_to_the_line(ser):
    ser.status = 1
    done = ser("evaluate", "demo", "logistic")
    assert done.exit_code == 1
    assert "params.yaml keeps its new line" in done.output
    assert "or delete the line." in done.output
    assert "or give the earlier number of seeds." in ser("evaluate", "demo", "mlp", "--seeds", "3").output


def test_params_yaml_is_restored_whatever_goes_wrong(ser, monkeypatch):
    def break_off(corpora):
        raise RuntimeError

    monkeypatch.setattr(module, "prepare", break_off)
    before = Path("params.yaml").read_bytes()
    assert ser("evaluate", "demo", "logistic").exit_code == 1
    assert Path("params.yaml").read_bytes() == before


def test_a_missing_corpus_does_not_stop_the_evaluation_of_another(ser):
    line = {"corpus": "emodb", "protocol": "speaker_independent", "model": "svm"}
    text = with_item(Path("params.yaml").read_text(encoding="utf-8"), "evaluations", line)
    Path("params.yaml").write_text(text, encoding="utf-8")
    assert ser("evaluate", "demo", "logistic").exit_code == 0
    with pytest.raises(UserError, match=r"'emodb' is evaluated, but not on this machine.*ser fetch emodb"):
        prepare()


def test_the_line_ends_of_the_file_stay(ser):
    text = Path("params.yaml").read_bytes().replace(b"\n", b"\r\n")
    Path("params.yaml").write_bytes(text)
    assert ser("evaluate", "demo", "logistic").exit_code == 0
    line = b"  - {corpus: demo, protocol: speaker_independent, model: logistic}\r\n"
    assert Path("params.yaml").read_bytes().replace(line, b"", 1) == text


def test_a_bundle_of_an_ensemble_of_ratings_brings_those_of_its_members(ser):
    own = {"corpus": "demo", "protocol": "speaker_independent", "members": ["ridge", "svr"], "rule": "average"}
    text = Path("params.yaml").read_text(encoding="utf-8")
    Path("params.yaml").write_text(with_values(text, {"ensembles.scales": own}), encoding="utf-8")
    done = ser("bundle", "demo", "scales")
    assert done.exception is None, done.output
    assert ser.stages == ["ensemble_bundle@demo_scales"]
    params = read_params(Path("params.yaml"))
    made = {name: own.model for name, own in params.bundles.items() if own.model in ("ridge", "svr", "scales")}
    assert made == {"demo_ridge": "ridge", "demo_svr": "svr", "demo_scales": "scales"}
    entry = stages_of(params)["ensemble_bundle"]["demo_scales"]
    assert (entry["stage"], entry["member_2"]) == ("dimension_ensemble_bundle", "data/bundles/demo_svr")
    place = "dimensions/demo/speaker_independent/scales"
    assert (entry["predictions"], entry["result"]) == (f"data/{place}.parquet", f"results/{place}.json")


@pytest.mark.parametrize("model", ["tfidf_context", "tfidf_ridge"])
def test_a_model_of_words_is_refused_where_nothing_was_said(ser, model):
    Path("data/utterances").mkdir(parents=True)
    pd.DataFrame({"transcript": [None, None], "path": ["a", "b"]}).to_parquet("data/utterances/demo.parquet")
    before = Path("params.yaml").read_bytes()
    done = ser("evaluate", "demo", model)
    assert "demo has no transcripts" in str(done.exception)
    assert Path("params.yaml").read_bytes() == before


@pytest.mark.parametrize("model", ["logistic", "tfidf_heard", "speech_text_fusion", "whisper_base_ridge"])
def test_a_model_of_sound_is_refused_where_words_stand_alone(ser, model):
    Path("data/utterances").mkdir(parents=True)
    pd.DataFrame({"transcript": ["no", "yes"], "path": [None, None]}).to_parquet("data/utterances/demo.parquet")
    before = Path("params.yaml").read_bytes()
    done = ser("evaluate", "demo", model)
    assert "demo has no sound" in str(done.exception)
    assert "Name a model of transcripts, as tfidf" in str(done.exception)
    assert Path("params.yaml").read_bytes() == before


def test_what_a_table_lacks_that_was_made_meanwhile_is_said_after_the_failure(ser, monkeypatch):
    def fails(stages):
        Path("data/utterances").mkdir(parents=True)
        pd.DataFrame({"transcript": ["no"], "path": [None]}).to_parquet("data/utterances/demo.parquet")
        return 1

    monkeypatch.setattr(module, "repro", fails)
    assert "demo has no sound" in str(ser("evaluate", "demo", "logistic").exception)


def test_two_commands_do_not_change_params_yaml_at_once(ser):
    with module._alone(), pytest.raises(Timeout), FileLock(module.LOCK, timeout=0.1):
        pass
