"""A row for each format: what is heard of it is what was written. The table that people read is docs/sounds.md."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import AudioError, open_sound, read_recording
from ser_tasks.audio.libsndfile import NEVER_FINISHED, OPEN_END, SEVERAL
from ser_tasks.audio.recording import ForeignError, PointerError
from ser_tasks.bundles.inference.streaming import mono_blocks
from tests.audio.encoded import HERTZ, SECONDS, SPECIMEN, specimen, tone

DAMAGED = {  # name: (specimen, samples that are heard, what is said)
    "two.opus": ("a.opus", 288_000, (SEVERAL,)),
    "two.flac": ("a.flac", 96_000, (SEVERAL,)),
    "two.oga": ("flac.oga", 96_000, (SEVERAL,)),
    "two.aac": ("a.aac", 98_304, ()),
}


def pitch(samples: np.ndarray, rate: int) -> float:
    """The strongest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


@pytest.mark.parametrize("name", SPECIMEN)
def test_a_file_is_decoded_whole_whatever_it_is_called(tmp_path, name):
    expected, rate = SPECIMEN[name][2:]
    path = specimen(tmp_path, name).rename(tmp_path / "clip.bin")
    recording = read_recording(path)
    assert (recording.samples.shape, recording.sampling_rate) == ((expected, 1), rate)
    assert pitch(recording.samples[:, 0], rate) == pytest.approx(HERTZ, abs=0.5)
    level = np.sqrt(np.mean(recording.samples[: SECONDS * rate] ** 2) / np.mean(tone(rate) ** 2))
    assert level == pytest.approx(1, abs=0.4 if "amr" in SPECIMEN[name][0] else 0.1)  # AMR models a voice, not a tone
    assert not recording.notes


@pytest.mark.parametrize("name", ["gsm.wav", "vbr_no_xing.mp3", "a.opus", "ffmpeg_alac.caf", "a.m4a"])
def test_it_is_the_same_sound_block_by_block(tmp_path, name):
    path = specimen(tmp_path, name)
    whole = read_recording(path)
    blocks = mono_blocks(open_sound(path), sampling_rate=whole.sampling_rate, block=0.3)
    np.testing.assert_array_equal(np.concatenate(list(blocks)), whole.samples[:, 0])


@pytest.mark.parametrize("name", DAMAGED)
def test_files_that_were_put_one_behind_the_other_are_decoded_to_the_last(tmp_path, name):
    of, expected, notes = DAMAGED[name]
    path = tmp_path / name
    path.write_bytes(specimen(tmp_path, of).read_bytes() * 2)
    recording = read_recording(path)
    assert len(recording.samples) == expected
    assert recording.notes == notes


@pytest.mark.parametrize("name", ["xing.mp3", "no_xing.mp3", "vbr_no_xing.mp3"])
def test_of_two_mp3_files_in_one_both_are_decoded_and_the_joint_is_named(tmp_path, name):
    path = tmp_path / "two.mp3"
    path.write_bytes(specimen(tmp_path, name).read_bytes() * 2)
    recording = read_recording(path)
    assert recording.duration == pytest.approx(2 * SECONDS, abs=0.2)
    assert [note[:10] for note in recording.notes] == ["near 3.06 s"[:10]]
    source = open_sound(path)
    for _ in range(2):
        list(source.blocks(10_000))
    assert tuple(source.notes) == recording.notes, "said once, however often it is heard"


PICTURE = np.random.default_rng(0).integers(0, 256, 60_000, dtype=np.uint8).tobytes()
ITEM = struct.pack("<II", len(PICTURE), 2) + b"Cover Art (Front)\0" + PICTURE
ID3V1, LYRICS = b"TAG" + b"a" * 125, b"LYRICSBEGININD0000210000021LYRICS200"


def ape(flags: int) -> bytes:
    """Head or foot of an APE tag."""
    return b"APETAGEX" + struct.pack("<IIII", 2_000, len(ITEM) + 32, 1, flags) + bytes(8)


@pytest.mark.parametrize("name", ["xing.mp3", "no_xing.mp3", "a.aac"])
@pytest.mark.parametrize(
    "tags",
    [ID3V1, ape(0xA0000000) + ITEM + ape(0x80000000), ITEM + ape(0) + ID3V1, LYRICS + ID3V1],
    ids=["ID3v1", "APE with a picture", "APE without a head, ID3v1", "Lyrics3, ID3v1"],
)
def test_tags_at_the_end_are_no_sound(tmp_path, name, tags):
    path = specimen(tmp_path, name)
    plain = read_recording(path)
    path.write_bytes(path.read_bytes() + tags)
    tagged = read_recording(path)
    np.testing.assert_allclose(tagged.samples, plain.samples, atol=1e-6)
    assert tagged.notes == ()


def test_of_three_it_is_not_known_how_much_was_lost_between_them(tmp_path):
    path = tmp_path / "three.mp3"
    path.write_bytes(specimen(tmp_path, "no_xing.mp3").read_bytes() * 3)
    with pytest.raises(AudioError, match=r"damaged: after 6\.\d\d s of sound"):
        read_recording(path)


