"""What is held against the votes: posteriors, the votes themselves, and one rater against the others.

The majority of an utterance is the class with most votes. Where several have as many, each of them is the truth with an
equal share, so that no answer is better than one divided by their number.

The figures of a rater against the others are the means over all ways to hold one rater out. They follow from the counts
of the votes alone: all raters of a class leave the same others behind.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ser_tasks.evaluation.votes.distances import (
    HALF,
    Matrix,
    Vector,
    cross_entropy,
    distribution,
    entropy,
    jensen_shannon,
)

Counts = NDArray[np.integer]


@dataclass(frozen=True)
class Answers:
    """Of n utterances, or of n predictions of them.

    Attributes:
        cross_entropy: of the raters' votes, shape (n,), in nats
        entropy: of the votes, shape (n,)
        jensen_shannon: shape (n,); None where no distribution is answered
        hits: share of the majority's class and of the class answered, shape (n, n_classes, n_classes)
        agreed: chance that a rater drawn at random gives the class answered, shape (n,)
    """

    cross_entropy: Vector
    entropy: Vector
    jensen_shannon: Vector | None
    hits: NDArray[np.float64]
    agreed: Vector

    @property
    def distance(self) -> Vector:
        """KL(votes || answer) of each, shape (n,), in nats."""
        return np.asarray(self.cross_entropy - self.entropy)


def majority(counts: Counts) -> Matrix:
    """Shares of the classes with most votes, shape (n, n_classes): 1, or of k in a tie 1 / k each.

    >>> majority(np.array([[3, 1, 0], [2, 0, 2]])).tolist()
    [[1.0, 0.0, 0.0], [0.5, 0.0, 0.5]]
    """
    first = counts == counts.max(axis=1, keepdims=True)
    return np.asarray(first / first.sum(axis=1, keepdims=True))


def of_posteriors(counts: Counts, posteriors: Matrix) -> Answers:
    """Posteriors against the votes; the class answered is the likeliest.

    Args:
        counts: of the votes, shape (n, n_classes); every row has one at least
        posteriors: the same shape
    """
    shares = distribution(counts)
    answered = np.eye(counts.shape[1])[posteriors.argmax(axis=1)]
    return Answers(
        cross_entropy(shares, posteriors),
        entropy(shares),
        jensen_shannon(shares, posteriors),
        majority(counts)[:, :, None] * answered[:, None, :],
        (shares * answered).sum(axis=1),
    )


def of_the_votes(counts: Counts) -> Answers:
    """The distribution of the votes as the answer, and a class of their majority: no answer does better."""
    shares, first = distribution(counts), majority(counts)
    floor = entropy(shares)
    return Answers(floor, floor, np.zeros(len(counts)), first[:, :, None] * first[:, None, :], shares.max(axis=1))


def of_other_speakers(counts: Counts, speakers: NDArray[np.str_]) -> Matrix:
    """For each utterance the mean distribution of the votes on other speakers, shape (n, n_classes): the prior.

    Args:
        counts: of the votes, shape (n, n_classes)
        speakers: shape (n,); of one alone it is the mean over all
    """
    shares = distribution(counts)
    names, place = np.unique(speakers, return_inverse=True)
    own = np.zeros((len(names), counts.shape[1]))
    np.add.at(own, place, shares)
    if len(names) == 1:
        return np.repeat(shares.mean(axis=0, keepdims=True), len(shares), axis=0)
    others = shares.sum(axis=0) - own
    return np.asarray((others / others.sum(axis=1, keepdims=True))[place])


def of_a_rater(counts: Counts) -> Answers:
    """A rater against the others, whoever of them is held out.

    `cross_entropy` is that of the vote held out, predicted by the distribution of the others with half a vote more for
    each class. `hits` have the majority of the others for the truth, and the vote held out as the answer. `agreed` is
    the chance that another rater gives the same class.

    Args:
        counts: of the votes, shape (n, n_classes); every row has two at least
    """
    n_classes = counts.shape[1]
    raters = counts.sum(axis=1, keepdims=True)
    held = counts / raters  # weight of a rater of each class being the one held out
    loss = -np.log((np.maximum(counts - 1, 0) + HALF) / (raters - 1 + HALF * n_classes))
    hits = np.zeros((len(counts), n_classes, n_classes))
    for one in range(n_classes):
        others = np.maximum(counts - np.eye(n_classes, dtype=np.int64)[one], 0)  # as they are where nobody gave it
        hits[:, :, one] = held[:, one, None] * majority(others)
    return Answers(
        np.asarray((held * loss).sum(axis=1)),
        entropy(distribution(counts)),
        None,
        hits,
        np.asarray((held * (counts - 1) / (raters - 1)).sum(axis=1)),
    )
