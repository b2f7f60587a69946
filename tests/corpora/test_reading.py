"""From a folder to utterances: what is taken, what is skipped, and what is refused with its mend."""

import hashlib
import os
import shutil
from dataclasses import replace

import pandas as pd
import pytest
import soundfile

from ser_tasks.audio.decode import AudioError
from ser_tasks.corpora.catalogue import emodb, ravdess
from ser_tasks.corpora.corpus import CorpusError, Parsed, Utterance, Vote
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import Entry, read_manifest, save_entries, write_manifest
from ser_tasks.corpora.reading import Sound, assemble, describe, read_corpus, read_file
from ser_tasks.corpora.utterances import SCHEMA, read_utterances, write_utterances
from ser_tasks.errors import UserError
from tests.corpora.conftest import EMODB_NAMES, write

CORPUS = emodb.CORPUS


def read(root, tmp_path):
    manifest = tmp_path / "emodb.csv"
    write_manifest(CORPUS, root, manifest)
    return read_corpus(CORPUS, root, manifest)


def test_every_file_becomes_one_utterance_with_what_its_name_and_its_sound_say(emodb_root, tmp_path):
    table = read(emodb_root, tmp_path)
    assert table.utterance_id.tolist() == sorted(EMODB_NAMES)
    first = table.iloc[0]
    assert (first.path, first.speaker, first.emotion) == ("wav/03a01Fa.wav", "03", "happiness")
    assert (first.duration, first.sampling_rate, first.language) == (0.1, 16_000, "de")


def test_the_table_survives_parquet(emodb_root, tmp_path):
    table = read(emodb_root, tmp_path)
    write_utterances(table, tmp_path / "utterances.parquet")
    again = read_utterances(tmp_path / "utterances.parquet")
    assert list(again.columns) == SCHEMA.names
    pd.testing.assert_series_equal(again.sha256, table.sha256, check_dtype=False)


def test_wav_and_flac_of_one_recording_give_the_same_sound_and_other_bytes(emodb_root, tmp_path):
    before = read(emodb_root, tmp_path)
    sums = {e.sha256 for e in read_manifest(tmp_path / "emodb.csv")}
    for file in (emodb_root / "wav").iterdir():
        samples, rate = soundfile.read(file, dtype="int16")
        soundfile.write(file.with_suffix(".flac"), samples, rate)
        file.unlink()
    after = read(emodb_root, tmp_path)
    assert after.sha256.tolist() == before.sha256.tolist()
    assert not sums & {e.sha256 for e in read_manifest(tmp_path / "emodb.csv")}


def test_the_three_steps_give_what_read_corpus_gives(emodb_root, tmp_path):
    whole = read(emodb_root, tmp_path)
    utterances, entries = describe(CORPUS, emodb_root, tmp_path / "emodb.csv")
    sounds = [read_file(emodb_root, entry) for entry in reversed(entries)]
    pd.testing.assert_frame_equal(assemble(CORPUS, utterances, sounds), whole)


def test_the_duration_of_a_part_is_its_own_and_what_nobody_states_stays_empty():
    """A file of 3 s: whole, from 0.5 s, until 2 s, in between; and a text without sound, with the vote of a rater."""
    said = Parsed(speaker="s", gender=None, emotion="joy", group=None, transcript="ja", language="fr")
    times = {"whole": (None, None), "from": (0.5, None), "until": (None, 2.0), "within": (0.5, 2.0)}
    parts = [Utterance(name, "a.wav", said, *own) for name, own in times.items()]
    text = Utterance("text", None, replace(said, language=None, votes=(Vote("r", ("joy", "calm"), 2.0),)))
    table = assemble(CORPUS, [*parts, text], [Sound("a.wav", 3.0, 16_000, "0f")]).set_index("utterance_id")
    assert table.duration.dropna().to_dict() == {"from": 2.5, "until": 2.0, "whole": 3.0, "within": 1.5}
    assert table.loc["text", ["duration", "sampling_rate", "sha256"]].isna().all()
    assert (table.language["whole"], table.language["text"]) == ("fr", "de"), "its own, else that of the corpus"
    (vote,) = table.votes["text"]
    assert (vote["rater"], tuple(vote["labels"]), vote["valence"], vote["activation"]) == (
        "r",
        ("joy", "calm"),
        2.0,
        None,
    )


