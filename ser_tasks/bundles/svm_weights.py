"""A fitted SVM on disk: a skops file, which holds no pickle and builds no object whose type is not named here."""

from importlib import import_module
from pathlib import Path
from typing import Any

import sklearn.utils

from ser_tasks.bundles.card import REBUILD, BundleError, Card
from ser_tasks.bundles.stable_skops import stable
from ser_tasks.models.svm import SvmRecogniser
from ser_tasks.params import SvmParams

FILE = "model.skops"
TRUSTED = (  # beside plain values and arrays
    "ser_tasks.models.svm.Anova",
    "ser_tasks.models.svm.SoftVoteSvc",
    "sklearn.decomposition._pca.PCA",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._variance_threshold.VarianceThreshold",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.StandardScaler",
)


def save_svm(recogniser: SvmRecogniser, folder: Path) -> None:
    """Write the fitted pipeline; the same one gives the same bytes."""
    (folder / FILE).write_bytes(stable(_skops_io().dumps(recogniser.pipeline)))


def load_svm(card: Card, folder: Path) -> SvmRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: the file names a type that is not trusted, or is not a skops file
    """
    skops_io, file = _skops_io(), folder / FILE
    recogniser = SvmRecogniser(SvmParams.model_validate(card.settings), classes=card.classes, seed=card.seed)
    try:
        strangers = sorted(set(skops_io.get_untrusted_types(file=file)) - set(TRUSTED))
        if strangers:
            raise BundleError(
                f"{file}: holds objects of types that are not trusted: {', '.join(strangers)}. Expected no other than "
                f"plain values, arrays and {', '.join(TRUSTED)}. Do not load it. {REBUILD}"
            )
        recogniser.pipeline = skops_io.load(file, trusted=list(TRUSTED))
    except BundleError:
        raise
    except Exception as error:  # skops has no exception of its own for a file that it cannot read
        raise BundleError(f"{file}: not readable as a skops file ({error!r}). {REBUILD}") from error
    recogniser.temperature = card.temperature
    return recogniser


def _skops_io() -> Any:
    """skops.io, where it is imported here for the first time without a list of all estimators that scikit-learn has.

    Those it would trust by themselves, and to import them all takes a second.
    """
    everything = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = list
    try:
        return import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = everything
