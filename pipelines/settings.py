"""params.yaml, read and held against the tables of corpora, feature sets and models."""

import os

import numpy as np
from pydantic import ValidationError

from pipelines.known_corpora import CORPORA, has_votes, no_votes, without_classes
from pipelines.orchestration.stage_list import bundles_of_members, read_by
from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.bundled import check_bundled
from ser_tasks.errors import UserError
from ser_tasks.features.encoders import encoder_of
from ser_tasks.features.open_smile import OPEN_SMILE
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import FEATURE_SETS, SECTIONS
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.dimensions import DIMENSION_MODELS, ENSEMBLE_RULES
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.models.recogniser import Model
from ser_tasks.params import (
    BundleParams,
    CorpusParams,
    CrossParams,
    EmoboxFolds,
    EnsembleParams,
    EvaluationLine,
    OfficialSplit,
    Params,
    Section,
    SpeakerIndependent,
    SpeakerPairs,
    WorkersParams,
)
from ser_tasks.params.reading import PARAMS_FILE, ParamsError, check_known, read_params
from ser_tasks.text.transcripts import OF_WORDS, RECOGNISED

MOMENT = 0.1  # s
WORKERS = "SER_WORKERS"  # of the environment, before workers.where
OF_A_CORPUS = "Or add its classes and folds under corpus: in params.yaml; for one of yours, ser import PATH does."
ADD_MODEL = "Or add it to ser_tasks/models/__init__.py."
MISSING = {
    "speaker_independent": "Nobody knows its speakers, and it has no split: evaluate it under speaker_dependent only.",
    "emobox": "Take a copy of EmoBox's repository, and: ser emobox CORPUS EMOBOX/data/NAME. Or leave it out.",
}


def project_params() -> Params:
    """params.yaml, valid, and naming only corpora, presets, feature sets and models that exist.

    Raises:
        ParamsError: the first name that does not, with the nearest and the allowed ones; or settings of features that
            do not fit together
    """
    params = _on_named_workers(read_params())
    for name, section in params.corpus.items():
        _check_corpus(name, section)
    for number, line in enumerate(params.evaluations):
        check_evaluation(line, params, place=f"evaluations[{number}]")
    for name, ensemble in params.ensembles.items():
        _check_ensemble(name, ensemble, params)
    for name, across in params.cross.items():
        check_cross(name, across, params)
        _check_awaited(name, across)
    for name, bundle in params.bundles.items():
        _check_bundle(name, bundle, params)
    _try_features(params)
    return params


def _on_named_workers(params: Params) -> Params:
    """With the workers that the environment names, if it does: in a job of a cluster, nobody knows the host before."""
    where = os.environ.get(WORKERS)
    if where is None:
        return params
    try:
        workers = WorkersParams(where=where, count=params.workers.count)
    except ValidationError as error:
        raise ParamsError(
            f"{WORKERS} in the environment: expected threads, processes, or the address of a Dask scheduler, as "
            f"tcp://host:8786, got {where!r}."
        ) from error
    return params.model_copy(update={"workers": workers})


def check_evaluation(line: EvaluationLine, params: Params, *, place: str) -> None:
    """Refuse an evaluation that cannot be: names that no table has, no folds, speakers that nobody knows.

    Raises:
        ParamsError: where it stands, and how to fix it
    """
    check_known(line.corpus, params.corpus, place=f"{place}.corpus", hint=OF_A_CORPUS)
    models: dict[str, Model | DimensionModel] = {**MODELS, **DIMENSION_MODELS}
    check_known(line.model, models, place=f"{place}.model", hint=ADD_MODEL)
    if line.seeds is not None and not (line.model in MODELS and MODELS[line.model].keras):
        raise ParamsError(
            f"{PARAMS_FILE}: {place}: seeds: {line.seeds} networks were expected to be trained on each fold, but "
            f"{line.model} is no network that predicts classes. Take seeds out."
        )
    if line.protocol != "speaker_dependent":
        folds = own_folds(params, line.corpus, line.protocol, where=f", but {place} asks for it")
        if line.model in DIMENSION_MODELS and isinstance(folds, EmoboxFolds | SpeakerPairs):
            raise ParamsError(
                f"{PARAMS_FILE}: {place}: {line.model} predicts dimensions, whose utterances are tested once and need "
                f"no class, but the folds of {line.protocol} are those of EmoBox or speaker pairs. Choose "
                f"speaker_independent, or another kind of it under corpus.{line.corpus}."
            )
    if line.model in MODELS:
        _check_has_classes(line.corpus, params.corpus[line.corpus].preset, place=f"{place}: {line.model}")
    if line.model in ON_VOTES and not has_votes(line.corpus):
        having = ", ".join(name for name in params.corpus if has_votes(name))
        raise ParamsError(
            f"{PARAMS_FILE}: {place}: {line.model} is trained on votes, and of {line.corpus} {no_votes(line.corpus)} "
            f"Take another model, or one of {having}."
        )
    if models[line.model].speaker_norm and not CORPORA[line.corpus].speakers_known:
        raise ParamsError(
            f"{PARAMS_FILE}: {place}: {line.model} is normalised by speaker, but nobody knows the speakers of "
            f"{line.corpus}. Take another model."
        )


