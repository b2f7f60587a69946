"""`ser predict` with a bundle of valence, activation and dominance, and the commands that refuse one."""

import csv
import io
import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.commands.predict_formats import ENDINGS, RATING_TIMELINES, TIMELINES, annotation_lines
from ser_tasks.errors import UserError
from tests.audio.conftest import syllables
from tests.bundles.dimensions.small_dimension_bundles import DIMENSIONS, small_dimension_bundle
from tests.bundles.small_bundles import CLASSES, PROJECT, RATE, small_bundle, voice

PAUSE = np.random.default_rng(0).normal(scale=0.0003, size=2 * RATE).astype(np.float32)
ENDS = [f"{name}{end}" for name in DIMENSIONS for end in ("", "_low", "_high")]


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Two bundles, of classes and of dimensions; three voices and a text."""
    folder = tmp_path_factory.mktemp("project")
    small_bundle(folder / "data" / "bundles" / "small")
    small_dimension_bundle(folder / "data" / "bundles" / "rated")
    (folder / "params.yaml").symlink_to(PROJECT / "params.yaml")
    (folder / "rec").mkdir()
    for emotion in CLASSES:
        soundfile.write(folder / "rec" / f"{emotion}.wav", voice(emotion, speaker=2, take=9), RATE, subtype="FLOAT")
    (folder / "rec" / "broken.wav").write_text("text")
    return folder


@pytest.fixture
def ser(place, monkeypatch):
    """A function that runs a command there, in this process."""
    monkeypatch.chdir(place)
    return lambda *words: CliRunner().invoke(cli, list(map(str, words)))


def test_a_row_has_each_dimension_and_the_ends_of_its_interval_and_a_broken_file_its_reason(ser):
    done = ser("predict", "rec", "--bundle", "rated")
    assert done.exit_code == 2
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert list(rows[0]) == ["path", *ENDS, "unsure", "remarks", "duration"]
    assert [row["path"] for row in rows] == [f"rec/{name}.wav" for name in ("anger", "broken", "neutral", "sadness")]
    assert {rows[1][name] for name in ENDS} == {""}
    assert "not readable as sound" in rows[1]["remarks"]
    values = {row["path"]: [float(row[name]) for name in ENDS] for row in rows if row["valence"]}
    for low, value, high in ((own[4], own[3], own[5]) for own in values.values()):
        assert 1 <= low <= value <= high <= 5
    assert values["rec/anger.wav"][3] > values["rec/neutral.wav"][3] > values["rec/sadness.wav"][3], "activation"
    assert "3 of 4 files predicted" in done.stderr


def test_the_formats_hold_the_same_numbers_and_a_file_alone_those_that_it_has_in_a_batch(ser, tmp_path):
    files = [tmp_path / name for name in ("all.jsonl", "all.parquet", "all.csv")]
    to = [word for file in files for word in ("--to", file)]
    ser("predict", "rec", "--bundle", "rated", *to)
    lines = [json.loads(line) for line in files[0].read_text(encoding="utf-8").splitlines()]
    table = pd.read_parquet(files[1])
    ser("predict", "rec/neutral.wav", "--bundle", "rated", "--to", tmp_path / "alone.parquet")
    alone = pd.read_parquet(tmp_path / "alone.parquet")
    pd.testing.assert_frame_equal(alone, table[table.path == "rec/neutral.wav"].reset_index(drop=True))
    assert table.dtypes[ENDS].eq(float).all()
    assert [line["path"] for line in lines] == table.path.tolist()
    found = np.array([[line[name] for name in ENDS] for line in lines], float)
    np.testing.assert_allclose(found, table[ENDS], atol=1e-6)
    np.testing.assert_allclose(pd.read_csv(files[2])[ENDS], table[ENDS], rtol=1e-5)


def test_the_table_of_the_terminal_fits_80_columns_whole_and_marks_what_is_unsure(ser):
    done = ser("predict", "rec", "--bundle", "rated", "--format", "table")
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "no prediction" in done.stdout
    noise = np.random.default_rng(0).normal(0, 0.1, RATE)
    soundfile.write("rec/a_long_name_of_a_file.wav", noise, RATE, subtype="FLOAT")
    shown = ser("predict", "rec/a_long_name_of_a_file.wav", "--bundle", "rated", "--format", "table").stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "? " in shown
    for word in ("a_long_name_o", "valence", "activation", "distance", "exceed"):
        assert word in shown, shown


def test_a_timeline_has_a_row_for_each_window_and_every_file_of_it_agrees(ser, tmp_path):
    sad, angry = (syllables(np.concatenate([voice(e, take=t) for t in range(5)])) for e in ("sadness", "anger"))
    soundfile.write("talk.flac", np.concatenate([PAUSE, sad, PAUSE, angry, PAUSE]), RATE)  # 2-5 s and 7-10 s
    files = [tmp_path / f"talk.{ending}" for ending in ("csv", "parquet", "png")]
    to = [word for file in files for word in ("--to", file)]
    done = ser("predict", "--timeline", "talk.flac", "--bundle", "rated", *to)
    assert done.exit_code == 0, done.output
    rows = pd.read_csv(files[0])
    assert list(rows) == ["path", "segment", "start", "end", *ENDS, "unsure", "remarks"]
    assert rows.segment.nunique() == 2
    np.testing.assert_allclose(pd.read_parquet(files[1])[ENDS], rows[ENDS], rtol=1e-5)
    assert files[2].read_bytes().startswith(b"\x89PNG")
    shown = ser("predict", "--timeline", "talk.flac", "--bundle", "rated", "--format", "table").stdout
    means = [[float(word.rstrip("?")) for word in line.split()[-3:]] for line in shown.splitlines() if ":" in line]
    weighed = rows[[*DIMENSIONS]].mul(rows.end - rows.start, axis=0).groupby(rows.segment).sum()
    expected = weighed.div((rows.end - rows.start).groupby(rows.segment).sum(), axis=0)
    np.testing.assert_allclose(means, expected, atol=0.05)


def test_what_holds_emotions_is_no_format_of_it(ser, tmp_path):
    done = ser("predict", "--timeline", "rec/anger.wav", "--bundle", "rated", "--to", tmp_path / "a.rttm")
    assert "'rttm' is no known format. It holds emotions, which this bundle has none of" in str(done.exception)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "rated", "--to", "x.onnx"),
        ("explain", "recording", "rec/anger.wav", "--to", "x.png", "--bundle", "rated"),
        ("invariance", "rec", "--bundle", "rated"),
    ],
)
def test_commands_for_classes_refuse_it_at_once_and_name_those_that_take_it(ser, words):
    done = ser(*words)
    assert done.exit_code == 1
    assert str(done.exception).endswith(
        "rated: a bundle of valence, activation, dominance (ridge), but a bundle of classes is needed here. Name one "
        "of those; this one is for ser predict, ser score, ser app and ser serve: ser predict FILE --bundle "
        "data/bundles/rated"
    )


def test_annotations_never_take_the_place_of_a_file_that_may_have_been_corrected(tmp_path):
    file = tmp_path / "a.TextGrid"
    with annotation_lines({}, file) as write:
        write("first")
    assert file.read_text() == "first\n"
    with (
        pytest.raises(UserError, match="may have been corrected by hand"),
        annotation_lines({}, file),
    ):
        pass
    assert file.read_text() == "first\n"
    assert ENDINGS[".textgrid"] == "textgrid"
    assert TIMELINES["textgrid"].opened is RATING_TIMELINES["textgrid"].opened is annotation_lines


def test_words_are_refused(ser):
    done = ser("predict", "rec/anger.wav", "--bundle", "rated", "--transcript", "hello")
    assert "--transcript: ridge reads no words" in str(done.exception)


@pytest.mark.slow
def test_a_plane_needs_none_of_the_libraries_that_trained_it(place):
    script = """if True:
        import sys
        from pipelines.cli import cli
        cli(["predict", "rec/anger.wav", "--bundle", "rated", "--format", "csv"], standalone_mode=False)
        print([name for name in ("keras", "sklearn", "pandas", "matplotlib", "mlflow") if name in sys.modules])
    """
    own = {**os.environ, "PYTHONPATH": str(PROJECT)}
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=place, env=own)
    assert done.stdout.splitlines()[-1] == "[]"
