"""What the source says of its labels and parts. Oracle: maps and layouts as their makers write them, made here."""

import json
from pathlib import Path

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write
from tests.corpora.importing.conftest import rows, write_table
from tests.corpora.trees.emobox import write_emobox

LETTERS = {"a": "Angry", "s": "Sad", "x": "groan, sigh"}


@pytest.fixture
def emobox(tmp_path) -> Path:
    """Lists of one fold whose labels are letters, and the sounds."""
    items = {part: [(f"{part}{e}{i}", e) for e in "as" for i in "12"] for part in ("train", "test")}
    for part in items.values():
        for stem, _ in part:
            write(tmp_path, f"downloads/{stem}.wav", seconds=0.4)
    speakers = {stem: f"{part} {stem[-1]}" for part, own in items.items() for stem, _ in own}
    return write_emobox(tmp_path / "data/own", "own", {1: items}, speakers=speakers)


@pytest.mark.parametrize("name", ["label_map.json", "label_dict.json"])
def test_letters_of_emobox_have_the_meanings_of_the_map_beside_its_lists(plan, emobox, name):
    (problem,) = plan(emobox).problems
    assert "'a' (4 rows), 's' (4 rows)" in problem
    (emobox / name).write_text(json.dumps(LETTERS))
    found = plan(emobox)
    assert (found.problems, found.labels.classes) == ((), {"a": "anger", "s": "sadness"})
    assert plan(emobox, label={"a": "fear"}).labels.classes["a"] == "fear"


def test_what_the_map_leaves_in_doubt_is_a_problem_in_its_words(plan, emobox):
    (emobox / "label_map.json").write_text(json.dumps({**LETTERS, "s": "groan, sigh"}))
    (problem,) = plan(emobox).problems
    assert "1 labels mean no class beyond doubt: 's': 'groan, sigh' (4 rows)" in problem
    assert "add --label s=drop" in problem


def test_a_map_that_takes_a_word_for_another_class_is_followed_and_that_is_noted(plan, emobox):
    for file in emobox.glob("fold_1/*"):
        file.write_text(file.read_text().replace('"emo": "a"', '"emo": "exc"'))
    (emobox / "label_map.json").write_text('{"exc": "Happy", "s": "Sad"}')
    found = plan(emobox)
    assert found.labels.classes == {"exc": "happiness", "s": "sadness"}
    assert any("where the word alone means excitement: --label exc=excitement" in note for note in found.notes)


@pytest.mark.parametrize("text", ["{", "[1]", '"a"'])
def test_a_map_that_is_none_is_refused_by_name(plan, emobox, text):
    (emobox / "label_map.json").write_text(text)
    with pytest.raises(SourceError, match=r"label_map\.json: not a map of labels to words"):
        plan(emobox)


def test_speakers_of_emobox_may_hold_blanks(plan, emobox):
    assert set(plan(emobox).table.speaker) == {"train 1", "train 2", "test 1", "test 2"}


def test_recordings_of_emobox_that_share_a_file_are_parts_of_it(plan, emobox):
    for number, file in enumerate(sorted(emobox.glob("fold_1/*.json"))):
        one = f"downloads/{('testa1', 'traina1')[number]}.wav"
        listed = {
            key: {**row, "wav": one, "start_time": 0.1 * i, "end_time": 0.1 * i + 0.1}
            for i, (key, row) in enumerate(json.loads(file.read_text()).items())
        }
        file.with_suffix(".jsonl").unlink()
        file.write_text(json.dumps(listed))
    found = plan(emobox, label={"a": "anger", "s": "sadness"})
    assert (found.problems, len(found.table)) == ((), 8)
    assert set(found.table.end) == {"0.1", "0.2", "0.3", "0.4"}


PARTS = {"Train": "12", "Development": "3", "Test1": "4", "Test2": "5", "Test3": "6"}


@pytest.fixture
def podcast(tmp_path) -> Path:
    """MSP-Podcast's layout: ten letters of six speakers, and of nobody in training and in the second test part."""
    lines = ["FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set"]
    for part, speakers in PARTS.items():
        for speaker in (*speakers, *["Unknown"] * (part in ("Train", "Test2"))):
            for letter in "ASHUFDCNOX":
                name = f"MSP-PODCAST_{len(lines):04d}.wav"
                write(tmp_path, f"msp/Audios/{name}")
                gender = "Unknown" if speaker == "Unknown" else "Female"
                lines.append(f"{name},{letter},7,4,1,{speaker},{gender},{part}")
    (tmp_path / "msp/Labels").mkdir()
    (tmp_path / "msp/Labels/labels_consensus.csv").write_text("\n".join(lines))
    return tmp_path / "msp"


