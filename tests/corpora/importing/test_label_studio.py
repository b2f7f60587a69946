"""Exports of Label Studio. Oracle: tasks, answers and names of uploads as Label Studio 1.23.2 writes them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import soundfile

from ser_tasks.corpora.importing.label_studio_files import valid_name
from ser_tasks.corpora.importing.plan import Import
from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import RATE, write
from tests.corpora.importing.conftest import rows

Task = dict[str, Any]
PLACE = {"start": 0.05, "end": 0.15, "channel": 0}
LONG = "interview_with_a_very_long_name_" * 3
LONG_STORED = "aaaaaaaa-interview_with_a_very_long_name_interview_with_a_very_long_name_interv_t59ZxDR.wav"


def answer(control: str, kind: str, region: str | None = None, **value: Any) -> Task:
    return {
        **{"id": region or f"own-{control}", "from_name": control, "to_name": "audio", "type": kind},
        **{"origin": "manual", "value": value},
    }


def annotation(number: int, *answers: Task, by: Any = 1, **more: Any) -> Task:
    stated = {"id": number, "completed_by": by, "was_cancelled": False, "ground_truth": False, "lead_time": 3.2}
    return stated | {"result": list(answers)} | more


def emotion(label: str, region: str | None = None, **place: Any) -> Task:
    return answer("emotion", "choices", region, choices=[label], **place)


def task(number: int, audio: str, *annotations: Task, **data: Any) -> Task:
    return {"id": number, "data": {"audio": audio} | data, "annotations": list(annotations), "predictions": []}


def uploaded(path: str) -> str:
    return f"/data/upload/3/8ea8745f-{valid_name(Path(path).name)}"


def named() -> list[tuple[str, ...]]:
    """Name, emotion, speaker of the twelve files."""
    return [(Path(path).name, label, speaker) for path, label, speaker in rows()]


def by_name(found: Import) -> pd.DataFrame:
    return found.table.set_index(found.table.path.map(lambda path: Path(path).name))


def tasks() -> list[Task]:
    """A task for each of the twelve files, annotated once."""
    return [
        task(number, uploaded(path), annotation(number, emotion(label)), speaker=speaker)
        for number, (path, label, speaker) in enumerate(rows(), 1)
    ]


def export(folder: Path, content: Any, name: str = "project-1.json") -> Path:
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder / name


def test_a_task_is_an_utterance_with_the_fields_of_the_task_and_the_answers_about_it(plan, sounds):
    content = tasks()
    content[0]["annotations"][0]["result"] += [
        answer("arousal", "rating", rating=4),
        answer("transcript", "textarea", text=["kids are", "talking"]),
    ]
    found = plan(export(sounds, content))
    table = by_name(found)
    assert {(path, own.emotion, own.speaker) for path, own in table.iterrows()} == {*named()}
    assert table.loc["anna_angry_1.wav", ["activation", "transcript"]].tolist() == ["4.0", "kids are talking"]
    assert (found.problems, found.table.start.isna().all()) == ((), True)


def test_annotators_are_raters_and_skipped_and_empty_tasks_are_counted(plan, sounds):
    content = tasks()
    content[0]["annotations"] += [
        annotation(100, emotion("sad"), by={"id": 2, "email": "b@example.org"}),
        annotation(101, emotion("sad"), by=3),
        annotation(102, by=4, was_cancelled=True),
    ]
    content[1]["annotations"] = []
    found = plan(export(sounds, content), votes="keep")
    first = by_name(found).loc["anna_angry_1.wav"]
    assert first.emotion == "sad"
    assert json.loads(first.votes) == [["1", "angry"], ["b@example.org", "sad"], ["3", "sad"]]
    assert found.dropped == {"were skipped by their annotator": 1, "are tasks that nobody annotated": 1}


def regions(number: int, label: str) -> list[Task]:
    """Speech with an emotion, noise without."""
    later = {"start": 0.2, "end": 0.24, "channel": 0}
    return [
        answer("kind", "labels", f"a{number}", labels=["Speech"], **PLACE),
        emotion(label, f"a{number}", **PLACE),
        answer("valence", "number", f"a{number}", number=2.5, **PLACE),
        answer("kind", "labels", f"b{number}", labels=["Noise"], **later),
        answer("group", "textarea", text=["home"]),
    ]


def regional() -> list[Task]:
    return [
        task(number, uploaded(path), annotation(number, *regions(number, label)), speaker=speaker)
        for number, (path, label, speaker) in enumerate(rows(), 1)
    ]


def test_regions_with_an_emotion_are_parts_and_answers_about_all_of_the_sound_are_of_each(plan, sounds):
    found = plan(export(sounds, regional()))
    assert [*map(float, found.table.start)] == [0.05] * 12
    assert [*map(float, found.table.end)] == [0.15] * 12
    assert {*found.table.valence} == {"2.5"}
    assert {*found.table.group} == {"home"}
    assert found.dropped == {"have no label": 12}, "the noise"
    assert "channel" not in found.taken, "0 is also what Label Studio writes where channels are not apart"


def test_regions_on_a_channel_of_their_own_say_which(plan, tmp_path):
    for path, *_ in rows():
        left = soundfile.read(write(tmp_path, path, seconds=0.25))[0]
        soundfile.write(tmp_path / path, np.stack([left, left[::-1]], axis=1), RATE)
    content = regional()
    for one in content[0]["annotations"][0]["result"]:
        one["value"] |= {"channel": 1} if "start" in one["value"] else {}
    found = plan(export(tmp_path, content))
    assert found.table.channel.tolist() == ["2", *["1"] * 11]


def test_regions_are_not_read_where_emotions_are_about_all_of_the_sound(plan, sounds):
    content = tasks()
    for one in content:
        one["annotations"][0]["result"][0]["from_name"] = "mood"
    content[0]["annotations"][0]["result"] += [
        answer("kind", "labels", kind, labels=[kind], **PLACE) for kind in ("laughter", "noise", "calm")
    ]
    content[1]["annotations"][0]["result"] = [answer("kind", "labels", "a", labels=["noise"], **PLACE)]
    found = plan(export(sounds, content))
    assert found.table.start.isna().all()
    assert "regions are not read, since emotions are about all of the sound: 4" in found.notes
    assert found.dropped == {"have no label": 1}


def test_what_is_not_read_is_counted(plan, sounds):
    content = tasks()
    content[0]["predictions"] = [{"result": []}, {"result": []}]
    content[0]["data"]["history"] = [1, 2]
    result = content[0]["annotations"][0]["result"]
    result += [
        answer("when", "datetime", datetime="2026-01-01"),
        answer("words", "labels", "c", labels=["Noun"], start=0, end=4, text="kids"),
        {"type": "relation", "from_id": "a", "to_id": "b"},
    ]
    content[1]["annotations"][0]["ground_truth"] = True
    notes = plan(export(sounds, content)).notes
    for expected in (
        "fields of tasks that hold lists or objects are not read: 1",
        "predictions of models are not read: 2",
        "answers of the type datetime are not read: 1",
        "answers of the type relation are not read: 1",
        "answers about regions that are not times of a sound are not read: 1",
        "annotations that are marked as ground truth count as any other: 1",
    ):
        assert expected in notes


def test_of_two_controls_with_emotions_the_one_that_is_named_decides(plan, sounds):
    content = regional()
    for one, (_, label, _) in zip(content, rows(), strict=True):
        one["annotations"][0]["result"].append(answer("overall", "choices", choices=[label]))
    found = plan(export(sounds, content), column={"emotion": "overall"})
    assert (len(found.table), found.table.start.isna().all()) == (12, True)


def test_several_choices_are_several_labels_and_a_taxonomy_is_a_path(plan, sounds):
    content = tasks()
    content[0]["annotations"][0]["result"] = [answer("emotion", "choices", choices=["angry", "sad"])]
    content[1]["annotations"][0]["result"].append(answer("cause", "taxonomy", taxonomy=[["Others", "Partner"]]))
    found = plan(export(sounds, content), votes="majority", column={"group": "cause"})
    assert len(found.table) == 11, "a tie"
    assert by_name(found).group["anna_angry_2.wav"] == "Others > Partner"


def test_a_choice_is_one_label_whatever_it_has_in_it_and_several_are_apart_whatever_they_are(plan, sounds):
    """Of three raters two say anger, each with a word that is no class, one sadness; and one choice has a slash."""
    content = tasks()
    content[0]["annotations"] = [
        annotation(1, answer("emotion", "choices", choices=["angry", "annoyed"]), by=1),
        annotation(2, answer("emotion", "choices", choices=["angry", "irritated"]), by=2),
        annotation(3, emotion("sad"), by=3),
    ]
    for one in content[1:3]:
        one["annotations"][0]["result"] = [emotion("happy/excited")]
    content[3]["annotations"][0]["result"] = [emotion("sad;tired")]
    given = {"happy/excited": "happiness", "sad,tired": "sadness"}
    found = plan(export(sounds, content), votes="majority", label=given)
    labels = by_name(found).emotion
    assert labels["anna_angry_1.wav"] == "angry"
    assert labels["anna_angry_2.wav"] == "happy/excited"
    assert labels["anna_sad_2.wav"] == "sad,tired", "what parts labels is none in one"
    assert len(labels) == 12


def test_answers_about_two_sounds_of_a_task_are_refused(plan, sounds):
    content = tasks()
    for one in content:
        one["data"]["other"] = one["data"]["audio"].replace("anna", "bert")
        one["annotations"][0]["result"].append(emotion("sad") | {"from_name": "second", "to_name": "other"})
    with pytest.raises(SourceError, match=r"tasks have 2 sounds \(audio, other\), and answers are about audio, other"):
        plan(export(sounds, content))


def test_a_region_whose_emotion_is_left_open_has_no_label_and_is_not_the_whole_sound(plan, sounds):
    content = regional()
    content[0]["annotations"][0]["result"] = [
        one for one in content[0]["annotations"][0]["result"] if one["from_name"] != "emotion"
    ]
    found = plan(export(sounds, content))
    assert found.table.start.notna().all()
    assert found.dropped == {"have no label": 13}
    assert not any("regions are not read" in note for note in found.notes)


def test_a_control_that_is_called_as_emotions_are_goes_before_ratings(plan, sounds):
    content = regional()
    for one in (own for each in content for own in each["annotations"][0]["result"]):
        if one["from_name"] == "emotion":
            one["value"]["choices"] = [{"angry": "e1", "sad": "e2"}[one["value"]["choices"][0]]]
    for one in content:
        result = one["annotations"][0]["result"]
        result[:] = [own for own in result if own["from_name"] != "valence"]
        result.append(answer("arousal", "rating", rating=3))
    found = plan(export(sounds, content))
    assert found.table.start.notna().all()
    assert any("e1" in problem for problem in found.problems)
    assert plan(export(sounds, content), column={"emotion": "none", "group": "none"}).problems == ()


def test_nested_choices_are_paths_and_old_or_single_exports_are_read(plan, sounds):
    content = tasks()
    content[0]["annotations"][0]["result"].append(answer("cause", "choices", choices=[["Others", "Partner"]]))
    old = [{key.replace("annotations", "completions"): own for key, own in one.items()} for one in content]
    found = plan(export(sounds, {"tasks": old}), column={"group": "cause"})
    assert by_name(found).group["anna_angry_1.wav"] == "Others > Partner"


def test_where_nothing_is_annotated_it_is_counted_what_there_is(plan, sounds):
    content = tasks()
    for one in content:
        one["annotations"] = []
    content[0] |= {"drafts": [{}, {}], "predictions": [{}]}
    with pytest.raises(SourceError, match=r"predictions of models are not read: 1; drafts are not read: 2"):
        plan(export(sounds, content))


def test_a_field_of_the_task_that_is_called_as_a_control_stays_apart(plan, sounds):
    content = tasks()
    for one in content:
        one["data"] |= {"emotion": "intended", "start": 7}
    found = plan(export(sounds, content), column={"group": "data.emotion", "start": "none"})
    assert {*found.table.group} == {"intended"}
    assert {*found.table.emotion} == {"angry", "sad"}


@pytest.mark.parametrize("written", ["CSV", "JSON-MIN"])
def test_flat_exports_say_the_same_where_answers_are_about_all_of_the_sound(plan, sounds, written):
    lines = [
        {
            **{"audio": uploaded(path), "id": number, "speaker": speaker, "emotion": label},
            **{"arousal": [{"rating": 3}], "transcript": {"text": ["kids are", "talking"]}},
            **{"annotator": 1, "annotation_id": number, "lead_time": 3.2},
        }
        for number, (path, label, speaker) in enumerate(rows(), 1)
    ]
    lines[0]["emotion"] = {"choices": ["angry", "sad"]}
    if written == "CSV":
        cells = [
            [own if isinstance(own, str) else json.dumps(own, separators=(",", ":")) for own in line.values()]
            for line in lines
        ]
        quoted = [[*lines[0]], *cells]
        text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in quoted)
        file = export(sounds, text, "project-1.csv")
    else:
        file = export(sounds, lines)
    found = plan(file, votes="majority")
    assert [(name, own.emotion, own.speaker) for name, own in by_name(found).iterrows()] == named()[1:]
    assert {*found.table.activation} == {"3.0"}
    assert {*found.table.transcript} == {"kids are talking"}


def test_flat_exports_with_regions_are_refused(plan, sounds):
    lines = [
        {
            **{"audio": uploaded(path), "emotion": label, "kind": [PLACE | {"labels": ["Speech"]}]},
            **{"annotator": 1, "annotation_id": 1, "lead_time": 3.2},
        }
        for path, label, _ in rows()
    ]
    with pytest.raises(SourceError, match=r"row 1: answers about regions of a sound.*export as JSON"):
        plan(export(sounds, lines))


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("/data/upload/1/8ea8745f-a_b_1.wav", "a b (1).wav"),
        ("http://host:8080/data/upload/8ea8745f-%C3%A9t%C3%A9_2.wav", "été 2.wav"),
        ("/data/upload/1/8ea8745f-kept.wav", "8ea8745f-kept.wav"),
        ("/data/local-files/?d=deep%20down/own.wav", "deep down/own.wav"),
        ("s3://bucket/deep/own.wav", "deep/own.wav"),
        ("https://host.example/x/own%201.wav?sig=1", "own 1.wav"),
        (f"/data/upload/1/{LONG_STORED}", f"{LONG}001.wav"),
    ],
)
def test_a_recording_is_found_under_the_name_that_it_had(plan, tmp_path, named, path):
    for own, *_ in rows():
        write(tmp_path, own, seconds=0.25)
    write(tmp_path, f"sounds/{path}", seconds=0.3)
    content = [*tasks(), task(50, named, annotation(50, emotion("sad")), speaker="anna")]
    found = plan(export(tmp_path, content))
    assert (found.problems, found.dropped) == ((), {})
    assert Path(path).name in by_name(found).index


@pytest.mark.parametrize(
    ("first", "second", "there"),
    [
        ("aaaaaaaa-talk.wav", "bbbbbbbb-talk.wav", ["talk.wav"]),
        ("aaaaaaaa-talk.wav", "bbbbbbbb-other.wav", ["1/talk.wav", "2/talk.wav", "other.wav"]),
        (LONG_STORED, "bbbbbbbb-other.wav", [f"{LONG}001.wav", f"{LONG}002.wav", "other.wav"]),
    ],
)
def test_an_upload_that_could_be_several_files_or_share_one_is_missing(plan, sounds, first, second, there):
    for path in there:
        write(sounds, f"more/{path}", seconds=0.3)
    uploads = [
        task(number, f"/data/upload/1/{stored}", annotation(number, emotion("sad")), speaker="anna")
        for number, stored in enumerate((first, second), 50)
    ]
    (problem,) = plan(export(sounds, [*tasks(), *uploads])).problems
    assert f"{1 if 'other' in second else 2} rows name a file that is not there" in problem
    assert first in problem


def test_a_name_that_was_not_cut_is_no_beginning_of_another(plan, sounds):
    write(sounds, "more/talk_other.wav", seconds=0.3)
    content = task(50, "/data/upload/1/aaaaaaaa-talk_0000001.wav", annotation(50, emotion("sad")), speaker="anna")
    (problem,) = plan(export(sounds, [*tasks(), content])).problems
    assert "1 rows name a file that is not there" in problem


def test_a_path_on_the_server_is_read_without_its_percent_signs(plan, sounds):
    write(sounds, "more/own.wav", seconds=0.3)
    write(sounds, "deep down/own.wav", seconds=0.3)
    content = tasks()
    for one, (path, *_) in zip(content, rows(), strict=True):
        one["data"]["audio"] = f"/data/local-files/?d={path}"
    content[0]["data"]["audio"] = "/data/local-files/?d=deep%20down/own.wav"
    assert plan(export(sounds, content)).problems == ()


def test_words_alone_are_a_corpus_too(plan, tmp_path):
    content = tasks()
    for one in content:
        one["data"] = {"text": f"words of task {one['id']}", "speaker": one["data"]["speaker"]}
    found = plan(export(tmp_path, content), audio="none")
    assert {*found.table.transcript} == {f"words of task {number}" for number in range(1, 13)}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda content: content[3].pop("annotations"), "not what Label Studio exports of a task"),
        (lambda content: content[3]["annotations"][0].pop("result"), "not what Label Studio exports of a task"),
        (lambda content: [one.update(annotations=[]) for one in content], "12 are tasks that nobody annotated"),
    ],
)
def test_an_export_of_another_form_is_refused(plan, sounds, broken, message):
    content = tasks()
    broken(content)
    with pytest.raises(SourceError, match=message):
        plan(export(sounds, content))
