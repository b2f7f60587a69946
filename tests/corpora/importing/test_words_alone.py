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
    rows += [["d2", "0", "carl", "why", "sad"], ["d2", "1", "dora", "so what", "angry"]]
    table = write_table(tmp_path, rows, head="Dialogue_ID,Utterance_ID,Speaker,Utterance,Emotion")
    found = plan(table, audio="none")
    assert list(found.table.utterance_id) == ["row_1", "row_2", "row_3", "row_4"]
    assert list(found.table.group) == ["d1", "d1", "d2", "d2"]
    assert list(found.table.transcript) == ["oh no", "no way", "why", "so what"], "as MELD calls its column of words"
    given = plan(table, audio="none", column={"path": "Utterance_ID"})
    assert any("give the same sound different labels" in problem for problem in given.problems)


def test_rows_without_words_or_without_a_label_are_left_out_and_counted(plan, tmp_path):
    rows = [*SAID, ["x1", "anna", "", "angry", ""], ["x2", "anna", "so", "", ""]]
    found = plan(write_table(tmp_path, rows, head=HEAD), audio="none")
    assert len(found.table) == 12
    assert dict(found.dropped) == {"have no label": 1, "have no words": 1}


def test_a_table_without_words_is_refused_and_one_without_sound_is_told_how(plan, tmp_path, said):
    table = write_table(tmp_path, [row[:2] + row[3:4] for row in SAID], head="id,speaker,emotion", name="bare.csv")
    with pytest.raises(SourceError, match=r"no column has the name of one of words.*add --column transcript=COLUMN"):
        plan(table, audio="none")
    with pytest.raises(SourceError, match=r"no column names files that are there.*words alone, add --audio none"):
        plan(said)
    with pytest.raises(SourceError, match="--pattern reads names of files, but with --audio none there are none"):
        plan(said, audio="none", pattern="{speaker}_{emotion}")
