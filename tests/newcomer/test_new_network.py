"""A network is one file and one line: then it is evaluated, tuned and recorded, with nothing in params.yaml."""

import json

import pytest

from tests.newcomer.project_copy import add_line, project_copy, run

NETWORK = '''"""One dense layer on each frame, and their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import PositiveInt

from ser_tasks.params.base import Dropout
from ser_tasks.params.models import NetworkParams

if TYPE_CHECKING:
    import keras


class MeanOfDenseParams(NetworkParams):
    """Sizes of mean_of_dense."""

    own_training = {"label_smoothing": 0.0, "augmentation": {"mixup_alpha": 0.3}}

    units: PositiveInt = 8  # of the layer
    dropout: Dropout = 0.1  # of the mean


def build_mean_of_dense(*, n_dims: int, n_classes: int, units: int, dropout: float) -> keras.Model:
    """Frames (batch, n_frames, n_dims) -> logits (batch, n_classes)."""
    import keras
    from keras import layers

    from ser_tasks.models.networks.masked_input import masked_input
    from ser_tasks.models.networks.pooling import MaskedMean

    inputs, x, mask = masked_input(n_dims)
    x = MaskedMean(name="embedding")(layers.Dense(units, activation="tanh")(x), mask)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="mean_of_dense")
'''
LINE = '    "mean_of_dense": network("mean_of_dense", "functionals"),\n'

PROGRAM = """
import json, sys
import numpy as np
import optuna
from optuna.pruners import NopPruner
from pipelines.evaluations.provenance import _model_params
from ser_tasks.params.reading import read_params
assert "keras" not in sys.modules, "params.yaml is read without Keras"
from ser_tasks.evaluation.scoring import Labels, evaluate_fold
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.tuning.candidate import settings, with_settings
from ser_tasks.evaluation.tuning.objective import fold_uar
from ser_tasks.evaluation.tuning.sampler import PlacedTpe
from ser_tasks.evaluation.tuning.search import Search
from ser_tasks.evaluation.tuning.spaces import SPACES
from ser_tasks.models import MODELS

generator, name = np.random.default_rng(0), "mean_of_dense"
ids = tuple(f"u{i}" for i in range(80))
emotions = tuple(("anger", "joy")[i % 2] for i in range(80))
speakers = tuple(f"s{i // 20}" for i in range(80))
features = (generator.normal(size=(80, 6)) + 2 * (np.arange(80) % 2)[:, None]).astype(np.float32)
labels, fold = Labels(ids, emotions, speakers), Fold("f", ids[:60], (), ids[60:])
params = with_settings(read_params(), {f"networks.{name}.training.epochs": 6})
evaluate = lambda params: evaluate_fold(fold, labels, features, MODELS[name], params, seed=0)
space = SPACES[name]
study = optuna.create_study(direction="maximize", sampler=PlacedTpe(seed=0, startup_trials=2), pruner=NopPruner())
search, jobs = Search(study, space.distributions, n_folds=1, trials=1), []
while job := search.next():
    search.tell(job, fold_uar(fold, evaluate(with_settings(params, settings(params, space, job.drawn))), labels))
    jobs.append(job)
print(json.dumps({
    "uar": fold_uar(fold, evaluate(params), labels),
    "space": list(space.distributions),
    "drawn": sorted(jobs[-1].drawn),
    "trials": len(study.trials),
    "origin": _model_params(name, params)[f"networks.{name}"],
    "common": json.loads(params.training.model_dump_json()),
}))
"""

READ = """
from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
try:
    read_params()
except UserError as error:
    print(error)
"""

LEARNING = ("learning_rate", "weight_decay", "label_smoothing", "batch_size", "optimizer", "epochs")


@pytest.mark.slow
def test_a_file_and_a_line_are_enough_to_evaluate_tune_and_record_a_network(tmp_path):
    folder = project_copy(tmp_path)
    (folder / "ser_tasks/models/networks/mean_of_dense.py").write_text(NETWORK, encoding="utf-8")
    add_line(folder / "ser_tasks/models/__init__.py", behind='    "mlp": network("mlp", "functionals"),\n', line=LINE)
    found = json.loads(run(folder, PROGRAM).splitlines()[-1])

    assert found["uar"] > 0.9, "two clouds four standard deviations apart"
    assert found["trials"] == 1
    learning = [f"training.{key}" for key in LEARNING]
    assert found["space"] == [*learning, "dropout", "units"], "how it learns, and what the types of its settings say"
    assert found["drawn"] == sorted(found["space"])

    origin, common = found["origin"], found["common"]
    assert (origin["units"], origin["dropout"]) == (8, 0.1), "the defaults of its file"
    own = {"label_smoothing": 0.0, "epochs": 6, "augmentation": common["augmentation"] | {"mixup_alpha": 0.3}}
    assert origin["training"] == {key: value for key, value in (common | own).items() if key != "seeds"}


def test_a_line_without_a_file_is_refused(tmp_path):
    folder = project_copy(tmp_path)
    add_line(folder / "ser_tasks/models/__init__.py", behind='    "mlp": network("mlp", "functionals"),\n', line=LINE)
    assert "there is no ser_tasks/models/networks/mean_of_dense.py. Write it" in run(folder, READ)


def test_a_file_without_settings_is_refused_with_what_it_lacks(tmp_path):
    folder = project_copy(tmp_path)
    network = NETWORK.replace("MeanOfDenseParams", "Sizes")
    (folder / "ser_tasks/models/networks/mean_of_dense.py").write_text(network, encoding="utf-8")
    add_line(folder / "ser_tasks/models/__init__.py", behind='    "mlp": network("mlp", "functionals"),\n', line=LINE)
    message = run(folder, READ)
    assert "ser_tasks/models/networks/mean_of_dense.py has no MeanOfDenseParams" in message
    assert "add `class MeanOfDenseParams(NetworkParams)`" in message
