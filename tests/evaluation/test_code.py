"""The code of an evaluation, in copies of the project that are edited: what moves a fold's key, and what leaves it."""

import shutil
from pathlib import Path
from time import process_time

import pytest

from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.fold_features import read_corpora, read_degraded
from ser_tasks.models import MODELS
from ser_tasks.provenance.code_digest import PROJECT, code_digest, code_parts


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A copy of the code, never edited."""
    folder = tmp_path_factory.mktemp("whole") / "ser_tasks"
    shutil.copytree(PROJECT / "ser_tasks", folder, ignore=shutil.ignore_patterns("*.csv", "__pycache__"))
    return folder


@pytest.fixture
def copy(whole, tmp_path) -> Path:
    """A copy of it to edit."""
    return Path(shutil.copytree(whole, tmp_path / "ser_tasks"))


def fold_digest(folder: Path, model: str = "svm") -> str:
    return code_digest(*evaluation_code(MODELS[model]), roots={"ser_tasks": folder})


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text, (path, old)
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("model", ["svm", "mlp", "tfidf", "speech_text_fusion", "residual_cnn_svm"])
def test_reading_that_moves_into_another_package_leaves_every_fold(copy, model):
    before = fold_digest(copy, model)
    (copy / "features/feature_table.py").rename(copy / "features/table_of_frames.py")
    for path in copy.rglob("*.py"):
        path.write_text(
            path.read_text().replace("ser_tasks.features.feature_table", "ser_tasks.features.table_of_frames")
        )
    assert fold_digest(copy, model) == before


def test_reading_that_doubles_every_value_moves_the_folds_that_read_sound(copy):
    before = {model: fold_digest(copy, model) for model in ("svm", "mlp", "speech_text_fusion", "tfidf")}
    edit(copy / "features/feature_table.py", "tuple(found[name] for", "tuple(2 * found[name] for")
    moved = {model for model, digest in before.items() if fold_digest(copy, model) != digest}
    assert moved == {"svm", "mlp", "speech_text_fusion"}


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("models/calibration", "def fit_temperature(", "def fit_temperature(more=1, *, "),
        ("evaluation/scoring", "def evaluate_fold(", "def evaluate_fold(more, "),
        ("features/memory_mapped", "def map_frames(", "def map_frames(more, "),
        ("features/augmentation_copies", "COPY_MARK = ", "COPY_MARK = 2 * "),
        ("models/speaker_norm", "def speaker_norm(", "def speaker_norm(more, "),
        ("models/svm", 'class_weight="balanced"', "class_weight=None"),
        ("models/recogniser", "return some + others", "return others + some"),
        ("evaluation/fold_features", "table.matrix() if", "2 * table.matrix() if"),
    ],
)
def test_every_module_on_the_way_of_a_fold_moves_it(copy, module, old, new):
    before = fold_digest(copy)
    edit(copy / f"{module}.py", old, new)
    assert fold_digest(copy) != before


def test_a_line_in_the_table_of_models_and_an_edit_of_the_figures_leave_every_fold(copy):
    before = {model: fold_digest(copy, model) for model in MODELS}
    edit(
        copy / "models/__init__.py",
        '    "svm": _classifier(*SVM),\n',
        '    "svm": _classifier(*SVM),\n    "two": _classifier(*SVM),\n',
    )
    edit(copy / "evaluation/metrics.py", "def accuracy(", "def accuracy(more, ")
    edit(copy / "models/networks/mlp.py", "def build_mlp(", "def build_mlp(more, ")
    moved = {model for model, digest in before.items() if fold_digest(copy, model) != digest}
    assert moved == {name for name, model in MODELS.items() if model.network_name in ("mlp", "speech_text_fusion")}


def test_no_evaluation_reaches_the_params_or_the_table_of_corpora():
    for model in MODELS.values():
        reached = code_parts(*evaluation_code(model), read_corpora, read_degraded)
        assert not {name for name in reached if name.startswith(("ser_tasks.params", "ser_tasks.corpora", "pipelines"))}


def test_the_digest_of_a_fold_costs_a_fraction_of_a_second(copy):
    began = process_time()
    fold_digest(copy)
    assert process_time() - began < 0.5
