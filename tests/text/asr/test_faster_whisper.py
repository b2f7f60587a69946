"""The library's documented calls, on a stand-in that keeps what it is given."""

import hashlib
import inspect
import sys
import types

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Word
from ser_tasks.text.asr.faster_whisper import FasterWhisper, weights

SETTINGS = {"model": "tiny.en", "device": "cpu", "compute_type": "int8", "beam_size": 3}
SIGNAL = np.linspace(-0.5, 0.5, 8_000, dtype=np.float32)


def segment(text, *, no_speech=0.1, compression=1.2, words=()):
    timed = [types.SimpleNamespace(word=word, start=start, end=end, probability=p) for word, start, end, p in words]
    return types.SimpleNamespace(text=text, no_speech_prob=no_speech, compression_ratio=compression, words=timed)


class StandIn:
    """Says the same of everything, bit by bit as the library does."""

    supported_languages = ("en",)
    segments = (
        segment(" Dogs are", words=[(" Dogs", 0.1, 0.4, 0.9), (" are", 0.4, 0.5, 0.7)]),
        segment(" sitting.", words=[(" sitting.", 0.6, 1.0, 0.8)]),
    )

    def __init__(self, model_size_or_path, *, device, compute_type):
        self.loaded, self.calls = (model_size_or_path, device, compute_type), []

    def transcribe(self, audio, *, language, beam_size, temperature, condition_on_previous_text, word_timestamps):
        self.calls.append((audio, language, beam_size, temperature, condition_on_previous_text, word_timestamps))
        return iter(self.segments), types.SimpleNamespace(language=language or "en", language_probability=0.75)


class Multilingual(StandIn):
    supported_languages = ("de", "en")


@pytest.fixture
def install(monkeypatch):
    def put(model_class):
        monkeypatch.setitem(sys.modules, "faster_whisper", types.SimpleNamespace(WhisperModel=model_class))

    return put


def test_segments_become_one_text(install):
    install(StandIn)
    heard = FasterWhisper(**SETTINGS).transcribe(SIGNAL, sampling_rate=16_000, language="en")
    assert heard.text == "Dogs are sitting."
    assert heard.words[2] == Word("sitting.", 0.6, 1.0, 0.8)
    assert heard.confidence == pytest.approx(0.8)


def test_a_language_that_was_found_comes_with_its_probability_and_one_that_was_named_does_not(install):
    install(Multilingual)
    recogniser = FasterWhisper(**SETTINGS)
    found = recogniser.transcribe(SIGNAL, sampling_rate=16_000, language=None)
    named = recogniser.transcribe(SIGNAL, sampling_rate=16_000, language="de")
    assert (found.language, found.language_confidence) == ("en", 0.75)
    assert (named.language, named.language_confidence) == ("de", None)
    install(StandIn)
    only = FasterWhisper(**SETTINGS).transcribe(SIGNAL, sampling_rate=16_000, language=None)
    assert (only.language, only.language_confidence) == ("en", None), "it knows no other"


@pytest.mark.parametrize("invented", [{"no_speech": 0.74}, {"compression": 12.0}])
def test_what_whisper_writes_where_nobody_speaks_is_left_out(install, invented):
    beeps = segment(" beep beep", words=[(" beep", 1.0, 1.1, 0.99), (" beep", 1.1, 1.2, 0.99)], **invented)
    install(type("Loops", (StandIn,), {"segments": (*StandIn.segments, beeps)}))
    heard = FasterWhisper(**SETTINGS).transcribe(SIGNAL, sampling_rate=16_000, language=None)
    assert heard.text == "Dogs are sitting."
    assert len(heard.words) == 3


def test_the_model_is_given_16_khz_and_nothing_of_chance_or_of_the_past(install):
    install(StandIn)
    recogniser = FasterWhisper(**SETTINGS)
    recogniser.transcribe(SIGNAL, sampling_rate=8_000, language=None)
    audio, *options = recogniser._model.calls[0]
    assert recogniser._model.loaded == ("tiny.en", "cpu", "int8")
    assert (audio.dtype, audio.shape) == (np.float32, (16_000,))
    assert options == [None, 3, 0.0, False, True]


def test_a_language_that_the_model_lacks_is_refused(install):
    install(StandIn)
    with pytest.raises(UserError, match=r"language is 'de', the model 'tiny.en' knows en\. Set one of several"):
        FasterWhisper(**SETTINGS).transcribe(SIGNAL, sampling_rate=16_000, language="de")


@pytest.mark.parametrize("error", [OSError, RuntimeError, ValueError])
def test_a_model_that_cannot_be_loaded_is_named(install, error):
    def refuse(name, **options):
        raise error("no model.bin")

    install(refuse)
    with pytest.raises(UserError, match=r"model 'tiny.en' on cpu as int8 \(no model.bin\)\. There is no folder"):
        FasterWhisper(**SETTINGS)


def test_the_weights_in_a_folder_are_known_by_their_content(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"weights")
    assert weights({**SETTINGS, "model": str(tmp_path)}) == {"model.bin": hashlib.sha256(b"weights").hexdigest()}
    assert weights(SETTINGS) == {}


def test_the_real_library_takes_these_calls():
    library = pytest.importorskip("faster_whisper", reason="needs faster-whisper: pip install faster-whisper")
    ours = {name: set(inspect.signature(getattr(StandIn, name)).parameters) for name in ("__init__", "transcribe")}
    for name, parameters in ours.items():
        assert parameters <= set(inspect.signature(getattr(library.WhisperModel, name)).parameters)
    assert isinstance(library.WhisperModel.supported_languages, property)
