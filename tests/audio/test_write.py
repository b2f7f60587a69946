"""Sound written to files, read back by soundfile."""

import doctest

import numpy as np
import pytest
import soundfile

from ser_tasks.audio import write
from ser_tasks.audio.recording import AudioError
from ser_tasks.audio.write import write_sound

INTEGERS = np.array([-32768, -32767, -1, 0, 1, 16384, 32766, 32767], np.int16)


def test_the_example_in_the_docstring_is_right():
    assert doctest.testmod(write) == (0, 1)


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_every_16_bit_sample_comes_back_and_blocks_stand_in_a_row(tmp_path, ending):
    blocks = [part.astype(np.float32) / 2**15 for part in np.split(INTEGERS, [3])]
    written = write_sound(tmp_path / "deep" / f"a.{ending}", blocks, sampling_rate=22_050)
    assert written == (8, 0)
    found, rate = soundfile.read(tmp_path / "deep" / f"a.{ending}", dtype="int16")
    assert rate == 22_050
    np.testing.assert_array_equal(found, INTEGERS)
    assert soundfile.info(tmp_path / "deep" / f"a.{ending}").subtype == "PCM_16"


def test_samples_outside_of_full_scale_are_counted_and_stand_at_its_ends(tmp_path):
    loud = np.array([1.5, -1.2, 1.0, -1.0, 0.25], np.float32)
    assert write_sound(tmp_path / "a.wav", [loud, loud], sampling_rate=8_000) == (10, 4)
    found, _ = soundfile.read(tmp_path / "a.wav", dtype="int16")
    assert found[:5].tolist() == [32767, -32768, 32767, -32768, 8192]


def test_a_file_that_breaks_off_while_it_is_written_leaves_the_one_before(tmp_path):
    def broken():
        yield np.zeros(10, np.float32)
        raise AudioError("truncated")

    (tmp_path / "a.wav").write_text("before")
    with pytest.raises(AudioError, match="truncated"):
        write_sound(tmp_path / "a.wav", broken(), sampling_rate=8_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.wav"]
    assert (tmp_path / "a.wav").read_text() == "before"


def test_a_rate_that_flac_does_not_have_and_a_wav_that_is_too_long_are_errors(tmp_path, monkeypatch):
    with pytest.raises(AudioError, match=r"a.flac: cannot be written at 700000 Hz .*Choose another rate"):
        write_sound(tmp_path / "a.flac", [np.zeros(9, np.float32)], sampling_rate=700_000)
    monkeypatch.setattr(write, "MOST_BYTES", 16)
    write_sound(tmp_path / "a.flac", [np.zeros(9, np.float32)], sampling_rate=8_000)
    with pytest.raises(AudioError, match=r"a.wav: longer than a WAV can be .*--format flac"):
        write_sound(tmp_path / "a.wav", [np.zeros(9, np.float32)], sampling_rate=8_000)
