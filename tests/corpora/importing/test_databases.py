"""audformat databases and EmoBox lists. Oracles: the library that writes them; lists of the true format."""

from pathlib import Path

import pandas as pd
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


def segments(root: Path, columns: dict[str, list[object]]) -> Path:
    """The database with labels on three parts of two files, the last without an end, and more columns on them."""
    db = audformat.Database.load(str(database(root, emotion=ALL)))
    del db.tables["emotion"]
    del db.tables["files"]
    files = ["wav/anna_sad_1.wav"] * 2 + ["wav/bert_sad_1.wav"]
    db["segments"] = audformat.Table(audformat.segmented_index(files, [0, "0.12s", "0.1s"], ["0.12s", None, None]))
    for name, values in ({"emotion": ["sad", "angry", "fear"]} | columns).items():
        db["segments"][name] = audformat.Column(scheme_id=name if name in db.schemes else None)
        db["segments"][name].set(values)
    db.save(str(root))
    return root


def test_what_stands_on_a_part_without_an_end_is_not_of_the_whole_file(plan, sounds):
    columns = {"transcript": [None, "late", None], "speaker": [3, None, 4]}
    table = plan(segments(sounds, columns), drop=("speakerless",)).table.set_index("utterance_id")
    assert table.transcript.isna().all(), "the part with words has no speaker, and is dropped"
    assert table.speaker.tolist() == ["3", "4"]


def test_what_stands_on_parts_that_have_no_label_is_counted_and_one_voice_is_that_of_the_file(plan, sounds):
    db = audformat.Database.load(str(database(sounds, emotion=ALL)))
    del db.tables["files"]
    db["parts"] = audformat.Table(audformat.segmented_index(FILES, [0] * 12, ["0.25s"] * 12))
    db["parts"]["speaker"] = audformat.Column(scheme_id="speaker")
    db["parts"]["speaker"].set([3 + SPEAKERS.index(line[2]) for line in rows()])
    db["parts"]["text"] = audformat.Column()
    db["parts"]["text"].set(["well"] * 12)
    db.save(str(sounds))
    found = plan(sounds)
    assert "transcript: 12 values stand on segments that have no label: not read" in found.notes
    assert set(found.table.speaker) == {"3", "4", "5"}
    assert found.problems == ()


def test_codes_of_transcripts_are_the_words_that_the_scheme_states(plan, sounds):
    db = audformat.Database.load(str(database(sounds, emotion=ALL)))
    words = {"a01": {"en": "The rag", "de": "Der Lappen"}, "a02": {"en": "It", "de": "Das"}}
    db.schemes["transcription"] = audformat.Scheme(labels=words)
    db["files"]["transcription"] = audformat.Column(scheme_id="transcription")
    db["files"]["transcription"].set(["a01", "a02"] * 6)
    db.save(str(sounds))
    assert set(plan(sounds).table.transcript) == {"Der Lappen", "Das"}, "the language of the database"


def test_tables_of_files_that_are_called_as_parts_are_the_split(plan, sounds):
    db = audformat.Database.load(str(database(sounds, emotion=ALL)))
    for part in ("train", "test"):
        own = [file for file in FILES if ("carl" in file) == (part == "test")]
        db[f"files.{part}"] = audformat.Table(audformat.filewise_index(own), split_id=part)
    db.save(str(sounds))
    found = plan(sounds)
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"3", "4"}, "test": {"5"}}


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


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_label_that_the_scheme_has_not_is_taken_as_it_stands_and_an_empty_cell_is_counted(plan, sounds, ending):
    """The library reads both as no label: its own oracle is that it does so silently."""
    folder = database(sounds, emotion=ALL)
    file = folder / f"db.emotion.{ending}"
    table = audformat.Database.load(str(folder))["emotion"].df.reset_index().astype(object)
    table.loc[table.file.str.contains("anna_sad"), "emotion"] = "grief"
    table.loc[table.file.str.contains("bert_sad_1"), "emotion"] = None
    (folder / "db.emotion.csv").unlink(missing_ok=True)
    (folder / "db.emotion.parquet").unlink(missing_ok=True)
    table.to_csv(file, index=False) if ending == "csv" else table.to_parquet(file, index=False)
    assert audformat.Database.load(str(folder))["emotion"]["emotion"].get().isna().sum() == 3
    found = plan(folder, label={"grief": "sadness"})
    assert found.table.emotion.value_counts()["grief"] == 2
    assert dict(found.dropped) == {"have no label": 1}
    assert "emotion.emotion has labels that its scheme has not, taken as they stand: grief (2)" in found.notes


