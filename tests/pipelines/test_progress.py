"""The progress of a fold in words."""

import json
import os
from dataclasses import asdict
from pathlib import Path

import pytest

from pipelines.display.progress import forecast, in_words, latest
from ser_tasks.models.training.progress import FILE, Progress


def test_a_fold_reports_its_epoch_and_the_time_left():
    progress = Progress(epoch=12, epochs=60, loss=0.814, val_uar=0.7123, seconds_left=80.4)
    assert in_words(progress) == "epoch 12 of 60, loss 0.81, val UAR 71.2, 1:20 left at most"


def test_a_refit_has_no_validation_speakers():
    progress = Progress(epoch=1, epochs=40, loss=1.0, val_uar=None, seconds_left=9)
    assert in_words(progress) == "epoch 1 of 40, loss 1.00, 0:09 left at most"


def test_after_a_few_epochs_a_network_says_how_long_all_of_its_folds_take():
    progress = Progress(epoch=3, epochs=61, loss=1.0, val_uar=0.5, seconds_left=58 * 10.5)
    assert forecast(progress, in_a_row=5) == (
        "About 10.5 s an epoch, 61 epochs, 5 trainings in a row: 53 min 22 s at most, less where they stop early."
    )  # 61 * 10.5 * 5 = 3202.5 s


@pytest.mark.parametrize("running", [".", "part_0", "part_1", "refit"])
def test_of_several_trainings_of_a_fold_the_one_is_shown_that_runs(tmp_path: Path, running: str):
    assert latest(tmp_path) is None
    for second, name in enumerate([*{".", "part_0", "part_1", "refit"} - {running}, running], 1):
        (tmp_path / name).mkdir(exist_ok=True)
        own = Progress(epoch=second, epochs=40, loss=1.0, val_uar=None, seconds_left=9)
        (tmp_path / name / FILE).write_text(json.dumps(asdict(own)), encoding="utf-8")
        os.utime(tmp_path / name / FILE, (second, second))
    assert latest(tmp_path).epoch == 4
