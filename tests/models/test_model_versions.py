"""Which versions a result of a model names."""

from importlib.metadata import version

import pytest

from ser_tasks.models import MODELS
from ser_tasks.models.model_versions import model_versions
from ser_tasks.provenance import versions

OF_ALL = ["numpy", "scipy", "scikit-learn", "librosa", "soxr", "keras", "tensorflow"]
SENTENCES = ["sentence-transformers", "transformers", "torch"]
ON_SENTENCES = tuple(f"sentence_encoder{votes}{heard}" for votes in ("", "_votes") for heard in ("", "_heard"))


def test_a_model_on_sentence_vectors_names_the_libraries_that_compute_them(monkeypatch):
    found = {"torch": "2.9.0", "transformers": "5.1.0", "sentence-transformers": "5.2.0"}
    monkeypatch.setattr(versions, "version", lambda name: found.get(name, "1"))
    for model in ON_SENTENCES:
        assert list(model_versions(model)) == OF_ALL + SENTENCES
        assert {name: model_versions(model)[name] for name in SENTENCES} == found


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(ON_SENTENCES)))
def test_every_other_row_names_what_it_always_did(model):
    assert model_versions(model) == {name: version(name) for name in OF_ALL}


def test_a_library_that_is_absent_is_named_as_such(monkeypatch):
    def without_torch(name):
        if name == "torch":
            raise versions.PackageNotFoundError(name)
        return "1"

    monkeypatch.setattr(versions, "version", without_torch)
    assert model_versions("sentence_encoder")["torch"] == "none"
