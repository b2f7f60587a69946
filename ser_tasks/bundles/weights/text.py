"""A fitted classifier of text on disk: its coefficients as a skops file, and the n-grams of TF-IDF as plain lists.

A sentence encoder stays where it is: the settings name it, and the digest that its weights must have.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from sklearn.pipeline import Pipeline

from ser_tasks.bundles.card import Card
from ser_tasks.bundles.weights.ngrams import FILE as NGRAMS
from ser_tasks.bundles.weights.ngrams import read_ngrams, write_ngrams
from ser_tasks.bundles.weights.skops_file import read_skops, write_skops
from ser_tasks.models import MODELS
from ser_tasks.models.declared_model import DeclaredModel
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.models.text.text_classifier import TextClassifier
from ser_tasks.params import Params

CLASSIFIER = "model.skops"
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
        write_ngrams(tfidf, folder / NGRAMS)


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
        kept = Pipeline([(tfidf, read_ngrams(settings, folder / NGRAMS)), (classifier, kept)])
    recogniser.pipeline, recogniser.temperature = kept, card.temperature
    return recogniser


def _settings(line: DeclaredModel, card: Card) -> Any:
    return Params.model_fields[line.section_name].annotation.model_validate(card.settings)  # type: ignore[union-attr]
