"""Long recordings block by block: the same samples as all at once."""

import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import open_sound, read_mono
from ser_tasks.audio.recording import AudioError
from ser_tasks.bundles.inference.streaming import mono_blocks
from tests.corpora.trees.video import write_video

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (70_000, 2)).astype(np.float32)


def written(path, samples=NOISE, rate=48_000, **options):
    soundfile.write(path, samples, rate, **options)
    return path


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
@pytest.mark.parametrize("block", [0.011, 0.5, 100.0])
def test_the_blocks_in_a_row_are_the_file_mixed_down_and_resampled(tmp_path, rate, block):
    path = written(tmp_path / "a.wav", rate=rate, subtype="FLOAT")
    blocks = list(mono_blocks(open_sound(path), sampling_rate=16_000, block=block))
    np.testing.assert_allclose(np.concatenate(blocks), read_mono(path, sampling_rate=16_000), atol=2e-6)
    assert all(0 < len(piece) <= 16_000 * block + 2_000 for piece in blocks), "2000: what the resampler may hold back"


@pytest.mark.parametrize("suffix", ["flac", "mp3", "ogg"])
def test_compressed_files_are_the_same_as_all_at_once(tmp_path, suffix):
    path = written(tmp_path / f"a.{suffix}")
    blocks = list(mono_blocks(open_sound(path), sampling_rate=16_000, block=0.3))
    np.testing.assert_allclose(np.concatenate(blocks), read_mono(path, sampling_rate=16_000), atol=2e-6)


@pytest.mark.parametrize(("suffix", "codec"), [("mp4", "aac"), ("avi", "pcm_s16le")])
def test_so_is_the_sound_track_of_a_video(tmp_path, suffix, codec):
    path = write_video(tmp_path / f"a.{suffix}", codec=codec)
    blocks = list(mono_blocks(open_sound(path), sampling_rate=16_000, block=0.1))
    whole = read_mono(path, sampling_rate=16_000)
    assert len(blocks) > 1
    np.testing.assert_allclose(np.concatenate(blocks), whole, atol=2e-6)
    assert open_sound(path).duration == pytest.approx(len(whole) / 16_000, abs=0.1)


def test_the_header_alone_gives_the_length(tmp_path):
    found = open_sound(written(tmp_path / "a.wav"))
    assert (found.sampling_rate, found.n_channels, found.duration) == (48_000, 2, 70_000 / 48_000)
    assert found.decoded == 70_000 * 2 * 4


@pytest.mark.parametrize(("place", "block"), [(5, 0.0), (60_000, 1.0)])
def test_samples_that_are_not_numbers_are_counted_and_placed(tmp_path, place, block):
    broken = NOISE.copy()
    broken[place : place + 2, 0] = np.nan
    path = written(tmp_path / "a.wav", broken, subtype="FLOAT")
    with pytest.raises(AudioError, match=f"2 samples are NaN or infinite in the block from {block:.0f} s on. Export"):
        list(mono_blocks(open_sound(path), sampling_rate=16_000, block=1.0))


def test_a_cut_file_gives_what_it_has_and_then_an_error(tmp_path):
    path = written(tmp_path / "a.flac", subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:200_000])
    blocks = mono_blocks(open_sound(path), sampling_rate=16_000, block=0.1)
    assert len(next(blocks))
    with pytest.raises(AudioError, match=r"(?i)copy it again"):
        list(blocks)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"no such file\. Correct the name"),
        (b"", r"the file is empty \(0 bytes\)\. Copy it again"),
        (b"<html>404 Not Found</html>", "not readable as sound .*<html>.* convert it, copy it again"),
    ],
)
def test_what_is_no_sound_is_refused_with_the_way_out(tmp_path, content, message):
    if content is not None:
        (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(AudioError, match=message):
        list(mono_blocks(open_sound(tmp_path / "a.wav"), sampling_rate=16_000))


def test_a_folder_without_sound_is_refused(tmp_path):
    with pytest.raises(AudioError, match="no sound file in this folder"):
        open_sound(tmp_path)


def test_a_file_without_samples_is_refused(tmp_path):
    with pytest.raises(AudioError, match="holds no samples"):
        list(mono_blocks(open_sound(written(tmp_path / "a.wav", NOISE[:0])), sampling_rate=16_000))
