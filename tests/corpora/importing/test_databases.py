"""audformat databases and EmoBox lists. Oracles: the library that writes them; lists of the true format."""

from pathlib import Path

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write
from tests.corpora.importing.conftest import EMOTIONS, SPEAKERS, rows
from tests.corpora.trees.emobox import write_emobox

audformat = pytest.importorskip("audformat")
FILES = [line[0] for line in rows()]


def database(root: Path, **tables: dict[str, str]) -> Path:
    """A database of the twelve files: speakers by number in `files`, and a table of emotions for each keyword."""
    db = audformat.Database(
        "small", source="https://example.org", languages=["deu"], license="CC-BY-4.0", author="A. Body"
    )
    db.schemes["emotion"] = audformat.Scheme(labels=[*EMOTIONS, "fear"])
    labels = {number: {"gender": "female" if name == "anna" else "male"} for number, name in enumerate(SPEAKERS, 3)}
    db.schemes["speaker"] = audformat.Scheme("int", labels=labels)
    for part in ("train", "test"):
        db.splits[part] = audformat.Split(part)
    db["files"] = audformat.Table(audformat.filewise_index(FILES))
    db["files"]["speaker"] = audformat.Column(scheme_id="speaker")
    db["files"]["speaker"].set([3 + SPEAKERS.index(line[2]) for line in rows()])
    for name, emotions in tables.items():
        split = next((part for part in ("train", "test") if part in name), None)
        db[name] = audformat.Table(audformat.filewise_index(list(emotions)), split_id=split)
        db[name]["emotion"] = audformat.Column(scheme_id="emotion")
        db[name]["emotion"].set(list(emotions.values()))
    db.save(root)
    return root


ALL = {line[0]: line[1] for line in rows()}


def test_a_database_gives_labels_speakers_and_its_description(plan, sounds):
    found = plan(database(sounds, emotion=ALL))
    table = found.table.set_index("utterance_id")
    assert table.loc["bert_sad_2", ["path", "emotion", "speaker", "gender"]].tolist() == [
        *("bert_sad_2.wav", "sad", "4", "male")
    ]
    assert table.start.isna().all()
    said = found.description
    assert (said.title, said.licence, said.language, said.kind) == ("small", "CC-BY-4.0", "de", "unknown")
    assert "A. Body" in said.citation
    assert (found.problems, found.chosen.section) == ((), {"kind": "loso"})


def test_tables_of_parts_are_the_split_and_a_table_of_all_beside_them_must_agree(plan, sounds):
    parts = {part: {f: e for f, e in ALL.items() if ("carl" in f) == (part == "test")} for part in ("train", "test")}
    found = plan(database(sounds, emotion=ALL, **{f"emotion.{part}": own for part, own in parts.items()}))
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"3", "4"}, "test": {"5"}}
    assert found.chosen.section["kind"] == "official"
    other = {"emotion": ALL, "emotion.test": {"wav/carl_sad_1.wav": "fear"}}
    with pytest.raises(SourceError, match=r"1 recordings different emotions.*carl_sad_1.*--table emotion or --table"):
        plan(database(sounds, **other))
    assert plan(sounds, table=("emotion",)).problems == ()


def test_segments_keep_their_times_and_the_speaker_of_their_file(plan, sounds):
    db = audformat.Database.load(str(database(sounds, emotion=ALL)))
    del db.tables["emotion"]
    index = audformat.segmented_index(
        ["wav/anna_sad_1.wav"] * 2 + ["wav/bert_sad_1.wav"], [0, "0.12s", 0], ["0.12s", "0.25s", None]
    )
    db["segments"] = audformat.Table(index)
    db["segments"]["emotion"] = audformat.Column(scheme_id="emotion")
    db["segments"]["emotion"].set(["sad", "angry", "fear"])
    db.save(str(sounds))
    found = plan(sounds)
    assert found.table[["start", "end", "emotion", "speaker"]].to_numpy().tolist() == [
        ["0.0", "0.12", "sad", "3"],
        ["0.12", "0.25", "angry", "3"],
        [None, None, "fear", "4"],
    ]


def test_a_database_without_emotions_is_refused(plan, sounds):
    with pytest.raises(SourceError, match="no table has a column of emotions"):
        plan(database(sounds))


def test_lists_of_emobox_are_read_with_the_speakers_beside_them(plan, tmp_path):
    items = [(f"{s}{e}{i}", e.title(), s) for s in "xyz" for e in ("angry", "sad") for i in "12"]
    lists = {
        int(k): {
            "train": [item[:2] for item in items if not item[0].endswith(k)],
            "test": [item[:2] for item in items if item[0].endswith(k)],
        }
        for k in "12"
    }
    for stem, _, speaker in items:
        write(tmp_path, f"elsewhere/{speaker}/{stem}.wav")
    folder = write_emobox(tmp_path / "EmoBox/data/own", "own", lists, wav="downloads/own/{stem}.flac")
    (problem,) = plan(folder, audio=str(tmp_path / "elsewhere")).problems
    assert "no column has the speakers" in problem
    write_emobox(folder, "own", lists, wav="downloads/own/{stem}.flac", speakers={stem: s for stem, _, s in items})
    found = plan(folder, audio=str(tmp_path / "elsewhere"))
    assert found.table.groupby(["speaker", "emotion"]).size().to_dict() == {
        (s, e): 2 for s in "xyz" for e in ("Angry", "Sad")
    }
    assert (found.problems, found.table.split.isna().all(), found.emobox) == ((), True, folder)


def test_the_one_fold_of_emobox_is_the_split(plan, tmp_path):
    items = {
        part: [(f"{part}{e}{i}", e) for e in ("angry", "sad") for i in "12"] for part in ("train", "valid", "test")
    }
    for part in items.values():
        for stem, _ in part:
            write(tmp_path, f"downloads/{stem}.wav")
    folder = write_emobox(tmp_path / "data/own", "own", {1: items})
    found = plan(folder, speakers="unknown")
    assert found.table.split.value_counts().to_dict() == {"train": 4, "validation": 4, "test": 4}
    assert found.chosen.section["kind"] == "official"