def test_a_linked_root_and_linked_folders_in_it_are_read(emodb_root, tmp_path):
    (tmp_path / "link").symlink_to(emodb_root)
    shutil.move(emodb_root / "wav", tmp_path / "elsewhere")
    (emodb_root / "wav").symlink_to(tmp_path / "elsewhere")
    assert len(read(tmp_path / "link", tmp_path)) == len(EMODB_NAMES)


def test_a_folder_linked_into_itself_is_walked_once(emodb_root):
    (emodb_root / "again").symlink_to(emodb_root)
    listing = list_audio(emodb_root, CORPUS)
    assert len(listing.audio) == len(EMODB_NAMES)
    assert listing.skipped["folders linked twice"] == 1


def test_hidden_and_foreign_files_are_skipped_and_counted(emodb_root):
    (emodb_root / "wav" / "._03a01Fa.wav").write_bytes(b"resource fork")
    (emodb_root / "wav" / ".DS_Store").write_bytes(b"")
    (emodb_root / "clip.mp4").write_bytes(b"")
    (emodb_root / ".git").mkdir()
    (emodb_root / "README").write_text("read me")
    assert list_audio(emodb_root, CORPUS).skipped == {
        ".lablaut files": 1,
        "hidden files": 2,
        "hidden folders": 1,
        "files without extension": 1,
        "video files, which are not of this corpus": 1,
    }


def test_a_folder_of_videos_reports_that_it_found_videos_and_what_to_get(tmp_path):
    (tmp_path / "01-01-03-01-01-01-01.mp4").write_bytes(b"")
    with pytest.raises(CorpusError, match=r"found: 1 video files.*ser fetch ravdess"):
        list_audio(tmp_path, ravdess.CORPUS)


@pytest.mark.parametrize("name", ["03a01Fa copy", "take1", "03a01Qa"])
def test_an_unknown_name_is_refused_with_the_pattern_and_the_fix(emodb_root, tmp_path, name):
    write(emodb_root, f"wav/{name}.wav")
    with pytest.raises(CorpusError, match=rf"wav/{name}.wav: not a file name of emodb; .*03a01Fa.*move it out"):
        read(emodb_root, tmp_path)


def test_a_video_derived_file_of_ravdess_is_refused_where_it_lies(tmp_path):
    write(tmp_path / "r", "Actor_01/01-01-03-01-01-01-01.wav")
    write_manifest(ravdess.CORPUS, tmp_path / "r", tmp_path / "ravdess.csv")
    with pytest.raises(CorpusError, match=r"Actor_01/01-01-03.*audio and video.*audio-only archive"):
        read_corpus(ravdess.CORPUS, tmp_path / "r", tmp_path / "ravdess.csv")


def test_a_recording_as_wav_and_flac_side_by_side_is_refused(emodb_root, tmp_path):
    write(emodb_root, "wav/03a01Fa.flac")
    with pytest.raises(UserError, match="Keep one file of each"):
        read(emodb_root, tmp_path)


def test_all_spoilt_files_are_named_at_once(emodb_root, tmp_path):
    for name in ("03a01Wa", "03a01Fa"):
        (emodb_root / "wav" / f"{name}.wav").write_bytes(b"")
    with pytest.raises(AudioError, match=r"(?s)03a01Fa\.wav: the file is empty.*03a01Wa\.wav: the file is empty"):
        read(emodb_root, tmp_path)


@pytest.mark.parametrize(
    ("content", "hint"),
    [(b"", "empty .*Copy it again"), (b"RIFF not a sound", "copy it again from its source")],
)
def test_a_spoilt_file_stops_the_reading_and_is_named(emodb_root, tmp_path, content, hint):
    (emodb_root / "wav" / "03a01Wa.wav").write_bytes(content)
    with pytest.raises(AudioError, match=f"03a01Wa.wav.*{hint}"):
        read(emodb_root, tmp_path)


