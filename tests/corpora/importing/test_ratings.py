"""Ratings of a table: their scale, their raters; and what else stands in the row of one rater alone."""

from pathlib import Path

import pytest

from ser_tasks.corpora.imported import label_maps
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import rows, write_table

HEAD = "file,emotion,speaker"


def rated(sounds: Path, values: list[str], *, head: str = "valence") -> Path:
    """The twelve sounds, with these ratings in turn."""
    lines = [[*line, values[place % len(values)]] for place, line in enumerate(rows())]
    return write_table(sounds, lines, head=f"{HEAD},{head}")


def by_raters(sounds: Path, first: list[tuple[str, ...]], *, head: str) -> Path:
    """The first sound by these raters, all others by one."""
    one, *others = rows()
    width = len(head.split(","))
    lines = [[*one[:1], *mine[:1], one[2], *mine[1:]] for mine in first]
    plain = [[*line, "r1", *[""] * (width - 1)] for line in others]
    return write_table(sounds, lines + plain, head=f"{HEAD},{head}")


@pytest.mark.parametrize(
    ("scale", "given", "expected"),
    [("1:7", ["1", "4", "7"], ["1.0", "3.0", "5.0"]), ("-1:1", ["-1", "0", "0,5"], ["1.0", "3.0", "4.0"])],
)
def test_ratings_are_mapped_from_the_scale_that_is_given_to_one_to_five(plan, sounds, scale, given, expected):
    found = plan(rated(sounds, [f'"{value}"' for value in given]), scale=scale)
    assert not found.problems
    assert set(found.table.valence) == set(expected)
    assert any(f"mapped from {scale} to 1:5" in note for note in found.notes)


def test_ratings_outside_of_their_scale_are_a_question_and_not_cut(plan, sounds):
    table = rated(sounds, ["1.5", "6.5"])
    (problem,) = plan(table).problems
    assert "valence: 6 of 12 ratings are outside of 1 to 5, the first is 6.5 (row 3)" in problem
    assert "all are 1.5 to 6.5" in problem and "--scale LOWEST:HIGHEST" in problem
    assert not plan(table, scale="1:7").problems
    (problem,) = plan(table, scale="1:6").problems
    assert "outside of 1 to 6" in problem


def test_ratings_within_one_to_five_are_taken_and_the_preview_shows_their_span(plan, sounds):
    found = plan(rated(sounds, ["1.5", "4.75"], head="arousal"))
    assert not found.problems
    assert "ratings: activation 1.5 to 4.75 in 12 rows; taken as of 1 to 5" in " ".join(found.notes)


@pytest.mark.parametrize("scale", ["7", "7:1", "a:b", "1:1", "1:7:9"])
def test_a_scale_that_is_none_is_refused_with_an_example(plan, sounds, scale):
    with pytest.raises(SourceError, match=r"expected its lowest and highest value, as 1:7 or -1:1"):
        plan(rated(sounds, ["2"]), scale=scale)


def test_a_scale_without_ratings_is_a_problem(plan, sounds):
    assert any(
        "no column has ratings" in problem for problem in plan(write_table(sounds, rows()), scale="1:7").problems
    )


def test_each_rater_counts_once_in_the_mean_and_one_without_a_label_counts_too(plan, sounds):
    """r1 rates twice, 1 and 3; r2 4; r3 names no emotion, and rates 3: the mean is of 2, 4 and 3."""
    first = [("angry", "r1", "1"), ("angry", "r1", "3"), ("sad", "r2", "4"), ("", "r3", "3"), ("angry", "r4", "")]
    found = plan(by_raters(sounds, first, head="rater,valence"), votes="majority")
    own = found.table.set_index("path").loc["anna_angry_1.wav"]
    assert (own.emotion, own.valence) == ("angry", "3.0")


def test_raters_who_write_a_time_differently_rate_the_same_sound(plan, sounds):
    """And who took how long to rate it is no place in it."""
    raters = [("angry", "r1", "2", "0", "0.2", "3.1"), ("angry", "r2", "3.6", "0.0", "0.20", "9")]
    raters.append(("sad", "r3", "4", "0", "0.2", ""))
    one, *others = rows()
    lines = [[one[0], mine[0], one[2], *mine[1:]] for mine in raters]
    lines += [[*line, "r1", "", "0", "0.2", "1"] for line in others]
    table = write_table(sounds, lines, head=f"{HEAD},rater,valence,start,end,duration")
    found = plan(table, votes="majority", column={"duration": "none"}).table.set_index("path")
    assert found.loc["anna_angry_1.wav"].valence == "3.2"


def test_rows_of_nobody_known_with_other_ratings_are_a_question(plan, sounds):
    one, *others = rows()
    table = write_table(sounds, [[*one, "1"], [*one, "4"], *([*line, "3"] for line in others)], head=f"{HEAD},valence")
    assert any("the same sound another valence" in problem for problem in plan(table).problems)
    found = plan(table, votes="majority").table.set_index("path")
    assert found.loc["anna_angry_1.wav"].valence == "2.5"


def test_what_the_row_of_one_rater_alone_states_is_kept(plan, sounds):
    head = "rater,transcript,gender,group,turn"
    first = [("angry", "r1", "", "", "", ""), ("angry", "r2", "go away", "f", "d1", "3")]
    own = plan(by_raters(sounds, first, head=head), votes="keep").table.set_index("path").loc["anna_angry_1.wav"]
    assert (own.transcript, own.gender, own.group, own.turn) == ("go away", "female", "d1", "3")


def test_two_transcripts_of_a_sound_are_a_problem(plan, sounds):
    first = [("angry", "r1", "go away"), ("angry", "r2", "stay")]
    problems = plan(by_raters(sounds, first, head="rater,transcript"), votes="keep").problems
    assert any("the same sound another transcript" in problem for problem in problems)


def test_a_spelling_that_never_wins_counts_for_its_class_when_votes_are_kept(plan, sounds):
    first = [("angry", "r1"), ("angry", "r2"), ("wut", "r3"), ("confused", "r4"), ("confused", "r5")]
    first += [("angry", "r6"), ("calm", "r7")]
    found = plan(by_raters(sounds, first, head="rater"), votes="keep")
    assert found.description.labels == {"angry": "anger", "sad": "sadness", "wut": "anger"}
    assert [*label_maps(found.description.labels)] == ["two_classes"]
    note = "votes for labels of no class here, kept and not counted: calm (1), confused (2)"
    assert any(note in own for own in found.notes)
    stated = plan(by_raters(sounds, first, head="rater"), votes="keep", label={"confused": "sadness"})
    assert stated.description.labels["confused"] == "sadness"
    majority = plan(by_raters(sounds, first, head="rater"), votes="majority")
    assert set(majority.description.labels) == {"angry", "sad"}, "where votes are not kept, none is counted later"


def test_turns_order_the_utterances_of_a_dialog(plan, sounds):
    table = write_table(
        sounds, [[*line, "d1", f"{12 - place}.0"] for place, line in enumerate(rows())], head=f"{HEAD},dialog,turn_id"
    )
    found = plan(table)
    assert found.taken["turn"].column == "turn_id"
    assert sorted(map(int, found.table.turn)) == [*range(1, 13)]


def test_ratings_without_labels_are_a_corpus_when_it_is_stated_that_there_are_none(plan, sounds):
    lines = [[path, speaker, str(place % 5 + 1)] for place, (path, _, speaker) in enumerate(rows())]
    table = write_table(sounds, lines, head="file,speaker,arousal")
    with pytest.raises(SourceError, match=r"no column holds emotions.*ratings of valence.*--column emotion=none"):
        plan(table)
    found = plan(table, column={"emotion": "none"})
    assert not found.problems
    assert (len(found.table), found.presets, found.description.labels) == (12, ("no_classes",), {})
    assert found.chosen.section == {"kind": "loso"}
    assert any("models of classes cannot" in note for note in found.notes)


def test_without_ratings_a_column_of_emotions_cannot_be_left_out(plan, sounds):
    with pytest.raises(SourceError, match="no column holds emotions"):
        plan(write_table(sounds, rows()), column={"emotion": "none"})
