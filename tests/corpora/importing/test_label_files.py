"""Label files as WaveSurfer 1.8.8p5 saved the same two labels in its four formats, 0.5 to 1 s and 1.5 to 2.25 s."""

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

SPEAKERS = ("anna", "bert", "carl")
HOW = {"pattern": "{speaker}", "label": {"very sad": "sadness"}}
LABELS = "path,emotion,speaker\nanna.wav,angry,anna\nbert.wav,sad,bert\ncarl.wav,angry,anna\n"
WAVESURFER = "0.5000000 1.0000000 angry\n1.5000000 2.2500000 very sad\n"
HTK = "5000000 10000000 angry\n10000000 15000000 \n15000000 22500000 very sad\n"
TIMIT = "8000 16000 angry\n16000 24000 \n24000 36000 very sad\n"
ESPS = """signal talk
type 0
color 121
comment created using WaveSurfer Tue Dec 01 04:26:10 2026
font -misc-*-bold-*-*-*-15-*-*-*-*-*-*-*
separator ;
nfields 1
#
    0.500000  121\x20
    1.000000  121 angry
    1.500000  121\x20
    2.250000  121 very sad
"""


@pytest.fixture
def put(tmp_path):
    """Writes the same label file beside each of three recordings of 4 s, 16 kHz."""

    def put(text: str) -> None:
        for who in SPEAKERS:
            write(tmp_path, f"{who}.wav", seconds=4.0, rate=16_000)
            (tmp_path / f"{who}.lab").write_text(text)

    return put


@pytest.mark.parametrize("text", [WAVESURFER, HTK, TIMIT, ESPS], ids=["WaveSurfer", "HTK", "TIMIT", "ESPS"])
def test_all_four_formats_say_the_same(text, put, plan, tmp_path):
    put(text)
    found = plan(tmp_path, **HOW)
    assert not found.problems
    own = found.table[found.table.speaker == "anna"]
    assert [(float(row.start), float(row.end), row.emotion) for row in own.itertuples()] == [
        (0.5, 1.0, "angry"),
        (1.5, 2.25, "very sad"),
    ]
    assert len(found.table) == 2 * len(SPEAKERS)
    assert "begin with a label at 0 s" not in " ".join(found.notes)


def test_a_first_label_that_begins_at_zero_is_doubted_in_files_of_wavesurfer(put, plan, tmp_path):
    put(WAVESURFER.replace("0.5000000", "0.0000000", 1))
    assert "3 files of WaveSurfer begin with a label at 0 s" in " ".join(plan(tmp_path, **HOW).notes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 1 angry\n1 2 sad\n", "If they are s, write them with a decimal point"),
        ("0 90000000 angry\n", "neither as samples .TIMIT. nor as units of 100 ns"),
        ("0.5 1.0 angry\n1.0 1.5 sad\n1.5 2.0 sad\nsad\n", "line 4 is no label"),
    ],
)
def test_times_of_no_unit_and_lines_of_another_kind_are_refused(text, message, put, plan, tmp_path):
    put(text)
    with pytest.raises(SourceError, match=message):
        plan(tmp_path, **HOW)


def test_phones_of_no_use_stop_no_import(put, plan, tmp_path):
    """Of HTK, apart from their sounds, and longer than they are: emotions stand in a table, or in the names."""
    put("0 90000000 sil\n")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/dora.lab").write_text("0 2000000 sil\n")
    (tmp_path / "labels.csv").write_text(LABELS)
    found = plan(tmp_path)
    assert not found.problems
    assert {*found.table.path} == {f"{who}.wav" for who in SPEAKERS}
    assert "4 files of annotations are not read" in " ".join(found.notes)
    assert "4 of these cannot be read, the first: " in " ".join(found.notes)


def test_scores_of_htk_are_no_part_of_a_label(put, plan, tmp_path):
    put("5000000 10000000 angry -12.5\n15000000 22500000 sad -7.25\n")
    assert {*plan(tmp_path, pattern="{speaker}").table.emotion} == {"angry", "sad"}


def test_the_unit_of_whole_numbers_is_noted(put, plan, tmp_path):
    put(HTK)
    assert "3 label files have times in whole numbers" in " ".join(plan(tmp_path, **HOW).notes)


def test_a_lab_that_holds_words_is_no_label_file(put, plan, tmp_path):
    """As forced aligners want them: the names of the sounds are read."""
    put("it is eleven o'clock\n")
    for who in SPEAKERS:
        for emotion in ("angry", "sad"):
            write(tmp_path, f"{who}_{emotion}.wav", seconds=0.5)
        (tmp_path / f"{who}.wav").unlink()
    found = plan(tmp_path, pattern="{speaker}_{emotion}")
    assert len(found.table) == 6
    assert "annotations" not in " ".join(found.notes)


def test_labels_of_one_recording_in_two_files_are_noted(put, plan, tmp_path):
    put(WAVESURFER)
    for who in SPEAKERS[:2]:  # a label track of Audacity, rounded otherwise
        (tmp_path / f"{who}.txt").write_text("0.5\t1.001\tangry\n1.5\t2.251\tvery sad\n")
    notes = " ".join(plan(tmp_path, **HOW).notes)
    assert "2 recordings have labels in several files, each of which counts (anna.lab, anna.txt): leave" in notes
    for who in SPEAKERS:
        (tmp_path / f"{who}.lab").unlink()
    assert "several files" not in " ".join(plan(tmp_path, **HOW).notes)


def test_recordings_that_came_since_the_last_import_are_there(put, plan, tmp_path):
    put(HTK)
    sound = (tmp_path / "carl.wav").rename(tmp_path.parent / "carl.wav")
    with pytest.raises(SourceError, match=r"carl\.lab"):
        plan(tmp_path, **HOW)
    sound.rename(tmp_path / "carl.wav")
    assert {*plan(tmp_path, **HOW).table.speaker} == {*SPEAKERS}


def test_recordings_without_a_label_file_or_with_an_empty_one_are_named(put, plan, tmp_path):
    put(WAVESURFER)
    (tmp_path / "bert.lab").write_text("")
    (tmp_path / "carl.lab").unlink()
    notes = " ".join(plan(tmp_path, **HOW).notes)
    assert "2 recordings have no annotation and are not imported: bert.wav, carl.wav" in notes
    put(WAVESURFER)
    assert "no annotation" not in " ".join(plan(tmp_path, **HOW).notes)


def test_a_video_of_an_annotated_sound_is_no_recording_without_annotation(put, plan, tmp_path):
    put(WAVESURFER)
    (tmp_path / "anna.lab").unlink()
    (tmp_path / "anna.mp4").touch()
    (tmp_path / "talk.trs").write_text(
        '<?xml version="1.0"?><Trans audio_filename="anna.wav"><Topics><Topic id="a" desc="angry"/></Topics><Episode>'
        '<Section type="report" topic="a" startTime="0" endTime="1"><Turn startTime="0" endTime="1"><Sync time="0"/>x'
        "</Turn></Section></Episode></Trans>"
    )
    given = HOW | {"column": {"emotion": "emotion,topic"}}
    assert "no annotation" not in " ".join(plan(tmp_path, **given).notes)
