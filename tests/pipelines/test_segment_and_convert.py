"""`ser segment` and `ser convert` as a user calls them: what is written, read back by soundfile; what is refused."""

import csv
import shutil
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import yaml
from typer.testing import CliRunner

from pipelines.cli import cli
from pipelines.commands import sound_files
from ser_tasks.audio.recording_files import gather
from ser_tasks.errors import UserError
from tests.audio.conftest import spoken
from tests.bundles.small_bundles import PROJECT

RATE = 48_000
TALK = (("pause", 2.0), ("speech", 3.0), ("pause", 3.0), ("speech", 2.0), ("pause", 2.0))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A project, and recordings: rec/tone.wav (48 kHz), rec/deep/tone.flac, rec/text.wav, talk.flac, video.mkv."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "params.yaml").symlink_to(PROJECT / "params.yaml")
    (folder / "rec" / "deep").mkdir(parents=True)
    soundfile.write(folder / "rec" / "tone.wav", tone(1_000, RATE), RATE, subtype="PCM_16")
    soundfile.write(folder / "rec" / "deep" / "tone.flac", np.stack([tone(500), tone(700)], axis=1), 16_000)
    (folder / "rec" / "text.wav").write_text("text")
    soundfile.write(folder / "talk.flac", spoken(*TALK), 16_000)
    write_video(folder / "video.mkv", tone(440, RATE))
    return folder


