"""Manifests and cuts of Lhotse. Oracle: lines as Lhotse 1.33.0 writes them."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import rows, write_table
from tests.corpora.importing.test_prepared import FILES, LENGTH, lhotse, put


def test_supervisions_give_labels_and_parts_of_a_split(plan, sounds):
    test = [name for name in FILES if name.startswith("carl")]
    lhotse(sounds / "l", "_test", names=test)
    found = plan(lhotse(sounds / "l", "_train", names=[name for name in FILES if name not in test]))
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"anna", "bert"}, "test": {"carl"}}
    assert set(found.table.transcript) == {"well"}
    assert found.table.start.isna().all(), "as long as their recordings"
    alone = plan(sounds / "l/own_supervisions_test.jsonl.gz")
    assert (len(alone.table), alone.table.split.isna().all()) == (4, True)


def test_supervisions_of_a_part_keep_their_times_and_those_of_no_recording_are_counted(plan, sounds):
    folder = lhotse(sounds / "l", duration=0.125, start=0.05)
    table = plan(folder).table
    assert table[["start", "end"]].drop_duplicates().to_numpy().tolist() == [["0.05", "0.175"]]
    begins = plan(lhotse(sounds / "b", duration=0.125)).table
    assert set(begins.end) == {"0.125"}, "a part, though it begins where the recording does"
    lost = lhotse(sounds / "m", names=("anna_sad_1",))
    put(lost / "own_recordings.jsonl.gz", [{"id": "another", "sources": []}])
    with pytest.raises(SourceError, match="no utterance is left; 1 are of a recording that the manifest has not"):
        plan(lost)


def test_channels_of_a_manifest_count_from_0_whichever_of_them_are_used(plan, tmp_path):
    """A call whose right side alone is labelled: its channel 1 is not the first one."""
    (tmp_path / "wav").mkdir()
    both = np.random.default_rng(0).normal(0, 0.1, (8000, 2))
    soundfile.write(tmp_path / "wav/call.wav", both, 16000)
    recording = {
        "id": "call",
        "sources": [{"type": "file", "channels": [0, 1], "source": "wav/call.wav"}],
        **{"sampling_rate": 16000, "num_samples": 8000, "duration": 0.5, "channel_ids": [0, 1]},
    }
    sides = [
        {"id": f"{i}", "recording_id": "call", "start": i / 4, "duration": 0.25, "channel": 1, "speaker": str(i)}
        | {"custom": {"emotion": emotion}}
        for i, emotion in enumerate(("angry", "sad"))
    ]
    put(tmp_path / "recordings.jsonl.gz", [recording])
    put(tmp_path / "supervisions.jsonl.gz", sides)
    assert set(plan(tmp_path / "supervisions.jsonl.gz").table.channel) == {"2"}


def test_cuts_hold_both_and_times_count_from_their_beginning(plan, sounds):
    recording = {
        "id": "anna",
        "sources": [{"type": "file", "channels": [0], "source": "wav/anna_sad_1.wav"}],
        **{"sampling_rate": 16000, "num_samples": 4000, "duration": LENGTH, "channel_ids": [0]},
    }
    cuts = [
        {"id": f"c{i}", "start": i / 8, "duration": 0.125, "channel": 0, "recording": recording, "type": "MonoCut"}
        | {
            "supervisions": [
                {"id": f"s{i}", "recording_id": "anna", "start": 0.02, "duration": 0.1, "channel": 0, "speaker": "a"}
                | {"custom": {"emotion": emotion}}
            ]
        }
        for i, emotion in enumerate(("angry", "sad"))
    ]
    mixed = {"id": "m", "type": "MixedCut", "tracks": []}
    padding = {"type": "PaddingCut", "id": "p", "duration": 1.0}
    padded = {"id": "q", "type": "MixedCut", "tracks": [{"cut": cuts.pop(), "offset": 0.0}, {"cut": padding}]}
    put(sounds / "cuts.jsonl.gz", [*cuts, padded, mixed])
    found = plan(sounds / "cuts.jsonl.gz")
    assert found.problems == ()
    times = found.table[["start", "end"]].astype(float).round(3).to_numpy().tolist()
    assert times == [[0.02, 0.12], [0.145, 0.245]]
    assert dict(found.dropped) == {"are cuts of several recordings, or of none": 1}


def test_cuts_beside_the_supervisions_that_they_were_made_of_are_not_read_twice(plan, sounds):
    folder = lhotse(sounds / "l", "_all")
    put(folder / "own_cuts_all.jsonl.gz", [{"id": "c", "type": "MonoCut", "supervisions": []}])
    assert (len(plan(folder).table), dict(plan(folder).dropped)) == (12, {})


def call(folder: Path, channel: object, *, sources: list | None = None, **recording) -> Path:
    """Manifests of a recording with two sides, and two supervisions on these channels of it."""
    both = np.random.default_rng(0).normal(0, 0.1, (8000, 2))
    for name, samples in {"call": both, "left": both[:, 0], "right": both[:, 1]}.items():
        soundfile.write(folder / f"{name}.wav", samples, 16000)
    whole = {
        "id": "call",
        "sources": sources or [{"type": "file", "channels": [0, 1], "source": "call.wav"}],
        **{"sampling_rate": 16000, "num_samples": 8000, "duration": 0.5, "channel_ids": [0, 1]},
    }
    parts = [
        {"id": "same", "recording_id": "call", "start": i / 4, "duration": 0.25, "channel": channel, "speaker": str(i)}
        | {"custom": {"emotion": emotion, "path": "no.wav", "start": 9, "votes": [1]}}
        for i, emotion in enumerate(("angry", "sad"))
    ]
    put(folder / "recordings.jsonl.gz", [whole | recording])
    put(folder / "supervisions.jsonl.gz", parts)
    return folder


TWO_FILES = [{"type": "file", "channels": [i], "source": f"{name}.wav"} for i, name in enumerate(("left", "right"))]


@pytest.mark.parametrize(
    ("channel", "sources", "found_in"),
    [
        (1, None, ("call.wav", "2")),
        ([1], None, ("call.wav", "2")),
        ([0, 1], None, ("call.wav", None)),
        (1, TWO_FILES, ("right.wav", None)),
    ],
)
def test_a_channel_is_that_of_the_file_that_holds_it(plan, tmp_path, channel, sources, found_in):
    """Of equal ids, too, and whatever fields of `custom` are called."""
    found = plan(call(tmp_path, channel, sources=sources))
    sides = set(found.table.get("channel", [None]))
    assert (set(found.table.path), sides, len(found.table)) == ({found_in[0]}, {found_in[1]}, 2)
    assert found.table[["start", "end"]].to_numpy().tolist() == [["0.0", "0.25"], ["0.25", "0.5"]]
    assert "lists of numbers and objects in custom are not read: votes" in found.notes


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"transforms": [{"name": "Speed", "kwargs": {"factor": 1.1}}]}, "changed as it is read (Speed)"),
        ({"sources": TWO_FILES}, "of some of several channels, or of channels in several files"),
        ({"sources": [{"type": "url", "channels": [0, 1], "source": "https://example.org/a.wav"}]}, "of type url"),
    ],
)
def test_what_is_not_heard_as_the_file_has_it_is_counted(plan, tmp_path, changes, why):
    with pytest.raises(SourceError) as caught:
        plan(call(tmp_path, [0, 1], **changes))
    assert "2 are" in str(caught.value) and why in str(caught.value)
    resampled = plan(call(tmp_path, [0, 1], transforms=[{"name": "Resample", "kwargs": {}}]))
    assert len(resampled.table) == 2


def test_a_table_is_no_manifest_by_its_name(plan, sounds):
    rows_of_table = [
        {"id": i, "path": path, "emotion": e, "speaker": s} for i, (path, e, s) in enumerate(FILES.values())
    ]
    for name in ("cuts", "supervisions"):
        put(sounds / f"{name}.jsonl.gz", rows_of_table)
        (sounds / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows_of_table)))
        assert len(plan(sounds / f"{name}.jsonl").table) == 12
        (sounds / f"{name}.jsonl").unlink()


def test_a_table_beside_manifests_without_emotions_is_read(plan, sounds):
    lhotse(sounds, custom={})
    write_table(sounds, rows())
    assert len(plan(sounds).table) == 12
    lhotse(sounds, custom={"mood": "sad"})
    assert set(plan(sounds, column={"emotion": "mood"}).table.emotion) == {"sad"}, "of the manifests, as it is named"


def test_supervisions_without_recordings_are_named(plan, sounds):
    folder = lhotse(sounds / "l", "_train")
    lhotse(folder, "_test").joinpath("own_recordings_test.jsonl.gz").unlink()
    put(folder / "own_recordings_dev.jsonl.gz", [{"id": "x", "sources": []}])
    found = plan(folder)
    assert "own_supervisions_test.jsonl.gz is not read: no recordings of that name beside it" in found.notes


def test_a_manifest_that_is_cut_off_is_named(plan, sounds):
    folder = lhotse(sounds / "l")
    file = folder / "own_supervisions.jsonl.gz"
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(SourceError, match=r"own_supervisions\.jsonl\.gz: not JSON Lines, or not all of it"):
        plan(folder)


@pytest.mark.parametrize("name", ["{0}_own_{1}", "own_{0}_{1}", "{0}/own_{1}", "{0}_{1}_clean"])
def test_a_part_may_stand_anywhere_in_the_name_of_a_manifest_or_be_its_folder(plan, sounds, name):
    for part in ("train", "test"):
        own = [one for one in FILES if one.startswith("carl") == (part == "test")]
        folder = lhotse(sounds / "made", names=own)
        for kind in ("recordings", "supervisions"):
            there = sounds / "l" / f"{name.format(part, kind)}.jsonl.gz"
            there.parent.mkdir(parents=True, exist_ok=True)
            (folder / f"own_{kind}.jsonl.gz").rename(there)
    found = plan(sounds / "l")
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"anna", "bert"}, "test": {"carl"}}


def test_manifests_of_which_nothing_says_the_part_are_one_and_that_is_noted(plan, sounds):
    lhotse(sounds / "l", "_clean", names=[name for name in FILES if not name.startswith("carl")])
    folder = lhotse(sounds / "l", names=[name for name in FILES if name.startswith("carl")])
    found = plan(folder)
    assert (len(found.table), found.table.split.isna().all()) == (12, True)
    assert any(note.startswith("several manifests are read as one") for note in found.notes)


def test_times_of_a_supervision_are_its_own_whatever_custom_fields_are_called(plan, sounds):
    custom = {"emotion": "sad", "start_time": 0.2, "end_time": 0.21, "begin": 0.1}
    table = plan(lhotse(sounds / "l", duration=0.125, custom=custom)).table
    assert table[["start", "end"]].drop_duplicates().to_numpy().tolist() == [["0.0", "0.125"]]


def test_words_in_a_list_of_custom_are_labels_of_several_raters(plan, sounds):
    found = plan(lhotse(sounds / "l", custom={"emotion": ["sad", "sad", "angry"]}), votes="keep")
    assert json.loads(found.table.votes[0]) == [["1", "sad"], ["2", "sad"], ["3", "angry"]]


def test_mixed_cuts_that_change_as_they_are_read_are_left_out(plan, sounds):
    cut = {"id": "c", "type": "MonoCut", "start": 0, "duration": LENGTH, "channel": 0, "supervisions": []}
    changed = {"id": "m", "type": "MixedCut", "tracks": [{"cut": cut}], "transforms": [{"name": "Reverb"}]}
    put(sounds / "cuts.jsonl.gz", [changed])
    with pytest.raises(SourceError, match=r"1 are of a recording that is changed as it is read \(Reverb\)"):
        plan(sounds / "cuts.jsonl.gz")


def test_a_manifest_that_is_named_is_read_or_missed(plan, sounds):
    folder = lhotse(sounds / "l", "_train")
    put(folder / "own_cuts_train.jsonl.gz", [{"id": "c", "type": "MonoCut", "supervisions": []}])
    with pytest.raises(SourceError, match="no utterance is left; 1 are cuts of several recordings, or of none"):
        plan(folder / "own_cuts_train.jsonl.gz")
    assert "own_cuts_train.jsonl.gz is not read: the supervisions of that name are" in plan(folder).notes
    (folder / "own_recordings_train.jsonl.gz").unlink()
    with pytest.raises(SourceError, match="no recordings of that name beside it"):
        plan(folder / "own_supervisions_train.jsonl.gz")
