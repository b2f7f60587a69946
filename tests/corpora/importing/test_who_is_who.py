"""One voice under two codes would stand on both sides of a split. Oracle: codes read by hand."""

import pytest

from ser_tasks.corpora.catalogue.emodb import CORPUS as EMODB
from ser_tasks.corpora.corpus import Parsed, Utterance
from ser_tasks.corpora.imported import imported_corpus
from ser_tasks.corpora.speaker_codes import alike, code_findings, joined
from tests.corpora.conftest import write
from tests.corpora.importing.conftest import rows, write_table
from tests.corpora.test_imported import ser  # noqa: F401 - a fixture


@pytest.mark.parametrize(
    "codes",
    [
        *(("03", "3"), ("spk03", "SPK03"), ("A 1", "A1"), ("３", "3"), ("spk_3", "spk003"), ("Jörg", "Jo\u0308rg")),
        *(("Ann-Sr", "ann sr."), ("s\u200b1", "s1"), ("٣", "3"), ("F03b", "f3B"), ("000", "0")),
    ],
)
def test_codes_that_differ_in_zeros_case_or_blanks_are_alike(codes):
    assert alike([*codes, "other"]) == [tuple(sorted(codes))]


@pytest.mark.parametrize(
    "codes",
    [
        *(("10", "1"), ("104", "14"), ("s1_1", "s11"), ("1-01", "11"), ("A1", "B1"), ("spk3", "3"), ("3a", "3b")),
        *(("00000540", "00005040"), ("Ann", "Anna"), ("José", "Jose"), ("कि", "के")),
    ],
)
def test_codes_that_differ_in_more_are_not(codes):
    assert alike(codes) == []


def test_the_most_frequent_spelling_stands_for_all_and_of_equals_the_first():
    assert joined({"3": 5, "03": 2, "003": 2, "4": 1}) == {"003": "3", "03": "3", "3": "3"}
    assert joined({"b1": 2, "B1": 2}) == {"B1": "B1", "b1": "B1"}


def in_two_spellings() -> list[list[str]]:
    """Speakers 1, 2 and 3, the last one with zeros in half of her rows."""
    numbers = {"anna": "1", "bert": "2", "carl": "3"}
    lines = [[path, emotion, numbers[who]] for path, emotion, who in rows()]
    return [[*line[:2], "03"] if line[2] == "3" and "sad" in line[0] else line for line in lines]


def test_a_voice_under_two_codes_is_a_question(plan, sounds):
    table = write_table(sounds, in_two_spellings())
    (problem,) = plan(table).problems
    assert problem.startswith("2 speakers differ in zeros, case or blanks only: '03' (2 rows) and '3' (2 rows).")
    assert problem.endswith("add --speakers join; or that they are different people: add --speakers apart.")
    one, two = plan(table, speakers="join"), plan(table, speakers="apart")
    assert (one.problems, set(one.table.speaker)) == ((), {"1", "2", "03"})
    assert "speakers joined: 3 -> 03" in one.notes
    assert (two.problems, set(two.table.speaker)) == ((), {"1", "2", "3", "03"})
    assert any("kept apart, as given" in note for note in two.notes)
    assert plan(table, speakers="unknown").problems == ()


def test_the_same_sound_under_two_spellings_of_its_speaker_is_one_if_joined(plan, sounds):
    again = [[*line[:2], "03"] for line in in_two_spellings() if line[2] == "3"]
    found = plan(write_table(sounds, [*in_two_spellings(), *again]), speakers="join")
    assert (found.problems, len(found.table)) == ((), 12)


def test_raters_rows_that_spell_the_speaker_of_a_sound_in_two_ways_are_that_question_too(plan, sounds):
    lines = [
        [*line[:2], f"{'0' * number}{'abc'.index(line[2][0]) + 1}", f"r{number}"]
        for line in rows()
        for number in (0, 1)
    ]
    (problem,) = plan(write_table(sounds, lines, head="file,emotion,speaker,rater")).problems
    assert problem.startswith("6 speakers differ in zeros, case or blanks only")


def test_codes_with_and_without_zeros_in_file_names_are_of_one_shape(plan, tmp_path):
    for number, code in enumerate(["01", "1", "2"] * 4):
        write(tmp_path, f"{code}_{'angry' if number < 6 else 'sad'}_{'x' * number}y.wav")
    (problem,) = plan(tmp_path).problems
    assert problem.startswith("2 speakers differ in zeros, case or blanks only: '01' (4 rows) and '1' (4 rows)")


def test_two_codes_given_as_two_people_are_not_both_of_one_recording(plan, sounds):
    again = [[*line[:2], "03"] for line in in_two_spellings() if line[2] == "3"]
    found = plan(write_table(sounds, [*in_two_spellings(), *again]), speakers="apart")
    assert found.problems[0].startswith("4 rows give the same sound another speaker")


def test_sessions_and_groups_that_are_spelt_alike_are_noted(plan, sounds):
    lines = [[*line, f"{'0' * (i % 2)}{line[2]}"] for i, line in enumerate(rows())]
    found = plan(write_table(sounds, [[*line[:3], line[3].replace("0anna", "ANNA")] for line in lines],
                             head="file,emotion,speaker,session"))  # fmt: skip
    assert any(note.startswith("2 sessions differ") and "'ANNA' (2 rows) and 'anna'" in note for note in found.notes)


def test_options_of_speakers_are_stored_and_the_check_reports_what_is_left(ser, sounds):  # noqa: F811
    table = write_table(sounds, in_two_spellings())
    for given, speakers in (("join", "3: 03 (4), 1 (4), 2 (4)"), ("apart", "4: 03 (2), 1 (4), 2 (4), 3 (2)")):
        done = ser("import", table, "--name", given, "--speakers", given)
        assert done.exit_code == 0, done.output
        assert speakers in ser("import", given, "--dry-run").output  # again, without a word
    assert "differ in zeros" not in ser("check", "join").output
    assert "note    speakers      2 codes differ" in ser("check", "apart").output
    assert imported_corpus(sounds / "project/data/imported/apart.yaml").speakers_apart


def test_the_check_warns_of_any_corpus_whose_speakers_are_spelt_alike():
    said = [Utterance(code, code, Parsed(code, None, "anger", None, None)) for code in ("03", "3", "4")]
    (finding,) = code_findings(EMODB, said)
    assert (finding.level, finding.topic) == ("warning", "speakers")
    assert finding.text.startswith(
        "2 codes differ in zeros, case or blanks only: '03' and '3'; if they are one speaker"
    )
    assert code_findings(EMODB, said[1:]) == []
