import numpy as np
import pytest
import soundfile

from ser_tasks.audio.decode import AudioError, read_mono, read_recording

TIME = np.arange(48_000) / 48_000
TONE = (0.4 * np.sin(2 * np.pi * 440 * TIME)).astype(np.float32)  # 1 s


def written(path, samples, sampling_rate=48_000, **options):
    soundfile.write(path, samples, sampling_rate, **options)
    return path


def test_a_recording_keeps_its_samples_channels_and_rate(tmp_path):
    stereo = np.stack([TONE, -TONE / 2], axis=1)
    recording = read_recording(written(tmp_path / "a.wav", stereo, subtype="FLOAT"))
    np.testing.assert_array_equal(recording.samples, stereo)
    assert (recording.sampling_rate, recording.duration) == (48_000, 1.0)


def test_wav_and_flac_of_the_same_samples_have_the_same_digest_and_others_do_not(tmp_path):
    integers = np.round(TONE * 2**15).astype(np.int16)
    wav = read_recording(written(tmp_path / "a.wav", integers))
    flac = read_recording(written(tmp_path / "a.flac", integers))
    quieter = read_recording(written(tmp_path / "b.wav", integers // 2))
    slower = read_recording(written(tmp_path / "c.wav", integers, 44_100))
    assert wav.sha256 == flac.sha256
    assert len({wav.sha256, quieter.sha256, slower.sha256}) == 3


def test_channels_are_averaged(tmp_path):
    path = written(tmp_path / "a.wav", np.stack([TONE, TONE / 2], axis=1), subtype="FLOAT")
    np.testing.assert_allclose(read_mono(path, sampling_rate=48_000), 0.75 * TONE, atol=1e-7)


@pytest.mark.parametrize("sampling_rate", [16_000, 22_050])
def test_a_resampled_tone_is_the_same_tone(tmp_path, sampling_rate):
    ours = read_mono(written(tmp_path / "a.wav", TONE, subtype="FLOAT"), sampling_rate=sampling_rate)
    expected = 0.4 * np.sin(2 * np.pi * 440 * np.arange(sampling_rate) / sampling_rate)
    assert ours.shape == expected.shape
    assert ours.dtype == np.float32
    middle = slice(sampling_rate // 10, -sampling_rate // 10)
    np.testing.assert_allclose(ours[middle], expected[middle], atol=1e-4)


def test_what_lies_above_the_new_band_is_removed_not_folded(tmp_path):
    hiss = 0.4 * np.sin(2 * np.pi * 11_000 * TIME)  # would fold to 5 kHz
    ours = read_mono(written(tmp_path / "a.wav", hiss, subtype="FLOAT"), sampling_rate=16_000)
    assert np.abs(ours[1_000:-1_000]).max() < 1e-4


def test_a_part_is_cut_in_the_files_own_samples(tmp_path):
    path = written(tmp_path / "a.wav", TONE, subtype="FLOAT")
    np.testing.assert_array_equal(read_mono(path, sampling_rate=48_000, start=0.25, end=0.5), TONE[12_000:24_000])
    np.testing.assert_array_equal(read_mono(path, sampling_rate=48_000, start=0.75), TONE[36_000:])


@pytest.mark.parametrize(("start", "end"), [(0.5, 0.5), (0.6, 0.5), (0.5, 1.1), (-0.1, 0.5), (1.0, None)])
def test_a_part_outside_the_file_is_refused(tmp_path, start, end):
    path = written(tmp_path / "a.wav", TONE)
    with pytest.raises(AudioError, match=r"a\.wav: the part .* Mend its times"):
        read_mono(path, sampling_rate=48_000, start=start, end=end)


def test_missing_empty_and_foreign_files_are_named_with_the_way_out(tmp_path):
    with pytest.raises(AudioError, match=r"none\.wav: no such file\. Correct the name .* or restore the file"):
        read_recording(tmp_path / "none.wav")
    (tmp_path / "empty.wav").touch()
    with pytest.raises(AudioError, match=r"empty\.wav: the file is empty .* Copy it again"):
        read_recording(tmp_path / "empty.wav")
    (tmp_path / "page.wav").write_text("<html>404 Not Found</html>")
    with pytest.raises(AudioError, match=r"page\.wav: not readable as sound .*<html>.* copy it again"):
        read_recording(tmp_path / "page.wav")


def test_a_file_without_samples_is_refused(tmp_path):
    with pytest.raises(AudioError, match="holds no samples"):
        read_recording(written(tmp_path / "a.wav", np.zeros(0, np.float32)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_samples_that_are_not_numbers_are_counted(tmp_path, value):
    broken = TONE.copy()
    broken[[5, 6]] = value
    with pytest.raises(AudioError, match="2 samples are NaN or infinite"):
        read_recording(written(tmp_path / "a.wav", broken, subtype="FLOAT"))


@pytest.mark.parametrize(
    "suffix",
    [
        "flac",
        "wav",
    ],
)
def test_a_truncated_copy_is_refused(tmp_path, suffix):
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 48_000)
    path = written(tmp_path / f"a.{suffix}", noise, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:50_000])
    with pytest.raises(AudioError, match=r"(?i)again from its source"):
        read_recording(path)