def _check_has_classes(corpus: str, preset: str, *, place: str) -> None:
    if reason := without_classes(corpus, preset):
        raise ParamsError(f"{PARAMS_FILE}: {place} predicts classes, but {reason}")


def feature_params(params: Params) -> dict[str, Section]:
    """The sections that feature sets read."""
    return {name: getattr(params, name) for name in SECTIONS}


def _try_features(params: Params) -> None:
    """Condition a moment of silence, and extract each set that is read: what does not fit together shows."""
    sections, place = feature_params(params), "conditioning"
    silence = np.zeros(round(MOMENT * params.audio.sampling_rate), np.float32)
    try:
        condition(silence, sampling_rate=params.audio.sampling_rate, settings=params.conditioning)
        for name in dict.fromkeys(name for _, name in read_by(params)):
            if name not in OF_WORDS and without_speeds(name) not in OPEN_SMILE and encoder_of(name) is None:
                place = f"features of {name}"
                FEATURE_SETS[name](silence, sections)
    except UserError as error:
        raise ParamsError(f"{PARAMS_FILE}: {place}: {error}") from error


def _check_corpus(name: str, section: CorpusParams) -> None:
    check_known(name, CORPORA, place="corpus", hint="Or add its module to ser_tasks/corpora/__init__.py.")
    check_known(
        section.preset,
        CORPORA[name].all_presets,
        place=f"corpus.{name}.preset",
        hint=f"Or add it to ser_tasks/corpora/catalogue/{name}.py.",
    )


def own_folds(params: Params, corpus: str, protocol: str, *, where: str = "") -> SpeakerIndependent | EmoboxFolds:
    """The folds that params.yaml has for a corpus under a protocol of its own.

    Raises:
        ParamsError: none
    """
    own = params.corpus[corpus]
    section = own.emobox if protocol == "emobox" else own.speaker_independent
    if section is None:
        raise ParamsError(f"{PARAMS_FILE}: corpus.{corpus}.{protocol} is null{where}. {MISSING[protocol]}")
    return section


def _check_ensemble(name: str, section: EnsembleParams, params: Params) -> None:
    models: dict[str, Model | DimensionModel] = {**MODELS, **DIMENSION_MODELS}
    if name in models:
        raise ParamsError(f"{PARAMS_FILE}: ensembles: {name!r} is the name of a model. Call it otherwise.")
    for member in section.members:
        check_known(member, models, place=f"ensembles.{name}.members", hint=ADD_MODEL)
    _check_kind(name, section, params)
    for member in section.members:
        line = EvaluationLine(corpus=section.corpus, protocol=section.protocol, model=member)
        check_evaluation(line, params, place=f"ensembles.{name}")


def _check_kind(name: str, section: EnsembleParams, params: Params) -> None:
    """Refuse members of both kinds; of dimensions a rule of posteriors, and one fold alone."""
    rated = [member for member in section.members if member in DIMENSION_MODELS]
    if 0 < len(rated) < len(section.members):
        raise ParamsError(
            f"{PARAMS_FILE}: ensembles.{name}.members: {', '.join(rated)} predict valence, activation and dominance, "
            "the others classes. Name members of one kind."
        )
    if rated and section.rule not in ENSEMBLE_RULES:
        raise ParamsError(
            f"{PARAMS_FILE}: ensembles.{name}.rule: {section.rule} is of posteriors, and the members predict valence, "
            f"activation and dominance. Choose {' or '.join(ENSEMBLE_RULES)}."
        )
    if rated and section.protocol == "speaker_independent":
        folds = own_folds(params, section.corpus, section.protocol, where=f", but ensembles.{name} asks for it")
        if isinstance(folds, OfficialSplit):
            raise ParamsError(
                f"{PARAMS_FILE}: ensembles.{name}: weights are fitted to other folds, and the official split of "
                f"{section.corpus} is one. Choose protocol speaker_dependent, or other folds of the corpus."
            )