def test_the_manifest_is_the_digest_of_the_bytes_sorted_by_path(emodb_root, tmp_path):
    write_manifest(CORPUS, emodb_root, tmp_path / "m.csv")
    lines = (tmp_path / "m.csv").read_text().splitlines()
    content = (emodb_root / "wav" / "03a01Fa.wav").read_bytes()
    assert lines[0] == "path,bytes,sha256"
    assert lines[1] == f"wav/03a01Fa.wav,{len(content)},{hashlib.sha256(content).hexdigest()}"
    assert lines[1:] == sorted(lines[1:])


def test_the_manifest_is_the_same_whatever_the_order_of_its_lines(tmp_path):
    entries = [Entry("b.wav", 2, "22"), Entry("a, quoted.wav", 1, "11")]
    save_entries(entries, tmp_path / "one.csv")
    save_entries(entries[::-1], tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert read_manifest(tmp_path / "two.csv") == entries[::-1]


def spoil_one_byte(root):
    with (root / "wav" / "03a01Wa.wav").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x7f")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (spoil_one_byte, "03a01Wa.wav: changed"),
        (lambda root: (root / "wav" / "03a01Wa.wav").unlink(), "1 listed files are missing .*03a01Wa"),
        (lambda root: write(root, "wav/03a02Wa.wav"), "1 files are not listed .*03a02Wa"),
    ],
    ids=["changed", "missing", "new"],
)
def test_a_folder_that_is_not_the_version_is_refused_with_the_fix(emodb_root, tmp_path, change, found):
    read(emodb_root, tmp_path)
    change(emodb_root)
    with pytest.raises(CorpusError, match=rf"{found}.*`ser fetch`"):
        read_corpus(CORPUS, emodb_root, tmp_path / "emodb.csv")


@pytest.mark.parametrize(
    "text", ["", "path,size\na,1\n", "path,bytes,sha256\na.wav,many,00\n", "path,bytes,sha256\na\n"]
)
def test_a_file_that_is_no_manifest_is_reported_with_how_to_write_one(tmp_path, text):
    (tmp_path / "emodb.csv").write_text(text)
    with pytest.raises(CorpusError, match="Run `ser fetch emodb`"):
        read_manifest(tmp_path / "emodb.csv")


def test_without_a_manifest_the_way_to_one_is_reported(tmp_path):
    with pytest.raises(CorpusError, match=r"Run `ser fetch emodb` \(or `dvc pull`\)"):
        read_manifest(tmp_path / "emodb.csv")


def test_without_a_folder_the_way_to_one_is_reported(tmp_path):
    with pytest.raises(CorpusError, match="ser fetch emodb --from FOLDER"):
        list_audio(tmp_path / "nowhere", CORPUS)


def test_a_link_to_a_file_that_is_gone_is_refused(emodb_root):
    (emodb_root / "wav" / "03a02Fa.wav").symlink_to("/nowhere/03a02Fa.wav")
    with pytest.raises(CorpusError, match="Restore it, or remove the link"):
        list_audio(emodb_root, CORPUS)


def test_a_folder_that_git_lfs_has_not_filled_is_refused_once_for_all_its_files(emodb_root, tmp_path):
    table = read(emodb_root, tmp_path)
    for path in table.path[:3]:
        (emodb_root / path).write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{1:064d}\nsize 96044\n")
    expected = r"3 of 5 files are Git LFS pointers, .* first is wav/03a01Fa\.wav\. .* git lfs pull"
    with pytest.raises(CorpusError, match=expected):  # ser fetch
        write_manifest(CORPUS, emodb_root, tmp_path / "again.csv")
    with pytest.raises(CorpusError, match=expected):  # the stage
        read_corpus(CORPUS, emodb_root, tmp_path / "emodb.csv")
