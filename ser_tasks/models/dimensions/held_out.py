"""What every model of dimensions does inside its training part: choose by speaker, match the spread, note errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.models.dimensions.regressor import RatedExamples

Values = NDArray[np.float64]
Fitted = Callable[[NDArray[np.float32]], Values]
"""Features, (n_utterances, n_features) -> predictions, (n_utterances, n_dimensions)."""

LOWEST, HIGHEST = 1.0, 5.0  # of the scale
INSIDE = 0.9  # share of the ratings that the interval about a prediction should hold


@dataclass(frozen=True)
class Matching:
    """prediction = offset + slope * score, of each dimension; both of shape (n_dimensions,)."""

    slope: Values
    offset: Values

    def __call__(self, scores: Values) -> Values:
        """Shape (n_utterances, n_dimensions), cut to the scale."""
        return np.clip(self.offset + self.slope * scores, LOWEST, HIGHEST)


def matching(scores: Values, ratings: Values) -> Matching:
    """What gives the scores mean and standard deviation of the ratings: of all rising lines, the one of highest CCC.

    A model fitted to squared errors predicts too close to the mean. Scores that do not vary stay at the mean.

    Source: Trigeorgis et al. (2016), doi:10.1109/ICASSP.2016.7472669, the steps "centring" and "scaling"
    """
    spread = scores.std(axis=0)
    slope = np.where(spread > 1e-9, ratings.std(axis=0) / np.maximum(spread, 1e-9), 0.0)
    return Matching(slope, ratings.mean(axis=0) - slope * scores.mean(axis=0))


@dataclass(frozen=True)
class Chosen:
    """What is best on speakers set aside.

    Attributes:
        values: of the hyper-parameter, for each dimension
        ccc: of each dimension, after matching
        matched: the line for each dimension
        half_widths: of the interval about a prediction, shape (n_dimensions,)
    """

    values: tuple[float, ...]
    ccc: tuple[float, ...]
    matched: Matching
    half_widths: Values


def choose(
    fit: Callable[[RatedExamples, float], Fitted],
    train: RatedExamples,
    candidates: Sequence[float],
    *,
    n_folds: int,
    seed: int,
) -> Chosen:
    """The candidate with the highest CCC for each dimension, on speakers set aside; of equals the first.

    Args:
        fit: trains with a candidate
        train: the training part
        candidates: from the one that says least
        n_folds: of the training part, by speaker; as many as there are speakers, where those are fewer
        seed: of the deal of speakers

    Raises:
        UserError: one speaker
    """
    folds = inner_parts(train.speakers, n_folds=n_folds, seed=seed)
    scores = np.zeros((len(candidates), *train.ratings.shape))
    for learning, asked in folds:
        own = train.part(learning)
        for place, candidate in enumerate(candidates):
            scores[place, asked] = fit(own, candidate)(train.features[asked])
    return best_of(scores, train.ratings, candidates)


def best_of(scores: Values, ratings: Values, candidates: Sequence[float]) -> Chosen:
    """For each dimension the candidate whose matched scores agree most, (n_candidates, n_utterances, n_dimensions)."""
    from ser_tasks.evaluation.dimensions.agreement import concordance  # noqa: PLC0415  pandas: no prediction needs it

    matched = [matching(own, ratings) for own in scores]
    predicted = np.stack([match(own) for match, own in zip(matched, scores, strict=True)])
    ccc = np.array([[concordance(t, p) for t, p in zip(ratings.T, own.T, strict=True)] for own in predicted])
    best, each = ccc.argmax(axis=0), np.arange(ratings.shape[1])
    match = Matching(
        *(np.array([getattr(matched[b], name)[d] for d, b in enumerate(best)]) for name in Matching.__annotations__)
    )
    return Chosen(
        tuple(candidates[b] for b in best),
        tuple(round(float(value), 4) for value in ccc[best, each]),
        match,
        interval_of(np.abs(ratings - predicted[best, :, each].T)),
    )


def interval_of(errors: Values) -> Values:
    """Half-widths that hold INSIDE of the errors, (n_utterances, n_dimensions) -> (n_dimensions,).

    Errors are of utterances that the model was not fitted to. As in split conformal prediction; its guarantee asks for
    exchangeable utterances, and those of another speaker are not quite.

    Source: Lei et al. (2018), doi:10.1080/01621459.2017.1307116, section 2.2
    """
    rank = min(int(np.ceil((len(errors) + 1) * INSIDE)), len(errors))
    return np.asarray(np.sort(errors, axis=0)[rank - 1])


def inner_parts(
    speakers: NDArray[np.str_], *, n_folds: int, seed: int
) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows to train on and rows to ask about, no speaker in both.

    Raises:
        UserError: one speaker
    """
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415  seconds, and no prediction needs it

    names = check_speakers(speakers)
    splitter = GroupKFold(min(n_folds, len(names)), shuffle=True, random_state=seed)
    return list(splitter.split(np.zeros(len(speakers)), groups=speakers))


def check_speakers(speakers: NDArray[np.str_]) -> NDArray[np.str_]:
    """The speakers, each once.

    Raises:
        UserError: one alone
    """
    names = np.unique(speakers)
    if len(names) < 2:
        raise UserError(
            f"the training part has one speaker ({names[0]}), but hyper-parameters are chosen on other speakers than "
            "those trained on. Take more speakers, or folds with more of them on the training side."
        )
    return names
