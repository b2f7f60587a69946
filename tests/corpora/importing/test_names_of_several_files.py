"""Names in a table that several files have: folders decide which is meant, or the row is refused."""

import shutil

from tests.corpora.importing.conftest import rows, write_table


def test_a_name_that_several_folders_have_is_refused_with_all_its_files(plan, sounds):
    again = sounds / "wav/more/anna_sad_1.wav"
    again.parent.mkdir()
    shutil.copy(sounds / "wav/anna_sad_1.wav", again)
    lines = [[line[0].rpartition("/")[2], *line[1:]] for line in rows()]
    (problem,) = plan(write_table(sounds, lines)).problems
    assert "1 rows name several files" in problem
    assert str(again) in problem and str(sounds / "wav/anna_sad_1.wav") in problem
    found = plan(write_table(sounds, lines), drop=("missing",))
    assert (found.problems, dict(found.dropped), len(found.table)) == ((), {"name several files": 1}, 11)


def test_folders_before_a_name_and_those_given_decide_which_of_several_files_is_meant(plan, sounds):
    for folder in ("first", "second"):
        (sounds / f"wav/{folder}").mkdir()
        shutil.copy(sounds / "wav/anna_sad_1.wav", sounds / f"wav/{folder}/anna_sad_1.wav")
    (sounds / "wav/anna_sad_1.wav").unlink()
    lines = [[line[0].rpartition("/")[2], *line[1:]] for line in rows()]
    given = plan(write_table(sounds, lines), audio=str(sounds / "wav/second"))
    (place,) = (number for number, line in enumerate(lines) if line[0] == "anna_sad_1.wav")
    lines[place][0] = "first/anna_sad_1.wav"
    written = plan(write_table(sounds, lines))
    for found, folder in ((given, "second"), (written, "first")):
        assert (found.problems, len(found.table)) == ((), 12)
        assert sum(f"{folder}/anna_sad_1.wav" in path for path in found.table.path) == 1


def test_where_every_name_is_that_of_several_files_all_rows_are_refused(plan, sounds):
    shutil.copytree(sounds / "wav", sounds / "again")
    lines = [[line[0].rpartition("/")[2], *line[1:]] for line in rows()]
    assert "12 rows name several files" in " ".join(plan(write_table(sounds, lines)).problems)
