"""A fitted SVM on disk: a skops file, which holds no pickle and builds no object whose type is not named here."""

from pathlib import Path

from ser_tasks.bundle.card import REBUILD, BundleError, Card
from ser_tasks.models.svm import SvmRecogniser
from ser_tasks.params import SvmParams

FILE = "model.skops"
TRUSTED = (  # beside the types of scikit-learn and numpy that skops trusts by itself
    "ser_tasks.models.svm.Anova",
    "ser_tasks.models.svm.SoftVoteSvc",
    "sklearn.feature_selection._univariate_selection.f_classif",
)


def save_svm(recogniser: SvmRecogniser, folder: Path) -> None:
    """Write the fitted pipeline."""
    from skops.io import dump  # noqa: PLC0415  only bundles need it

    dump(recogniser.pipeline, folder / FILE)


def load_svm(card: Card, folder: Path) -> SvmRecogniser:
    """The recogniser as it was saved.

    Raises:
        BundleError: the file names a type that is not trusted, or is not a skops file
    """
    from skops.io import get_untrusted_types, load  # noqa: PLC0415

    file = folder / FILE
    recogniser = SvmRecogniser(SvmParams.model_validate(card.settings), classes=card.classes, seed=card.seed)
    try:
        strangers = sorted(set(get_untrusted_types(file=file)) - set(TRUSTED))
        if strangers:
            raise BundleError(
                f"{file}: holds objects of types that are not trusted: {', '.join(strangers)}. Expected no other than "
                f"those of scikit-learn, numpy and {', '.join(TRUSTED)}. Do not load it. {REBUILD}"
            )
        recogniser.pipeline = load(file, trusted=list(TRUSTED))
    except BundleError:
        raise
    except Exception as error:  # skops has no exception of its own for a file that it cannot read
        raise BundleError(f"{file}: not readable as a skops file ({error!r}). {REBUILD}") from error
    recogniser.temperature = card.temperature
    return recogniser
