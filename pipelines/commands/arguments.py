"""Names on a command line, held against what there is before a server or a model is started."""

from collections.abc import Collection

from pipelines import paths
from ser_tasks.errors import UserError
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS
from ser_tasks.params import Params
from ser_tasks.params.reading import listed, nearest

PROTOCOLS = ("speaker_independent", "speaker_dependent", "emobox")


def check_asked(
    command: str, corpus: str, protocol: str, model: str, params: Params, *, models: Collection[str] = tuple(MODELS)
) -> None:
    """Refuse an evaluation that no table has, or whose corpus has not been read yet.

    Raises:
        UserError: the first name that is not known, with the nearest one; or no table of utterances
    """
    refuse_unknown_name(f"{command}: corpus", corpus, params.corpus, hint="Or add it under corpus: in params.yaml.")
    refuse_unknown_name(f"{command}: protocol", protocol, PROTOCOLS, hint="Name one of them.")
    refuse_unknown_name(f"{command}: model", model, models, hint="Name one of them.")
    if not paths.utterances(corpus).exists():
        raise UserError(
            f"{command}: {corpus} has not been read yet (no {paths.utterances(corpus)}). "
            f"Evaluate it first: ser evaluate {corpus} {model}"
        )


def refuse_without_features(command: str, corpus: str, model: str) -> None:
    """Raise UserError for a model that hears, where nothing was computed from the sounds of the corpus."""
    feature_set = MODELS[model].feature_set
    folder = paths.features(corpus, feature_set)
    if not reads_words(feature_set) and not any(folder.glob("*.parquet")):
        raise UserError(
            f"{command}: {model} hears, and {corpus} has no features here ({folder}). With its sounds on this machine: "
            f"ser evaluate {corpus} {model}"
        )


def refuse_unknown_name(place: str, name: str, known: Collection[str], *, hint: str) -> None:
    """Raise UserError unless `name` is one of `known`."""
    if name not in known:
        allowed = f"Allowed: {listed(sorted(known))}."
        raise UserError(f"{place} {name!r} is not known{nearest(name, known)} {allowed} {hint}")
