import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from ser_tasks.audio.decode import AudioError, read_mono, read_recording
from ser_tasks.corpora.catalogue import emodb
from ser_tasks.corpora.manifest import write_manifest
from ser_tasks.corpora.reading import read_corpus

RATE = 32_000
TIME = np.arange(2 * RATE) / RATE
LEFT = (0.4 * np.sin(2 * np.pi * 440 * TIME)).astype(np.float32)  # 2 s
STEREO = np.stack([LEFT, LEFT / 2])
INTEGERS = np.round(STEREO.T * 2**15).astype(np.int16)  # (n_samples, n_channels)


def written(path, *, codec, picture=True):
    """A video of 2 s: 20 grey pictures, and a 440 Hz tone twice as loud on the left, unless codec is None."""
    with av.open(str(path), "w") as container:
        pictures = container.add_stream("mpeg4", rate=10) if picture else None
        rate = 48_000 if codec == "libopus" else RATE  # opus knows no 32 kHz
        sound = container.add_stream(codec, rate=rate, layout="stereo") if codec else None
        if pictures:
            pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
            for i in range(20):
                frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 10 * i, np.uint8), format="rgb24")
                container.mux(pictures.encode(frame))
            container.mux(pictures.encode(None))
        if sound:
            kind = "s16" if codec.startswith("pcm") else "fltp"
            samples = INTEGERS.reshape(1, -1) if kind == "s16" else STEREO
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format=kind, layout="stereo")
            frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
            for part in [*av.AudioResampler(kind, "stereo", rate).resample(frame), None]:
                container.mux(sound.encode(part))
    return path


@pytest.mark.parametrize("suffix", [".avi", ".mkv"])
def test_uncompressed_sound_comes_back_sample_by_sample(tmp_path, suffix):
    recording = read_recording(written(tmp_path / f"a{suffix}", codec="pcm_s16le"))
    assert recording.sampling_rate == RATE
    np.testing.assert_array_equal(recording.samples * 2**15, INTEGERS)


@pytest.mark.parametrize(
    ("suffix", "codec", "picture"),
    [
        (".mp4", "aac", True),
        (".mov", "aac", True),
        (".mkv", "aac", True),
        (".m4a", "aac", False),
        (".webm", "libopus", False),
    ],
)
def test_compressed_sound_is_the_same_tone_at_the_rate_wanted(tmp_path, suffix, codec, picture):
    mono = read_mono(written(tmp_path / f"a{suffix}", codec=codec, picture=picture), sampling_rate=16_000)
    assert len(mono) == pytest.approx(32_000, abs=1_200)  # codecs fill their first and last frame
    middle = mono[8_000:24_000] * np.hanning(16_000)
    assert np.abs(np.fft.rfft(middle)).argmax() == 440
    assert np.sqrt(2 * np.mean(mono[8_000:24_000] ** 2)) == pytest.approx(0.75 * 0.4, rel=0.02)


def test_a_video_without_audio_is_reported_with_what_it_has(tmp_path):
    with pytest.raises(AudioError, match=r"found: video\)\. Take a copy that has one"):
        read_recording(written(tmp_path / "a.mp4", codec=None))


def test_files_that_are_missing_empty_or_foreign_are_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "foreign.mp4").write_bytes(b"not a video, " * 100)
    for name, mend in (("missing", "restore the file"), ("empty", "0 bytes"), ("foreign", "copy it again")):
        with pytest.raises(AudioError, match=mend):
            read_recording(tmp_path / f"{name}.mp4")


@pytest.mark.parametrize(("suffix", "codec"), [(".mp4", "aac"), (".avi", "pcm_s16le"), (".mkv", "aac")])
def test_a_cut_file_is_refused(tmp_path, suffix, codec):
    path = written(tmp_path / f"a{suffix}", codec=codec)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with pytest.raises(AudioError, match=r"(?i)copy it again"):
        read_recording(path)


def test_a_part_of_a_video_is_cut_in_its_own_samples(tmp_path):
    path = written(tmp_path / "a.AVI", codec="pcm_s16le")
    part = read_mono(path, sampling_rate=RATE, start=0.25, end=0.5)
    np.testing.assert_allclose(part * 2**15, INTEGERS[8_000:16_000].mean(axis=1))


def test_a_corpus_of_videos_is_read_like_one_of_sound_files(tmp_path):
    (tmp_path / "videos").mkdir()
    written(tmp_path / "videos/03a01Fa.mp4", codec="aac")
    corpus = replace(emodb.CORPUS, extensions=(".mp4",))
    write_manifest(corpus, tmp_path / "videos", tmp_path / "manifest.csv")
    table = read_corpus(corpus, tmp_path / "videos", tmp_path / "manifest.csv")
    assert table.path.tolist() == ["03a01Fa.mp4"]
    assert (table.speaker[0], table.sampling_rate[0]) == ("03", RATE)
    assert table.duration[0] == pytest.approx(2.0, abs=0.1)


def test_sound_files_are_read_without_loading_the_decoder_of_videos():
    code = "import sys, ser_tasks.audio.decode; assert 'av' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
