"""Tables that are called as the parts of a split, as train.csv, dev.csv, test.csv: one table."""

import json

import pytest

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import rows, write_table


@pytest.mark.parametrize("name", ["{}.csv", "mine_{}.csv", "{}_sent_emo.csv"])
def test_tables_of_parts_are_one_table_with_a_split(plan, sounds, name):
    for part, wanted in (("train", "anna"), ("dev", "bert"), ("test", "carl")):
        write_table(sounds, [line for line in rows() if line[2] == wanted], name=name.format(part))
    found = plan(sounds)
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {
        **{"train": {"anna"}, "validation": {"bert"}, "test": {"carl"}},
    }
    stated = [[*line, "train" if line[2] == "anna" else "test"] for line in rows()]
    for part in ("train", "dev", "test"):
        write_table(sounds, stated, name=name.format(part), head="file,emotion,speaker,subset")
    assert plan(sounds).taken["split"].column == "subset"


def test_tables_of_parts_with_other_columns_are_refused_and_those_of_no_part_are_named(plan, sounds):
    for part in ("train", "test"):
        write_table(sounds, [line for line in rows() if (line[2] == "carl") == (part == "test")], name=f"{part}.csv")
    write_table(sounds, rows(), name="all.csv")
    found = plan(sounds)
    assert (len(found.table), "not read beside these: all.csv" in found.notes) == (12, True)
    write_table(sounds, rows(), name="other_dev.csv")
    with pytest.raises(SourceError, match=r"did you mean a table that is in it|could be the speaker"):
        plan(sounds)
    (sounds / "other_dev.csv").unlink()
    write_table(sounds, [line for line in rows() if line[2] == "carl"], name="test.csv", head="File,Emotion,Speaker")
    with pytest.raises(SourceError, match=r"its columns \(.*\) are not those of"):
        plan(sounds)


def test_of_tables_of_parts_in_json_a_field_may_be_missing_and_left_out_rows_add_up(plan, sounds):
    def task(number: int, audio: str, speaker: str, label: str) -> dict:
        choice = {
            "id": "a",
            "from_name": "emotion",
            "to_name": "audio",
            "type": "choices",
            "value": {"choices": [label]},
        }
        stated = {"audio": audio, "speaker": speaker} | ({"split": "x"} if number and speaker == "anna" else {})
        return {"id": number, "data": stated, "annotations": [{"id": 1, "completed_by": 1, "result": [choice]}]}

    for skipped, (part, wanted) in enumerate((("train", "ab"), ("test", "c")), 1):
        own = [(path, who, label) for path, label, who in rows() if who[0] in wanted]
        tasks = [task(number, *line) for number, line in enumerate(own)]
        tasks.append({"id": 99, "data": {}, "annotations": [{"id": 1, "was_cancelled": True}] * skipped})
        (sounds / f"{part}.json").write_text(json.dumps(tasks))
    found = plan(sounds)
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"anna", "bert"}, "test": {"carl"}}
    assert found.dropped == {"were skipped by their annotator": 3}
