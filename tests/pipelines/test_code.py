"""Digests of code, one file for each stage, a line a module: what moves them, and what does not."""

import shutil
from pathlib import Path

import pytest

from pipelines.stages import code
from ser_tasks.provenance.code_digest import PROJECT, code_parts


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    folder = PROJECT / "digests"
    return {str(file.relative_to(folder).with_suffix("")): file.read_text() for file in folder.rglob("*.txt")}


@pytest.fixture
def copy(tmp_path, monkeypatch) -> Path:
    """A copy of the code to edit, that digests are made of."""
    for name in ("pipelines", "ser_tasks"):
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.csv", "__pycache__"))
    roots = {name: tmp_path / name for name in ("pipelines", "ser_tasks")}
    monkeypatch.setattr(code, "code_parts", lambda *given, without: code_parts(*given, roots=roots, without=without))
    return tmp_path


def moved(before: dict[str, str], *, kind: str = "") -> set[str]:
    """Stages whose digests are others now, of one kind alone where that is what matters: all of them take seconds."""
    roots = {name: own for name, own in code.roots_of_stages().items() if name.startswith(kind)}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(code, "roots_of_stages", lambda: roots)
        now = code.digests_of_stages()
    assert now.keys() == {name for name in before if name.startswith(kind)}
    return {name for name, text in now.items() if text != before[name]}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, (file, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_the_files_in_git_are_those_of_the_code_in_git(committed):
    """After an edit that moves one: make repro, and commit digests/ with it."""
    assert moved(committed) == set()


def test_comments_docstrings_blank_lines_and_what_is_shown_or_tracked_move_none(copy, committed):
    for file in (copy / "ser_tasks").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n\n# a remark\n", encoding="utf-8")
    edit(copy / "ser_tasks/evaluation/metrics.py", '"""Share', '"""Not what it was: share')
    edit(copy / "pipelines/display/tables.py", "def show_result(", "def show_result(more=1, *, ")
    edit(copy / "ser_tasks/tracking.py", "def log_evaluation(", "def log_evaluation(more=1, ")
    assert moved(committed) == set()


@pytest.mark.parametrize(
    ("file", "change", "stages"),
    [
        (
            "models/networks/mlp.py",
            ("OUTLIER =", "OUTLIER = 2 *"),
            {"models/mlp", "models/mlp_votes", "models/mlp_speaker_norm", "models/speech_text_fusion"},
        ),
        ("features/psd_image.py", ("def psd_floor(", "def psd_floor(more=1, *, "), {"features/psd_image"}),
        ("corpora/catalogue/emodb.py", ("def parse(", "def parse(more=1, *, "), {"corpora/emodb"}),
        ("corpora/synthesis/speech.py", ("def glottal_source(", "def glottal_source(more, "), {"demo"}),
    ],
)
def test_an_edit_moves_the_stages_that_it_concerns(copy, committed, file, change, stages):
    edit(copy / "ser_tasks" / file, *change)
    assert moved(committed, kind=next(iter(stages)).partition("/")[0]) == stages


def test_an_edit_of_metrics_moves_every_evaluation_and_no_features(copy, committed):
    edit(copy / "ser_tasks/evaluation/metrics.py", "def confusion_matrix(", "def confusion_matrix(more, ")
    found = moved(committed)
    assert {name for name in committed if name.startswith("models/")} <= found
    assert not {name for name in found if name.startswith(("features/", "corpora/"))}


def test_one_line_names_the_module_that_moved(copy, committed, monkeypatch):
    edit(copy / "ser_tasks/models/svm.py", 'class_weight="balanced"', "class_weight=None")
    roots = {"models/svm": code.roots_of_stages()["models/svm"]}
    monkeypatch.setattr(code, "roots_of_stages", lambda: roots)
    before, now = (text.splitlines() for text in (committed["models/svm"], code.digests_of_stages()["models/svm"]))
    assert [line.split()[0] for line in {*now} - {*before}] == ["ser_tasks.models.svm"]


@pytest.mark.parametrize(
    ("stage", "modules"),
    [
        ("demo", {"corpora.synthesis.speech", "corpora.synthesis.corpus"}),
        ("corpora/demo", {"corpora.reading", "corpora.catalogue.demo", "corpora.utterances", "audio.decode"}),
        ("corpora/imported", {"corpora.reading", "corpora.imported"}),
        ("features/functionals", {"features.functionals", "features.pitch", "features.store", "audio.conditioning"}),
        ("features/whisper", {"features.encoders.whisper", "features.encoders.ctranslate2_weights"}),
        ("transcripts", {"text.asr.faster_whisper", "text.asr.pocketsphinx", "text.asr.word_errors", "audio.decode"}),
        ("models/svm", {"evaluation.audit", "evaluation.scoring", "evaluation.splits", "corpora.emobox.match"}),
        ("models/mlp", {"models.networks.mlp", "models.training.trainer", "models.calibration"}),
        ("ensemble", {"models.ensembles.stacking", "models.ensembles.paired", "evaluation.metrics"}),
        ("bundle", {"bundles.reliability", "bundles.out_of_distribution", "bundles.weights.svm", "plots.model_card"}),
        ("dimension_bundle", {"bundles.dimensions.final_model", "bundles.weights.ridge", "bundles.weights.mlp_ccc"}),
        ("cross", {"evaluation.cross_corpus", "evaluation.audit", "evaluation.fold_features"}),
    ],
)
def test_a_stage_hangs_on_the_modules_that_do_its_work(committed, stage, modules):
    lines = {line.split()[0] for line in committed[stage].splitlines()}
    assert {f"ser_tasks.{module}" for module in modules} <= lines