def test_of_a_cache_that_has_some_of_the_tables_these_are_read(plan, sounds):
    """What `audb.load(..., tables=...)` leaves: a header that names all tables, and files of some."""
    folder = database(sounds, emotion=ALL, **{"emotion.test": {"wav/carl_sad_1.wav": "sad"}})
    for file in folder.glob("db.emotion.test.*"):
        file.unlink()
    found = plan(folder)
    assert (len(found.table), found.table.split.isna().all()) == (12, True)
    assert "the header names tables that are not here: emotion.test; what they hold is not read" in found.notes


def test_a_missing_table_that_labels_are_looked_up_in_is_missed_by_name(plan, sounds):
    folder = database(sounds, emotion=ALL)
    db = audformat.Database.load(str(folder))
    db["people"] = audformat.MiscTable(pd.Index(["x", "y"], name="place", dtype="string"))
    db.schemes["place"] = audformat.Scheme("str", labels="people")
    db.save(str(folder))
    for file in folder.glob("db.people.*"):
        file.unlink()
    with pytest.raises(
        SourceError, match=r"db\.people\.parquet \(or \.csv\): no such file, but labels of the database"
    ):
        plan(folder)


def test_pickles_are_never_read(plan, sounds):
    folder = database(sounds, emotion=ALL)
    (folder / "db.emotion.pkl").write_bytes(b"no pickle at all")
    assert len(plan(folder).table) == 12, "the table beside it is read, whichever of them is newer"
    for ending in ("csv", "parquet"):
        (folder / f"db.emotion.{ending}").unlink(missing_ok=True)
    with pytest.raises(SourceError, match=r"db\.emotion\.pkl: a pickle, which may run anything when it is read"):
        plan(folder)


def with_raters(folder: Path, *, kind: str | None = None) -> Path:
    """Three raters' columns in the table `votes`, of whom the second one is right; the third of the given type."""
    db = audformat.Database.load(str(folder))
    db["votes"] = audformat.Table(audformat.filewise_index(FILES))
    for name, said in {"r1": ["fear"] * 12, "r2": list(ALL.values()), "r3": list(ALL.values())}.items():
        db.raters[name] = audformat.Rater(kind if kind and name == "r3" else "human")
        db["votes"][name] = audformat.Column(scheme_id="emotion", rater_id=name)
        db["votes"][name].set(said)
    db.save(str(folder))
    return folder


def test_columns_of_one_scheme_are_votes_of_raters(plan, sounds):
    folder = with_raters(database(sounds))
    (problem,) = plan(folder).problems
    assert "sounds have several labels" in problem and "--votes" in problem
    found = plan(folder, votes="majority", label={"fear": "fear"})
    assert found.table.set_index("path").emotion.to_dict() == {Path(file).name: word for file, word in ALL.items()}
    assert found.tally.counts.startswith("36 votes on 12 sounds: 12 by majority")


def test_an_outcome_goes_before_the_raters_it_is_of_and_these_are_named(plan, sounds):
    found = plan(with_raters(database(sounds, gold=ALL)))
    assert found.problems == ()
    (note,) = (one for one in found.notes if one.startswith("not read"))
    assert note.startswith("not read beside gold: votes.r1, votes.r2, votes.r3; --column emotion=r1,r2,r3 reads these")
    voted = plan(sounds, column={"emotion": "r1,r2,r3"}, votes="majority", label={"fear": "fear"})
    assert (len(voted.table), voted.tally.counts[:21]) == (12, "36 votes on 12 sounds")
    assert "sounds have several labels" in plan(sounds, table=("votes",)).problems[0]


def test_a_rater_that_is_a_vote_states_the_outcome(plan, sounds):
    found = plan(with_raters(database(sounds), kind="vote"))
    assert (found.problems, found.tally) == ((), None), "nothing is counted"
    assert found.table.set_index("path").emotion.to_dict() == {Path(file).name: word for file, word in ALL.items()}


def test_ratings_are_the_mean_over_all_raters_whatever_the_order_of_the_columns(plan, sounds):
    folder = database(sounds, emotion=ALL)
    db = audformat.Database.load(str(folder))
    db.schemes["valence"] = audformat.Scheme("float", minimum=1, maximum=5)
    for number, rating in enumerate((1.0, 1.0, 4.0)):
        db["emotion"][f"v{number}"] = audformat.Column(scheme_id="valence")
        db["emotion"][f"v{number}"].set([rating] * 12)
    db.save(str(folder))
    assert set(plan(folder).table.valence.astype(float)) == {2.0}


def test_recordings_that_only_raters_labelled_are_counted_where_others_have_an_outcome(plan, sounds):
    folder = with_raters(database(sounds, gold={file: word for file, word in ALL.items() if "carl" not in file}))
    found = plan(folder)
    assert (len(found.table), dict(found.dropped)) == (8, {"are labelled in columns alone that are not read": 4})
    both = plan(folder, table=("gold", "votes"), votes="majority", label={"fear": "fear"})
    assert (len(both.table), dict(both.dropped)) == (12, {})


