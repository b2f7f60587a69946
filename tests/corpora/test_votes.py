"""Votes of raters as counts. Oracles: lines of label files counted by hand; listeners who mishear nothing."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.synthesis import listeners
from ser_tasks.corpora.synthesis.corpus import EMOTIONS, votes, votes_of_corpus
from ser_tasks.corpora.synthesis.tracks import CORRELATES
from ser_tasks.corpora.utterances import SCHEMA
from ser_tasks.corpora.votes import class_votes, read_votes, vote_table, votes_of_raters, write_votes
from ser_tasks.errors import UserError
from ser_tasks.params import DemoParams

HEAD = '"","A","D","F","H","N","S","fileName","numResponses","agreement","emoVote"\n'
LINES = (  # as released, without the columns on levels
    '"100001",0,0,0,1,10,0,"1001_IEO_NEU_XX",11,0.909090909090909,"N"\n'
    '"100004",2,0,0,6,2,0,"1001_IEO_HAP_HI",10,0.6,"H"\n'
    '"307442",0,6,1,0,0,2,"1001_IEO_NEU_XX",9,0.666666666666667,"D"\n'
)
DEMO = DemoParams(speakers=3, utterances_per_emotion=2, difficulty=0.5, seed=0)


def table_of(rows: dict[str, list[tuple[str, list[str]]]]) -> pa.Table:
    """An utterance table with the votes of raters: utterance -> (rater, labels)."""
    cast = [[{"rater": who, "labels": labels, "comment": ""} for who, labels in own] for own in rows.values()]
    schema = pa.schema([SCHEMA.field("utterance_id"), SCHEMA.field("votes")])
    return pa.table({"utterance_id": list(rows), "votes": cast}, schema=schema)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, encoding="utf-8")


def by_name(table) -> dict[str, dict[str, int]]:
    return {row.pop("utterance_id"): {k: v for k, v in row.items() if v} for row in table.to_dict("records")}


def test_a_rater_has_one_vote_and_one_with_several_labels_is_counted_apart():
    rows = {
        "b": [("1", ["Excited"]), ("2", ["Happiness"]), ("3", ["Excited"])],
        "a": [("1", ["Anger", "Frustration"]), ("2", ["anger"]), ("3", [])],
        "nobody": [],
    }
    table = votes_of_raters(table_of(rows))
    assert by_name(table) == {"a": {"anger": 1, "several": 1}, "b": {"excitement": 2, "happiness": 1}}
    assert list(table.utterance_id) == ["a", "b"]


def test_what_the_speakers_of_iemocap_say_of_themselves_does_not_count():
    raters = [("E2", ["Neutral state"]), ("E3", ["Other"]), ("E4", ["Excited", "Happiness"]), ("F1", ["Neutral"])]
    found = CORPORA["iemocap"].votes(Path("nowhere"), table_of({"Ses01F_impro01_F000": [*raters, ("E3", [])]}))
    assert by_name(found) == {"Ses01F_impro01_F000": {"neutral": 1, "other": 1, "several": 1}}


def test_primary_emotions_of_msp_podcast_are_called_as_its_labels_are():
    words = ("Angry", "Sad", "Happy", "Surprise", "Fear", "Disgust", "Contempt", "Neutral", "Other")
    found = CORPORA["msp_podcast"].votes(Path("nowhere"), table_of({"t": [(w, [w]) for w in words]}))
    labels = {"anger", "sadness", "happiness", "surprise", "fear", "disgust", "contempt", "neutral", "other"}
    assert by_name(found) == {"t": dict.fromkeys(labels, 1)}


def test_votes_of_cremad_are_those_on_the_voice_of_the_clips_that_are_here(tmp_path):
    write(tmp_path / "processedResults" / "tabulatedVotes.csv", HEAD + LINES)
    here = table_of({"1001_IEO_NEU_XX": [], "1001_IEO_SAD_LO": []})
    assert by_name(CORPORA["cremad"].votes(tmp_path, here)) == {"1001_IEO_NEU_XX": {"happiness": 1, "neutral": 10}}
    assert CORPORA["cremad"].votes(tmp_path / "processedResults" / "none", here).empty


def test_the_clip_of_cremad_that_is_misnamed_has_its_votes_however_the_table_spells_it(tmp_path):
    for spelt in ("1040_ITH_SAD_X", "1040_ITH_SAD_XX"):
        write(tmp_path / "tabulatedVotes.csv", f'{HEAD}"100001",0,0,0,0,2,7,"{spelt}",9,0.7,"S"\n')
        found = CORPORA["cremad"].votes(tmp_path, table_of({"1040_ITH_SAD_X": []}))
        assert by_name(found) == {"1040_ITH_SAD_X": {"neutral": 2, "sadness": 7}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + LINES + LINES, r":5: found '1001_IEO_NEU_XX', expected each clip once for the voice"),
        (HEAD + LINES.replace("10,0", "x,0"), r":2: found '1001_IEO_NEU_XX', expected a number as 100001, and six"),
        (HEAD + LINES.replace('"100001"', '"1"'), r":2: .*expected a number as 100001, and six counts"),
        (HEAD.replace('"S",', "") + LINES, r":1: .*expected the columns S too"),
    ],
)
def test_a_line_of_cremad_that_is_none_is_refused_with_its_place(tmp_path, text, message):
    write(tmp_path / "tabulatedVotes.csv", text)
    with pytest.raises(CorpusError, match=r"tabulatedVotes\.csv" + message):
        CORPORA["cremad"].votes(tmp_path, table_of({"1001_IEO_NEU_XX": []}))


def test_listeners_guess_where_nothing_is_shown():
    cast = listeners.votes(CORRELATES["anger"], 1.0, np.random.default_rng(0))
    assert len(cast) > 1


def test_listeners_who_mishear_nothing_all_take_an_emotion_for_what_it_is(monkeypatch):
    monkeypatch.setattr(listeners, "EAR", 0.0)
    for emotion, manner in CORRELATES.items():
        assert listeners.votes(manner, 0.0, np.random.default_rng(0)) == {emotion: listeners.LISTENERS}


def test_votes_on_the_demo_corpus_are_six_each_and_stay_when_the_corpus_grows():
    cast = votes_of_corpus(DEMO)
    assert len(cast) == 3 * len(EMOTIONS) * 2
    assert {sum(own.values()) for own in cast.values()} == {listeners.LISTENERS}
    larger = votes_of_corpus(DEMO.model_copy(update={"speakers": 4, "utterances_per_emotion": 3}))
    assert cast == {name: larger[name] for name in cast}
    assert cast["demo-m02-sadness-02"] == votes(1, "sadness", 1, DEMO)


def test_listeners_of_the_demo_corpus_disagree_more_where_less_is_shown():
    def agreed(difficulty: float) -> float:
        cast = votes_of_corpus(DemoParams(speakers=6, utterances_per_emotion=5, difficulty=difficulty, seed=0))
        return float(np.mean([own.get(name.split("-")[2], 0) for name, own in cast.items()])) / listeners.LISTENERS

    assert agreed(0.2) > 0.85
    assert 0.6 < agreed(0.5) < 0.8
    assert agreed(1.0) == pytest.approx(1 / len(EMOTIONS), abs=0.05), "nothing is shown: they guess"


def test_votes_are_counted_by_the_classes_of_a_preset_and_others_are_outside(tmp_path):
    table = vote_table({"a": {"excitement": 2, "other": 1}, "b": {"happiness": 1, "sadness": 3}}, {"b": 1})
    write_votes(table, tmp_path / "c.parquet")
    found = class_votes(
        read_votes(tmp_path / "c.parquet"),
        ["b", "nobody", "a"],
        class_of_label={"excitement": "happiness", "happiness": "happiness", "sadness": "sadness"},
        classes=("happiness", "sadness"),
    )
    assert found.counts.tolist() == [[1, 3], [0, 0], [2, 0]]
    assert (found.outside.tolist(), found.several.tolist()) == ([0, 0, 1], [1, 0, 0])


def test_votes_on_no_class_and_a_missing_table_are_refused_with_what_to_do(tmp_path):
    with pytest.raises(UserError, match=r"none of the 1 utterances has a vote for anger; the table of votes has other"):
        class_votes(vote_table({"a": {"other": 2}}), ["a"], class_of_label={"anger": "anger"}, classes=("anger",))
    with pytest.raises(UserError, match=r"no such table of votes. Make it: ser repro votes@mine"):
        read_votes(tmp_path / "mine.parquet")
