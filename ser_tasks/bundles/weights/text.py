"""A fitted classifier of text on disk: its coefficients as a skops file, and the n-grams of TF-IDF as plain lists.

A sentence encoder stays where it is: the settings name it, and the digest that its weights must have.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline

from ser_tasks.bundles.card import REBUILD, BundleError, Card
from ser_tasks.bundles.weights.skops_file import read_skops, write_skops
from ser_tasks.models import MODELS
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.models.text.text_classifier import TextClassifier
from ser_tasks.params import Params, TfidfParams
from ser_tasks.text.transcripts import Turn

CLASSIFIER, NGRAMS = "model.skops", "ngrams.json"
TRUSTED = (
    "ser_tasks.models.text.sentence_encoder.StandardisedTurns",
    "sklearn.linear_model._logistic.LogisticRegression",
    "sklearn.pipeline.Pipeline",
    "sklearn.svm._classes.SVC",
)


def save_text(recogniser: TextClassifier, folder: Path) -> None:
    """Write the fitted pipeline; of TF-IDF the classifier and the n-grams. The same one gives the same bytes."""
    tfidf = recogniser.pipeline[0]
    kept = recogniser.pipeline[-1] if isinstance(tfidf, DialogueTfidf) else recogniser.pipeline
    write_skops(kept, folder / CLASSIFIER)
    if isinstance(tfidf, DialogueTfidf):
        (folder / NGRAMS).write_text(json.dumps(_ngrams_of(tfidf), ensure_ascii=False), encoding="utf-8")


def load_text(card: Card, folder: Path) -> TextClassifier:
    """The recogniser as it was saved.

    Raises:
        BundleError: a file that is none of these
    """
    line: DeclaredModel = MODELS[card.model]
    settings = _settings(line, card)
    recogniser = cast(TextClassifier, line.build(settings, classes=card.classes, seed=card.seed))
    kept, steps = read_skops(folder / CLASSIFIER, TRUSTED), recogniser.build(1.0).steps
    if isinstance(steps[0][1], DialogueTfidf):
        (tfidf, _), (classifier, _) = steps
        kept = Pipeline([(tfidf, _restored(settings, folder / NGRAMS)), (classifier, kept)])
    recogniser.pipeline, recogniser.temperature = kept, card.temperature
    return recogniser


def _settings(line: DeclaredModel, card: Card) -> Any:
    return Params.model_fields[line.section_name].annotation.model_validate(card.settings)  # type: ignore[union-attr]


def _vectorizer(settings: Mapping[str, Any], *, ngrams: Sequence[str], idf: Sequence[float]) -> TfidfVectorizer:
    vectorizer = TfidfVectorizer(**settings)
    vectorizer.vocabulary_ = {ngram: column for column, ngram in enumerate(ngrams)}
    vectorizer.idf_ = np.asarray(idf, np.float64)
    return vectorizer


def _ngrams_of(tfidf: DialogueTfidf) -> dict[str, Any]:
    """Of words and of letters: the n-grams in the order of their columns, and the idf of each."""
    return {
        name: {"ngrams": sorted(part.vocabulary_, key=part.vocabulary_.get), "idf": part.idf_.tolist()}
        for name, part in _vectorizers(tfidf).items()
    }


def _vectorizers(tfidf: DialogueTfidf) -> dict[str, Any]:
    parts = {"words": tfidf.words_, "letters": tfidf.letters_}
    return {name: part for name, part in parts.items() if part is not None}


def _restored(params: TfidfParams, file: Path) -> DialogueTfidf:
    """Fitted to a single turn, for all that a fit makes; then with vectorizers of the same settings and its n-grams."""
    tfidf = DialogueTfidf(params.model_copy(update={"min_count": 1})).fit([(Turn("a", ""),)])
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
        for name, part in _vectorizers(tfidf).items():
            setattr(tfidf, f"{name}_", _vectorizer(part.get_params(deep=False), **kept[name]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(f"{file}: not readable as n-grams ({error!r}). {REBUILD}") from error
    return tfidf
