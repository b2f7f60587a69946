"""A small bundle, its card and limits that are quick to exceed, for all tests of the page and the service."""

import io

import numpy as np
import pytest
import soundfile

from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.params import RequestParams
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT, RATE, small_bundle, voice
from tests.bundles.word_bundles import small_ensemble, text_examples, use_parrot, written


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    return load_bundle(small_bundle(tmp_path_factory.mktemp("bundles") / "small"))


@pytest.fixture
def parrot(monkeypatch):
    """The recogniser of every bundle that reads words."""
    return use_parrot(monkeypatch)


@pytest.fixture(scope="session")
def ensemble_folder(tmp_path_factory):
    """The small SVM and TF-IDF, whose answers count 0.7 and 0.3."""
    folder = tmp_path_factory.mktemp("members")
    text, _ = written(folder / "tfidf", "tfidf", text_examples())
    return small_ensemble(folder / "both", small_bundle(folder / "svm"), text)


@pytest.fixture
def ensemble(ensemble_folder, parrot):
    """Loaded for each test, so that each has its own recogniser."""
    return load_bundle(ensemble_folder)


@pytest.fixture(scope="session")
def limits():
    return RequestParams(
        megabytes=0.5,
        seconds=10,
        timeline_seconds=30,
        files=3,
        at_once=1,
        waiting=1,
        upload_seconds=0.5,
        forget_seconds=60,
    )


@pytest.fixture(scope="session")
def timeline():
    """Windows of 1 s side by side, each for itself."""
    settings = {"window": 1.0, "hop": 1.0, "smoothing": 0.0, "change_cost": 0.0}
    return read_params(PROJECT / "params.yaml").timeline.model_copy(update=settings)


@pytest.fixture(scope="session")
def synthesis():
    return read_params(PROJECT / "params.yaml").demo


def encoded(signal: np.ndarray, kind: str = "WAV", *, rate: int = RATE) -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, signal, rate, format=kind)
    return stream.getvalue()


@pytest.fixture(scope="session")
def anger():
    """A WAV file of 0.6 s."""
    return encoded(voice("anger", speaker=5, take=7))


@pytest.fixture(scope="session")
def long_voice():
    """4 s that change from anger to sadness in the middle."""
    return np.concatenate([voice("anger", duration=2), voice("sadness", duration=2)])


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """The folder of temporary files, empty."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder
