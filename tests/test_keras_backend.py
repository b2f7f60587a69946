"""Imports that are silent, and say what is wrong."""

import os
import sys

import pytest

from ser_tasks.errors import UserError
from ser_tasks.keras_backend import load_keras, silence


def test_what_compiled_code_writes_to_the_error_stream_is_swallowed_and_what_follows_is_not(capfd):
    with silence():
        os.write(2, b"chatter")
    sys.stderr.write("a real message")
    assert capfd.readouterr().err == "a real message"


@pytest.mark.parametrize("backend", ["tensorfow", "theano"])
def test_an_unknown_backend_is_reported_with_those_there_are(backend, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", backend)
    with pytest.raises(UserError, match=rf"KERAS_BACKEND is '{backend}', expected one of tensorflow, jax, torch"):
        load_keras()
