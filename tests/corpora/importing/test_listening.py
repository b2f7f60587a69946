"""Tables that programs for listening experiments and annotation write: rows are answers, and people are listeners.

Their columns are those of Praat 6.3.07 (ExperimentMFC), PsychoPy 2026.2.5, jsPsych 8.3.0, Potato 2.12.1 and
doccano 1.8.4, of which each was run.
"""

import json
from pathlib import Path

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write

SOUNDS = ("anna_1", "anna_2", "bert_1", "bert_2")
ANSWERS = {  # of three raters on each sound; the majority is angry, sad, sad, angry
    "A": ("angry", "sad", "sad", "angry"),
    "B": ("angry", "angry", "sad", "sad"),
    "C": ("sad", "sad", "sad", "angry"),
}
COUNTS = "12 votes on 4 sounds: 1 agreed, 3 by majority"
HOW = {"pattern": "{speaker}_{_}.wav", "votes": "keep", "kind": "acted"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in SOUNDS:
        write(tmp_path, f"stim/{name}.wav", seconds=0.25)
    return tmp_path


def answers(head: str, row, *, separator: str = ",") -> str:
    """A line for each rater and sound, as `row` writes it of (rater, sound, answer)."""
    lines = [row(rater, name, said) for rater, own in ANSWERS.items() for name, said in zip(SOUNDS, own, strict=True)]
    return "\n".join([head, *lines]).replace(",", separator) + "\n"


def votes_of(found) -> list[list[list[str]]]:
    return [json.loads(cell) for cell in found.table.sort_values("path").votes]


def as_cast() -> list[list[list[str]]]:
    return [[[rater, own[place]] for rater, own in ANSWERS.items()] for place in range(4)]


def test_who_listened_is_asked_for_where_the_word_could_mean_who_speaks(plan, place):
    """In the columns that Praat writes."""
    file, audio, head = place / "results.tsv", str(place / "stim"), "subject,stimulus,response,goodness,reactionTime"
    file.write_text(answers(head, lambda rater, name, said: f"{rater},{name},{said},5,1.25", separator="\t"))
    message = (
        r"subject could be who listened, since stimulus, response, reactionTime .*rater=subject or .*speaker=subject"
    )
    with pytest.raises(SourceError, match=message):
        plan(file, audio=audio, **HOW | {"pattern": None})
    found = plan(file, audio=audio, column={"rater": "subject"}, **HOW)
    assert not found.problems
    assert found.tally.counts == COUNTS
    assert votes_of(found) == as_cast()
    assert set(found.table.speaker) == {"anna", "bert"}
    spoken = plan(file, audio=audio, column={"speaker": "subject"}, votes="majority")
    assert "rater" not in spoken.taken and any("--column rater=subject" in problem for problem in spoken.problems)


def test_a_session_and_a_gender_of_the_listener_are_not_those_of_the_recording(plan, place):
    file = place / "all.csv"
    head = "sound_file,emotion_resp,key_resp.rt,participant,session,gender"
    file.write_text(answers(head, lambda rater, name, said: f"stim/{name}.wav,{said},1.5,{rater},001,f"))
    found = plan(file, column={"rater": "participant"}, **HOW)
    assert not found.problems
    assert not {"session", "gender"} & set(found.taken)
    assert votes_of(found) == as_cast()


def test_a_table_of_each_rater_has_the_rater_in_its_name(plan, place):
    for rater, own in ANSWERS.items():
        lines = [f"stim/{name}.wav,{said},1.5" for name, said in zip(SOUNDS, own, strict=True)]
        (place / "answers").mkdir(exist_ok=True)
        (place / f"answers/{rater}.csv").write_text("\n".join(["sound_file,emotion_resp,rt", *lines]))
    with pytest.raises(SourceError, match=r"Or all, of a rater each: add --column 'rater=name of the table'"):
        plan(place / "answers", audio=str(place))
    found = plan(place / "answers", audio=str(place), column={"rater": "name of the table"}, **HOW)
    assert not found.problems
    assert votes_of(found) == as_cast()


def test_tables_written_one_behind_the_other_repeat_their_names(plan, place):
    head = "sound,emotion,who"
    parts = [
        "\n".join([head, *(f"stim/{name}.wav,{said},{rater}" for name, said in zip(SOUNDS, own, strict=True))])
        for rater, own in ANSWERS.items()
    ]
    (place / "all.csv").write_text("\n\ufeff".join(parts), encoding="utf-8-sig")
    found = plan(place / "all.csv", column={"rater": "who"}, **HOW)
    assert "its line of names 3 times" in found.format
    assert not found.problems
    assert votes_of(found) == as_cast()


@pytest.mark.parametrize("named", [True, False])
def test_columns_of_choices_in_rows_of_raters_are_votes_of_the_raters(plan, place, named):
    """A column for each choice, with its word where it was chosen, as Potato writes them."""
    file = place / "annotations.csv"
    file.write_text(
        answers(
            "instance_id,user_id,emotion.angry,emotion.sad",
            lambda rater, name, said: (
                f"{name},{rater},{'angry' if said == 'angry' else ''},{'sad' if said == 'sad' else ''}"
            ),
        )
    )
    column = {"emotion": "emotion.angry,emotion.sad"} | ({"rater": "user_id"} if named else {})
    found = plan(file, audio=str(place / "stim"), column=column, **HOW)
    assert not found.problems
    assert found.tally.counts == COUNTS
    if named:
        assert votes_of(found) == as_cast()
    assert [[label for _, label in own] for own in votes_of(found)] == [
        [label for _, label in own] for own in as_cast()
    ]


def test_a_rater_of_each_sound_alone_is_named_too(plan, place):
    chosen = ("A,angry,sad", "B,angry,", "C,,sad", "C,,sad")
    lines = [f"{name},{own}" for name, own in zip(SOUNDS, chosen, strict=True)]
    (place / "annotations.csv").write_text("\n".join(["instance_id,who,angry,sad", *lines]))
    column = {"emotion": "angry,sad", "rater": "who"}
    found = plan(place / "annotations.csv", audio=str(place / "stim"), column=column, **HOW)
    assert votes_of(found) == [[["A", "angry", "sad"]], [["B", "angry"]], [["C", "sad"]], [["C", "sad"]]]


@pytest.mark.parametrize("more", ["annotator,rt", "take"])
def test_a_subject_is_who_speaks_beside_raters_or_where_nobody_answers(plan, place, more):
    lines = [f"stim/{name}.wav,angry,{name[:4]},x{',1' * more.count(',')}" for name in SOUNDS[:2]]
    lines += [f"stim/{name}.wav,sad,{name[:4]},x{',1' * more.count(',')}" for name in SOUNDS[2:]]
    (place / "all.csv").write_text("\n".join([f"file,emotion,subject,{more}", *lines]))
    found = plan(place / "all.csv", kind="acted")
    assert not found.problems
    assert set(found.table.speaker) == {"anna", "bert"}


def test_ones_and_zeros_of_each_rater_are_choices_and_degrees_are_no_votes(plan, place):
    file = place / "sliders.csv"

    def write_with(chosen: str, column: dict[str, str]):
        head, number = "sound,who,angry,sad", {"angry": f"{chosen},0", "sad": "0,1"}
        file.write_text(answers(head, lambda rater, name, said: f"stim/{name}.wav,{rater},{number[said]}"))
        return plan(file, column=column, **HOW)

    found = write_with("1", {"rater": "who"})
    assert not found.problems
    assert (found.tally.counts, votes_of(found)) == (COUNTS, as_cast())
    for found in (write_with("4", {"rater": "who"}), write_with("1", {}), write_with("0.5", {"rater": "who"})):
        assert any("they are not how many raters chose a class" in problem for problem in found.problems)


def test_counts_in_one_row_for_each_sound_are_votes_as_before(plan, place):
    lines = [f"stim/{name}.wav,{place + 1},1" for place, name in enumerate(SOUNDS)]
    (place / "counts.csv").write_text("\n".join(["sound,angry,sad", *lines]))
    found = plan(place / "counts.csv", **HOW)
    assert found.tally.counts == "14 votes on 4 sounds: 3 by majority, 1 tied"


def test_ratings_in_rows_without_a_sound_are_named_as_not_read(plan, place):
    """Of a trial of its own, as jsPsych writes them."""
    rows = [
        row
        for rater, own in ANSWERS.items()
        for name, said in zip(SOUNDS, own, strict=True)
        for row in (
            {
                "rt": 40,
                "trial_type": "audio-button-response",
                "sound": f"stim/{name}.wav",
                "who": rater,
                "emotion": said,
            },
            {"rt": 45, "trial_type": "survey-likert", "response": {"arousal": 4}, "who": rater},
        )
    ]
    (place / "data.json").write_text(json.dumps(rows))
    column = {"rater": "who", "activation": "response.arousal"}
    found = plan(place / "data.json", column=column, scale="0:4", **HOW)
    assert not found.problems
    assert votes_of(found) == as_cast()
    assert any("activation: 12 of 12 ratings stand in rows without a sound: not read" in note for note in found.notes)


def test_labels_with_a_number_sign_between_them_are_several(plan, place):
    joined = ["#".join(own[place] for own in ANSWERS.values()) for place in range(4)]
    lines = [f"{number},{name}.wav,{cell}" for number, (name, cell) in enumerate(zip(SOUNDS, joined, strict=True))]
    (place / "all.csv").write_text("\n".join(["id,file,label", *lines]))
    found = plan(place / "all.csv", audio=str(place / "stim"), **HOW)
    assert found.tally.counts == COUNTS


def test_what_is_nested_too_deep_is_named_where_no_labels_are_found(plan, place):
    lines = [
        json.dumps({"instance_id": name, "user_id": "A", "labels": {"emotion": {"angry": "1"}}}) for name in SOUNDS
    ]
    (place / "annotations.jsonl").write_text("\n".join(lines))
    with pytest.raises(
        SourceError, match=r"no column holds emotions.*columns of lists and structures are not read: labels"
    ):
        plan(place / "annotations.jsonl", audio=str(place / "stim"))


def test_a_layer_of_values_is_no_label_track(plan, place):
    write(place, "talk/talk.wav", seconds=6.0)
    (place / "talk/talk.txt").write_text("0.430000000\t3\tangry\n1.990000000\t4\tsad\n3.960000000\t5\tangry\n")
    with pytest.raises(
        SourceError, match=r"talk\.txt: its second numbers are whole.*layer of values of Sonic Visualiser"
    ):
        plan(place / "talk", speakers="unknown")
    (place / "talk/talk.txt").write_text("0\t3\tangry\n3\t4\tsad\n4\t5\tangry\n")
    assert len(plan(place / "talk", speakers="unknown").table) == 3
