"""Names on a command line, checked against the tables before a server or a model is started."""

from collections.abc import Collection

from pipelines import paths
from pipelines.known_corpora import has_votes, no_votes, without_classes
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.rated import DIMENSIONS
from ser_tasks.features.audio_text import reads_words
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import Params
from ser_tasks.params.reading import listed, nearest

PROTOCOLS = ("speaker_independent", "speaker_dependent", "emobox")


def check_arguments(
    command: str, corpus: str, protocol: str, model: str, params: Params, *, models: Collection[str] = tuple(MODELS)
) -> None:
    """Check the names of an evaluation, and that its corpus has an utterance table.

    Raises:
        UserError: the first unknown name, with the nearest one; or no utterance table
    """
    check_name(f"{command}: corpus", corpus, params.corpus, hint="Or add it under corpus: in params.yaml.")
    check_name(f"{command}: protocol", protocol, PROTOCOLS, hint="Name one of them.")
    if model in DIMENSION_MODELS and model not in models:
        raise UserError(
            f"{command}: {model} predicts {', '.join(DIMENSIONS)}, and this command is for classes. Name a model of "
            f"those, such as {', '.join(list(models)[:3])}. Figures of {model}: ser evaluate {corpus} {model}"
        )
    check_name(f"{command}: model", model, models, hint="Name one of them.")
    if model in MODELS and (reason := without_classes(corpus, params.corpus[corpus].preset)):
        raise UserError(f"{command}: {model} predicts classes, but {reason}")
    if model in ON_VOTES and not has_votes(corpus):
        raise UserError(f"{command}: {model} is trained on votes, and of {corpus} {no_votes(corpus)}")
    if not paths.utterances(corpus).exists():
        raise UserError(
            f"{command}: {corpus} has no utterance table yet ({paths.utterances(corpus)}). "
            f"Evaluate it first: ser evaluate {corpus} {model}"
        )


def check_features(command: str, corpus: str, model: str) -> None:
    """Raise UserError for an acoustic model, where no features of the corpus are computed."""
    feature_set = (MODELS.get(model) or DIMENSION_MODELS[model]).feature_set
    folder = paths.features(corpus, feature_set)
    if reads_words(feature_set) or any(folder.glob("*.parquet")):
        return
    if text_alone(corpus):
        raise UserError(
            f"{command}: {model} reads sound, and all utterances of {corpus} are text alone. Name a model of "
            "transcripts, as tfidf."
        )
    raise UserError(
        f"{command}: {model} is an acoustic model, and {corpus} has no features here ({folder}). With its "
        f"recordings on this machine: ser evaluate {corpus} {model}"
    )


def text_alone(corpus: str) -> bool:
    """Whether the table of utterances is here, and none of them has a recording."""
    import pandas as pd  # noqa: PLC0415  seconds, and a wrong name is reported without it

    table = paths.utterances(corpus)
    return table.exists() and bool(pd.read_parquet(table, columns=["path"]).path.isna().all())


def check_name(place: str, name: str, known: Collection[str], *, hint: str) -> None:
    """Raise UserError unless `name` is one of `known`."""
    if name not in known:
        allowed = f"Allowed: {listed(sorted(known))}."
        raise UserError(f"{place} {name!r} is not known{_meant(name, known)} {allowed} {hint}")


def _meant(name: str, known: Collection[str]) -> str:
    """The one that was probably meant: without its encoder, where that is the one that the model reads anyway."""
    for encoder in ENCODERS:
        own = name.removeprefix(f"{encoder}_")
        line = MODELS.get(own) or DIMENSION_MODELS.get(own)
        if own != name and own in known and line and line.feature_set.startswith(f"{encoder}_"):
            return f". Did you mean {own!r}? It reads {encoder}."
    return nearest(name, known)
