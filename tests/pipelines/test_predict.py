"""`ser predict` as a user calls it, without a server: what is written where, in which order, with which exit status."""

import csv
import io
import json
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.commands.bundles import find_bundle
from pipelines.orchestration.worker_pool import WorkerPool, worker_pool
from ser_tasks.bundles.inference import files
from ser_tasks.bundles.inference.timeline import clock
from ser_tasks.errors import UserError
from tests.audio.conftest import syllables
from tests.bundles.small_bundles import CLASSES, PROJECT, RATE, small_bundle, voice

PAUSE = np.random.default_rng(0).normal(scale=0.0003, size=2 * RATE).astype(np.float32)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project with one bundle, and a folder with four recordings, one of which is text."""
    folder = tmp_path_factory.mktemp("project")
    small_bundle(folder / "data" / "bundles" / "small")
    (folder / "params.yaml").symlink_to(PROJECT / "params.yaml")
    (folder / "rec").mkdir()
    for emotion in CLASSES:
        soundfile.write(folder / "rec" / f"{emotion}.wav", voice(emotion, speaker=2, take=9), RATE)
    (folder / "rec" / "broken.wav").write_text("text")
    return folder


@pytest.fixture
def ser(place, monkeypatch):
    """A function that runs `ser predict` there, in this process."""
    monkeypatch.chdir(place)
    return lambda *arguments, **options: CliRunner().invoke(cli, ["predict", *map(str, arguments)], **options)


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_row_for_every_input_in_order_and_status_2_reports_that_one_has_no_prediction(ser):
    done = ser("rec")
    assert done.exit_code == 2
    rows = rows_of(done.stdout)
    assert [row["path"] for row in rows] == [f"rec/{name}.wav" for name in ("anger", "broken", "neutral", "sadness")]
    assert [row["emotion"] for row in rows] == ["anger", "", "neutral", "sadness"]
    assert list(rows[0]) == ["path", "emotion", "confidence", "unsure", "remarks", "duration", *CLASSES]
    assert sum(float(rows[0][name]) for name in CLASSES) == pytest.approx(1, abs=1e-5)
    assert "broken.wav: not readable as sound" in rows[1]["remarks"]
    assert "broken.wav: not readable as sound" in done.stderr
    assert "3 of 4 files predicted" in done.stderr


def test_each_channel_has_a_row_and_is_counted_as_one(ser, place):
    call = np.stack([voice(emotion, speaker=2, take=9) for emotion in ("anger", "sadness")], axis=1)
    soundfile.write(place / "call.wav", call, RATE)
    done = ser("call.wav", "rec/neutral.wav", "--channel", "each")
    assert [(row["path"], row["channel"], row["emotion"]) for row in rows_of(done.stdout)] == [
        ("call.wav", "left", "anger"),
        ("call.wav", "right", "sadness"),
        ("rec/neutral.wav", "mix", "neutral"),
    ]
    assert "3 of 3 channels predicted" in done.stderr


def test_all_predicted_is_status_0_and_names_may_come_from_standard_input(ser):
    done = ser("-", input="rec/sadness.wav\nrec/anger.wav\n")
    assert done.exit_code == 0, done.stderr
    assert [row["emotion"] for row in rows_of(done.stdout)] == ["sadness", "anger"]


def test_in_a_clone_the_model_that_the_project_comes_with_predicts_and_is_named(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("params.yaml", "models"):
        (tmp_path / name).symlink_to(PROJECT / name)
    done = CliRunner().invoke(cli, ["predict", str(place / "rec" / "anger.wav")])
    assert done.exit_code == 0, done.stderr
    (row,) = rows_of(done.stdout)
    assert sum(float(row[name]) for name in ("anger", "happiness", "neutral", "sadness")) == pytest.approx(1, abs=1e-5)
    assert "Bundle: models/acted_speech, a small model of acted speech (UAR 75.9" in done.stderr.replace("\n", " ")
    assert "docs/encoders.md" in done.stderr


def test_every_format_holds_the_same(ser, tmp_path):
    files = [tmp_path / f"a.{ending}" for ending in ("csv", "jsonl", "parquet")]
    done = ser("rec", *(part for file in files for part in ("--to", file)))
    assert done.exit_code == 2
    as_csv, as_json, as_parquet = (
        pd.read_csv(files[0]),
        pd.DataFrame([json.loads(line) for line in files[1].read_text().splitlines()]),
        pd.read_parquet(files[2]),
    )
    for name in ("path", "emotion"):
        assert (
            as_csv[name].fillna("").tolist()
            == as_json[name].fillna("").tolist()
            == as_parquet[name].fillna("").tolist()
        )
    for name in ("confidence", "duration", *CLASSES):
        np.testing.assert_allclose(as_csv[name], as_parquet[name], atol=1e-5)
        np.testing.assert_allclose(as_json[name].astype(float), as_parquet[name], atol=1e-5)
    assert as_parquet.remarks[1][0] == as_json.remarks[1][0] == as_csv.remarks[1]
    assert as_csv.unsure.tolist() == as_parquet.unsure.tolist()


def test_the_table_for_people_names_first_and_second(ser):
    done = ser("rec", "--format", "table")
    assert "anger" in done.stdout
    assert "no prediction" in done.stdout
    assert "in rec/" in done.stdout


def test_ctrl_c_leaves_what_is_done(ser, tmp_path, monkeypatch):
    def interrupted(path, **rest):
        if path.name == "sadness.wav":
            raise KeyboardInterrupt
        return reading(path, **rest)

    reading = files.read_recording
    monkeypatch.setattr(files, "read_recording", interrupted)
    monkeypatch.setattr("pipelines.commands.predict.BATCH", 1)
    done = ser("rec", "--to", tmp_path / "a.csv", "--to", tmp_path / "a.parquet")
    assert done.exit_code == 130
    assert "stopped before the other 1" in done.stderr
    assert len(pd.read_csv(tmp_path / "a.csv")) == len(pd.read_parquet(tmp_path / "a.parquet")) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rec", "--format", "xlsx"], "'xlsx' is no known format. Expected --format table, csv, jsonl, parquet"),
        (["rec", "--to", "a.rttm"], "'rttm' is no known format. That is for --timeline"),
        (["rec", "--bundle", "large"], "no bundle in data/bundles .* Here: small"),
        (["-"], "no path on standard input"),
    ],
)
def test_what_cannot_start_is_reported_with_a_fix(ser, arguments, message):
    done = ser(*arguments, input="")
    assert isinstance(done.exception, UserError)
    with pytest.raises(UserError, match=message):
        raise done.exception


def test_existing_predictions_stay_when_the_bundle_turns_out_to_be_broken(ser, place, tmp_path):
    broken, answers = tmp_path / "broken", tmp_path / "answers.csv"
    shutil.copytree(place / "data" / "bundles" / "small", broken)
    with (broken / "model.skops").open("ab") as file:
        file.write(b"one byte more")
    answers.write_text("of yesterday")
    done = ser("rec", "--bundle", broken, "--to", answers)
    assert "model.skops: changed since the bundle was made" in str(done.exception)
    assert answers.read_text() == "of yesterday"


def test_no_speed_is_printed_where_nothing_was_predicted(ser):
    done = ser("rec/broken.wav")
    assert done.stderr.endswith("0 of 1 files predicted, 0 of them unsure; 1 could not be, see the errors above.\n")


def test_59_97_seconds_are_a_minute():
    assert [clock(seconds) for seconds in (59.94, 59.97, 3599.99)] == ["0:59.9", "1:00.0", "1:00:00.0"]


def test_of_several_bundles_one_must_be_named(place, tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / "data" / "bundles" / name).mkdir(parents=True)
        (tmp_path / "data" / "bundles" / name / "bundle.json").touch()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"several bundles, and none is named. Here: one, two. Name one"):
        find_bundle(None)
    assert find_bundle(str(place / "data/bundles/small")) == place / "data/bundles/small"


def test_results_come_in_the_order_of_the_batches_which_are_read_as_they_are_needed(place):
    taken = []

    def batches():
        for index in range(12):
            taken.append(index)
            yield index

    with ThreadPoolExecutor(2) as pool:
        answers = WorkerPool(place / "data/bundles/small", pool, 2).map(class_of, batches())
        first = next(answers)
        assert len(taken) == 4
        assert [first, *answers] == [sorted(CLASSES)[index % 3] for index in range(12)]


def class_of(bundle, index):
    return bundle.classes[index % 3]


def killed(bundle, index):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_is_reported(place):
    with (
        worker_pool(place / "data/bundles/small", 2) as workers,
        pytest.raises(UserError, match=r"a worker of 2 was killed.*--workers 1"),
    ):
        list(workers.map(killed, [0]))


@pytest.fixture(scope="module")
def talk(place):
    """Sad, then angry speech, with pauses: 2-5 s and 7-10 s."""
    held = (np.concatenate([voice(emotion, take=take) for take in range(5)]) for emotion in ("sadness", "anger"))
    sad, angry = (syllables(own, lowest=0.4) for own in held)
    sound = np.concatenate([PAUSE, sad, PAUSE, angry, PAUSE])
    soundfile.write(place / "talk.flac", sound, RATE)
    return sound


def test_a_timeline_finds_who_is_angry_when_and_every_file_of_it_agrees(ser, talk, tmp_path):
    files = [tmp_path / f"talk.{ending}" for ending in ("csv", "rttm", "txt", "png")]
    done = ser("--timeline", "talk.flac", *(part for file in files for part in ("--to", file)))
    assert done.exit_code == 0, done.output
    moments = pd.read_csv(files[0])
    middles = (moments.start + moments.end) / 2
    assert set(moments.emotion[(middles > 2.5) & (middles < 4.5)]) == {"sadness"}
    assert set(moments.emotion[(middles > 7.5) & (middles < 9.5)]) == {"anger"}
    np.testing.assert_allclose(moments[list(CLASSES)].sum(axis=1), 1, atol=1e-5)
    spoken = [line.split() for line in files[1].read_text().splitlines()]
    labels = [line.split("\t") for line in files[2].read_text().splitlines()]
    assert [fields[7] for fields in spoken] == [label[2].split()[0].rstrip("?") for label in labels]
    assert [float(fields[3]) for fields in spoken] == pytest.approx([float(label[0]) for label in labels], abs=1e-3)
    assert files[3].read_bytes().startswith(b"\x89PNG")


def test_timelines_of_several_recordings_share_a_table_or_get_a_file_each(ser, talk, tmp_path):
    done = ser("--timeline", "talk.flac", "rec/broken.wav", "talk.flac", "--to", tmp_path / "all.csv")
    assert done.exit_code == 2
    assert "broken.wav: not readable as sound" in done.stderr
    moments = pd.read_csv(tmp_path / "all.csv")
    assert len(moments) % 2 == 0
    assert set(moments.path) == {"talk.flac"}
    ser("--timeline", "talk.flac", "--to", tmp_path / "{name}.txt")
    assert (tmp_path / "talk.txt").exists()


def test_a_timeline_that_ends_halfway_leaves_the_files_of_before_and_no_other(ser, talk, tmp_path, monkeypatch):
    def killed(*_, **__):
        raise SystemExit(143)  # as after SIGTERM: no code of ours comes after it

    monkeypatch.setattr("pipelines.commands.predict_timelines.timeline_of", killed)
    (tmp_path / "old.csv").write_text("of yesterday")
    names = ("old.csv", "new.csv", "new.rttm", "{name}.txt", "new.png")
    targets = [part for name in names for part in ("--to", tmp_path / name)]
    assert ser("--timeline", "talk.flac", *targets).exit_code == 143
    assert ser("--timeline", "talk.flac", "rec/anger.wav", "--to", tmp_path / "both.csv").exit_code == 143
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "of yesterday"


def test_a_file_that_cannot_be_written_is_refused_before_the_work(ser, talk, tmp_path):
    (tmp_path / "there.csv").mkdir()
    done = ser("--timeline", "talk.flac", "--to", tmp_path / "there.csv")
    assert "there.csv: a folder. Name a file in a folder that you may write to" in str(done.exception)


def test_a_pipe_takes_a_timeline_as_it_comes(ser, talk):
    assert ser("--timeline", "talk.flac", "--to", "/dev/null", "--format", "csv").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_a_timeline_is_of_one_channel(ser, talk):
    done = ser("--timeline", "talk.flac", "--channel", "each")
    assert isinstance(done.exception, UserError)
    assert "--channel each: a timeline is of one channel. Run the command once for each" in str(done.exception)


def test_one_picture_is_not_drawn_over_another(ser):
    done = ser("--timeline", "talk.flac", "rec/anger.wav", "--to", "a.png")
    assert "2 recordings would be written to a.png. Put {name} into the name" in str(done.exception)


def test_a_recording_without_speech_is_reported(ser, place):
    soundfile.write(place / "quiet.wav", np.zeros(3 * RATE), RATE)
    done = ser("--timeline", "quiet.wav")
    assert done.exit_code == 2
    assert "quiet.wav: no speech in 3.0 s" in done.stderr
