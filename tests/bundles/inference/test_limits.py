"""What each odd file is answered with; docs/predict.md has the same table."""

import re

import numpy as np
import pytest
import soundfile
import soxr

from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.inference.files import predict_files
from ser_tasks.params import PredictParams
from tests.bundles.small_bundles import RATE, small_bundle, voice

LIMITS = PredictParams(longest=20, largest=30)  # s, MiB
ANGER = voice("anger", speaker=1, take=5)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return load_bundle(small_bundle(tmp_path_factory.mktemp("bundles") / "small"))


@pytest.fixture
def asked(bundle, tmp_path):
    """A function that writes samples into a file of that name and rate, and gives what is answered to it."""

    def ask(samples, rate=RATE, name="odd.wav"):
        path = tmp_path / name
        if isinstance(samples, bytes):
            path.write_bytes(samples)
        else:
            soundfile.write(path, samples, rate, subtype="FLOAT" if name.endswith("wav") else None)
        (outcome,) = predict_files(bundle, [path], limits=LIMITS)
        assert (outcome.prediction is None) == (outcome.fault is not None)
        if outcome.fault is not None:
            assert str(path) in outcome.fault, "it says which file"
        return outcome

    return ask


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"dear diary, ...", "not readable as sound.*its first bytes are b'dear diary, .*convert it"),
        (b"", r"the file is empty \(0 bytes\). Copy it again"),
    ],
)
def test_a_file_that_is_no_sound_gets_a_reason(asked, content, message):
    assert re.search(message, asked(content).fault)


def test_a_file_of_a_gigabyte_is_refused_by_its_header_at_once(bundle, tmp_path):
    path = tmp_path / "day.wav"
    soundfile.write(path, np.zeros(0, np.int16), 48_000, subtype="PCM_16")
    header = bytearray(path.read_bytes()[:44])
    header[4:8], header[40:44] = (n.to_bytes(4, "little") for n in (2**30 - 8, 2**30 - 44))
    with path.open("wb") as file:
        file.write(header)
        file.truncate(2**30)  # takes no room on the disk
    (outcome,) = predict_files(bundle, [path], limits=LIMITS)
    assert "11185 s long, but one prediction is made for at most 20 s" in outcome.fault
    assert "Use --timeline" in outcome.fault


def test_a_hundred_channels_are_mixed_down(asked):
    assert asked(np.tile(ANGER[:, None], 100)).prediction.emotion == "anger"


def test_too_many_channels_for_the_memory_are_refused(asked):
    fault = asked(np.zeros((90_000, 100), np.float32)).fault
    assert "100 channels, 34 MiB when decoded, but at most 30 MiB" in fault
    assert "Mix it down, use --timeline" in fault


def test_telephone_speech_is_predicted_but_unsure(asked):
    answer = asked(ANGER[::2], 8_000).prediction
    assert answer.unsure
    assert any("nothing above" in remark for remark in answer.remarks)


def test_192_khz_is_the_same_sound(asked):
    up = np.asarray(soxr.resample(ANGER, RATE, 192_000), np.float32)
    answer = asked(up, 192_000).prediction
    assert (answer.emotion, answer.unsure) == (asked(ANGER).prediction.emotion, asked(ANGER).prediction.unsure)


def test_samples_that_are_not_numbers_are_refused(asked):
    broken = ANGER.copy()
    broken[7] = np.nan
    assert "1 samples are NaN or infinite. Export it again as 16-bit PCM" in asked(broken).fault


def test_digital_silence_is_predicted_with_a_remark(asked):
    answer = asked(np.zeros(RATE, np.float32)).prediction
    assert answer.unsure
    assert any("100 % of the recording is digital silence" in remark for remark in answer.remarks)


def test_ten_milliseconds_are_refused(asked):
    assert "0.010 s long, expected at least 0.1 s" in asked(ANGER[:160]).fault


def test_one_bad_file_among_good_ones_costs_no_other_prediction(bundle, tmp_path):
    paths = [tmp_path / f"{index}.wav" for index in range(4)]
    for path, sound in zip(paths, [ANGER, ANGER[:160], b"text", ANGER], strict=True):
        path.write_bytes(sound) if isinstance(sound, bytes) else soundfile.write(path, sound, RATE)
    found = predict_files(bundle, paths, limits=LIMITS)
    assert [outcome.path for outcome in found] == paths
    assert [outcome.prediction is not None for outcome in found] == [True, False, False, True]


def test_a_fault_of_the_program_is_that_of_one_file_and_is_reported(bundle, tmp_path, monkeypatch):
    def broken(path, **_):
        raise ZeroDivisionError("of all things")

    monkeypatch.setattr("ser_tasks.bundles.inference.files.read_recording", broken)
    soundfile.write(tmp_path / "a.wav", ANGER, RATE)
    (outcome,) = predict_files(bundle, [tmp_path / "a.wav"], limits=LIMITS)
    assert "a.wav: ZeroDivisionError: of all things. This is a fault of the program: report it" in outcome.fault
