import sys

import numpy as np
import pytest

from ser_tasks.asr import ENGINES, engine
from ser_tasks.asr.engine import Engine, at_16_khz
from ser_tasks.errors import UserError

SETTINGS = {
    "pocketsphinx": {"grammar": None},
    "faster_whisper": {"model": "tiny", "device": "cpu", "compute_type": "int8", "beam_size": 5},
}


@pytest.mark.parametrize(
    ("name", "install"),
    [("pocketsphinx", r"make setup-all"), ("faster_whisper", "pip install faster-whisper")],
)
def test_a_missing_library_is_said_with_the_command_that_brings_it(name, install, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UserError, match=rf"{name} does not load here.*{install}"):
        engine(name).load(**SETTINGS[name])


def test_a_missing_library_is_said_before_anything_is_loaded():
    line = Engine(object, ("no-such-recogniser",), "pip install it", languages=None)
    with pytest.raises(UserError, match=r"no-such-recogniser does not load here.*pip install it"):
        line.versions()


def test_an_unknown_engine_is_answered_with_the_table():
    with pytest.raises(UserError, match=r"'sphinx', the table has \['faster_whisper', 'pocketsphinx'\]"):
        engine("sphinx")
    assert set(ENGINES) == set(SETTINGS)


@pytest.mark.parametrize("sampling_rate", [8_000, 16_000, 44_100, 48_000])
def test_a_tone_keeps_its_frequency_at_16_khz(sampling_rate):
    tone = np.sin(2 * np.pi * 1_000 * np.arange(sampling_rate) / sampling_rate).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(at_16_khz(tone, sampling_rate)))
    assert len(spectrum) == 8_001  # 1 s, so bins of 1 Hz
    assert spectrum.argmax() == 1_000
