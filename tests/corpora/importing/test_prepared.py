"""Data directories of Kaldi, manifests of Lhotse. Oracle: lines as Lhotse 1.33.0 and its export to Kaldi write them."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_tasks.corpora.importing.source_table import SourceError
from tests.corpora.conftest import write
from tests.corpora.importing.conftest import rows, write_table

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


@pytest.mark.parametrize("called", ["{}", "speaker-{}"])
def test_a_speaker_of_its_own_for_each_utterance_is_none(plan, sounds, called):
    found = plan(kaldi(sounds / "data", utt2spk=[f"{name} {called.format(name)}" for name in FILES]))
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


def test_names_of_sounds_are_read_where_a_prepared_folder_has_no_emotions(plan, sounds):
    (sounds / "data").mkdir()
    (kaldi(sounds / "data" / "all") / "utt2emo").unlink()
    assert len(plan(sounds, pattern="{speaker}_{emotion}_{_}").table) == 12


def test_directories_of_parts_are_the_split(plan, sounds):
    (sounds / "data").mkdir()
    for part in ("train", "test"):
        own = {name: line for name, line in FILES.items() if name.startswith("carl") == (part == "test")}
        kaldi(sounds / "data" / part, **{file: [f"{name} {value(name)}" for name in own] for file, value in {
            "wav_scp": lambda name: f"wav/{name}.wav", "utt2spk": lambda name: FILES[name][2],
            "utt2emo": lambda name: FILES[name][1], "text": lambda name: "well"}.items()})  # fmt: skip
    found = plan(sounds / "data")
    assert found.table.groupby("split").speaker.agg(set).to_dict() == {"train": {"anna", "bert"}, "test": {"carl"}}


def test_labels_of_no_recording_and_second_files_of_a_column_are_not_lost(plan, sounds):
    labels = [f"{name} {emotion}" for name, (_, emotion, _) in FILES.items()]
    found = plan(kaldi(sounds / "data", utt2emo=[*labels, "gone sad"]))
    assert dict(found.dropped) == {"are labelled, but have no recording": 1}
    other = kaldi(sounds / "other", utt2label=[*labels, "gone sad"])
    (other / "utt2emo").unlink()
    assert dict(plan(other).dropped) == {"are labelled, but have no recording": 1}
    others = [f"{name} other" for name in FILES]
    more = plan(kaldi(sounds / "more", utt2emotion=others, utt2path=[f"{name} other.wav" for name in FILES]))
    assert (len(more.table), "other" in set(more.table.emotion)) == (12, False)


def test_a_channel_of_a_segment_counts_from_0(plan, tmp_path):
    soundfile.write(tmp_path / "call.wav", np.random.default_rng(0).normal(0, 0.1, (8000, 2)), 16000)
    lines = {"wav_scp": ["call call.wav"], "segments": ["a call 0 0.25 1", "b call 0.25 0.5 1"]}
    labels = {"utt2spk": ["a 1", "b 2"], "utt2emo": ["a\tangry", "b  sad"], "text": ["a well\tdone now", "b"]}
    table = plan(kaldi(tmp_path / "data", **lines, **labels)).table
    assert (set(table.channel), list(table.transcript)) == ({"2"}, ["well\tdone now", None])


def test_speakers_may_stand_the_other_way_round_and_a_line_ends_where_unix_has_it(plan, sounds):
    folder = kaldi(sounds / "data", text=[f"{name} well\u2028done" for name in FILES])
    (folder / "utt2spk").unlink()
    of = {speaker: [name for name, line in FILES.items() if line[2] == speaker] for speaker in ("anna", "bert", "carl")}
    (folder / "spk2utt").write_text("".join(f"{speaker} {' '.join(names)}\n" for speaker, names in of.items()))
    table = plan(folder).table
    assert (set(table.speaker), set(table.transcript)) == ({"anna", "bert", "carl"}, {"well\u2028done"})


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("segments", b"anna_sad_1 anna_sad_1 a b", "expected a recording of wav.scp, a start and an end in s"),
        ("utt2emo", "anna_sad_1 w\u00fctend".encode("latin-1"), "utt2emo: not UTF-8"),
    ],
)
def test_a_file_that_is_broken_is_named(plan, sounds, file, content, message):
    folder = kaldi(sounds / "data")
    (folder / file).write_bytes(content)
    with pytest.raises(SourceError) as caught:
        plan(folder)
    assert message in str(caught.value)


def test_json_of_other_toolkits(plan, sounds):
    """A list under a key, as s3prl has it; lines in a file called .json, as NeMo's manifests are."""
    labelled = [{"path": path, "label": emotion, "speaker": speaker} for path, emotion, speaker in FILES.values()]
    (sounds / "meta.json").write_text(json.dumps({"labels": {"sad": 0, "angry": 1}, "meta_data": labelled}))
    (sounds / "manifest.json").write_text("\n".join(map(json.dumps, labelled)))
    for name in ("meta.json", "manifest.json"):
        found = plan(sounds / name)
        assert (len(found.table), found.problems) == (12, ()), name


