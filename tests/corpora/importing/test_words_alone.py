"""Tables of words without sound: `--audio none`. Oracle: the rows of the table itself."""

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import write_table

SAID = [
    [f"{speaker}{number}", speaker, words, emotion, "0.5"]
    for speaker in ("anna", "bert", "carl")
    for number, (words, emotion) in enumerate([("stop it now", "angry"), ("nothing is left", "sad")] * 2)
]
HEAD = "id,speaker,text,emotion,start"


@pytest.fixture
def said(tmp_path):
    return write_table(tmp_path, SAID, head=HEAD)


def test_every_row_is_an_utterance_with_its_words_and_its_id_and_no_sound(plan, said):
    found = plan(said, audio="none")
    assert not found.problems
    assert found.sounds is None
    assert list(found.table.utterance_id) == sorted(row[0] for row in SAID)
    by_id = found.table.set_index("utterance_id")
    for name, speaker, words, emotion, _ in SAID:
        one = by_id.loc[name]
        assert (one.speaker, one.transcript, one.emotion) == (speaker, words, emotion)
        assert (one.path, one.start, one.end) == (None, None, None), "a time of no file is none"
    assert found.section["speaker_independent"] == {"kind": "loso"}
    assert "start" not in found.taken


def test_without_a_column_of_ids_the_rows_are_named_by_their_number(plan, tmp_path):
    table = write_table(tmp_path, [row[1:4] for row in SAID], head="speaker,text,emotion")
    found = plan(table, audio="none")
    assert list(found.table.utterance_id) == [f"row_{number:02}" for number in range(1, 13)]
    assert list(found.table.transcript) == [row[2] for row in SAID]
    assert "utterances are text alone, named by the number of their row" in found.notes
    again = plan(write_table(tmp_path, SAID, head=HEAD), audio="none", column={"path": "none"})
    assert list(again.table.utterance_id) == list(found.table.utterance_id)


def test_the_same_words_with_another_label_are_another_utterance(plan, tmp_path):
    rows = [["anna", "oh", "angry"], ["anna", "oh", "sad"], ["bert", "oh", "angry"], ["bert", "oh", "sad"]]
    found = plan(write_table(tmp_path, rows, head="speaker,text,emotion"), audio="none")
    assert (len(found.table), found.problems, dict(found.dropped)) == (4, (), {})


def test_rows_of_one_id_are_the_votes_of_its_raters(plan, tmp_path):
    rows = [
        [name, speaker, "oh", label, rater]
        for name, speaker in (("u1", "anna"), ("u2", "bert"), ("u3", "carl"))
        for rater, label in (("r1", "angry"), ("r2", "angry" if name != "u3" else "sad"), ("r3", "sad"))
    ]
    table = write_table(tmp_path, rows, head="utterance_id,speaker,text,emotion,rater")
    found = plan(table, audio="none", votes="majority")
    labels = dict(zip(found.table.utterance_id, found.table.emotion, strict=True))
    assert labels == {"u1": "angry", "u2": "angry", "u3": "sad"}


def test_ids_that_begin_anew_in_every_dialogue_name_no_utterance_unless_they_are_given(plan, tmp_path):
    rows = [["d1", "0", "anna", "oh no", "angry"], ["d1", "1", "bert", "no way", "sad"]]
    rows += [["d2", "0", "anna", "why", "sad"], ["d2", "1", "bert", "so what", "angry"]]
    table = write_table(tmp_path, rows, head="Dialogue_ID,Utterance_ID,Speaker,Utterance,Emotion")
    (question,) = [text for text in plan(table, audio="none").problems if "groups hold" not in text]
    assert "Utterance_ID names no utterances by itself: 2 rows repeat the id of another, 0 have none" in question
    found = plan(table, audio="none", column={"path": "none"})
    assert not [text for text in found.problems if "groups hold" not in text], "speakers share dialogues here"
    assert list(found.table.utterance_id) == ["row_1", "row_2", "row_3", "row_4"]
    assert list(found.table.group) == ["d1", "d1", "d2", "d2"]
    assert list(found.table.transcript) == ["oh no", "no way", "why", "so what"], "as MELD calls its column of words"
    given = plan(table, audio="none", column={"path": "Utterance_ID"})
    assert any("give the same sound different labels" in problem for problem in given.problems)


RATED = [
    [name, speaker, words, label]
    for name, speaker, words in (("u1", "anna", "oh no"), ("u2", "bert", "why not"), ("u3", "anna", "so what"))
    for label in ("angry", "sad", "sad" if name == "u2" else "angry")
]


def test_ids_may_recur_where_votes_are_asked_for_and_the_words_need_to_stand_once(plan, tmp_path):
    rows = [
        [name, speaker, "" if place % 3 else words, label] for place, (name, speaker, words, label) in enumerate(RATED)
    ]
    table = write_table(tmp_path, rows, head="id,speaker,text,emotion")
    found = plan(table, audio="none", votes="majority")
    assert not found.problems
    assert dict(zip(found.table.utterance_id, found.table.emotion, strict=True)) == {
        "u1": "angry",
        "u2": "sad",
        "u3": "angry",
    }
    assert list(found.table.transcript) == ["oh no", "why not", "so what"]
    assert not found.dropped
    (question,) = [text for text in plan(table, audio="none").problems if "names no utterances" in text]
    assert "6 rows repeat the id of another, 0 have none" in question
    assert "add --column path=id --votes majority" in question


