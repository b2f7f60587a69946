"""Several raters for a sound. Oracle: votes counted by hand; agreement is held against papers in test_agreement.py."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ser_tasks.corpora.corpus import Vote
from ser_tasks.corpora.imported import imported_corpus
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.reading import read_corpus
from ser_tasks.corpora.utterances import write_utterances
from tests.corpora.importing.conftest import rows, write_table
from tests.corpora.test_imported import ser  # noqa: F401 - a fixture

TIE, DISPUTED = "wav/anna_angry_1.wav", "wav/bert_sad_1.wav"


def votes_on(path: str, emotion: str) -> list[str]:
    """Three votes: on one sound each another, on one sound two of three, else all alike."""
    return {TIE: ["angry", "sad", "happy"], DISPUTED: ["sad", "Happy", "joy"]}.get(path, [emotion] * 3)


def by_rater() -> list[list[str]]:
    """A row for each rater and sound."""
    return [
        [path, vote, who, f"r{number}", str(number)]
        for path, emotion, who in rows()
        for number, vote in enumerate(votes_on(path, emotion), 1)
    ]


HEAD = "file,emotion,speaker,annotator,arousal"


def labels(found) -> dict[str, str]:
    return dict(zip("wav/" + found.table.path, found.table.emotion, strict=True))


def test_raters_who_differ_are_a_question_with_their_counts_and_agreement(plan, sounds):
    (problem,) = plan(write_table(sounds, by_rater(), head=HEAD)).problems
    assert "36 votes on 12 sounds: 10 agreed, 1 by majority, 1 tied" in problem
    assert "Krippendorff's alpha 0." in problem
    assert "add --votes majority" in problem
    assert "--votes keep" in problem


def test_the_class_with_most_votes_is_the_label_and_a_tie_is_left_out_and_counted(plan, sounds):
    found = plan(write_table(sounds, by_rater(), head=HEAD), votes="majority")
    assert (found.problems, len(found.table)) == ((), 11)
    assert dict(found.dropped) == {"have a tie of their raters (--votes keep keeps them, without a class)": 1}
    assert labels(found)[DISPUTED] == "Happy"  # Happy and joy are one class, and a majority only together
    assert TIE not in labels(found)
    assert set(found.table.activation) == {"2.0"}  # the mean of 1, 2, 3
    assert "votes" not in found.table


def test_votes_that_are_kept_stand_in_the_table_and_a_tie_has_no_class(plan, sounds):
    found = plan(write_table(sounds, by_rater(), head=HEAD), votes="keep")
    assert (found.problems, len(found.table), dict(found.dropped)) == ((), 12, {})
    assert labels(found)[TIE] == "no agreement"
    assert found.description.dropped == ["no agreement"]
    kept = dict(zip("wav/" + found.table.path, map(json.loads, found.table.votes), strict=True))
    assert kept[TIE] == [["r1", "angry"], ["r2", "sad"], ["r3", "happy"]]


def test_rows_that_contradict_each_other_are_votes_only_by_option(plan, sounds):
    table = write_table(sounds, [line[:3] for line in by_rater()])
    (problem,) = plan(table).problems
    assert "6 rows give the same sound different labels" in problem
    assert "If each row is the label of one rater: add --votes majority" in problem
    found = plan(table, votes="majority")
    assert found.tally.counts == "36 votes on 12 sounds: 10 agreed, 1 by majority, 1 tied"


def test_raters_who_all_agree_are_no_question(plan, sounds):
    lines = [[*line, rater] for line in rows() for rater in ("x", "y")]
    found = plan(write_table(sounds, lines, head="file,emotion,speaker,rater"))
    assert (found.problems, len(found.table)) == ((), 12)
    assert found.tally.agreement.startswith("Krippendorff's alpha 1.000 (nominal), Fleiss' kappa 1.000")


def test_a_rater_with_the_same_label_twice_has_one_vote(plan, sounds):
    lines = [[*line, rater] for line in rows() for rater in ("x", "x", "y")]
    found = plan(write_table(sounds, lines, head="file,emotion,speaker,rater"))
    assert found.tally.counts == "24 votes on 12 sounds: 12 agreed"


@pytest.mark.parametrize("between", [";", " / ", "|", " + ", ","])
def test_a_cell_may_hold_the_labels_of_several(plan, sounds, between):
    lines = [[path, f'"{between.join(votes_on(path, emotion))}"', who] for path, emotion, who in rows()]
    found = plan(write_table(sounds, lines), votes="majority")
    assert (found.problems, found.tally.counts) == ((), "36 votes on 12 sounds: 10 agreed, 1 by majority, 1 tied")


def test_one_label_beside_cells_of_two_may_be_what_all_agreed_on_so_no_agreement_is_computed(plan, sounds):
    lines = [[path, "sad;happy" if path == TIE else emotion, who] for path, emotion, who in rows()]
    found = plan(write_table(sounds, lines), votes="keep")
    assert (found.tally.counts, found.tally.agreement) == ("13 votes on 12 sounds: 1 tied, 11 by one vote alone", None)


def test_a_cell_that_is_one_label_after_all_is_given_a_class(plan, sounds):
    lines = [[path, "sad / happy" if emotion == "sad" else emotion, who] for path, emotion, who in rows()]
    table = write_table(sounds, lines)
    (problem, _) = plan(table).problems
    assert problem.endswith("If a cell such as 'sad / happy' is one label: add --label 'sad / happy=CLASS'.")
    given = plan(table, label={"sad / happy": "sadness"})
    assert (given.problems, given.tally) == ((), None)


def test_a_rater_of_several_labels_for_a_sound_gives_each_a_vote_and_is_left_out_of_agreement(plan, sounds):
    lines = [[*line, rater] for line in rows() for rater in "xy"]
    found = plan(write_table(sounds, [*lines, [*rows()[0][:1], "sad", "anna", "x"]], head="file,emotion,speaker,rater"),
                 votes="majority")  # fmt: skip
    assert found.tally.counts == "25 votes on 12 sounds: 11 agreed, 1 by majority"
    assert found.tally.agreement.endswith(
        "over 11 utterances with 2 votes each, without 1 of raters who gave several labels"
    )


def test_a_label_that_holds_a_sign_is_one_label_if_a_part_of_it_means_nothing(plan, sounds):
    lines = [[path, "sad/qqq" if path == TIE else emotion, who] for path, emotion, who in rows()]
    (problem,) = plan(write_table(sounds, lines)).problems
    assert "'sad/qqq' (1 row)" in problem
    given = plan(write_table(sounds, lines), label={"sad/qqq": "fear"})
    assert (given.problems, given.tally) == ((), None)


CLASSES = ("angry", "sad", "happy")


def in_columns(cells) -> list[list[str]]:
    return [[path, who, *cells(votes_on(path, emotion))] for path, emotion, who in rows()]


def counted(votes: list[str]) -> list[str]:
    return [str(sum(vote.lower().replace("joy", "happy") == name for vote in votes)) for name in CLASSES]


def test_columns_of_counts_are_votes(plan, sounds):
    table = write_table(sounds, in_columns(counted), head="file,speaker,angry,sad,happy")
    assert "36 votes on 12 sounds: 10 agreed, 1 by majority, 1 tied" in plan(table).problems[0]
    found = plan(table, votes="majority")
    assert (found.problems, labels(found)[DISPUTED]) == ((), "happy")
    assert found.taken["emotion"].why == "votes for each class"


@pytest.mark.parametrize("percent", [False, True])
def test_columns_of_shares_have_a_largest_one_and_no_raters(plan, sounds, percent):
    def shares(votes: list[str]) -> list[str]:
        given = {"sad": ["0.2", "0.7", "0.1"], "angry": ["0.5", "0.3", "0.2"]}.get(votes[0], [])
        cells = ["0.4", "0.4", "0.2"] if "joy" in votes else given
        return [str(round(100 * float(cell))) for cell in cells] if percent else cells

    table = write_table(sounds, in_columns(shares), head="file,speaker,angry,sad,happy")
    found = plan(table, votes="majority")
    assert (found.tally.counts, found.tally.agreement) == ("shares on 12 sounds: 11 by majority, 1 tied", None)
    assert dict(found.dropped) == {"have a tie of their raters": 1}
    assert "none can be kept. Add --votes majority" in plan(table, votes="keep").problems[0]


def test_one_column_for_each_class_with_a_single_one_in_a_row_is_a_label_and_no_vote(plan, sounds):
    lines = [[path, who, *counted([emotion])] for path, emotion, who in rows()]
    found = plan(write_table(sounds, lines, head="file,speaker,angry,sad,happy"))
    assert (found.problems, found.tally) == ((), None)
    assert labels(found) == {path: emotion for path, emotion, _ in rows()}


def test_a_column_of_numbers_beside_those_of_classes_is_a_problem(plan, sounds):
    lines = [[*line, "3" if line[0] == TIE else "0"] for line in in_columns(counted)]
    table = write_table(sounds, lines, head="file,speaker,angry,sad,happy,strange")
    with pytest.raises(SourceError, match=r"are strange beside them classes, too\?.*emotion=angry,sad,happy,strange"):
        plan(table)
    without = plan(table, votes="majority", column={"emotion": "angry,sad,happy"})
    assert without.tally.counts.endswith("1 tied")
    (problem,) = plan(table, votes="majority", column={"emotion": "angry,sad,happy,strange"}).problems
    assert "'strange' (1 row)" in problem
    with pytest.raises(SourceError, match=r"--column emotion=sadd: no such column\. Did you mean 'sad'"):
        plan(table, column={"emotion": "angry,sadd"})


def test_a_column_for_each_rater_is_offered_and_read(plan, sounds):
    lines = [[path, who, *votes_on(path, emotion)] for path, emotion, who in rows()]
    table = write_table(sounds, lines, head="file,speaker,r1,r2,r3")
    with pytest.raises(
        SourceError, match=r"if each is the label of a rater: add --column emotion=r1,r2,r3 --votes maj"
    ):
        plan(table)
    found = plan(table, votes="keep", column={"emotion": "r1,r2,r3"})
    assert (found.problems, found.tally.counts) == ((), "36 votes on 12 sounds: 10 agreed, 1 by majority, 1 tied")


def test_labels_that_lose_every_vote_need_no_class_and_may_be_given_one(plan, sounds):
    lines = [["hm" if cell == "joy" else cell for cell in line] for line in by_rater()]
    table = write_table(sounds, lines, head=HEAD)
    assert plan(table, votes="majority").table.emotion.isin(["angry", "sad"]).all()
    given = plan(table, votes="majority", label={"hm": "happiness"})
    assert (given.problems, len(given.table)) == ((), 11)
    assert labels(given)[DISPUTED] == "Happy"


def test_votes_for_recordings_with_one_label_each_are_a_problem(plan, sounds):
    found = plan(write_table(sounds, rows()), votes="majority")
    assert (found.problems, len(found.table)) == ((), 12)
    assert "--votes: every sound has one label, so nothing is voted on" in found.notes


@pytest.mark.parametrize("given", ["majority", "keep"])
def test_the_check_reports_the_agreement_over_all_recordings_ties_too(ser, sounds, given):  # noqa: F811
    done = ser("import", write_table(sounds, by_rater(), head=HEAD), "--name", "mine", "--votes", given)
    assert done.exit_code == 0, done.output
    (said,) = [line for line in done.output.splitlines() if "Krippendorff" in line]
    assert f"note    agreement     {said.strip()}" in ser("check", "mine").output
    before = {path.name: path.read_bytes() for path in Path("data/imported").iterdir()}
    again = ser("import", "data/imported/mine.csv", "--name", "mine", "--audio", sounds / "wav")
    assert again.exit_code == 0, again.output
    assert {path.name: path.read_bytes() for path in Path("data/imported").iterdir()} == before


def test_kept_votes_are_read_as_those_of_any_corpus_with_raters(ser, sounds):  # noqa: F811
    ser("import", write_table(sounds, by_rater(), head=HEAD), "--name", "mine", "--votes", "keep")
    corpus = imported_corpus(Path("data/imported/mine.yaml"))
    table = read_corpus(corpus, Path("data/corpora/mine"), Path("data/manifests/mine.csv")).set_index("utterance_id")
    assert [vote["labels"] for vote in map(dict, table.votes["bert_sad_1"])] == [("sad",), ("Happy",), ("joy",)]
    assert {type(vote) for one in corpus.read(Path("data/corpora/mine"), corpus.listed(Path("data/corpora/mine")))
            for vote in one.parsed.votes} == {Vote}  # fmt: skip
    write_utterances(table.reset_index(), Path("mine.parquet"))
    counts = corpus.votes(Path("data/corpora/mine"), pq.read_table("mine.parquet")).set_index("utterance_id")
    assert {label: n for label, n in counts.loc["bert_sad_1"].items() if n} == {"sad": 1, "Happy": 1, "joy": 1}


def test_a_corpus_that_was_imported_with_the_majority_alone_has_no_votes(ser, sounds):  # noqa: F811
    ser("import", write_table(sounds, by_rater(), head=HEAD), "--name", "mine", "--votes", "majority")
    assert imported_corpus(Path("data/imported/mine.yaml")).votes is None
