"""Tables without a line of names: the first recording is one as all others. Oracle: the files of the fixture."""

import pytest

from ser_tasks.corpora.importing.read_table import is_row
from tests.corpora.importing.conftest import rows, write_table

NUMBERED = {"speaker": "column 3"}


def nameless(root, lines, **options):
    return write_table(root, lines[1:], head=",".join(lines[0]), **options)


@pytest.mark.parametrize(
    "path", ["{}", "D:\\rec\\{}", "/their/machine/{}", "{}.flac", "{}.mp3", "sub/{}"], ids=lambda path: path
)
@pytest.mark.parametrize("known", [True, False])
def test_the_first_recording_is_kept_whatever_its_path_and_labels_look_like(plan, sounds, path, known):
    codes = {"angry": "W7", "sad": "T5"}
    lines = []
    for name, emotion, who in rows():
        stem = name.removeprefix("wav/").removesuffix(".wav")
        cell = path.format(stem) if "." in path else path.format(f"{stem}.wav")
        lines.append([cell, emotion if known else codes[emotion], who])
    label = {} if known else {"W7": "anger", "T5": "sadness"}
    column = NUMBERED | ({} if known else {"emotion": "column 2"})
    found = plan(nameless(sounds, lines, separator=";"), audio=str(sounds / "wav"), column=column, label=label)
    assert (len(found.table), found.problems) == (12, ())
    assert "without a line of names (column 1 to 3)" in found.format


def test_bare_names_without_endings_below_another_folder_are_recordings(plan, sounds):
    lines = [[name.removeprefix("wav/").removesuffix(".wav"), "AB"[e == "sad"], who] for name, e, who in rows()]
    found = plan(
        nameless(sounds, lines),
        audio=str(sounds / "wav"),
        column=NUMBERED | {"emotion": "column 2"},
        label={"A": "anger", "B": "sadness"},
    )
    assert (len(found.table), found.problems) == (12, ())


@pytest.mark.parametrize(
    ("first", "below"),
    [
        (["file", "emotion"], ["a.wav", "sad"]),
        (["Datei", "Gefühl"], ["a.wav", "sad"]),
        (["audio", "label"], ["audio.wav", "sad"]),  # beside a file of that name
        (["name", "anger", "sadness"], ["a.wav", "0.1", "0.9"]),  # soft labels
        (["file", "F/M"], ["a.wav", "F"]),
        (["0", "1", "2"], ["a.wav", "sad", "x"]),  # as pandas writes
        (["", "file", "emotion"], ["0", "a.wav", "sad"]),
        (["file", "neutral"], ["a.wav", "3"]),
    ],
)
def test_a_line_of_names_is_one(tmp_path, first, below):
    (tmp_path / "audio.wav").touch()
    assert not is_row(first, [below, below], [tmp_path])


def test_a_list_of_paths_alone_is_read_by_their_pattern(plan, sounds):
    path = sounds / "list.txt"
    path.write_text("".join(f"{line[0]}\n" for line in rows()), encoding="utf-8")
    found = plan(path, pattern="{_}/{speaker}_{emotion}_{_}")
    assert (len(found.table), found.problems) == (12, ())


def test_numbers_in_other_columns_are_no_names_of_files(plan, sounds):
    for number, sound in enumerate(sorted((sounds / "wav").iterdir())):
        sound.rename(sound.with_stem(f"{number}"))
    lines = [[f"{number}.wav", *line[1:], "1.5"] for number, line in enumerate(rows())]
    found = plan(nameless(sounds, lines), audio=str(sounds / "wav"), column=NUMBERED)
    assert (len(found.table), found.taken["path"].column) == (12, "column 1")