def tone(frequency, rate=16_000, seconds=2.0, amplitude=0.5):
    return (amplitude * np.sin(2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def write_video(path, sound):
    with av.open(str(path), "w") as container:
        track = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.round(sound * 2**15).astype(np.int16)[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in (*track.encode(frame), *track.encode(None)):
            container.mux(packet)


@pytest.fixture
def ser(place, monkeypatch):
    monkeypatch.chdir(place)
    return lambda *arguments: CliRunner().invoke(cli, list(map(str, arguments)))


def rows_of(table):
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def peak_frequency(samples, rate):
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return power.argmax() * rate / len(samples)


def failure(done):
    assert isinstance(done.exception, UserError), done.output
    return str(done.exception)


def test_a_tone_keeps_its_frequency_its_level_and_its_length_at_another_rate(ser, tmp_path):
    done = ser("convert", "rec/tone.wav", "--to", tmp_path / "out", "--rate", 16_000)
    assert done.exit_code == 0, done.output
    samples, rate = soundfile.read(tmp_path / "out" / "tone.wav")
    assert (rate, len(samples)) == (16_000, 32_000)
    assert peak_frequency(samples, rate) == pytest.approx(1_000, abs=0.5)
    assert np.abs(samples[1_000:-1_000]).max() == pytest.approx(0.5, rel=1e-3)
    assert rows_of(tmp_path / "out" / "converted.csv") == [
        {
            "file": "tone.wav", "source": "rec/tone.wav", "channel": "mix", "copy": "0", "sampling_rate": "16000",
            "duration": "2.000", "clipped": "0",
        }
    ]  # fmt: skip


def test_a_16_bit_file_at_its_own_rate_comes_back_bit_by_bit(ser, place, tmp_path):
    ser("convert", "rec/tone.wav", "--to", tmp_path / "out", "--format", "flac")
    found, rate = soundfile.read(tmp_path / "out" / "tone.flac", dtype="int16")
    before, _ = soundfile.read(place / "rec" / "tone.wav", dtype="int16")
    assert rate == RATE
    np.testing.assert_array_equal(found, before)


def test_folders_are_kept_and_what_cannot_be_read_is_reported_with_status_2(ser, tmp_path):
    done = ser("convert", "rec", "--to", tmp_path / "out", "--rate", 16_000)
    assert done.exit_code == 2
    assert "text.wav: not readable as sound" in done.stderr
    assert [row["file"] for row in rows_of(tmp_path / "out" / "converted.csv")] == ["deep/tone.wav", "tone.wav"]
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.wav")) == ["tone.wav", "tone.wav"]
    assert "2 files of 3 recordings" in done.stderr


def test_each_channel_has_a_file(ser, tmp_path):
    done = ser("convert", "rec/deep/tone.flac", "--to", tmp_path / "out", "--channel", "each")
    assert done.exit_code == 0, done.output
    found = {name: soundfile.read(tmp_path / "out" / f"tone_{name}.wav")[0] for name in ("left", "right")}
    assert [round(peak_frequency(found[name], 16_000)) for name in ("left", "right")] == [500, 700]


def test_the_sound_track_of_a_video_is_converted(ser, tmp_path):
    done = ser("convert", "video.mkv", "--to", tmp_path / "out", "--rate", 16_000)
    assert done.exit_code == 0, done.output
    samples, rate = soundfile.read(tmp_path / "out" / "video.wav")
    assert peak_frequency(samples, rate) == pytest.approx(440, abs=0.5)


def test_what_is_clipped_is_counted_and_reported(ser, place, tmp_path):
    loud = np.array([1.5, -1.5, 0.25, 1.0] * 4_000, np.float32)
    soundfile.write(place / "loud.wav", loud, 16_000, subtype="FLOAT")
    done = ser("convert", "loud.wav", "--to", tmp_path / "out")
    assert "loud.wav: 8000 samples (50 %) were outside of full scale, and are clipped" in " ".join(done.stderr.split())
    assert rows_of(tmp_path / "out" / "converted.csv")[0]["clipped"] == "8000"


@pytest.fixture
def augmenting(place, tmp_path, monkeypatch):
    """The same recordings in a project whose copies are 6 dB softer, with noise at 20 dB."""
    params = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    params["signal_augmentation"] |= {"gain": [-6, -6], "noise_snr": [20, 20]}
    params["predict"]["longest"] = 3
    project = tmp_path / "augmenting"
    project.mkdir()
    (project / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    (project / "rec").symlink_to(place / "rec")
    soundfile.write(project / "long.wav", tone(500, seconds=3.5), 16_000)
    monkeypatch.chdir(project)
    return project


def test_copies_are_augmented_as_params_yaml_says_differ_and_are_the_same_in_every_run(augmenting, tmp_path):
    for name in ("one", "two"):
        done = CliRunner().invoke(cli, ["convert", "rec/tone.wav", "--to", str(tmp_path / name), "--copies", "2"])
        assert done.exit_code == 0, done.output
    found = [soundfile.read(tmp_path / "one" / f"tone{copy}.wav")[0] for copy in ("", "_copy1", "_copy2")]
    for copy in found[1:]:
        softer = 10 ** (-6 / 20) * found[0]
        assert 10 * np.log10(np.mean(softer**2) / np.mean((copy - softer) ** 2)) == pytest.approx(20, abs=0.01)
    assert not np.array_equal(found[1], found[2])
    for file in (tmp_path / "one").glob("*.wav"):
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    assert [row["copy"] for row in rows_of(tmp_path / "one" / "converted.csv")] == ["0", "1", "2"]


def test_a_recording_that_is_too_long_for_copies_is_an_error_and_leaves_nothing(augmenting, tmp_path):
    done = CliRunner().invoke(cli, ["convert", "long.wav", "--to", str(tmp_path / "out"), "--copies", "1"])
    assert done.exit_code == 2
    assert "long.wav: longer than 3 s" in done.stderr
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["converted.csv"]


def test_sentences_are_cut_where_there_is_speech_and_hold_its_samples(ser, place, tmp_path):
    done = ser("segment", "talk.flac", "--to", tmp_path / "out")
    assert done.exit_code == 0, done.output
    rows = rows_of(tmp_path / "out" / "segments.csv")
    spans = [(float(row["start"]), float(row["end"])) for row in rows]
    assert len(spans) == 2
    for (start, end), (first, last) in zip(spans, ((2.0, 5.0), (8.0, 10.0)), strict=True):
        assert first - 0.61 < start < first  # back_up_frames of 30 ms before it was detected
        assert last - 0.1 < end < last + 1.2  # the pause that ends it
    whole, rate = soundfile.read(place / "talk.flac", dtype="int16")
    for row, (start, end) in zip(rows, spans, strict=True):
        sound, own = soundfile.read(tmp_path / "out" / row["file"], dtype="int16")
        assert own == rate == 16_000
        np.testing.assert_array_equal(sound, whole[round(start * rate) : round(end * rate)])
        assert row["file"] == f"talk_{round(1000 * start):07d}_{round(1000 * end):07d}.wav"
        assert row["source"] == "talk.flac"


def test_the_sentences_of_each_channel_are_its_own(ser, place, tmp_path):
    left, right = spoken(*TALK), spoken(("pause", 5.5), ("speech", 2.0), ("pause", 4.5), seed=1)
    soundfile.write(place / "call.wav", np.stack([left, right], axis=1), 16_000)
    done = ser("segment", "call.wav", "--to", tmp_path / "out", "--channel", "each", "--format", "flac")
    assert done.exit_code == 0, done.output
    rows = rows_of(tmp_path / "out" / "segments.csv")
    assert [row["channel"] for row in rows] == ["left", "left", "right"]
    assert rows[2]["file"].startswith("call_right_000")
    assert float(rows[2]["start"]) < 5.5 < float(rows[2]["end"])
    assert all((tmp_path / "out" / row["file"]).exists() for row in rows)


def test_a_recording_without_speech_is_reported_and_the_others_are_cut(ser, place, tmp_path):
    soundfile.write(place / "quiet.wav", np.zeros(32_000), 16_000)
    done = ser("segment", "quiet.wav", "talk.flac", "--to", tmp_path / "out")
    assert done.exit_code == 2
    assert "quiet.wav: no speech in 2.0 s" in done.stderr
    assert len(rows_of(tmp_path / "out" / "segments.csv")) == 2


@pytest.mark.parametrize("command", ["segment", "convert"])
def test_nothing_is_replaced_unless_that_is_wanted(ser, tmp_path, command):
    (tmp_path / "talk.wav").write_text("of yesterday")
    assert "the folder is not empty. Name a new one; or add --overwrite" in failure(
        ser(command, "talk.flac", "--to", tmp_path)
    )
    assert (tmp_path / "talk.wav").read_text() == "of yesterday"
    assert ser(command, "talk.flac", "--to", tmp_path, "--overwrite").exit_code == 0


def test_two_recordings_of_one_target_and_a_source_in_the_target_are_refused(ser, place, tmp_path):
    assert "would both be written to tone. Give the folder that holds both" in failure(
        ser("convert", "rec/tone.wav", "rec/deep/tone.flac", "--to", tmp_path / "out")
    )
    assert "is in that folder, and could be replaced" in failure(
        ser("convert", "rec/tone.wav", "--to", "rec", "--overwrite")
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["segment", "convert"])
@pytest.mark.parametrize(
    ("source", "to"),
    [
        ("rec", "rec/out"),
        ("rec", "rec/deep/out"),
        (".", "out"),
        ("rec/*", "rec/out"),
        ("rec/**/*.wav", "rec/out"),
        ("rec/*/*.*", "rec/out"),
    ],
)
def test_a_folder_that_the_next_call_would_read_is_refused(ser, place, command, source, to):
    message = failure(ser(command, source, "--to", to))
    assert f"--to {to}: it is inside of {source}, so the next call would take what this one writes" in message
    assert not (place / to).exists()


@pytest.mark.parametrize(("source", "to"), [("rec/*.wav", "rec/out"), ("rec", "rec/.out"), ("rec/deep", "rec/out")])
def test_a_folder_below_that_no_call_reads_is_written(ser, place, source, to):
    before = set(gather([source], ()).paths)
    assert ser("convert", source, "--to", to).exit_code in (0, 2)
    assert rows_of(place / to / "converted.csv")
    assert set(gather([source], ()).paths) == before
    shutil.rmtree(place / to)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--channel", "middle"], "channel 'middle': expected mix, left, right, each"),
        (
            ["--copies", "2"],
            "--copies 2: params.yaml: signal_augmentation: the copies would equal the original. Set one",
        ),
        (["--to", "talk.flac"], "--to talk.flac: a file. Name a folder"),
    ],
)
def test_what_cannot_start_is_an_error_with_a_fix(ser, tmp_path, arguments, message):
    assert message in failure(ser("convert", "rec/tone.wav", "--to", tmp_path / "out", *arguments))


def test_ctrl_c_leaves_what_is_done(ser, tmp_path, monkeypatch):
    def interrupted(make, path):
        if path == Path("rec/tone.wav"):
            raise KeyboardInterrupt
        return trying(make, path)

    trying = sound_files.result_or_fault
    monkeypatch.setattr(sound_files, "result_or_fault", interrupted)
    done = ser("convert", "rec", "--to", tmp_path / "out")
    assert done.exit_code == 130
    assert [row["file"] for row in rows_of(tmp_path / "out" / "converted.csv")] == ["deep/tone.wav"]
