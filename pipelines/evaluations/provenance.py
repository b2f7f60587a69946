"""What a result came from, as lines in its file: digests of data and code, values of params. No times, no commit.

The same work gives the same file, byte for byte. Lines are "name: value" in lists, which `dvc metrics` leaves out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines import paths
from pipelines.evaluations.plan import Evaluation, labelled_corpus, protocol_section, request_class
from pipelines.known_corpora import has_votes
from pipelines.settings import feature_params
from ser_tasks.audio.clip import Clip
from ser_tasks.audio.conditioning import condition
from ser_tasks.augmentation.signal import augmented_copy
from ser_tasks.evaluation.code import evaluation_code
from ser_tasks.evaluation.dimensions.comparison import ccc_difference
from ser_tasks.evaluation.dimensions.fold import dimension_code
from ser_tasks.evaluation.dimensions.scoring import Ratings, score_dimensions
from ser_tasks.evaluation.scoring import Labels, score
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.features.feature_set import with_engine
from ser_tasks.features.feature_table import features_digest
from ser_tasks.features.store import deciding_settings, n_copies
from ser_tasks.features.table import FEATURE_SETS
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import EnsembleParams, Params
from ser_tasks.provenance.code_digest import Root, code_digest, code_parts
from ser_tasks.provenance.content_digest import (
    features_content,
    flat,
    lock_digest,
    parquet_digest,
    table_digest,
    utterances_digest,
    value_digest,
)
from ser_tasks.provenance.near_digest import near_digest
from ser_tasks.text.transcripts import OF_WORDS, RECOGNISED

if TYPE_CHECKING:
    from pipelines.evaluations.cross_corpus import CrossEvaluation
    from pipelines.evaluations.dimensions import DimensionEvaluation

LOCK = Path("requirements.lock")
SHORT = 16  # hexadecimal digits of a module's digest: there are many
ALL = "all"  # the line of the code that decides; the others show where it changed

Origin = dict[str, list[str]]  # data, params, code, lock; sealed: outputs too


def evaluation_origin(evaluation: Evaluation) -> Origin:
    """Of one model on one corpus."""
    params, corpus, model = evaluation.params, evaluation.corpus, evaluation.model
    own = params.corpus[corpus]
    read = {
        f"corpus.{corpus}": {"preset": own.preset, "balance": _plain(own.balance)},
        **_protocol(params, corpus, evaluation.protocol),
    }
    runs = [(fold.name, fold.train, fold.validation, fold.test, seed) for fold, seed in evaluation.runs]
    return _origin(
        data={
            **_corpus_data(corpus, MODELS[model].feature_set, votes=model in ON_VOTES),
            **_labels(evaluation.labels),
            "folds": value_digest(runs),
        },
        params={**read, **_model_params(model, params)},
        code=[*_model_code(model, params), *request_class(model).joining],
    )


def dimension_origin(evaluation: DimensionEvaluation) -> Origin:
    """Of one model of dimensions on one corpus."""
    params, model = evaluation.params, DIMENSION_MODELS[evaluation.model]
    runs = [(fold.name, fold.train, fold.validation, fold.test) for fold in evaluation.folds]
    return _origin(
        data={
            **_corpus_data(evaluation.corpus, model.feature_set),
            **_ratings(evaluation.ratings),
            "folds": value_digest(runs),
        },
        params={
            **_protocol(params, evaluation.corpus, evaluation.protocol),
            "evaluation": _plain(params.evaluation),
            model.section_name: _plain(model.section(params)),
            **_reading_params(model.feature_set, params),
        },
        code=[*dimension_code(model), *_extracting_code(_sound(model.feature_set), params)],
    )


def cross_origin(evaluation: CrossEvaluation) -> Origin:
    """Of one model trained on some corpora and tested on another."""
    params, model = evaluation.params, evaluation.section.model
    voted = [corpus for corpus in evaluation.section.train if model in ON_VOTES and has_votes(corpus)]
    data: dict[str, str] = {}
    for corpus in evaluation.corpora:
        data |= {
            f"{corpus} {name}": digest
            for name, digest in _corpus_data(corpus, MODELS[model].feature_set, votes=corpus in voted).items()
        }
    fold = (evaluation.fold.name, evaluation.fold.train, evaluation.fold.validation, evaluation.fold.test)
    presets = {f"corpus.{corpus}": {"preset": params.corpus[corpus].preset} for corpus in evaluation.corpora}
    return _origin(
        data={**data, **_labels(evaluation.labels), "folds": value_digest(fold)},
        params={f"cross.{evaluation.name}": _plain(evaluation.section), **presets, **_model_params(model, params)},
        code=[*_model_code(model, params), *evaluation.requests[0].joining],
    )


def ensemble_origin(name: str, section: EnsembleParams, params: Params) -> Origin:
    """Of the combined posteriors of several models; the provenance of each is in its own result."""
    own = params.corpus[section.corpus]
    labels = Labels.of(labelled_corpus(section.corpus, params).utterances)
    files = {name: paths.predictions(section.corpus, section.protocol, name) for name in section.members}
    answers = {f"predictions of {member}": _parquet(file) for member, file in files.items()}
    read = {
        f"corpus.{section.corpus}": {"preset": own.preset, "balance": _plain(own.balance)},
        f"ensembles.{name}": _plain(section),
        "evaluation": _plain(params.evaluation),
    }
    code = ("ser_tasks.models.ensembles.rules", "ser_tasks.models.ensembles.paired", score)
    return _origin(data={**answers, **_labels(labels)}, params=read, code=code)


def dimension_ensemble_origin(name: str, section: EnsembleParams, ratings: Ratings, params: Params) -> Origin:
    """Of the combined predictions of several models of dimensions."""
    place = (section.corpus, section.protocol)
    answers = {f"predictions of {own}": _parquet(paths.dimension_predictions(*place, own)) for own in section.members}
    read = {
        **_protocol(params, *place),
        f"ensembles.{name}": _plain(section),
        "evaluation": _plain(params.evaluation),
    }
    code = ("ser_tasks.models.dimensions.ensemble", score_dimensions, ccc_difference)
    return _origin(data={**answers, **_ratings(ratings)}, params=read, code=code)


def sealed(result: Mapping[str, Any], origin: Origin, predictions: pd.DataFrame) -> dict[str, Any]:
    """The result with its provenance, and digests of the posteriors and of all else in the file.

    Of the posteriors also what another processor's last bits leave alone: `ser_tasks.provenance.near_digest`.
    """
    content = {key: value for key, value in result.items() if key != "provenance"}
    exact = {"predictions": table_digest(predictions), "result": value_digest(content)}
    outputs = {**exact, **near_digest(predictions)}
    return {**content, "provenance": {**origin, "outputs": _lines(outputs)}}


def as_values(origin: Mapping[str, Sequence[str]]) -> dict[str, dict[str, str]]:
    """Its lists by name of the line."""
    parts = {kind: [line.partition(": ") for line in lines] for kind, lines in origin.items()}
    return {kind: {name: value for name, _, value in lines} for kind, lines in parts.items()}


def _origin(*, data: Mapping[str, str], params: Mapping[str, Any], code: Iterable[Root]) -> Origin:
    roots = tuple(code)
    modules = {name: digest[:SHORT] for name, digest in code_parts(*roots).items()} | {ALL: code_digest(*roots)}
    values = {name: json.dumps(value, ensure_ascii=False) for name, value in sorted(flat(params).items())}
    lock = {str(LOCK): lock_digest(LOCK)}
    return {"data": _lines(data), "params": _lines(values), "code": _lines(modules), "lock": _lines(lock)}


def _lines(values: Mapping[str, str]) -> list[str]:
    return [f"{name}: {value}" for name, value in values.items()]


def _plain(section: Any) -> Any:
    return None if section is None else section.model_dump(mode="json")


def _protocol(params: Params, corpus: str, protocol: str) -> dict[str, Any]:
    """The section of params.yaml that defines the folds."""
    section = _plain(protocol_section(params, corpus, protocol))
    return {protocol if hasattr(params, protocol) else f"corpus.{corpus}.{protocol}": section}


def _model_params(model: str, params: Params) -> dict[str, Any]:
    """Sections that decide what the model reads, how it is trained, and how its figures are stated."""
    own = {
        "evaluation": _plain(params.evaluation),
        MODELS[model].section_name: MODELS[model].section(params).model_dump(mode="json"),
    }
    return own | _reading_params(MODELS[model].feature_set, params)


def _reading_params(feature_set: str, params: Params) -> dict[str, Any]:
    """Sections that decide what a model reads."""
    heard = {"asr": _plain(params.asr)} if feature_set == RECOGNISED else {}
    read = feature_params(params)
    settings = [deciding_settings(name, read) for name in _sound(feature_set)]
    return heard | {key: _plain(section) for own in settings for key, section in own.items()}


def _model_code(model: str, params: Params) -> list[Root]:
    """The code that trains, predicts, extracts and scores."""
    return [*evaluation_code(MODELS[model]), *_extracting_code(_sound(MODELS[model].feature_set), params)]


def _extracting_code(names: Iterable[str], params: Params) -> list[Root]:
    read = feature_params(params)
    extracting = [root for name in names for root in with_engine(FEATURE_SETS[name], read).all_code]
    sounding = (Clip, condition) if extracting else ()
    copying = (augmented_copy,) if extracting and n_copies(read) else ()
    return [*extracting, *sounding, *copying]


def _corpus_data(corpus: str, feature_set: str, *, votes: bool = False) -> dict[str, str]:
    """The utterance table, and what a model reads of the corpus: how it was made, and the values themselves."""
    data = {"utterances": utterances_digest(paths.utterances(corpus))}
    if feature_set == RECOGNISED:
        data["heard"] = _parquet(paths.heard(corpus))
    if votes:
        data["votes"] = _parquet(paths.votes(corpus))
    for name in _sound(feature_set):
        folder = paths.features(corpus, name)
        recipe = features_digest(folder)
        data |= {f"{name} recipe": recipe, f"{name} values": _features(folder, recipe)}
    return data


def _sound(feature_set: str) -> list[str]:
    return [name for name in feature_sets(feature_set) if name not in OF_WORDS]


def _ratings(ratings: Ratings) -> dict[str, str]:
    return {"ratings": value_digest([ratings.utterance_ids, ratings.dimensions, ratings.values, ratings.speakers])}


def _labels(labels: Labels) -> dict[str, str]:
    return {"labels": value_digest([labels.utterance_ids, labels.emotions, labels.speakers])}


def _parquet(path: Path) -> str:
    return parquet_digest(path) if path.exists() else "none"


@lru_cache
def _features(folder: Path, recipe: str) -> str:
    """Read once for all rows of a command; `recipe` identifies the content of the folder."""
    return features_content(folder) if any(folder.glob("*.parquet")) else "none"
