"""Tables as people have them. Oracle: the twelve files of the fixture, read by hand."""

import json
import os
import time
from collections import Counter

import pandas as pd
import pytest

from pipelines.commands.import_corpus import options_of, show_import
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write
from tests.corpora.importing.conftest import rows, write_table


def counts(plan) -> Counter:
    labels = plan.table.emotion.map(plan.labels.classes)
    return Counter(zip(plan.table.speaker, labels, strict=True))


SIX_CELLS = Counter({(s, e): 2 for s in ("anna", "bert", "carl") for e in ("anger", "sadness")})


def test_a_plain_table_is_read_without_a_word(plan, sounds):
    found = plan(write_table(sounds, rows()))
    assert counts(found) == SIX_CELLS
    assert {role: one.column for role, one in found.taken.items()} == {
        "path": "file",
        "emotion": "emotion",
        "speaker": "speaker",
    }
    assert (found.problems, found.chosen.section, found.sounds) == ((), {"kind": "loso"}, sounds / "wav")
    assert found.table.utterance_id.tolist() == sorted(f"{s}_{e}_{t}" for s in ("anna", "bert", "carl")
                                                       for e in ("angry", "sad") for t in "12")  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
@pytest.mark.parametrize(("separator", "newline"), [(";", "\r\n"), ("\t", "\n"), ("|", "\r\n")])
def test_separators_encodings_and_line_ends_of_spreadsheets(plan, sounds, encoding, separator, newline):
    write(sounds, "wav/jörg_angry_1.wav")
    lines = [*rows(), ["wav\\jörg_angry_1.wav", "angry", "jörg"]]
    table = write_table(sounds, lines, encoding=encoding, separator=separator, newline=newline)
    assert counts(plan(table)) == SIX_CELLS + Counter({("jörg", "anger"): 1})


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_first_line_that_tells_excel_the_separator_is_no_line_of_names(plan, sounds, separator):
    table = write_table(sounds, rows(), separator=separator, newline="\r\n")
    table.write_bytes(f"sep={separator}\r\n".encode() + table.read_bytes())
    assert counts(plan(table)) == SIX_CELLS


def test_empty_columns_and_rows_at_the_end_of_a_sheet_are_none(plan, sounds):
    lines = [[*line, "", "", ""] for line in rows()] + [[""] * 6] * 2
    assert counts(plan(write_table(sounds, lines, head="file,emotion,speaker,,,"))) == SIX_CELLS
    lines[1][4] = "a remark"
    with pytest.raises(SourceError, match="the column '' is there 2 times"):
        plan(write_table(sounds, lines, head="file,emotion,speaker,,,"))


def test_columns_are_found_by_what_stands_in_them(plan, sounds):
    lines = [[f"{i}", *line] for i, line in enumerate(rows())]
    found = plan(write_table(sounds, lines, head="nr,Aufnahme,Gefühl,speaker_id"))
    assert [found.taken[role].column for role in ("path", "emotion", "speaker")] == ["Aufnahme", "Gefühl", "speaker_id"]
    assert found.taken["emotion"].why == "its values are emotions"


def test_a_table_without_a_line_of_names_begins_with_a_file(plan, sounds):
    lines = rows()
    found = plan(write_table(sounds, lines[1:], head=",".join(lines[0])), column={"speaker": "column 3"})
    assert counts(found) == SIX_CELLS


def test_absolute_paths_and_files_apart_have_one_folder_in_common(plan, sounds):
    (sounds / "wav/bert_sad_2.wav").rename(sounds / "bert_sad_2.wav")
    lines = [[str(sounds / line[0]), *line[1:]] for line in rows() if "bert_sad_2" not in line[0]]
    table = write_table(sounds, [*lines, [str(sounds / "bert_sad_2.wav"), "sad", "bert"]])
    found = plan(table)
    assert (counts(found), found.sounds) == (SIX_CELLS, sounds)
    assert set(found.table.path) >= {"bert_sad_2.wav", "wav/anna_sad_1.wav"}


@pytest.mark.parametrize("path", ["/their/machine/wav/{}", "deep/er/wav/{}", "{}"])
def test_paths_of_another_machine_are_found_below_the_given_folder(plan, sounds, tmp_path_factory, path):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    lines = [[path.format(os.path.basename(line[0])), *line[1:]] for line in rows()]  # noqa: PTH119
    found = plan(write_table(elsewhere, lines), audio=str(sounds))
    assert counts(found) == SIX_CELLS
    with pytest.raises(SourceError, match=r"no column names files that are there.*add --audio DIR"):
        plan(write_table(elsewhere, lines))


def test_names_with_another_ending_or_none_are_found_and_that_is_reported(plan, sounds):
    for ending in (".flac", ""):
        lines = [[line[0].replace(".wav", ending), *line[1:]] for line in rows()]
        found = plan(write_table(sounds, lines))
        assert counts(found) == SIX_CELLS
        assert any("with another ending" in note for note in found.notes)