def test_ids_of_ratings_are_no_ids_of_utterances(plan, tmp_path):
    rows = [[str(number), *row, f"r{number % 3}"] for number, row in enumerate(RATED)]
    table = write_table(tmp_path, rows, head="id,clip,speaker,text,emotion,rater")
    assert plan(table, audio="none", votes="majority").taken["path"].column == "clip"
    bare = write_table(tmp_path, [[row[0], *row[2:]] for row in rows], head="id,speaker,text,emotion,rater")
    (question,) = plan(bare, audio="none", votes="majority").problems
    assert "each row has an id of its own (id), but rows of raters share that of their utterance" in question


def test_other_words_under_one_id_are_refused(plan, tmp_path):
    rows = [[*row[:2], "something else" if place == 1 else row[2], row[3]] for place, row in enumerate(RATED)]
    table = write_table(tmp_path, rows, head="id,speaker,text,emotion")
    (problem,) = plan(table, audio="none", votes="majority").problems
    assert "3 rows give the same sound another transcript" in problem


def test_ids_stay_as_they_are_spelt(plan, tmp_path):
    ids = ["http://x//1", "http:/x/1", "a/", "a", "./b", "b"]
    rows = [[name, f"s{place % 3}", f"words {place}", ("angry", "sad")[place % 2]] for place, name in enumerate(ids)]
    found = plan(write_table(tmp_path, rows, head="id,speaker,text,emotion"), audio="none")
    assert not found.problems
    assert sorted(found.table.utterance_id) == sorted(ids)


def test_equal_utterances_are_noted(plan, tmp_path):
    rows = [row[1:4] for row in SAID]
    found = plan(write_table(tmp_path, rows, head="speaker,text,emotion"), audio="none")
    assert any(note.startswith("6 utterances have words, speaker and label of another.") for note in found.notes)


def test_rows_without_words_or_without_a_label_are_left_out_and_counted(plan, tmp_path):
    rows = [*SAID, ["x1", "anna", "", "angry", ""], ["x2", "anna", "so", "", ""]]
    found = plan(write_table(tmp_path, rows, head=HEAD), audio="none")
    assert len(found.table) == 12
    assert dict(found.dropped) == {"have no label": 1, "have no words": 1}


def test_a_table_without_words_is_refused_and_one_without_sound_is_told_how(plan, tmp_path, said):
    table = write_table(tmp_path, [row[:2] + row[3:4] for row in SAID], head="id,speaker,emotion", name="bare.csv")
    with pytest.raises(SourceError, match=r"no column has the name of one of words.*add --column transcript=COLUMN"):
        plan(table, audio="none")
    write_table(tmp_path, SAID, head="id,speaker,text,emotion", name="other.csv")
    with pytest.raises(
        SourceError, match=r"is a folder, but words alone stand in a table\. Name the table: .*bare\.csv"
    ):
        plan(tmp_path, audio="none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match=r"Name the table, and there is none in it\."):
        plan(tmp_path / "empty", audio="none")
    with pytest.raises(SourceError, match=r"no column names files that are there.*words alone, add --audio none"):
        plan(said)
    with pytest.raises(SourceError, match="--pattern reads names of files, but with --audio none there are none"):
        plan(said, audio="none", pattern="{speaker}_{emotion}")


def test_ids_that_differ_in_case_or_blanks_alone_are_a_question(plan, tmp_path):
    lines = ["id,text,emotion,speaker,rater"]
    for who in "abc":
        for take in range(4):
            one = f"{who} {take}"
            lines += [f"{one},go {take},{('angry', 'sad')[take % 2]},{who},r{rater}" for rater in (1, 2)]
    lines[2] = lines[2].replace("a 0", "A  0")
    (tmp_path / "said.csv").write_text("\n".join(lines) + "\n")
    problems = plan(tmp_path / "said.csv", audio="none", votes="majority").problems
    assert any("1 ids stand there in several spellings" in own and "'a 0' = 'A  0'" in own for own in problems)
    (tmp_path / "said.csv").write_text("\n".join(lines).replace("A  0", "a 0") + "\n")
    assert not plan(tmp_path / "said.csv", audio="none", votes="majority").problems


def test_a_speaker_of_whom_no_words_are_left_is_named(plan, tmp_path):
    lines = [[*row[:2], "" if row[1] == SAID[0][1] else row[2], *row[3:]] for row in SAID]
    found = plan(write_table(tmp_path, lines, head=HEAD), audio="none")
    gone = [row for row in SAID if row[1] == SAID[0][1]]
    assert found.dropped["have no words"] == len(gone)
    assert any(f"no utterance has words, and who are left out with them: {SAID[0][1]}" in own for own in found.notes)
