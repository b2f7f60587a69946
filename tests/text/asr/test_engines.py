import sys
from pathlib import Path

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.params.reading import read_params
from ser_tasks.text.asr import ENGINES, engine
from ser_tasks.text.asr.engine import Engine, Transcript, Word, at_16_khz

PROJECT = Path(__file__).parents[3]
SETTINGS = {
    "pocketsphinx": {"grammar": None},
    "faster_whisper": {"model": "tiny", "device": "cpu", "compute_type": "int8", "beam_size": 5},
}


@pytest.mark.parametrize(
    ("name", "install"),
    [("pocketsphinx", r"make setup-all"), ("faster_whisper", "pip install faster-whisper")],
)
def test_a_missing_library_is_reported_with_the_command_that_installs_it(name, install, monkeypatch):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UserError, match=rf"{name} does not load here.*{install}"):
        engine(name).load(**SETTINGS[name])


def test_a_missing_library_is_reported_before_anything_is_loaded():
    line = Engine(object, ("no-such-recogniser",), "pip install it", languages=None)
    with pytest.raises(UserError, match=r"no-such-recogniser does not load here.*pip install it"):
        line.versions()


def test_an_unknown_engine_is_reported_with_the_table():
    with pytest.raises(UserError, match=r"'sphinx', the table has \['faster_whisper', 'pocketsphinx'\]"):
        engine("sphinx")
    assert set(ENGINES) == set(SETTINGS)


@pytest.mark.parametrize("sampling_rate", [8_000, 16_000, 44_100, 48_000])
def test_a_tone_keeps_its_frequency_at_16_khz(sampling_rate):
    tone = np.sin(2 * np.pi * 1_000 * np.arange(sampling_rate) / sampling_rate).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(at_16_khz(tone, sampling_rate)))
    assert len(spectrum) == 8_001  # 1 s, so bins of 1 Hz
    assert spectrum.argmax() == 1_000


@pytest.mark.parametrize(
    ("installed", "folder", "taken"),
    [(True, True, "faster_whisper"), (True, False, "pocketsphinx"), (False, True, "pocketsphinx")],
)
def test_auto_is_faster_whisper_where_both_it_and_its_model_are_here(tmp_path, monkeypatch, installed, folder, taken):
    params = read_params(PROJECT / "params.yaml").asr
    model = params.faster_whisper.model_copy(update={"model": str(tmp_path / "whisper")})
    if folder:
        (tmp_path / "whisper").mkdir()
    monkeypatch.setattr("ser_tasks.params.asr.find_spec", lambda name: object() if installed else None)
    auto = params.model_copy(update={"engine": "auto", "faster_whisper": model})
    assert auto.engine_here == taken
    assert auto.settings == getattr(auto, taken).model_dump(mode="json")
    assert params.model_copy(update={"engine": "pocketsphinx"}).engine_here == "pocketsphinx"


SAID = Transcript(
    "put the box", (Word("put", 0.0, 0.2, 0.9), Word("the", 0.2, 0.4, 0.5), Word("box", 0.4, 1.0, 0.4)), "en"
)


@pytest.mark.parametrize(
    ("start", "end", "text"), [(0, 1, "put the box"), (0.1, 0.3, "put"), (0.3, 0.7, "the"), (0.7, 2, "box"), (2, 3, "")]
)
def test_the_words_of_a_part_are_those_whose_middle_lies_in_it_its_end_left_out(start, end, text):
    inside = SAID.between(start, end)
    assert inside.text == text
    assert list(inside.words) == [word for word in SAID.words if word.text in text.split()]


def test_the_confidence_of_a_transcript_is_the_mean_of_its_words():
    assert SAID.confidence == pytest.approx(0.6)
    assert Transcript("given").confidence is None


def test_words_of_a_part_of_a_recording_keep_their_length_and_text():
    later = SAID.later(10)
    assert (later.text, later.words[1]) == ("put the box", Word("the", 10.2, 10.4, 0.5))
