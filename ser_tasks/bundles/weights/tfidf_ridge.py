"""Planes of valence, activation and dominance over n-grams, on disk: arrays, and the n-grams as plain lists."""

from pathlib import Path

from sklearn.linear_model import Ridge

from ser_tasks.bundles.card import BaseCard
from ser_tasks.bundles.weights.matching import read_arrays, write_arrays
from ser_tasks.bundles.weights.ngrams import FILE as NGRAMS
from ser_tasks.bundles.weights.ngrams import read_ngrams, write_ngrams
from ser_tasks.models.dimensions.tfidf_ridge import WordsRidge
from ser_tasks.params import TfidfRidgeParams

FILE = "model.npz"


def save_tfidf_ridge(regressor: WordsRidge, folder: Path) -> None:
    """Write planes, matching and n-grams; the same ones give the same bytes."""
    ridge = regressor.ridge
    write_arrays(folder / FILE, regressor.chosen, coefficients=ridge.coef_, intercept=ridge.intercept_)
    write_ngrams(regressor.vectors, folder / NGRAMS)


def load_tfidf_ridge(card: BaseCard, folder: Path) -> WordsRidge:
    """The regressor as it was saved.

    Raises:
        BundleError: files that are none of these
    """
    settings = TfidfRidgeParams.model_validate(card.settings)
    regressor = WordsRidge(settings, seed=card.seed)
    regressor.chosen, arrays = read_arrays(folder / FILE, "coefficients", "intercept")
    regressor.ridge = Ridge()
    regressor.ridge.coef_, regressor.ridge.intercept_ = arrays["coefficients"], arrays["intercept"]
    regressor.vectors = read_ngrams(settings, folder / NGRAMS)
    return regressor
