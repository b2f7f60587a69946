"""Event files: read back with TensorFlow's own reader of records."""

import subprocess
import sys

import numpy as np
import pytest

from ser_tasks.models.training.checkpoint import FILE
from tests.models.training.test_trainer import SETTINGS, examples, recogniser

pytestmark = pytest.mark.network

tensorflow = pytest.importorskip("tensorflow")
event_pb2 = pytest.importorskip("tensorflow.core.util.event_pb2")
ON = SETTINGS.model_copy(update={"tensorboard": True, "epochs": 3, "patience": 3, "refit": True})


def scalars(folder) -> dict[str, dict[int, float]]:
    """Tag -> step -> value, of all event files of a folder."""
    found: dict[str, dict[int, float]] = {}
    for file in sorted(folder.glob("events.out.tfevents.*")):
        for record in tensorflow.data.TFRecordDataset(str(file)):
            event = event_pb2.Event.FromString(record.numpy())
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                found.setdefault(value.tag, {})[event.step] = float(tensorflow.make_ndarray(value.tensor))
    return found


def test_event_files_hold_each_epoch_of_the_training_and_change_no_weight(tmp_path):
    with_events, without = recogniser(settings=ON), recogniser(settings=ON.model_copy(update={"tensorboard": False}))
    chosen = with_events.fit(examples(0), None, folder=tmp_path / "on")
    without.fit(examples(0), None, folder=tmp_path / "off")
    for mine, other in zip(with_events.model.get_weights(), without.model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)
    assert not list((tmp_path / "off").glob("**/tensorboard"))
    found = scalars(tmp_path / "on" / "tensorboard")
    assert set(found) == {"loss", "val_loss", "val_uar", "learning_rate"}
    assert all(list(values) == [1, 2, 3] for values in found.values())
    assert found["val_uar"][chosen["kept_epoch"]] == pytest.approx(chosen["val_uar"], abs=1e-4)
    assert found["learning_rate"][1] == pytest.approx(SETTINGS.learning_rate)  # one epoch of warm-up, then down
    assert found["learning_rate"][3] == pytest.approx(0, abs=1e-6)
    refit = scalars(tmp_path / "on" / "refit" / "tensorboard")
    assert set(refit) == {"loss", "learning_rate"}, "no validation speakers are left"
    assert (tmp_path / "on" / FILE).exists()


def test_without_it_nothing_is_imported():
    code = (
        "import os; os.environ['KERAS_BACKEND'] = 'jax'\n"
        "import sys, ser_tasks.models.training.tensorboard as own\n"
        "with own.event_writer(None) as write: write(None, None)\n"
        "assert not {'tensorflow', 'keras', 'tensorboard'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