def test_allow_is_called_again_where_no_header_states_the_length(tmp_path):
    asked = []
    read_recording(specimen(tmp_path, "no_xing.mp3"), allow=lambda source, n_samples: asked.append(n_samples))
    assert asked == [0, 49_536]


@pytest.mark.parametrize("name", ["a.wav", "a.w64", "a.aiff", "a.au", "sphere.wav", "a.rf64", "a.caf"])
def test_two_files_in_one_of_a_format_that_cannot_hold_them_are_refused(tmp_path, name):
    path = tmp_path / "two"
    path.write_bytes(specimen(tmp_path, name).read_bytes() * 2)
    with pytest.raises(AudioError, match=r"two recordings in one file: .* Expected one: split it"):
        read_recording(path)


@pytest.mark.parametrize(
    "name",
    [
        *("a.wav", "ima.wav", "gsm.wav", "a.aiff", "a.au", "a.w64", "a.rf64", "a.caf", "sphere.wav", "mp3.wav"),
        *("a.flac", "xing.mp3", "libsndfile_alac.caf", "g722.wav", "a.webm", "a.m4a", "vorbis.ogg", "a.wv", "a.tta"),
    ],
)
def test_half_a_file_is_refused_where_its_header_promised_more(tmp_path, name):
    path = specimen(tmp_path, name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AudioError, match=r"truncated|damaged|not readable as sound"):
        read_recording(path)


@pytest.mark.parametrize(
    ("name", "share", "note"),
    [("a.opus", 0.33, OPEN_END), ("flac.oga", 0.33, OPEN_END), ("a.aac", 0.5, "packet does not decode")],
)
def test_half_a_file_of_a_format_that_promises_nothing_is_decoded_and_reported(tmp_path, name, share, note):
    path = specimen(tmp_path, name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    recording = read_recording(path)
    assert recording.duration == pytest.approx(share * SECONDS, abs=0.2)
    assert note in recording.notes[0]


@pytest.mark.parametrize("riff", [None, 0, 2**32 - 1])
@pytest.mark.parametrize("data", [0, 2**32 - 1])
def test_a_recorder_that_died_left_its_sound_behind_an_unfinished_header(tmp_path, riff, data):
    path = specimen(tmp_path, "a.wav")
    content = bytearray(path.read_bytes())
    content[40:44] = data.to_bytes(4, "little")
    if riff is not None:
        content[4:8] = riff.to_bytes(4, "little")
    path.write_bytes(content)
    recording = read_recording(path)
    assert len(recording.samples) == 48_000
    assert recording.notes == ((NEVER_FINISHED,) if data == 0 else ())


def test_a_flac_from_a_pipe_does_not_know_its_length(tmp_path):
    path = specimen(tmp_path, "a.flac")
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # RFC 9639: 36 bits of STREAMINFO, 0 where the number of samples is not known
    content[22:26] = bytes(4)
    path.write_bytes(content)
    np.testing.assert_allclose(read_recording(path).samples[:, 0], tone(), atol=2**-15)


def test_a_header_that_promises_more_than_any_memory_holds_is_refused_at_once(tmp_path):
    path = specimen(tmp_path, "a.flac")
    content = bytearray(path.read_bytes())
    content[21] |= 0x0F
    content[22:26] = b"\xff" * 4
    path.write_bytes(content)
    with pytest.raises(AudioError, match=r"truncated|damaged"):
        read_recording(path)


def test_a_git_lfs_pointer_is_called_that(tmp_path):
    path = tmp_path / "a.wav"
    path.write_text(f"version https://git-lfs.github.com/spec/v1\noid sha256:{1:064d}\nsize 96044\n")
    with pytest.raises(PointerError, match=r"a\.wav: a Git LFS pointer, not the recording\. .* git lfs pull"):
        read_recording(path)


@pytest.mark.parametrize(
    "content",
    [b"ffconcat version 1.0\nfile a.wav\n", b"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\na.wav\n#EXT-X-ENDLIST\n"],
)
def test_a_playlist_is_no_recording_and_opens_no_other_file(tmp_path, content):
    specimen(tmp_path, "a.wav")
    path = tmp_path / "list.wav"
    path.write_bytes(content)
    with pytest.raises(ForeignError, match="not readable as sound"):
        read_recording(path)


def test_a_rate_that_changes_midway_is_refused(tmp_path):
    soundfile.write(tmp_path / "b.ogg", tone(22_050), 22_050)
    path = specimen(tmp_path, "vorbis.ogg")
    path.write_bytes(path.read_bytes() + (tmp_path / "b.ogg").read_bytes())
    with pytest.raises(AudioError, match=r"after 2\.98 s"):
        read_recording(path)


def test_every_format_stands_in_the_table_that_people_read():
    table = Path("docs/sounds.md").read_text()
    missing = [name for name in (*SPECIMEN, *DAMAGED) if f"`{name}`" not in table]
    assert not missing


@pytest.mark.slow
def test_what_libsndfile_reads_is_read_without_loading_ffmpeg(tmp_path):
    path = specimen(tmp_path, "a.wav")
    code = (
        "import sys; from pathlib import Path; from ser_tasks.audio.decode import read_recording; "
        "read_recording(Path(sys.argv[1])); assert 'av' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
