"""Planes of valence, activation and dominance over sentence vectors, on disk: arrays and nothing else.

The sentence encoder stays where it is: the settings name it, and the digest that its weights must have.
"""

from pathlib import Path

from sklearn.linear_model import Ridge

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.models.dimensions.sentence_encoder_ridge import SentencesRidge
from ser_tasks.params import SentenceRidgeParams

FILE = "model.npz"
ARRAYS = ("coefficients", "intercept", "mean", "scale")


def save_sentence_encoder_ridge(regressor: SentencesRidge, folder: Path) -> None:
    """Write planes, matching, and mean and scale of the vectors; the same ones give the same bytes."""
    ridge, vectors = regressor.ridge, regressor.vectors
    own = (ridge.coef_, ridge.intercept_, vectors.mean_, vectors.scale_)
    write_arrays(folder / FILE, regressor.chosen, **dict(zip(ARRAYS, own, strict=True)))


def load_sentence_encoder_ridge(card: BaseCard, folder: Path) -> SentencesRidge:
    """The regressor as it was saved.

    Raises:
        BundleError: a file that is none of these
    """
    regressor = SentencesRidge(SentenceRidgeParams.model_validate(card.settings), seed=card.seed)
    regressor.chosen, arrays = read_arrays(folder / FILE, *ARRAYS)
    regressor.ridge, regressor.vectors = Ridge(), regressor.unfitted()
    regressor.ridge.coef_, regressor.ridge.intercept_ = arrays["coefficients"], arrays["intercept"]
    regressor.vectors.mean_, regressor.vectors.scale_ = arrays["mean"], arrays["scale"]
    return regressor