def test_blanks_and_case_of_labels_mean_nothing_and_rows_without_one_are_counted(plan, sounds):
    lines = [
        [path, label.upper() if i % 2 else f" {label} ", speaker] for i, (path, label, speaker) in enumerate(rows())
    ]
    lines[0][1] = "   "
    found = plan(write_table(sounds, lines))
    assert counts(found) == SIX_CELLS - Counter({("anna", "anger"): 1})
    assert dict(found.dropped) == {"have no label": 1}


def test_rows_that_say_the_same_twice_are_one_and_counted(plan, sounds):
    found = plan(write_table(sounds, [*rows(), *rows()[:3]]))
    assert (counts(found), dict(found.dropped)) == (SIX_CELLS, {"repeat another row": 3})


def test_two_labels_for_one_sound_are_refused_unless_they_are_of_parts_of_it(plan, sounds):
    twice = [*rows(), ["wav/anna_sad_1.wav", "angry", "anna"]]
    (problem,) = plan(write_table(sounds, twice)).problems
    assert "2 rows give the same sound different labels" in problem
    assert "wav/anna_sad_1.wav: sad" in problem
    parts = [[*line, "", ""] for line in rows()[1:]]
    parts += [
        ["wav/anna_angry_1.wav", "angry", "anna", "0", "0,12"],
        ["wav/anna_angry_1.wav", "sad", "anna", "0.12", "0.25"],
    ]
    lines = [[f'"{cell}"' for cell in line] for line in parts]
    found = plan(write_table(sounds, lines, head="file,emotion,speaker,start,end"))
    first = found.table[found.table.path == "anna_angry_1.wav"]
    assert first[["utterance_id", "start", "end"]].to_numpy().tolist() == [
        ["anna_angry_1_0000000_0000120", "0.0", "0.12"],
        ["anna_angry_1_0000120_0000250", "0.12", "0.25"],
    ]


@pytest.mark.parametrize("times", [("0.05", "0.05"), ("-1", "0.1"), ("0", "7")])
def test_times_outside_of_their_file_are_refused(plan, sounds, times):
    lines = [[*line, "", ""] for line in rows()]
    lines[0][3:] = times
    (problem,) = plan(write_table(sounds, lines, head="file,emotion,speaker,start,end")).problems
    assert "1 rows have times that are not inside their file: row 2." in problem


def test_times_in_milliseconds_are_those_of_a_column_named_so(plan, sounds):
    lines = [[*line, "0", "100"] for line in rows()]
    found = plan(write_table(sounds, lines, head="file,emotion,speaker,start_ms,end_ms"))
    assert set(found.table.end) == {"0.1"}


def test_files_that_are_missing_or_no_sound_are_refused_or_dropped_by_option(plan, sounds):
    (sounds / "wav/anna_sad_1.wav").unlink()
    (sounds / "wav/anna_sad_2.wav").write_text("no sound")
    table = write_table(sounds, rows())
    missing, unreadable = plan(table).problems
    assert "1 rows name a file that is not there" in missing
    assert missing.endswith("or leave them out: add --drop missing.")
    assert "1 rows name a file that is no sound" in unreadable
    found = plan(table, drop=("missing", "unreadable"))
    assert (found.problems, sum(found.dropped.values()), len(found.table)) == ((), 2, 10)


def test_a_speaker_in_some_rows_only_is_refused_with_three_ways_out(plan, sounds):
    lines = rows()
    lines[3][2] = ""
    table = write_table(sounds, lines)
    (problem,) = plan(table).problems
    assert problem.startswith("1 rows have no speaker: row 5. Complete the column, add --speakers unknown")
    assert len(plan(table, drop=("speakerless",)).table) == 11
    assert plan(table, speakers="unknown").table.speaker.isna().all()


def test_without_speakers_the_columns_that_could_be_them_are_named(plan, sounds):
    (problem,) = plan(write_table(sounds, rows(), head="file,emotion,Sprecher")).problems
    assert "no column has the speakers" in problem
    assert "add --column speaker=Sprecher" in problem
    assert "--speakers unknown" in problem


def test_a_speaker_of_its_own_in_every_row_is_none(plan, sounds):
    lines = [[*line[:2], f"s{i}"] for i, line in enumerate(rows())]
    (problem,) = plan(write_table(sounds, lines)).problems
    assert "another one in every row" in problem


def test_two_columns_of_emotions_that_differ_are_refused_and_alike_ones_are_one(plan, sounds):
    alike = [[*line, line[1].title()] for line in rows()]
    assert plan(write_table(sounds, alike, head="file,emotion,speaker,label")).taken["emotion"].column == "emotion"
    alike[0][3] = "Sad"
    with pytest.raises(SourceError, match=r"emotion, label\. State which one: add --column emotion=emotion or"):
        plan(write_table(sounds, alike, head="file,emotion,speaker,label"))


def test_a_column_that_is_not_there_is_reported_with_the_nearest(plan, sounds):
    with pytest.raises(SourceError, match=r"--column emotion=emotoin: no such column. Did you mean 'emotion'"):
        plan(write_table(sounds, rows()), column={"emotion": "emotoin"})
    with pytest.raises(SourceError, match=r"--column emoton=.*Did you mean 'emotion'"):
        plan(write_table(sounds, rows()), column={"emoton": "emotion"})


def test_a_row_of_another_width_is_named(plan, sounds):
    with pytest.raises(SourceError, match="row 3 has 4 fields, but there are 3 columns"):
        plan(write_table(sounds, [rows()[0], [*rows()[1], "x"]]))


def test_other_columns_are_cleaned_and_what_is_not_understood_is_reported(plan, sounds):
    other = ["F", "Dev", "3,5", "en-GB", "hello, you"]
    lines = [[f'"{cell}"' for cell in (*line, *other)] for line in rows()]
    lines[0][3] = '"diverse"'
    head = "file,emotion,speaker,sex,partition,Arousal,language,text"
    found = plan(write_table(sounds, lines, head=head))
    assert found.table[["gender", "split", "activation", "language", "transcript"]].iloc[1].tolist() == [
        *("female", "validation", "3.5", "en", "hello, you")
    ]
    assert "gender: 1 values are not understood and left empty: diverse" in found.notes


@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet"])
def test_other_tables_say_the_same(plan, sounds, kind):
    records = [dict(zip(("file", "emotion", "speaker"), line, strict=True)) for line in rows()]
    file = sounds / f"labels.{kind}"
    if kind == "parquet":
        pd.DataFrame(records).to_parquet(file)
    elif kind == "json":
        file.write_text(json.dumps(records))
    else:
        file.write_text("\n".join(map(json.dumps, records)))
    assert counts(plan(file)) == SIX_CELLS


def test_thousands_of_rows_are_read_in_seconds(plan, tmp_path):
    one = write(tmp_path, "wav/s0_angry_0.wav")
    lines = []
    for i in range(2000):
        name = f"wav/s{i % 50}_{'angry' if i % 2 else 'sad'}_{i}.wav"
        if not (tmp_path / name).exists():
            os.link(one, tmp_path / name)
        lines.append([name, "angry" if i % 2 else "sad", f"s{i % 25}"])
    began = time.perf_counter()
    found = plan(write_table(tmp_path, lines))
    assert (len(found.table), found.chosen.section) == (2000, {"kind": "speaker_kfold", "folds": 5})
    assert time.perf_counter() - began < 20


def test_no_name_stands_for_two_roles():
    names = [name for words in COLUMN_NAMES.values() for name in words.split()]
    assert len(names) == len(set(names))


def test_the_unicode_text_of_excel_is_utf_16(plan, sounds):
    assert counts(plan(write_table(sounds, rows(), separator="\t", encoding="utf-16"))) == SIX_CELLS


def test_bytes_that_are_no_text_are_reported(plan, sounds):
    for content in (
        b"file,emotion\n\0\0\0\0",
        b"file,emotion\nwav/1.wav,sad\0ness\n",
        "file,emotion\n".encode("utf-32"),
    ):
        (sounds / "cut.csv").write_bytes(content)
        with pytest.raises(SourceError, match="zero bytes"):
            plan(sounds / "cut.csv")
    (sounds / "cut.parquet").write_bytes(b"PAR1")
    with pytest.raises(SourceError, match="not Parquet"):
        plan(sounds / "cut.parquet")


def test_an_open_quote_does_not_swallow_the_rows_behind_it(plan, sounds):
    lines = [[*line, '"no' if number == 3 else "no"] for number, line in enumerate(rows())]
    with pytest.raises(SourceError, match="begins with a quote must end with one"):
        plan(write_table(sounds, lines, head="file,emotion,speaker,transcript"))


def test_a_speaker_whose_number_went_through_a_column_with_gaps_is_one_speaker(plan, sounds):
    numbers = {"anna": ("1", "1.0"), "bert": ("2.0", "2"), "carl": ("v3.0", "v3.0")}
    lines = [[path, emotion, numbers[who][number % 2]] for number, (path, emotion, who) in enumerate(rows())]
    assert set(plan(write_table(sounds, lines)).table.speaker) == {"1", "2", "v3.0"}


@pytest.mark.parametrize("nobody", ["nan", "NA", "None", "", "unknown"])
def test_what_programs_write_for_an_empty_cell_is_no_speaker(plan, sounds, nobody):
    lines = [[path, emotion, nobody if who == "carl" else who] for path, emotion, who in rows()]
    found = plan(write_table(sounds, lines))
    assert len(found.problems) == 1
    assert found.problems[0].startswith("4 rows have no speaker")


