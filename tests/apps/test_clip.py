"""Files from outside: read within limits, gone from the disk, and named as their sender names them."""

import av
import numpy as np
import pytest

from apps.uploads import NotAudioError, TooLargeError, read_clip
from ser_tasks.errors import UserError
from tests.apps.conftest import encoded
from tests.bundles.small_bundles import RATE, voice


def video(signal: np.ndarray, path) -> bytes:
    """A Matroska file with one sound track, as browsers record it."""
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray((signal * 32767).astype("<i2")[None], format="s16", layout="mono")
        frame.sample_rate = RATE
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG", "MP3", "AIFF"])
def test_every_kind_of_sound_file_is_known_by_its_content_whatever_its_name(kind, limits, scratch):
    signal = voice("anger")
    clip = read_clip(encoded(signal, kind), name="notes.txt", limits=limits)
    assert clip.name == "notes.txt"
    assert clip.recording.sampling_rate == RATE
    decoded = clip.recording.samples[: len(signal), 0]
    assert np.corrcoef(decoded, signal[: len(decoded)])[0, 1] > 0.9  # MP3 and Ogg change the sound a little
    assert list(scratch.iterdir()) == []


def test_what_a_browser_records_as_a_video_container_is_decoded_too(limits, tmp_path, scratch):
    signal = voice("anger")
    clip = read_clip(video(signal, tmp_path / "a.mkv"), name="a", limits=limits)
    np.testing.assert_allclose(clip.recording.samples[:, 0], signal, atol=2 / 32767)


def test_what_is_no_sound_file_is_reported_with_its_beginning_and_the_known_kinds(limits):
    with pytest.raises(NotAudioError, match=r"^cv.pdf: not readable as sound .* first bytes are b'%PDF-1.7'. Expected"):
        read_clip(b"%PDF-1.7", name="cv.pdf", limits=limits)


def test_a_broken_file_is_named_as_its_sender_does_and_leaves_nothing(anger, limits, scratch):
    with pytest.raises(UserError, match=r"^my.wav: truncated: the header promises 19244 bytes, 5000 are there"):
        read_clip(anger[:5000], name="my.wav", limits=limits)
    with pytest.raises(UserError, match=r"^my.wav: the file is empty"):
        read_clip(b"", name="my.wav", limits=limits)
    assert list(scratch.iterdir()) == []


def test_a_long_recording_is_rejected_before_it_is_decoded(limits, tmp_path, monkeypatch):
    silence = np.zeros(11 * RATE, np.float32)  # a few kB as FLAC, however long
    for decoder in ("libsndfile", "ffmpeg"):
        monkeypatch.setattr(f"ser_tasks.audio.{decoder}._blocks", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(TooLargeError, match=r"a: 11.0 s of sound, at most 10 s are read. Cut it"):
        read_clip(encoded(silence, "FLAC"), name="a", limits=limits)
    with pytest.raises(TooLargeError, match=r"a: 11.0 s of sound"):
        read_clip(video(silence, tmp_path / "a.mkv"), name="a", limits=limits.model_copy(update={"megabytes": 9}))


def test_many_channels_and_bytes_are_rejected_too(limits):
    dense = encoded(np.zeros((9 * 60_000, 8), np.float32), "FLAC", rate=60_000)
    with pytest.raises(TooLargeError, match=r"4320000 samples, at most 3840000"):
        read_clip(dense, name="a", limits=limits)
    with pytest.raises(TooLargeError, match=r"a: 0.6 MB, at most 0.5 MB are read"):
        read_clip(bytes(600_000), name="a", limits=limits)
