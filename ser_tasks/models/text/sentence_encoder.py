"""A sentence encoder trained by others, frozen, and a classifier on its vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from ser_tasks.errors import UserError
from ser_tasks.models.text.text_classifier import TextClassifier
from ser_tasks.text.tokens import clean
from ser_tasks.text.transcripts import Dialogue

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import SentenceEncoderParams

Encode: TypeAlias = Callable[[list[str]], NDArray[np.float32]]
"""Texts -> one vector each, (n_texts, n_dims)."""


class SentenceEncoderRecogniser(TextClassifier):
    """Vectors of the turn and of those before it, side by side, and logistic regression or an RBF SVM on them.

    Source: Reimers & Gurevych (2019), doi:10.18653/v1/D19-1410
    """

    def __init__(
        self, params: SentenceEncoderParams, *, classes: Sequence[str], seed: int, encode: Encode | None = None
    ) -> None:
        super().__init__(params, classes=classes, seed=seed)
        self.encode = encode

    def build(self, c: float) -> Pipeline:
        """Vectors -> one score per class."""
        classifier = (
            SVC(C=c, kernel="rbf", gamma="scale", break_ties=True, random_state=self.seed)
            if self.params.classifier == "svm"
            else LogisticRegression(C=c, max_iter=1000, random_state=self.seed)
        )
        return Pipeline([("classifier", classifier)])

    def represent(self, dialogues: Sequence[Dialogue]) -> Any:
        """One row for each utterance, shape (n_utterances, (1 + turns) * n_dims).

        Vectors have length 1, those of earlier turns the length `context.weight`, and 0 where there was no turn.
        """
        self.encode = self.encode or load_encoder(self.params.model)
        context = self.params.context
        texts = sorted({clean(turn.text) for dialogue in dialogues for turn in dialogue[-1 - context.turns :]})
        vectors = dict(zip(texts, _of_length_1(self.encode(texts)), strict=True))
        nothing = np.zeros_like(vectors[texts[0]])
        blocks = [[vectors[clean(dialogue[-1].text)] for dialogue in dialogues]]
        for back in range(1, 1 + context.turns):
            said = [vectors[clean(d[-1 - back].text)] if len(d) > back else nothing for d in dialogues]
            blocks.append([context.weight * vector for vector in said])
        return np.concatenate([np.stack(block) for block in blocks], axis=1)


def load_encoder(model: str) -> Encode:
    """A model of the library sentence-transformers.

    Args:
        model: its folder, or its name on the hub

    Raises:
        UserError: the library is not installed, or it cannot load the model
    """
    try:
        SentenceTransformer = import_module("sentence_transformers").SentenceTransformer  # optional, and slow to import
    except ImportError as error:
        raise UserError(
            f"sentence_encoder needs the library sentence-transformers, which does not load here ({error}). "
            "Install it: pip install 'ser[text]'. Or use the model tfidf, which needs nothing."
        ) from None
    try:
        encoder = SentenceTransformer(model)
    except (OSError, ValueError) as error:
        raise UserError(
            f"params.yaml: sentence_encoder.model is '{model}', which sentence-transformers cannot load ({error}). "
            f"There is {'a' if Path(model).is_dir() else 'no'} folder of that name. Give the folder of a model, or its "
            "name on the hub, which must be reachable once."
        ) from None
    return lambda texts: np.asarray(encoder.encode(texts, show_progress_bar=False), np.float32)


def _of_length_1(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), np.float32)
