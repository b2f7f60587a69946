"""Vectors of sentences from an encoder trained by others: its own, or the means of some of its hidden layers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

Encode: TypeAlias = Callable[[list[str]], NDArray[np.float32]]
"""Texts -> one vector each, (n_texts, n_dims)."""

BATCH = 64  # texts of about equal length


def load_encoder(model: str, *, weights: str | None, layers: Sequence[int]) -> Encode:
    """A model of the library sentence-transformers.

    Args:
        model: its folder, or its name on the hub
        weights: digest of the weights that it must have (`weights_digest`); None: any
        layers: see `layer_means`; none: the encoder's own sentence vector

    Raises:
        UserError: the library is not installed, or cannot load the model; or that has other weights, or fewer layers
    """
    encoder = _loaded(model)
    network = encoder[0].auto_model
    _check_weights(network, model, weights)
    if not layers:
        return lambda texts: np.asarray(encoder.encode(texts, show_progress_bar=False), np.float32)
    _check_layers(layers, model, n_layers=network.config.num_hidden_layers)
    return lambda texts: layer_means(encoder.tokenizer, network, texts, layers=layers)


def layer_means(tokenizer: Any, network: Any, texts: Sequence[str], *, layers: Sequence[int]) -> NDArray[np.float32]:
    """Means of hidden states over the tokens of each text, shape (n_texts, len(layers) * n_units), layers side by side.

    The marks of beginning and end, which belong to no word, are left out; a text of no token at all is their mean.

    Args:
        tokenizer, network: of the library transformers
        texts: as they are read
        layers: 0 is what enters the first block, k what leaves the k-th

    Source: Tenney et al. (2019), doi:10.18653/v1/P19-1452, on what the layers of a language model hold
    """
    rows: dict[int, NDArray[np.float32]] = {}
    for batch in _batches(texts):
        tokens = tokenizer(
            [texts[row] for row in batch],
            padding=True,
            truncation=True,
            return_special_tokens_mask=True,
            return_tensors="pt",
        )
        counted = _counted(*(tokens[key].numpy() for key in ("special_tokens_mask", "attention_mask")))
        states = _hidden_states(network, tokens["input_ids"], tokens["attention_mask"])
        means = [np.einsum("bt,btd->bd", counted, states[layer].numpy()) for layer in layers]
        rows |= dict(zip(batch, np.concatenate(means, axis=1), strict=True))
    return np.stack([rows[row] for row in range(len(texts))]).astype(np.float32)


def weights_digest(network: Any) -> str:
    """SHA-256 of the names and values of all parameters, in the order of their names; whatever file they came from.

    Without the pooler, which nothing here reads, and which some files lack: it then begins at random.
    """
    digest = sha256()
    for name, values in sorted(network.named_parameters()):
        if not name.startswith("pooler."):
            digest.update(name.encode())
            digest.update(values.detach().float().numpy().tobytes())
    return digest.hexdigest()


def _counted(special: NDArray[np.integer], real: NDArray[np.integer]) -> NDArray[np.float32]:
    """Weight of each token in the mean, shape (n_texts, n_tokens), rows sum to 1."""
    words = real * (1 - special)
    words = np.where(words.any(axis=1, keepdims=True), words, real)
    return np.asarray(words / words.sum(axis=1, keepdims=True), np.float32)


def _hidden_states(network: Any, input_ids: Any, attention_mask: Any) -> Any:
    with import_module("torch").inference_mode():
        return network(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True).hidden_states


def _batches(texts: Sequence[str]) -> Iterator[list[int]]:
    order = sorted(range(len(texts)), key=lambda row: (len(texts[row]), row))
    return (order[start : start + BATCH] for start in range(0, len(order), BATCH))


def _loaded(model: str) -> Any:
    try:
        SentenceTransformer = import_module("sentence_transformers").SentenceTransformer  # optional, and slow to import
    except ImportError as error:
        raise UserError(
            f"sentence_encoder needs the library sentence-transformers, which does not load here ({error}). "
            "Install it: pip install 'ser[text]'. Or use the model tfidf, which needs nothing."
        ) from None
    try:
        return SentenceTransformer(model, device="cpu")
    except (OSError, ValueError) as error:
        raise UserError(
            f"params.yaml: sentence_encoder.model is '{model}', which sentence-transformers cannot load ({error}). "
            f"There is {'a' if Path(model).is_dir() else 'no'} folder of that name. Give the folder of a model, or its "
            "name on the hub, which must be reachable once."
        ) from None


def _check_weights(network: Any, model: str, weights: str | None) -> None:
    if weights is None:
        return
    found = weights_digest(network)
    if found != weights:
        raise UserError(
            f"params.yaml: sentence_encoder.weights is {weights}, but the weights of '{model}' have the digest "
            f"{found}. Get the model that the settings mean, or set sentence_encoder.weights to it, or to null."
        )


def _check_layers(layers: Sequence[int], model: str, *, n_layers: int) -> None:
    beyond = [layer for layer in layers if layer > n_layers]
    if beyond:
        raise UserError(
            f"params.yaml: sentence_encoder.layers has {beyond}, but '{model}' has the layers 0 to {n_layers}. "
            "Name some of these, or none ([]) for its own sentence vector."
        )
