"""The linguistic baseline: TF-IDF and logistic regression, with or without the turns before."""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.models.text.text_classifier import TextClassifier

ITERATIONS = 500


class TfidfRecogniser(TextClassifier):
    """Vocabulary, idf and weights from the training part alone; each class weighted by `balance`."""

    def build(self, c: float) -> Pipeline:
        """Dialogues -> one score per class."""
        classifier = LogisticRegression(C=c, max_iter=ITERATIONS, random_state=self.seed)
        return Pipeline([("tfidf", DialogueTfidf(self.params)), ("classifier", classifier)])