def check_cross(name: str, section: CrossParams, params: Params) -> None:
    """Refuse an evaluation across corpora that names what no table has.

    Raises:
        ParamsError: the first such name
    """
    place = f"cross.{name}"
    for corpus in (*section.train, section.test):
        check_known(corpus, params.corpus, place=place, hint=OF_A_CORPUS)
        preset = section.presets.get(corpus, params.corpus[corpus].preset)
        if preset in CORPORA[corpus].all_presets:
            _check_has_classes(corpus, preset, place=f"{place}: {section.model}")
    for corpus, preset in section.presets.items():
        hint = f"Or add it to ser_tasks/corpora/catalogue/{corpus}.py."
        check_known(preset, CORPORA[corpus].all_presets, place=f"{place}.presets.{corpus}", hint=hint)
    check_known(section.model, MODELS, place=f"{place}.model", hint=ADD_MODEL)
    if section.model in ON_VOTES and not any(map(has_votes, section.train)):
        reasons = " ".join(f"{corpus}: {no_votes(corpus)}" for corpus in section.train)
        raise ParamsError(
            f"{PARAMS_FILE}: {place}.model: {section.model} is trained on the votes of raters, and no training corpus "
            f"has some. {reasons} Take another model, or train on one of {', '.join(filter(has_votes, params.corpus))}."
        )
    if section.corpus_norm and MODELS[section.model].feature_set in OF_WORDS:
        raise ParamsError(
            f"{PARAMS_FILE}: {place}.corpus_norm: {section.model} reads words, which have no mean. Set false."
        )
    if name in MODELS:
        raise ParamsError(f"{PARAMS_FILE}: cross: {name!r} is the name of a model. Call it otherwise.")


def _check_awaited(name: str, section: CrossParams) -> None:
    """The stage `cross` waits for features and utterance tables, not for recognised transcripts."""
    if MODELS[section.model].feature_set == RECOGNISED:
        raise ParamsError(
            f"{PARAMS_FILE}: cross.{name}.model: {section.model} reads recognised transcripts, which this stage does "
            "not wait for. Take it out, and use ser cross-corpus --train ... --test ..."
        )


def _check_members(name: str, section: BundleParams, params: Params) -> None:
    ensemble, place = params.ensembles[section.model], (section.corpus, section.protocol)
    where = f"{PARAMS_FILE}: bundles.{name}: {section.model} is an ensemble"
    if (ensemble.corpus, ensemble.protocol) != place:
        raise ParamsError(
            f"{where} on {ensemble.corpus}, {ensemble.protocol}, not on {', '.join(place)}. "
            "Name its corpus and protocol."
        )
    made = [params.bundles[member].model for member in bundles_of_members(section, params)]
    missing = [member for member in ensemble.members if member not in made]
    if missing:
        raise ParamsError(
            f"{where}, and its members {', '.join(missing)} have no bundles. Add them: "
            f"ser bundle {section.corpus} {section.model}"
        )


def _check_bundle(name: str, section: BundleParams, params: Params) -> None:
    if section.model in params.ensembles:
        _check_members(name, section, params)
        return
    known = (*MODELS, *DIMENSION_MODELS, *params.ensembles)
    check_known(section.model, known, place=f"bundles.{name}.model", hint=ADD_MODEL)
    line = EvaluationLine(corpus=section.corpus, protocol=section.protocol, model=section.model)
    check_evaluation(line, params, place=f"bundles.{name}")
    try:
        check_bundled(section.model)
    except UserError as error:
        raise ParamsError(f"{PARAMS_FILE}: bundles.{name}.model: {error}") from error
    if not CORPORA[section.corpus].speakers_known:
        raise ParamsError(
            f"{PARAMS_FILE}: bundles.{name}: nobody knows the speakers of {section.corpus}, so no figure says how it "
            "does on new ones. Take it out."
        )
