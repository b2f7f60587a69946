"""Sizes in headers as writers leave them: of the sound nothing is lost, and nothing is refused that is whole."""

import struct

import numpy as np
import pytest

from ser_tasks.audio.decode import AudioError, read_recording
from ser_tasks.audio.whole import BEHIND, MOST_CHUNKS, OPEN_SIZE, check_whole

SOUND = np.random.default_rng(0).integers(-9_000, 9_000, 16_000).astype("<i2").tobytes()
FORMAT = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16_000, 32_000, 2, 16)
TITLE = b"LIST" + struct.pack("<I", 15) + b"INFOINAM\x03\0\0\0abc" + b"\0"  # 15 bytes and one that fills up


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    return name + struct.pack("<I", len(content) if size is None else size) + content


def wav(path, *chunks: bytes, size: int | None = None, behind: bytes = b""):
    """A WAV with these chunks; the size of the whole is as told, else the right one."""
    content = b"WAVE" + b"".join(chunks)
    path.write_bytes(chunk(b"RIFF", content, size) + behind)
    return path


def heard(path) -> bytes:
    return np.round(read_recording(path).samples * 2**15).astype("<i2").tobytes()


@pytest.mark.parametrize(
    "chunks",
    [
        (FORMAT, TITLE, chunk(b"data", SOUND)),
        (FORMAT, chunk(b"data", SOUND), TITLE),
        (chunk(b"bext", bytes(602)), chunk(b"JUNK", bytes(28)), FORMAT, chunk(b"data", SOUND), TITLE),
    ],
)
@pytest.mark.parametrize("off", [0, 8, -8, 1, -len(TITLE)], ids=lambda off: f"size {off:+d}")
def test_a_size_of_the_whole_that_is_wrong_is_no_matter_where_all_samples_are_there(tmp_path, chunks, off):
    size = 4 + len(b"".join(chunks)) + off  # +8: the size of the file; -len(TITLE): 36 + the samples
    path = wav(tmp_path / "a.wav", *chunks, size=size)
    assert heard(path) == SOUND
    assert read_recording(path).notes == ()


@pytest.mark.parametrize("size", [None, 0, 36])
def test_one_sample_that_is_missing_is(tmp_path, size):
    path = wav(tmp_path / "a.wav", FORMAT, TITLE, chunk(b"data", SOUND), size=size)
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(AudioError, match="truncated: the header promises"):
        read_recording(path)


def test_a_file_that_was_cut_behind_its_samples_is_decoded(tmp_path):
    path = wav(tmp_path / "a.wav", FORMAT, chunk(b"data", SOUND), TITLE)
    path.write_bytes(path.read_bytes()[:-5])
    assert heard(path) == SOUND


@pytest.mark.parametrize(
    ("whole", "data"),
    [
        (0x7FFFF024, 0x7FFFF000),  # SoX, eSpeak
        (0x80000024, 0x80000000),  # arecord
        (0x7FFFFFFF, 0x7FFFFFFF),
    ],
)
def test_what_was_written_to_a_pipe_is_decoded_to_its_end_which_is_noted(tmp_path, whole, data):
    path = wav(tmp_path / "a.wav", FORMAT, chunk(b"data", SOUND, data), size=whole)
    assert heard(path) == SOUND
    assert read_recording(path).notes == (OPEN_SIZE,)


def test_a_recorder_that_died_after_it_had_stated_a_part_of_its_sound_leaves_a_word(tmp_path):
    path = wav(tmp_path / "a.wav", FORMAT, chunk(b"data", SOUND), behind=SOUND)
    assert read_recording(path).notes == (BEHIND.format(found=len(SOUND)),)


@pytest.mark.parametrize("behind", [b"TAG" + bytes(125), bytes(32_768)], ids=["tag", "cluster filled up"])
def test_tags_and_zeros_behind_the_end_are_no_matter(tmp_path, behind):
    assert read_recording(wav(tmp_path / "a.wav", FORMAT, chunk(b"data", SOUND), behind=behind)).notes == ()


def test_an_avi_of_more_than_one_gigabyte_goes_on_in_a_second_list(tmp_path):
    first, second = chunk(b"RIFF", b"AVI " + bytes(100)), chunk(b"RIFF", b"AVIX" + bytes(100))
    (tmp_path / "a.avi").write_bytes(first + second)
    check_whole(tmp_path / "a.avi")
    (tmp_path / "b.avi").write_bytes(first + first)
    with pytest.raises(AudioError, match="two recordings in one file"):
        check_whole(tmp_path / "b.avi")


def test_a_file_of_countless_empty_chunks_is_not_walked_to_its_end(tmp_path):
    path = wav(tmp_path / "a.wav", FORMAT, chunk(b"abcd", b"") * MOST_CHUNKS, chunk(b"data", SOUND, 2 * len(SOUND)))
    check_whole(path)
