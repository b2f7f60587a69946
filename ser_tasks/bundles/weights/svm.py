"""A fitted SVM on disk: a skops file."""

from pathlib import Path

from ser_tasks.bundles.card import Card
from ser_tasks.bundles.weights.skops_file import read_skops, write_skops
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
    write_skops(recogniser.pipeline, folder / FILE)


def load_svm(card: Card, folder: Path) -> SvmRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: the file names a type that is not trusted, or is not a skops file
    """
    recogniser = SvmRecogniser(SvmParams.model_validate(card.settings), classes=card.classes, seed=card.seed)
    recogniser.pipeline = read_skops(folder / FILE, TRUSTED)
    recogniser.temperature = card.temperature
    return recogniser