def test_msp_podcast_is_imported_by_its_folder_alone(plan, podcast):
    found = plan(podcast)
    assert found.problems == ()
    assert found.chosen.section == {"kind": "official", "shared_speakers": False, "shared_groups": False}
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {
        "train": {"1", "2"},
        "validation": {"3"},
        "test": {"4"},
    }
    assert found.labels.classes == {
        **{"A": "anger", "S": "sadness", "H": "happiness", "U": "surprise", "F": "fear", "D": "disgust"},
        **{"C": "contempt", "N": "neutral", "O": None, "X": None},
    }
    assert set(zip(found.table.activation, found.table.valence, found.table.dominance, strict=True)) == {
        ("5.0", "3.0", "1.0")  # 7, 4, 1 of 1 to 7 are the ends and the middle of 1 to 5
    }
    assert not any("Unknown" in note for note in found.notes)


def test_unknown_speakers_of_msp_podcast_are_not_one_voice_but_left_out_or_all_unknown(plan, podcast):
    found = plan(podcast)
    assert {reason.split(" (")[0]: n for reason, n in found.dropped.items()} == {
        "have an unknown speaker, who may be in any part": 20,
        "are of parts that are not taken": 20,
    }
    kept = plan(podcast, speakers="unknown")
    assert (kept.problems, len(kept.table), kept.table.speaker.isna().all()) == ((), 50, True)
    assert kept.chosen.section == {"kind": "official", "shared_speakers": True, "shared_groups": True}


def test_the_parts_of_msp_podcast_are_chosen_by_name(plan, podcast):
    found = plan(podcast, split={"Test1": "drop", "test2": "test"})
    assert set(found.table.speaker[found.table.split == "test"]) == {"5"}


@pytest.mark.parametrize("path", ["Labels/labels_consensus.csv", "Labels/labels_concensus.csv"])
def test_its_table_is_known_by_its_columns_however_it_is_spelt(plan, podcast, path):
    (podcast / "Labels/labels_consensus.csv").rename(podcast / path)
    for source in (podcast, podcast / path):
        assert (plan(source).problems, len(plan(source).table)) == ((), 40)


def test_its_archives_may_be_unpacked_one_folder_deeper(plan, podcast):
    for name in ("Labels", "Audios"):
        (podcast / name).rename(podcast / "deeper")
        (podcast / name).mkdir()
        (podcast / "deeper").rename(podcast / name / name)
    assert (plan(podcast).problems, len(plan(podcast).table)) == ((), 40)


def with_parts(sounds: Path, parts: dict[str, str]) -> Path:
    return write_table(sounds, [[*line, parts[line[2]]] for line in rows()], head="file,emotion,speaker,partition")


def test_a_split_that_is_half_known_is_a_problem_until_given(plan, sounds):
    table = with_parts(sounds, {"anna": "Train", "bert": "Test1", "carl": "Test2"})
    (problem,) = plan(table).problems
    assert "2 parts of the split are not known here: 'Test1' (4 rows), 'Test2' (4 rows)" in problem
    assert "add --split Test1=drop --split Test2=drop" in problem
    found = plan(table, split={"Test1": "test", "Test2": "drop"})
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"anna"}, "test": {"bert"}}
    assert dict(found.dropped) == {"are of parts that are not taken (--split Test2=test): Test2": 4}
    assert plan(table, column={"split": "none"}).chosen.section == {"kind": "loso"}


def test_a_split_of_which_no_part_is_known_is_none_and_that_is_noted(plan, sounds):
    found = plan(with_parts(sounds, {"anna": "x", "bert": "y", "carl": "z"}))
    assert (found.problems, found.chosen.section) == ((), {"kind": "loso"})
    assert "split: 3 values are no parts known here, so it is none: x, y, z" in found.notes


def test_a_part_without_rows_is_a_problem(plan, sounds):
    table = with_parts(sounds, {"anna": "Train", "bert": "Test", "carl": "Dev"})
    assert (
        "--split Tst=…: no row is of this part. There are: Dev, Test, Train."
        in plan(table, split={"Tst": "test"}).problems
    )
    (problem,) = plan(write_table(sounds, rows()), split={"Test1": "test"}).problems
    assert problem.endswith("There is no column of parts.")


def test_a_folder_with_a_table_further_down_is_reported(plan, sounds):
    (sounds / "lists/all").mkdir(parents=True)
    write_table(sounds / "lists/all", rows(), name="ratings.csv")
    for number, sound in enumerate(sorted((sounds / "wav").iterdir())):
        sound.rename(sound.with_stem(f"recording {number}"))
    with pytest.raises(SourceError, match=r"Or did you mean a table that is in it: .*/lists/all/ratings\.csv\?"):
        plan(sounds)


def test_a_folder_whose_names_say_enough_notes_the_table_that_it_does_not_read(plan, tmp_path):
    for who in ("spk1", "spk2"):
        for emotion in ("angry", "sad"):
            write(tmp_path, f"{who}_{emotion}.wav")
    (tmp_path / "meta").mkdir()
    (tmp_path / "meta/about them.csv").write_text("a,b\n1,2\n")
    found = plan(tmp_path)
    assert found.problems == ()
    assert any(
        note.startswith("tables in the folder are not read: ") and "about them.csv" in note for note in found.notes
    )