def test_columns_of_emotions_are_nothing_else_whatever_they_are_called(plan, sounds):
    """Of a scheme for what was seen and what was read, one is called text, and one as a speaker is."""
    folder = database(sounds)
    db = audformat.Database.load(str(folder))
    db["rated"] = audformat.Table(audformat.filewise_index(FILES))
    for name in ("text", "speaker", "emotion, by eye"):
        db["rated"][name] = audformat.Column(scheme_id="emotion")
        db["rated"][name].set(list(ALL.values()))
    db.save(str(folder))
    found = plan(folder, votes="majority")
    assert found.table.transcript.isna().all()
    assert set(found.table.speaker) == {"3", "4", "5"}
    assert found.tally.counts.startswith("36 votes on 12 sounds: 12 agreed")


def test_a_split_is_what_it_states_whatever_it_is_called(plan, sounds):
    db = audformat.Database.load(str(database(sounds)))
    for name, part in {"one": "train", "two": "test"}.items():
        db.splits[name] = audformat.Split(part)
        files = [file for file in FILES if ("carl" in file) == (part == "test")]
        db[f"labels{name}"] = audformat.Table(audformat.filewise_index(files), split_id=name)
        db[f"labels{name}"]["emotion"] = audformat.Column(scheme_id="emotion")
        db[f"labels{name}"]["emotion"].set([ALL[file] for file in files])
    db.save(str(sounds))
    assert plan(sounds).table.groupby("split").speaker.agg(set).to_dict() == {"train": {"3", "4"}, "test": {"5"}}


def test_machines_do_not_vote_beside_people(plan, sounds):
    found = plan(with_raters(database(sounds), kind="machine"), votes="majority")
    assert "24 votes on 12 sounds" in found.tally.counts
    assert any("votes.r3" in note for note in found.notes)


def ratings(folder: Path, columns: dict[str, list], **scheme) -> Path:
    db = audformat.Database.load(str(folder))
    db.schemes["valence"] = audformat.Scheme(**scheme)
    for name, values in columns.items():
        db["emotion"][name] = audformat.Column(scheme_id="valence")
        db["emotion"][name].set(values)
    db.save(str(folder))
    return folder


def test_ratings_of_labels_are_numbers_and_words_are_named(plan, sounds):
    numbers = {"v1": [1] * 12, "v2": [4] * 12}
    found = plan(ratings(database(sounds, emotion=ALL), numbers, dtype="int", labels=[1, 2, 3, 4, 5]))
    assert set(found.table.valence.astype(float)) == {2.5}
    words = {"v1": ["low"] * 12, "v2": ["high"] * 12}
    found = plan(ratings(database(sounds / "other", emotion=ALL), words, labels=["low", "high"]), audio=str(sounds))
    assert any("valence: 12 values are not understood" in note for note in found.notes)


def test_ratings_alone_are_a_corpus_too(plan, sounds):
    folder = ratings(database(sounds, emotion=ALL), {"v": [2.0] * 12}, dtype="float")
    found = plan(folder, column={"emotion": "none"})
    assert (len(found.table), found.problems) == (12, ())


def test_what_a_scheme_states_of_its_labels_is_followed(plan, sounds):
    folder = database(sounds)
    db = audformat.Database.load(str(folder))
    db.schemes["emotion_code"] = audformat.Scheme("int", labels={1: "anger", 2: {"name": "sadness"}})
    db["coded"] = audformat.Table(audformat.filewise_index(FILES))
    db["coded"]["emotion"] = audformat.Column(scheme_id="emotion_code")
    db["coded"]["emotion"].set([1 if word == "angry" else 2 for word in ALL.values()])
    db.save(str(folder))
    found = plan(folder)
    assert (found.labels.classes, found.problems) == ({"1": "anger", "2": "sadness"}, ())


def test_a_recording_in_two_parts_of_the_split_is_refused(plan, sounds):
    parts = {f"emotion.{part}": {file: word for file, word in ALL.items() if part == "test" or "carl" not in file}
             for part in ("train", "test")}  # fmt: skip
    with pytest.raises(SourceError, match="8 recordings are in several parts of the split, the first is wav/anna"):
        plan(database(sounds, **parts))


@pytest.mark.parametrize(
    "header", ["tables: 3", "name: x\nschemes: 4", "- a", "name: [", "schemes: {emotion: }\ntables: 3"]
)
def test_a_header_that_is_none_is_an_error_with_its_file(plan, sounds, header):
    (sounds / "db.yaml").write_text(header)
    with pytest.raises(SourceError, match=r"db\.yaml: "):
        plan(sounds)
