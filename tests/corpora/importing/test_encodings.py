"""Tables in encodings that do not say what they are. Oracle: the words, which Python's codecs encoded."""

import json
import re
from pathlib import Path

import pytest

from pipelines.commands.import_corpus import show_import
from ser_tasks.corpora.importing.encoding import ENCODINGS
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import rows, write_table

WORDS = {  # encoding -> what the speakers say
    "windows-1252": ("schönes Wetter", "nous étions à l’hôtel", "mañana no", "größer"),
    "windows-1251": ("сегодня тепло", "да", "я не знаю", "Добрый вечер"),
    "shift_jis": ("今日は暖かい", "はい", "わかりません", "コーヒー"),
    "euc-kr": ("오늘은 따뜻해요", "네", "몰라요", "좋은 저녁"),
    "gb18030": ("今天很暖和", "是", "我不知道", "晚上好"),
    "euc_jp": ("今日は暖かい", "はい", "わかりません", "コーヒー"),
    "big5": ("今天很暖和", "是", "我不知道", "來喝咖啡"),
    "windows-1250": ("dziś jest ciepło", "żółty", "nie wiem", "dobry wieczór"),
    "iso-8859-2": ("dziś jest ciepło", "żółty", "nie wiem", "dobry wieczór"),
    "windows-1254": ("bugün hava güzel", "ışık", "şimdi değil", "iyi akşamlar"),
    "windows-1253": ("σήμερα κάνει ζέστη", "ναι", "δεν ξέρω", "καλησπέρα"),
    "windows-1255": ("היום חם", "כן", "אני לא יודע", "ערב טוב"),
    "windows-1256": ("الجو دافئ اليوم", "نعم", "لا أعرف", "مساء الخير"),
    "windows-1257": ("šiandien šilta", "ačiū", "nežinau", "labas rytas ąžuole"),
    "koi8-r": ("сегодня тепло", "да", "я не знаю", "Добрый вечер"),
    "mac_roman": ("schönes Wetter", "äußerst", "mañana no", "größer"),
    "cp850": ("schönes Wetter", "äußerst", "mañana no", "größer"),
    "cp866": ("сегодня тепло", "да", "я не знаю", "Добрый вечер"),
}


def table(root, words, encoding, *, head="file,emotion,speaker,text"):
    lines = [[*line, words[number % len(words)]] for number, line in enumerate(rows())]
    return write_table(root, lines, head=head, encoding=encoding)


def transcripts(found) -> set[str]:
    return set(found.table.transcript)


@pytest.mark.parametrize("name", ENCODINGS)
def test_words_are_read_as_they_were_written_and_the_encoding_is_reported(plan, sounds, name):
    found = plan(table(sounds, WORDS[name], ENCODINGS[name].codec))
    assert transcripts(found) == set(WORDS[name])
    assert (found.problems, found.format) == ((), f"table with a comma between fields, {name}")
    (note,) = found.notes
    assert note.startswith(f"read as {name}, by its letters: ")
    assert note.endswith("Add --encoding NAME")


