"""What TF-IDF has learned, on disk: the n-grams of words and letters in the order of their columns, and their idf."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from ser_tasks.bundles.card import REBUILD, BundleError
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.text.transcripts import Turn

if TYPE_CHECKING:
    from ser_tasks.params import NgramParams

FILE = "ngrams.json"


def write_ngrams(tfidf: DialogueTfidf, file: Path) -> None:
    """Plain lists, as JSON; the same ones give the same bytes."""
    kept = {
        name: {"ngrams": sorted(part.vocabulary_, key=part.vocabulary_.get), "idf": part.idf_.tolist()}
        for name, part in _vectorizers(tfidf).items()
    }
    file.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")


def read_ngrams(params: NgramParams, file: Path) -> DialogueTfidf:
    """Fitted to a single turn, for all that a fit makes; then with vectorizers of the same settings and its n-grams.

    Raises:
        BundleError: not a file of such lists
    """
    tfidf = DialogueTfidf(params.model_copy(update={"min_count": 1})).fit([(Turn("a", ""),)])
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        for name, part in _vectorizers(tfidf).items():
            setattr(tfidf, f"{name}_", _vectorizer(part.get_params(deep=False), **kept[name]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{file}: not readable as n-grams ({error!r}). {REBUILD}") from error
    return tfidf


def _vectorizer(settings: Mapping[str, Any], *, ngrams: Sequence[str], idf: Sequence[float]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**settings)
    vectorizer.vocabulary_ = {ngram: column for column, ngram in enumerate(ngrams)}
    vectorizer.idf_ = np.asarray(idf, np.float64)
    return vectorizer


def _vectorizers(tfidf: DialogueTfidf) -> dict[str, Any]:
    parts = {"words": tfidf.words_, "letters": tfidf.letters_}
    return {name: part for name, part in parts.items() if part is not None}