def test_a_prepared_folder_without_emotions_keeps_its_speakers_where_the_names_have_the_emotions(plan, sounds):
    """Else its speakers would be read from the names as well, which may be of something else."""
    kaldi(sounds / "data", utt2spk=[f"{name} voice{name[0]}" for name in FILES])
    for name in ("utt2emo", "wav.scp"):
        (sounds / "data" / name).unlink()
    (sounds / "data").rename(sounds / "more")
    for file in (sounds / "more").iterdir():
        file.rename(sounds / file.name)
    (sounds / "wav.scp").write_text("".join(f"{name} wav/{name}.wav\n" for name in FILES))
    with pytest.raises(SourceError, match="states no emotions, and emotions in the names") as caught:
        plan(sounds)
    pattern = str(caught.value).partition("--pattern '")[2].partition("'")[0]
    assert set(plan(sounds, pattern=pattern).table.speaker) == {"voicea", "voiceb", "voicec"}
    write_table(sounds, rows())
    assert "not read, since it states no emotions: data directory of Kaldi" in plan(sounds).notes


def test_a_folder_that_is_given_for_the_sounds_goes_before_what_lies_beside_the_files(plan, sounds):
    for name in FILES:
        write(sounds, f"clean/wav/{name}.wav", seconds=0.3)
    for source in (kaldi(sounds / "data"), lhotse(sounds / "l")):
        assert plan(source).sounds == sounds / "wav"
        assert plan(source, audio=str(sounds / "clean")).sounds == sounds / "clean/wav"


def test_speakers_are_unknown_in_one_directory_and_known_in_the_other(plan, sounds):
    (sounds / "data").mkdir()
    for part in ("train", "test"):
        own = [name for name in FILES if name.startswith("carl") == (part == "test")]
        speakers = [f"{name} {name if part == 'test' else FILES[name][2]}" for name in own]
        lines = {file: [line for line in usual if line.split()[0] in own] for file, usual in usual_lines().items()}
        kaldi(sounds / "data" / part, **lines | {"utt2spk": speakers})
    found = plan(sounds)
    assert any(note.startswith("test/utt2spk gives every utterance a speaker of its own") for note in found.notes)
    assert "4 rows have no speaker" in found.problems[0]
    (sounds / "data/test/wav.scp").write_text("carl_sad_1 sox a.sph -t wav - |\n")
    assert len(plan(sounds, split={"test": "drop"}).table) == 8, "what cannot be read is not read"


def usual_lines() -> dict[str, list[str]]:
    return {
        "wav_scp": [f"{name} wav/{name}.wav" for name in FILES],
        "utt2emo": [f"{name} {emotion}" for name, (_, emotion, _) in FILES.items()],
        "text": [f"{name} well" for name in FILES],
    }
