"""Vectors of sentences: from a stand-in for the library; where there is one, from a small BERT of random weights."""

import hashlib
import sys
import types

import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.text.sentence_vectors import layer_means, load_encoder, weights_digest

TEXTS = ["no", "oh my god", "you did what", ""]


class Fake:
    """An encoder whose sentence vector is the length of the text beside that of its own name."""

    def __init__(self, name, *, device):
        self.name = name

    def __getitem__(self, first):
        config = types.SimpleNamespace(num_hidden_layers=2)
        return types.SimpleNamespace(auto_model=types.SimpleNamespace(config=config, named_parameters=lambda: iter(())))

    def encode(self, texts, *, show_progress_bar):
        return [[len(text), len(self.name)] for text in texts]


@pytest.fixture
def _stand_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", types.SimpleNamespace(SentenceTransformer=Fake))


def test_a_missing_library_is_reported_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UserError, match=r"needs the library sentence-transformers.*pip install"):
        load_encoder("any", weights=None, layers=())


def test_a_model_that_cannot_be_loaded_is_named(monkeypatch):
    def refuse(name, **how):
        raise OSError("no such repository")

    monkeypatch.setitem(sys.modules, "sentence_transformers", types.SimpleNamespace(SentenceTransformer=refuse))
    with pytest.raises(UserError, match=r"model is 'nowhere'.*no such repository.*There is no folder of that name"):
        load_encoder("nowhere", weights=None, layers=())


@pytest.mark.usefixtures("_stand_in")
def test_without_layers_the_encoders_own_sentence_vector_is_taken():
    encode = load_encoder("mini", weights=None, layers=())
    np.testing.assert_array_equal(encode(["a", "abc"]), [[1, 4], [3, 4]])


@pytest.mark.usefixtures("_stand_in")
def test_other_weights_than_the_settings_name_are_an_error_that_names_theirs():
    nothing = hashlib.sha256().hexdigest()  # the stand-in has no parameters
    load_encoder("mini", weights=nothing, layers=())
    with pytest.raises(UserError, match=f"weights is {'0' * 64}.*'mini' have the digest {nothing}"):
        load_encoder("mini", weights="0" * 64, layers=())


@pytest.mark.usefixtures("_stand_in")
def test_a_layer_that_the_encoder_lacks_is_an_error_that_lists_the_layers():
    with pytest.raises(UserError, match=r"layers has \[3\], but 'mini' has the layers 0 to 2"):
        load_encoder("mini", weights=None, layers=(1, 3))


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    """Two layers of 8 units, and a tokenizer that has each letter as a token."""
    transformers, torch = pytest.importorskip("transformers"), pytest.importorskip("torch")
    vocabulary = tmp_path_factory.mktemp("bert") / "vocab.txt"
    letters = [chr(code) for code in range(97, 123)]
    vocabulary.write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{one}" for one in letters)]))
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    network = transformers.BertModel(transformers.BertConfig(vocab_size=56, **sizes)).eval()
    return transformers.BertTokenizerFast(vocab=str(vocabulary), vocab_file=str(vocabulary)), network


def test_means_of_layers_are_those_of_each_text_alone_without_its_marks(bert):
    import torch  # noqa: PLC0415  an optional library

    tokenizer, network = bert
    found = layer_means(tokenizer, network, TEXTS, layers=(0, 2))
    for text, row in zip(TEXTS, found, strict=True):
        tokens = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = network(**tokens, output_hidden_states=True).hidden_states
        inside = slice(1, -1) if text else slice(None)
        expected = np.concatenate([states[layer][0, inside].mean(dim=0).numpy() for layer in (0, 2)])
        np.testing.assert_allclose(row, expected, atol=1e-5)


def test_the_digest_of_the_weights_moves_with_any_of_them_but_the_poolers(bert):
    import torch  # noqa: PLC0415  an optional library

    _, network = bert
    parameters, before = dict(network.named_parameters()), weights_digest(network)
    with torch.no_grad():
        parameters["pooler.dense.bias"] += 1
        assert weights_digest(network) == before
        parameters["encoder.layer.1.output.dense.bias"][0] += 1e-3
    assert weights_digest(network) != before