@pytest.mark.parametrize(("role", "value"), [("speaker", "carl"), ("split", "test")])
def test_a_sound_of_two_speakers_or_parts_is_refused(plan, sounds, role, value):
    lines = [[*line, "train"] for line in rows()]
    other = dict(zip(("file", "emotion", "speaker", "split"), lines[0], strict=True)) | {role: value}
    found = plan(write_table(sounds, [*lines, list(other.values())], head="file,emotion,speaker,split"))
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"2 rows give the same sound another {role}: row 2, row 14")


def test_labels_that_mean_nothing_are_one_problem_and_none_of_the_speakers(plan, sounds):
    lines = [[path, "c1" if emotion == "sad" else "c2", who] for path, emotion, who in rows()]
    (problem,) = plan(write_table(sounds, lines)).problems
    assert problem.startswith("2 labels mean no class beyond doubt")


def test_empty_cells_are_shown_in_the_preview(plan, sounds, capsys):
    lines = [[path, emotion, "" if number == 0 else who] for number, (path, emotion, who) in enumerate(rows())]
    show_import(plan(write_table(sounds, lines)))
    assert "wav/anna_angry_1.wav  angry  –" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"drop": ("mising",)}, "--drop mising: expected 'missing'"),
        ({"language": "german"}, "--language german: expected two small letters"),
        ({"audio": "/no/such"}, "--audio /no/such: no such folder"),
    ],
)
def test_a_value_that_an_option_does_not_have_is_refused(options, message):
    with pytest.raises(SourceError, match=message):
        options_of("labels.csv", options)


def test_a_folder_of_several_tables_names_them(plan, sounds):
    for name in ("a.csv", "b.csv"):
        write_table(sounds, rows(), name=name)
    for number, sound in enumerate(sorted((sounds / "wav").iterdir())):
        sound.rename(sound.with_stem(f"recording {number}"))
    with pytest.raises(SourceError, match=r"Or did you mean a table that is in it: .*/a\.csv, .*/b\.csv\?"):
        plan(sounds)


def test_fields_of_an_object_are_columns_and_what_is_nested_deeper_is_named(plan, sounds):
    content = {
        f"utterance {number}": {
            **{"wav": {"file": "{data_root}/" + path, "start": 0, "stop": 2000, "at": {"x": 1}}, "length": 0.125},
            **{"emo": emotion, "spk_id": speaker, "embedding": [0.5, 1.5]},
        }
        for number, (path, emotion, speaker) in enumerate(rows())
    }
    file = sounds / "train.json"
    file.write_text(json.dumps(content))
    found = plan(file, times="samples")
    assert {tuple(row) for row in found.table[["start", "end"]].to_numpy()} == {("0.0", "0.125")}
    assert set(found.table.speaker) == {"anna", "bert", "carl"}
    assert "columns of lists and structures are not read: embedding, wav.at" in found.notes


def test_a_list_of_words_is_the_labels_of_several_raters(plan, sounds):
    """Each by itself, a word of no class too; of the words of a transcript they are a sentence."""
    lines = [
        {"file": path, "speaker": who, "emotion": [label, None, label, "moody"], "text": ["kids", "are", "talking"]}
        for path, label, who in rows()
    ]
    file = sounds / "labels.json"
    file.write_text(json.dumps([lines[0] | {"emotion": []}, *lines[1:]]))
    found = plan(file, votes="keep", label={"moody": "drop"})
    assert set(found.table.emotion) == {"angry", "sad"}
    assert {len(json.loads(own)) for own in found.table.votes} == {3}
    assert set(found.table.transcript) == {"kids are talking"}
    assert found.dropped == {"have no label": 1}
    file.write_text(json.dumps([line | {"emotion": "angry/sad"} for line in lines]))
    assert plan(file, votes="keep").tally.counts.startswith("24 votes on 12 sounds"), "no list of labels: as in a table"


def test_a_table_of_a_database_is_no_option_for_a_csv(plan, sounds):
    table = write_table(sounds, rows())
    with pytest.raises(SourceError, match=r"--table segments: .*labels.csv is none \(no db.yaml\)\. Leave it out"):
        plan(table, table=("segments",))


def test_a_part_that_ends_a_rounding_behind_its_file_is_cut_to_it_and_one_that_ends_later_is_refused(plan, sounds):
    lines = [[*line, "0", "0.25"] for line in rows()]  # each file has 0.25 s

    def ending(at: str):
        lines[0][4] = at
        return plan(write_table(sounds, lines, head="file,emotion,speaker,start,end"))

    assert set(ending("0.299").table.end) == {"0.25"}
    (problem,) = ending("0.301").problems
    assert "1 rows have times that are not inside their file: row 2." in problem
