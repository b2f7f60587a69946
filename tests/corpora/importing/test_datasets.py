"""Data sets of Hugging Face with their sounds inside, written as the library datasets 2.21 and 5.2 write them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

CLASSES = ["angry", "sad", "calm"]
SOUND = pa.struct({"bytes": pa.binary(), "path": pa.string()})
FEATURES = {
    "audio": {"sampling_rate": 16000, "_type": "Audio"},
    "label": {"names": CLASSES, "_type": "ClassLabel"},
    "speaker_id": {"dtype": "string", "_type": "Value"},
}
Row = tuple[bytes | None, str | None, int, str]


@pytest.fixture
def sounds(tmp_path: Path) -> list[Row]:
    """Twelve: three speakers, two emotions, two takes, each another sound; inside, with the name that each file had."""
    return [
        (write(tmp_path, f"{who}_{one}_{take}.wav", seconds=0.25).read_bytes(), f"{who}_{one}_{take}.wav", one, who)
        for who in ("anna", "bert", "carl")
        for one in (0, 1)
        for take in (1, 2)
    ]


def table(rows: Sequence[Row], features: Mapping[str, Any] = FEATURES, **more: pa.Array) -> pa.Table:
    columns = {
        "audio": pa.array([{"bytes": content, "path": path} for content, path, _, _ in rows], SOUND),
        "label": pa.array([label for _, _, label, _ in rows], pa.int64()),
        "speaker_id": pa.array([speaker for *_, speaker in rows]),
    }
    stated = json.dumps({"info": {"features": features}})
    return pa.table(columns | more).replace_schema_metadata({"huggingface": stated})


def to_parquet(rows: Sequence[Row], file: Path, **more: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(rows, **more), file)
    return file


def to_disk(parts: Mapping[str, Sequence[Row]], folder: Path) -> Path:
    """As save_to_disk: streams of Arrow, and what describes them."""
    for part, rows in parts.items():
        (folder / part).mkdir(parents=True)
        file, content = folder / part / "data-00000-of-00001.arrow", table(rows)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, content.schema) as stream:
            stream.write_table(content)
        (folder / part / "state.json").write_text(
            json.dumps({"_data_files": [{"filename": file.name}], "_split": part})
        )
        info = {"citation": "Anna (2026)", "license": "CC BY 4.0", "features": FEATURES}
        (folder / part / "dataset_info.json").write_text(json.dumps(info))
    (folder / "dataset_dict.json").write_text(json.dumps({"splits": [*parts]}))
    return folder


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    return {"unpack": str(tmp_path / "out")}


def test_shards_of_parquet_become_files_with_the_names_of_their_classes_and_their_parts(plan, sounds, given, tmp_path):
    folder = tmp_path / "set"
    to_parquet(sounds[:4], folder / "data" / "train-00000-of-00002-9cf2a1.parquet")
    to_parquet(sounds[4:8], folder / "data" / "train-00001-of-00002-9cf2a1.parquet")
    to_parquet(sounds[8:], folder / "data" / "test-00000-of-00001.parquet")
    found = plan(folder, **given)
    assert not found.problems
    assert found.labels.classes == {"angry": "anger", "sad": "sadness"}
    assert dict(zip(found.table.path, found.table.split, strict=True)) == {
        path: "test" if speaker == "carl" else "train" for _, path, _, speaker in sounds
    }
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == {
        path: content for content, path, *_ in sounds
    }
    assert found.chosen.section["kind"] == "official"
    assert "12 sounds written to" in " ".join(found.notes)


def test_a_folder_of_save_to_disk_is_the_same_and_states_its_licence(plan, sounds, given, tmp_path):
    found = plan(to_disk({"train": sounds[:8], "test": sounds[8:]}, tmp_path / "set"), **given)
    assert not found.problems
    assert sorted(found.table.split) == ["test"] * 4 + ["train"] * 8
    assert (found.description.licence, found.description.citation) == ("CC BY 4.0", "Anna (2026)")
    alone = plan(tmp_path / "set" / "train", **given)
    assert len(alone.table) == 8
    assert "split" not in alone.taken, "one part is no split"


def test_a_split_of_one_part_and_numbered_files_in_folders(plan, sounds, given, tmp_path):
    """The branch that the hub converts by itself: configuration, part, number."""
    for place, part in enumerate(("train", "validation", "test")):
        to_parquet(sounds[4 * place : 4 * place + 4], tmp_path / "set" / "default" / part / "0000.parquet")
    assert sorted(set(plan(tmp_path / "set", **given).table.split)) == ["test", "train", "validation"]


def test_names_that_repeat_lie_about_their_ending_or_lead_out_of_the_folder_are_changed(plan, sounds, given, tmp_path):
    (one, *_), (two, *_), (three, *_), (four, *_) = sounds[:4]
    rows = [
        (one, "a/x.wav", 0, "anna"),
        (two, "b\\X.mp3", 1, "bert"),  # the same name, and WAV in spite of it
        (three, None, 0, "bert"),
        (four, "../../out of it.wav", 1, "anna"),
    ]
    found = plan(to_parquet(rows, tmp_path / "train.parquet"), **given)
    assert sorted(found.table.path) == [
        "out_of_it.wav",
        "train-000001-x.wav",
        "train-000002-X.wav",
        "train-000003.wav",
    ]
    assert (tmp_path / "out" / "train-000002-X.wav").read_bytes() == two


def test_a_number_of_no_class_is_no_label_and_a_row_without_a_sound_is_missing(plan, sounds, given, tmp_path):
    rows = [*sounds, (sounds[0][0][:-4], "unlabelled.wav", -1, "anna"), (None, None, 0, "anna")]
    found = plan(to_parquet(rows, tmp_path / "train.parquet"), **given)
    assert found.dropped["have no label"] == 1
    assert any("row 14" in problem for problem in found.problems)
    assert plan(tmp_path / "train.parquet", drop=("missing",), **given).problems == ()


def test_without_a_folder_to_write_to_the_number_of_sounds_and_the_option_are_named(plan, sounds, tmp_path):
    with pytest.raises(SourceError, match=r"12 sounds are inside of it.*--unpack DIR"):
        plan(to_parquet(sounds, tmp_path / "train.parquet"))


def test_once_more_nothing_is_written_and_another_sound_in_the_place_is_refused(plan, sounds, given, tmp_path):
    file = to_parquet(sounds, tmp_path / "train.parquet")
    plan(file, **given)
    assert "0 sounds written to" in " ".join(plan(file, **given).notes)
    (tmp_path / "out" / str(sounds[3][1])).write_bytes(b"RIFF")
    with pytest.raises(SourceError, match=r"anna_1_2\.wav: is there already, and is another sound.*an empty folder"):
        plan(file, **given)


def test_paths_alone_are_files_as_in_any_table(plan, sounds, given, tmp_path):
    rows = [(None, str(tmp_path / str(path)), label, who) for _, path, label, who in sounds]
    found = plan(to_parquet(rows, tmp_path / "train.parquet"))
    assert not found.problems
    assert len(found.table) == 12


def test_a_plain_column_of_paths_has_the_names_of_its_classes_too(plan, sounds, tmp_path):
    own = table(sounds).drop_columns("audio").append_column("file", pa.array([str(path) for _, path, *_ in sounds]))
    pq.write_table(own, tmp_path / "labels.parquet")
    assert plan(tmp_path / "labels.parquet").labels.classes == {"angry": "anger", "sad": "sadness"}


def test_its_card_states_licence_language_and_title(plan, sounds, given, tmp_path):
    card = "---\nlicense: cc-by-4.0\nlanguage:\n- de\npretty_name: Voices\n---\n# Voices\n"
    to_parquet(sounds, tmp_path / "set" / "data" / "train-00000-of-00001.parquet")
    (tmp_path / "set" / "README.md").write_text(card)
    found = plan(tmp_path / "set", **given).description
    assert (found.licence, found.language, found.title) == ("cc-by-4.0", "de", "Voices")


def test_samples_instead_of_bytes_become_sounds_with_the_same_samples(plan, sounds, given, tmp_path):
    """As a set that was saved after it was decoded has them: one channel, or a row for each."""
    rng, kinds = np.random.default_rng(0), (2000, (2, 2000))
    samples = [rng.uniform(-1, 1, kind).astype(np.float32) for kind in kinds]
    for name, values, kind in zip("ab", samples, (pa.float32(), pa.list_(pa.float32())), strict=True):
        sound = pa.struct({"array": pa.list_(kind), "path": pa.string(), "sampling_rate": pa.int64()})
        rows = [
            {"array": values.tolist(), "path": None, "sampling_rate": 8000},
            {"array": None, "path": None, "sampling_rate": None},
        ]
        columns = {"audio": pa.array(rows, sound), "emotion": ["anger", "joy"], "speaker": ["anna", "bert"]}
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        plan(tmp_path / f"{name}.parquet", unpack=str(tmp_path / name))
        found, rate = soundfile.read(tmp_path / name / "row-000001.wav", dtype="float32", always_2d=True)
        assert rate == 8000
        np.testing.assert_array_equal(found.T, np.atleast_2d(values))


def test_columns_of_lists_are_named_as_unread(plan, sounds, given, tmp_path):
    assert "split" not in plan(to_parquet(sounds, tmp_path / "train.parquet"), **given).taken, "one part is no split"
    found = plan(to_parquet(sounds, tmp_path / "train.parquet", tags=pa.array([["a"]] * 12)), **given)
    assert "columns of lists and structures are not read: tags" in found.notes
    own = table(sounds, tags=pa.array([["a"]] * 12)).drop_columns("audio")
    pq.write_table(own.append_column("file", pa.array([str(path) for _, path, *_ in sounds])), tmp_path / "own.parquet")
    assert "columns of lists and structures are not read: tags" in plan(tmp_path / "own.parquet").notes


def test_of_two_columns_of_sounds_one_must_be_named(plan, sounds, given, tmp_path):
    file = to_parquet(sounds, tmp_path / "train.parquet", clean=table(sounds[::-1]).column("audio"))
    with pytest.raises(SourceError, match=r"columns of sounds: audio, clean.*--column path=audio"):
        plan(file, **given)
    named = plan(file, column={"path": "clean"}, **given)
    assert named.taken["path"].column == "clean"


def test_two_configurations_hold_the_same_sounds_twice_so_one_must_be_named(plan, sounds, given, tmp_path):
    for name in ("de", "en"):
        to_parquet(sounds, tmp_path / "set" / name / "train-00000-of-00001.parquet")
    with pytest.raises(SourceError, match=r"several configurations of a data set: de, en\. Give the folder of one"):
        plan(tmp_path / "set", **given)
    assert len(plan(tmp_path / "set" / "de", **given).table) == 12


def test_a_shard_that_is_not_there_or_cut_is_named(plan, sounds, given, tmp_path):
    folder = to_disk({"train": sounds}, tmp_path / "set")
    file = folder / "train" / "data-00000-of-00001.arrow"
    file.write_bytes(file.read_bytes()[:-9000])
    with pytest.raises(SourceError, match=r"data-00000-of-00001\.arrow: not Parquet or Arrow, or not all of it"):
        plan(folder, **given)
    file.unlink()
    with pytest.raises(SourceError, match=r"data-00000-of-00001\.arrow is not there. Copy the whole folder"):
        plan(folder, **given)


def test_sounds_that_are_files_need_no_folder_to_write_to(plan, sounds, given, tmp_path):
    own = table(sounds).drop_columns("audio").append_column("file", pa.array([str(path) for _, path, *_ in sounds]))
    pq.write_table(own, tmp_path / "labels.parquet")
    with pytest.raises(SourceError, match=r"--unpack .*has no sounds inside.*Leave it out"):
        plan(tmp_path / "labels.parquet", **given)


@pytest.mark.parametrize(
    "names",
    [
        ("voices_train", "voices_dev"),
        ("train/part-00000", "dev/part-00000"),
        ("train/train-00000-of-00001", "dev/dev-00000-of-00001"),
    ],
)
def test_parts_are_those_of_the_names_or_of_their_folders(plan, sounds, given, tmp_path, names):
    for place, name in enumerate(names):
        to_parquet(sounds[6 * place : 6 * place + 6], tmp_path / "set" / f"{name}.parquet")
    found = plan(tmp_path / "set", protocol="loso", **given)
    assert sorted(set(found.table.split)) == ["train", "validation"]


def test_a_column_of_folds_hides_no_parts_and_one_of_parts_goes_before_the_files(plan, sounds, given, tmp_path):
    for name in ("train", "test"):
        rows = sounds[:6] if name == "train" else sounds[6:]
        to_parquet(rows, tmp_path / "set" / f"{name}.parquet", split=pa.array(["fold1", "fold2"] * 3))
    found = plan(tmp_path / "set", protocol="loso", **given)
    assert found.taken["split"].column == "part of the file"
    to_parquet(sounds[:6], tmp_path / "set" / "train.parquet", split=pa.array(["train", "dev"] * 3))
    to_parquet(sounds[6:], tmp_path / "set" / "test.parquet", split=pa.array(["test"] * 6))
    assert plan(tmp_path / "set", protocol="loso", **given).taken["split"].column == "split"


def test_files_that_are_not_there_are_counted_by_the_names_of_the_others(plan, sounds, given, tmp_path):
    for number in (0, 2):
        to_parquet(sounds[:6], tmp_path / "set" / f"train-0000{number}-of-00003.parquet")
    with pytest.raises(SourceError, match=r"1 of the 3 files of train are not there, the first is number 1"):
        plan(tmp_path / "set", **given)
    alone = plan(tmp_path / "set" / "train-00000-of-00003.parquet", protocol="loso", **given)
    assert "this is one of 3 files of its part; give the folder for all of them" in alone.notes


def test_a_file_of_no_part_beside_those_of_parts_is_a_question(plan, sounds, given, tmp_path):
    to_parquet(sounds[:6], tmp_path / "set" / "train.parquet")
    to_parquet(sounds[6:], tmp_path / "set" / "more.parquet")
    with pytest.raises(SourceError, match=r"files of the parts train stand beside files of no part: more\.parquet"):
        plan(tmp_path / "set", **given)


def test_parquet_without_sounds_is_named_and_a_cut_file_matters_beside_sounds_alone(plan, sounds, given, tmp_path):
    to_parquet(sounds, tmp_path / "set" / "train.parquet")
    pq.write_table(pa.table({"speaker": ["anna"]}), tmp_path / "set" / "speakers.parquet")
    assert "Parquet files without sounds are not read: speakers.parquet" in plan(tmp_path / "set", **given).notes
    (tmp_path / "set" / "cut.parquet").write_bytes(b"PAR1")
    with pytest.raises(SourceError, match=r"cut\.parquet: not Parquet or Arrow"):
        plan(tmp_path / "set", **given)
    (tmp_path / "set" / "train.parquet").unlink()
    for content, path, *_ in sounds:
        (tmp_path / "set" / f"{path[:4]}_{'angry' if '_0_' in path else 'sad'}_{path[-5]}.wav").write_bytes(content)
    assert len(plan(tmp_path / "set", pattern="{speaker}_{emotion}_{_}").table) == 12


def test_long_numbers_of_speakers_stay_apart_where_one_is_missing(plan, sounds, given, tmp_path):
    ids = [12345678901234567 + place // 4 for place in range(12)]
    file = to_parquet(sounds, tmp_path / "train.parquet", user=pa.array([None, *ids[1:]], pa.int64()))
    assert set(plan(file, column={"speaker": "user"}, drop=("speakerless",), **given).table.speaker) == {*map(str, ids)}


def test_samples_in_whole_numbers_are_those_of_full_scale(plan, given, tmp_path):
    sound = pa.struct({"array": pa.list_(pa.int16()), "path": pa.string(), "sampling_rate": pa.int64()})
    rows = [{"array": [0, 16384, -32768] * 900, "path": None, "sampling_rate": 8000}] * 2
    columns = {"audio": pa.array(rows, sound), "emotion": ["anger", "joy"], "speaker": ["anna", "bert"]}
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    plan(tmp_path / "a.parquet", **given)
    found, _ = soundfile.read(tmp_path / "out" / "row-000001.wav")
    assert found[:3].tolist() == [0.0, 0.5, -1.0]


def test_samples_without_a_rate_name_their_row_and_other_columns_their_file(plan, sounds, given, tmp_path):
    sound = pa.struct({"array": pa.list_(pa.float32()), "path": pa.string(), "sampling_rate": pa.int64()})
    rows = [{"array": [0.1] * 900, "path": None, "sampling_rate": None}]
    pq.write_table(pa.table({"audio": pa.array(rows, sound), "emotion": ["anger"]}), tmp_path / "a.parquet")
    with pytest.raises(SourceError, match=r"a\.parquet: row 1 of row: samples that are no sound.*sampling_rate in Hz"):
        plan(tmp_path / "a.parquet", **given)
    to_parquet(sounds[:6], tmp_path / "set" / "train.parquet")
    pq.write_table(table(sounds[6:]).rename_columns(["sound", "label", "who"]), tmp_path / "set" / "test.parquet")
    with pytest.raises(SourceError, match=r"train\.parquet: its columns are .* and those of .*test\.parquet"):
        plan(tmp_path / "set", **given)


def test_a_part_without_rows_is_named_and_a_file_for_a_folder_refused(plan, sounds, given, tmp_path):
    folder = to_disk({"train": sounds, "test": sounds[:0]}, tmp_path / "set")
    (folder / "test" / "state.json").write_text(json.dumps({"_data_files": []}))
    assert "parts without a row: test" in plan(folder, **given).notes
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError, match=r"--unpack .*file: a file. Name a folder"):
        plan(folder, unpack=str(tmp_path / "file"))
