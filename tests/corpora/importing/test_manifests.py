"""Data directories of Kaldi, manifests of Lhotse. Oracle: lines as Lhotse 1.33.0 and its export to Kaldi write them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.importing.conftest import rows

FILES = {Path(path).stem: (path, emotion, speaker) for path, emotion, speaker in rows()}
LENGTH = 0.25  # s, of each file


def kaldi(folder: Path, **files: list[str]) -> Path:
    """A data directory of the twelve files; `files` are written in place of those that it has."""
    folder.mkdir()
    usual = {
        "wav.scp": [f"{name} wav/{name}.wav" for name in FILES],
        "utt2spk": [f"{name} {speaker}" for name, (_, _, speaker) in FILES.items()],
        "utt2emo": [f"{name} {emotion}" for name, (_, emotion, _) in FILES.items()],
        "text": [f"{name} None" for name in FILES],
        "spk2gender": ["anna f", "bert m", "carl m"],
    }
    for name, lines in (usual | {key.replace("wav_scp", "wav.scp"): lines for key, lines in files.items()}).items():
        (folder / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def lhotse(folder: Path, part: str = "", *, names=tuple(FILES), **changes) -> Path:
    """Recordings and supervisions of these files, compressed; `changes` are of each supervision."""
    folder.mkdir(exist_ok=True)
    recordings = [
        {
            "id": name,
            "sources": [{"type": "file", "channels": [0], "source": f"wav/{name}.wav"}],
            **{"sampling_rate": 16000, "num_samples": 4000, "duration": LENGTH, "channel_ids": [0]},
        }
        for name in names
    ]
    supervisions = [
        {
            **{"id": f"u-{name}", "recording_id": name, "start": 0, "duration": LENGTH, "channel": 0},
            **{"text": "well", "language": "en", "speaker": FILES[name][2], "gender": "male"},
            **{"custom": {"emotion": FILES[name][1], "embedding": [1, 2]}},
        }
        | changes
        for name in names
    ]
    put(folder / f"own_recordings{part}.jsonl.gz", recordings)
    put(folder / f"own_supervisions{part}.jsonl.gz", supervisions)
    return folder


def put(file: Path, lines: list[dict]) -> None:
    with gzip.open(file, "wt", encoding="utf-8") as text:
        text.writelines(f"{json.dumps(line)}\n" for line in lines)


def test_a_data_directory_gives_what_its_files_state_of_each_utterance(plan, sounds):
    found = plan(kaldi(sounds / "data"))
    table = found.table.set_index("path")
    assert {f"wav/{name}": own for name, own in table.emotion.items()} == {
        path: emotion for path, emotion, _ in FILES.values()
    }
    genders = table.groupby("speaker").gender.agg(set).to_dict()
    assert genders == {"anna": {"female"}, "bert": {"male"}, "carl": {"male"}}
    assert table.transcript.isna().all(), "Lhotse exports None for a transcript that it has not"
    assert (found.problems, found.table.start.isna().all()) == ((), True)


def test_segments_are_parts_of_recordings_and_a_recording_that_is_one_segment_is_whole(plan, sounds):
    whole = [f"{name} {name} 0 {LENGTH}" for name in FILES]
    lengths = [f"{name} {LENGTH}" for name in FILES]
    found = plan(kaldi(sounds / "data", segments=whole, reco2dur=lengths))
    assert found.table.start.isna().all()
    parts = [f"{name} {name} 0.1 {-1 if name == 'anna_sad_1' else 0.2}" for name in FILES]
    table = plan(kaldi(sounds / "other", segments=parts)).table
    assert set(table.start) == {"0.1"}
    assert table.end.isna().sum() == 1, "-1: to the end of the recording"


def test_a_speaker_of_its_own_for_each_utterance_is_none(plan, sounds):
    found = plan(kaldi(sounds / "data", utt2spk=[f"{name} {name}" for name in FILES]))
    assert "no column has the speakers" in found.problems[0]
    assert any("a speaker of its own" in note for note in found.notes)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"wav_scp": ["anna_sad_1 sph2pipe -f wav a.sph |"]}, "anna_sad_1 is the output of a command (sph2pipe"),
        ({"utt2emo": ["anna_sad_1 sad", "anna_sad_1 sad"]}, "utt2emo: line 2: anna_sad_1 stands there twice"),
        ({"utt2emo": ["anna_sad_1"]}, "utt2emo: line 1: anna_sad_1 has nothing behind it"),
        ({"segments": ["a anna 0 1"]}, "segments: a anna 0 1: expected a recording of wav.scp"),
    ],
)
def test_what_is_wrong_in_a_data_directory_is_named(plan, sounds, files, message):
    with pytest.raises(SourceError) as caught:
        plan(kaldi(sounds / "data", **files))
    assert message in str(caught.value)


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
    put(lost / "own_recordings.jsonl.gz", [{"id": "another"}])
    put(lost / "other_recordings.jsonl.gz", [{"id": "another"}])
    with pytest.raises(SourceError, match="no utterance"):
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
    put(sounds / "cuts.jsonl.gz", [*cuts, mixed])
    found = plan(sounds / "cuts.jsonl.gz")
    assert found.problems == ()
    times = found.table[["start", "end"]].astype(float).round(3).to_numpy().tolist()
    assert times == [[0.02, 0.12], [0.145, 0.245]]
    assert dict(found.dropped) == {"are cuts of several recordings, or of none": 1}


def test_sounds_that_are_no_files_are_refused(plan, sounds):
    folder = lhotse(sounds / "l", names=("anna_sad_1",))
    remote = {"type": "url", "channels": [0], "source": "https://example.org/a.wav"}
    put(folder / "own_recordings.jsonl.gz", [{"id": "anna_sad_1", "sources": [remote], "duration": 1.0}])
    with pytest.raises(SourceError, match=r"line 1: the sound is no file, but of type url: https://example\.org"):
        plan(folder)


def test_json_of_other_toolkits(plan, sounds):
    """A list under a key, as s3prl has it; lines in a file called .json, as NeMo's manifests are."""
    labelled = [{"path": path, "label": emotion, "speaker": speaker} for path, emotion, speaker in FILES.values()]
    (sounds / "meta.json").write_text(json.dumps({"labels": {"sad": 0, "angry": 1}, "meta_data": labelled}))
    (sounds / "manifest.json").write_text("\n".join(map(json.dumps, labelled)))
    for name in ("meta.json", "manifest.json"):
        found = plan(sounds / name)
        assert (len(found.table), found.problems) == (12, ()), name
