"""Ridge regression on TF-IDF of the words, with or without the turns before; its penalty chosen by speaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import Ridge

from ser_tasks.models.dimensions.held_out import Values, best_of, inner_parts
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.models.dimensions.regressor import RatedExamples
    from ser_tasks.text.transcripts import Dialogue

CLOSE = 1e-8  # relative residual at which the solver stops


class WordsRidge:
    """One plane for each dimension on the n-grams of an utterance; vocabulary and idf are of the training part alone.

    Words are read in two steps: `represent`, of which nothing is fitted, and what `unfitted` gives.

    Features are dialogues (`ser_tasks.text.transcripts`), one for each utterance, in an array of objects. Predictions
    have mean and standard deviation of the ratings, as measured on speakers set aside.

    Source: Hoerl & Kennard (1970), doi:10.1080/00401706.1970.10488634
    """

    def __init__(self, params: Any, *, seed: int) -> None:
        self.params, self.seed = params, seed

    def represent(self, dialogues: Sequence[Dialogue]) -> Any:
        """What the second step reads, one item for each utterance."""
        return dialogues

    def unfitted(self) -> Any:
        """The second step: items -> rows of the regression."""
        return DialogueTfidf(self.params)

    def fit(self, train: RatedExamples) -> Mapping[str, Any]:
        """Choose the penalty of each dimension by CCC on speakers set aside, then fit to all.

        Raises:
            UserError: one speaker, or no n-gram that is frequent enough
        """
        penalties, items = sorted(self.params.alpha, reverse=True), self.represent(train.features)
        scores = np.zeros((len(penalties), *train.ratings.shape))
        for learning, asked in inner_parts(train.speakers, n_folds=self.params.inner_folds, seed=self.seed):
            vectors = self.unfitted().fit(items[learning])
            rows, others = vectors.transform(items[learning]), vectors.transform(items[asked])
            for place, penalty in enumerate(penalties):
                scores[place, asked] = _scores(_ridge(penalty).fit(rows, train.ratings[learning]), others)
        self.chosen = best_of(scores, train.ratings, penalties)
        self.vectors = self.unfitted().fit(items)
        self.ridge = _ridge(np.array(self.chosen.values)).fit(self.vectors.transform(items), train.ratings)
        return {"alpha": list(self.chosen.values), "inner_ccc": list(self.chosen.ccc)}

    def predict(self, features: Any) -> Values:
        """Dialogues, shape (n_utterances,) -> (n_utterances, n_dimensions)."""
        return self.chosen.matched(_scores(self.ridge, self.vectors.transform(self.represent(features))))

    def half_widths(self) -> Values:
        """Shape (n_dimensions,)."""
        return self.chosen.half_widths


def _scores(ridge: Ridge, rows: csr_matrix | NDArray[np.float32]) -> Values:
    """Shape (n_utterances, n_dimensions); of one dimension scikit-learn gives a row of numbers."""
    return np.asarray(ridge.predict(rows)).reshape(rows.shape[0], -1)


def _ridge(alpha: float | Values) -> Ridge:
    return Ridge(alpha=alpha, tol=CLOSE)  # conjugate gradients on n-grams, the closed form on dense rows