def test_the_page_lists_all_of_them():
    page = (Path(__file__).parents[3] / "docs/import.md").read_text(encoding="utf-8")
    table = page.split("| Encoding |")[1].split("\n\n")[0]
    listed = re.findall(r"`([a-z][^`]*)`", table)
    assert set(listed) == {*ENCODINGS, "utf-16"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_clean_utf_8_is_not_guessed_at(plan, sounds, encoding):
    every = {word for words in WORDS.values() for word in words}
    for words in WORDS.values():
        found = plan(table(sounds, words, encoding))
        assert transcripts(found) == set(words) & every
        assert (found.notes, found.format) == ((), "table with a comma between fields")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_mark_or_its_zeros(plan, sounds, encoding):
    found = plan(table(sounds, WORDS["windows-1251"], encoding))
    assert transcripts(found) == set(WORDS["windows-1251"])
    assert found.format.endswith(f", {encoding}")


def test_a_line_of_windows_1252_in_a_table_of_utf_8_leaves_the_others_alone(plan, sounds):
    path = table(sounds, WORDS["windows-1251"], "utf-8")
    lines = path.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace("сегодня тепло".encode(), "schön".encode("cp1252"))
    path.write_bytes(b"".join(lines))
    found = plan(path)
    assert transcripts(found) == {*WORDS["windows-1251"], "schön"}
    assert found.notes[0].startswith("read as utf-8, but for 1 lines of windows-1252: ")


def test_a_given_encoding_is_used_without_remark(plan, sounds):
    path = table(sounds, ("ГНЕВ",), "cp1251")  # four letters could be much
    found = plan(path, encoding="windows-1251")
    assert (transcripts(found), found.notes) == ({"ГНЕВ"}, ())
    assert found.description.options["encoding"] == "windows-1251"


@pytest.mark.parametrize(("given", "written"), [("gb2312", "gb18030"), ("shift_jis", "cp932")])
def test_the_name_of_a_smaller_set_means_what_windows_writes_under_it(plan, sounds, given, written):
    words = {"gb18030": "喆", "cp932": "①"}[written]
    with pytest.raises(UnicodeEncodeError):
        words.encode(given)
    assert transcripts(plan(table(sounds, (words,), written), encoding=given)) == {words}


def test_labels_that_may_have_been_read_wrongly_are_refused_with_the_encoding(plan, sounds):
    labels = {"angry": "злой", "sad": "грусть"}
    lines = [[path, labels[emotion], who] for path, emotion, who in rows()]
    path = write_table(sounds, lines, encoding="cp1251")
    (problem,) = plan(path).problems
    assert "'злой' (6 rows), 'грусть' (6 rows)" in problem
    assert "The table was read as windows-1251. If these are not its words" in problem
    assert problem.endswith("add --encoding NAME.")
    (problem,) = plan(write_table(sounds, lines)).problems
    assert "encoding" not in problem
    with pytest.raises(SourceError, match=r"no column holds emotions that are known here.*read as windows-1251"):
        plan(write_table(sounds, lines, head="file,x,speaker", encoding="cp1251"))


def test_another_encoding_that_fits_as_well_is_named(plan, sounds):
    (note,) = plan(table(sounds, ("今天天气很好",), "gb18030")).notes  # each character is a common one in both
    other = "今天天气很好".encode("gb18030").decode("euc_jp")
    assert note == f"read as gb18030, by its letters: 今天天气很好 (or euc_jp: {other}). Is it not? Add --encoding NAME"


def test_names_of_files_are_found_in_any_encoding(plan, sounds):
    for number, sound in enumerate(sorted((sounds / "wav").iterdir())):
        sound.rename(sound.with_stem(f"запись {number}"))
    lines = [[f"wav/запись {number}.wav", *line[1:]] for number, line in enumerate(rows())]
    assert len(plan(write_table(sounds, lines, encoding="cp1251")).table) == 12


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("klingon", "--encoding klingon: no such encoding. There are: utf-8, utf-16, windows-1252"),
        ("base64", "--encoding base64: no such encoding"),
        ("utf-8", "labels.csv: at line 2, no text in utf-8: .* add --encoding NAME"),
    ],
)
def test_an_encoding_that_is_none_or_does_not_fit_is_refused(plan, sounds, given, message):
    with pytest.raises(SourceError, match=message):
        plan(table(sounds, WORDS["windows-1251"], "cp1251"), encoding=given)


def test_an_encoding_of_what_is_no_table_is_refused(plan, sounds):
    with pytest.raises(
        SourceError, match=r"--encoding cp1251: .* is no table of text \(folder of sounds.*Leave it out"
    ):
        plan(sounds / "wav", encoding="cp1251", pattern="{speaker}_{emotion}_{_}")


def test_the_preview_shows_the_words_and_the_encoding(plan, sounds, capsys):
    show_import(plan(table(sounds, WORDS["windows-1251"], "cp1251")))
    printed = capsys.readouterr().out
    assert "fields, windows-1251" in printed
    assert "angry  anna  сегодня тепло" in printed


def test_json_lines_may_be_in_another_encoding(plan, sounds):
    keys = ("file", "emotion", "speaker", "text")
    records = [dict(zip(keys, [*line, "я не знаю"], strict=True)) for line in rows()]
    text = "\n".join(json.dumps(one, ensure_ascii=False) for one in records)
    (sounds / "labels.jsonl").write_bytes(text.encode("cp1251"))
    assert transcripts(plan(sounds / "labels.jsonl")) == {"я не знаю"}
