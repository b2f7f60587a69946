"""params.yaml, read and held against the tables of corpora, feature sets and models."""

from ser_tasks.corpora import CORPORA
from ser_tasks.features import FEATURE_SETS, SECTIONS
from ser_tasks.models import MODELS
from ser_tasks.params import CorpusParams, Params, Section
from ser_tasks.read_params import ParamsError, read_params, refuse_unknown


def project_params() -> Params:
    """params.yaml, valid, and naming only corpora, presets, feature sets and models that exist.

    Raises:
        ParamsError: the first name that does not, with the nearest and the allowed ones
    """
    params = read_params()
    for name in params.corpora:
        refuse_unknown(
            name,
            params.corpus,
            place="corpora",
            mend="Add its classes and folds under corpus: in params.yaml.",
        )
    for name, section in params.corpus.items():
        _check_corpus(name, section)
    for name in params.feature_sets:
        refuse_unknown(name, FEATURE_SETS, place="feature_sets", mend="Or add it to ser_tasks/features/__init__.py.")
    for feature_set, models in params.models:
        if models:
            refuse_unknown(feature_set, params.feature_sets, place="models", mend="Or add it to feature_sets.")
        for model in models:
            _check_model(model, feature_set)
    return params


def feature_params(params: Params) -> dict[str, Section]:
    """The sections that feature sets read."""
    return {name: getattr(params, name) for name in SECTIONS}


def _check_corpus(name: str, section: CorpusParams) -> None:
    refuse_unknown(name, CORPORA, place="corpus", mend="Or add its module to ser_tasks/corpora/__init__.py.")
    refuse_unknown(
        section.preset,
        CORPORA[name].presets,
        place=f"corpus.{name}.preset",
        mend=f"Or add it to ser_tasks/corpora/{name}.py.",
    )


def _check_model(model: str, feature_set: str) -> None:
    refuse_unknown(model, MODELS, place=f"models.{feature_set}", mend="Or add it to ser_tasks/models/__init__.py.")
    if MODELS[model].feature_set != feature_set:
        raise ParamsError(
            f"params.yaml: models.{feature_set}: {model!r} reads the feature set {MODELS[model].feature_set!r}. "
            f"Move it under models.{MODELS[model].feature_set}."
        )
