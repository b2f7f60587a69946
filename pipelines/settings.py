"""params.yaml, read and held against the tables of corpora, feature sets and models."""

import numpy as np

from pipelines.known_corpora import CORPORA
from ser_tasks.audio.conditioning import condition
from ser_tasks.bundles.bundled import refuse_unbundled
from ser_tasks.errors import UserError
from ser_tasks.features import FEATURE_SETS, SECTIONS
from ser_tasks.features.audio_text import feature_sets
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.models import MODELS
from ser_tasks.params import (
    BundleParams,
    CorpusParams,
    CrossParams,
    EmoboxFolds,
    EnsembleParams,
    Params,
    Section,
    SpeakerIndependent,
)
from ser_tasks.params.reading import PARAMS_FILE, ParamsError, read_params, refuse_unknown
from ser_tasks.text.transcripts import HEARD, OF_WORDS

MOMENT = 0.1  # s
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
    params = read_params()
    _check_selection(params)
    for name, section in params.corpus.items():
        _check_corpus(name, section)
    for name in params.encoders:
        refuse_unknown(name, ENCODERS, place="encoders", mend="ser encoders lists them.")
    for name in params.feature_sets:
        if name in ENCODERS:
            raise ParamsError(f"{PARAMS_FILE}: feature_sets: {name!r} is a speech encoder. Move it under encoders.")
        refuse_unknown(name, FEATURE_SETS, place="feature_sets", mend="Or add it to ser_tasks/features/__init__.py.")
    _try_features(params)
    _check_models(params)
    _check_protocols(params)
    return params


def _check_selection(params: Params) -> None:
    """Corpora that are selected, and what for."""
    for name in params.corpora:
        refuse_unknown(
            name,
            params.corpus,
            place="corpora",
            mend="Add its classes and folds under corpus: in params.yaml.",
        )
    for place in ("sound_corpora", "text_corpora", "asr_corpora"):
        for name in getattr(params, place):
            refuse_unknown(name, params.corpora, place=place, mend="Or add it to corpora.")
    for name in params.speech_and_words_corpora:
        for place in ("sound_corpora", "text_corpora"):
            refuse_unknown(
                name, getattr(params, place), place="speech_and_words_corpora", mend=f"Or add it to {place}."
            )
    for name in set(params.corpora) - {*params.sound_corpora, *params.text_corpora, *params.asr_corpora}:
        raise ParamsError(
            f"params.yaml: corpora: {name!r} is in none of sound_corpora, text_corpora and asr_corpora. Add it there."
        )


def evaluated_models(params: Params) -> dict[str, list[str]]:
    """Names in the model table of what is evaluated, by the key of models: that it stands under."""
    models = {group: list(names) for group, names in params.models}
    models["embeddings"] = [f"{name}_svm" for name in models["embeddings"]]
    models["encoders"] = [f"{encoder}_{name}" for encoder in params.encoders for name in models["encoders"]]
    return models


def feature_params(params: Params) -> dict[str, Section]:
    """The sections that feature sets read."""
    return {name: getattr(params, name) for name in SECTIONS}


def _try_features(params: Params) -> None:
    """Condition a moment of silence, and extract each selected set from it: what does not fit together shows."""
    sections, place = feature_params(params), "conditioning"
    silence = np.zeros(round(MOMENT * params.audio.sampling_rate), np.float32)
    try:
        condition(silence, sampling_rate=params.audio.sampling_rate, settings=params.conditioning)
        for name in params.feature_sets:
            place = f"feature_sets: {name}"
            FEATURE_SETS[name](silence, sections)
    except UserError as error:
        raise ParamsError(f"{PARAMS_FILE}: {place}: {error}") from error


def _check_corpus(name: str, section: CorpusParams) -> None:
    refuse_unknown(name, CORPORA, place="corpus", mend="Or add its module to ser_tasks/corpora/__init__.py.")
    refuse_unknown(
        section.preset,
        CORPORA[name].presets,
        place=f"corpus.{name}.preset",
        mend=f"Or add it to ser_tasks/corpora/catalogue/{name}.py.",
    )


def _check_protocols(params: Params) -> None:
    """Every corpus that is selected has folds for every protocol, and speakers for the models that want them."""
    for name in params.corpora:
        for place in ("protocols", "network_protocols"):
            for protocol in getattr(params, place):
                if protocol != "speaker_dependent":
                    own_folds(params, name, protocol, where=f", but stands under {place}")
        if not CORPORA[name].speakers_known:
            _refuse_speakers(name, params)


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


def _refuse_speakers(corpus: str, params: Params) -> None:
    """Stop if anything selected needs to know who speaks."""
    why = f"nobody knows the speakers of {corpus}"
    for group, names in evaluated_models(params).items():
        for name in names:
            if MODELS[name].speaker_norm:
                raise ParamsError(
                    f"{PARAMS_FILE}: models.{group}: {name} is normalised by speaker, but {why}. Take it out."
                )
    for name, bundle in params.bundles.items():
        if bundle.corpus == corpus:
            raise ParamsError(
                f"{PARAMS_FILE}: bundles.{name}: {why}, so no figure says how it does on new ones. Take it out."
            )


def _check_models(params: Params) -> None:
    """Those that are evaluated, and what is made of them."""
    for group, names in evaluated_models(params).items():
        for name in names:
            _check_model(name, group, params)
    for name, model in MODELS.items() if params.models.speech_and_words else ():
        if model.group == "speech_and_words":  # their one stage depends on what any of them reads
            _check_feature_set(name, params, place=f"models.speech_and_words: {name}")
    for name, ensemble in params.ensembles.items():
        _check_ensemble(name, ensemble, params)
    for name, across in params.cross.items():
        check_cross(name, across, params)
        _check_selected(name, across, params)
    for name, bundle in params.bundles.items():
        _check_bundle(name, bundle, params)


def _check_ensemble(name: str, section: EnsembleParams, params: Params) -> None:
    refuse_unknown(section.corpus, params.corpora, place=f"ensembles.{name}.corpus", mend="Or add it to corpora.")
    for member in section.members:
        refuse_unknown(member, MODELS, place=f"ensembles.{name}.members", mend="Name models of the table.")
    if name in MODELS:
        raise ParamsError(f"{PARAMS_FILE}: ensembles: {name!r} is the name of a model. Call it otherwise.")


def check_cross(name: str, section: CrossParams, params: Params) -> None:
    """Refuse an evaluation across corpora that names what no table has.

    Raises:
        ParamsError: the first such name
    """
    place = f"cross.{name}"
    for corpus in (*section.train, section.test):
        refuse_unknown(corpus, params.corpus, place=place, mend="Add its classes and folds under corpus:.")
    for corpus, preset in section.presets.items():
        mend = f"Or add it to ser_tasks/corpora/catalogue/{corpus}.py."
        refuse_unknown(preset, CORPORA[corpus].presets, place=f"{place}.presets.{corpus}", mend=mend)
    refuse_unknown(section.model, MODELS, place=f"{place}.model", mend="Or add it to ser_tasks/models/__init__.py.")
    _check_feature_set(section.model, params, place=f"{place}.model: {section.model}")
    if section.corpus_norm and MODELS[section.model].feature_set in OF_WORDS:
        raise ParamsError(
            f"{PARAMS_FILE}: {place}.corpus_norm: {section.model} reads words, which have no mean. Set false."
        )
    if name in MODELS:
        raise ParamsError(f"{PARAMS_FILE}: cross: {name!r} is the name of a model. Call it otherwise.")


def _check_selected(name: str, section: CrossParams, params: Params) -> None:
    """What a stage learns from and tests on must be made by others."""
    read = MODELS[section.model].feature_set
    if read == HEARD:
        raise ParamsError(
            f"{PARAMS_FILE}: cross.{name}.model: {section.model} reads what a recogniser heard, which this stage "
            "does not wait for. Take it out, and use ser evaluate --train ... --test ..."
        )
    place = "text_corpora" if read in OF_WORDS else "sound_corpora"
    for corpus in (*section.train, section.test):
        refuse_unknown(corpus, getattr(params, place), place=f"cross.{name}", mend=f"Or add it to {place}.")


def _check_bundle(name: str, section: BundleParams, params: Params) -> None:
    refuse_unknown(
        section.corpus, params.sound_corpora, place=f"bundles.{name}.corpus", mend="Or add it to sound_corpora."
    )
    refuse_unknown(section.model, MODELS, place=f"bundles.{name}.model", mend="Name a model of the table.")
    try:
        refuse_unbundled(section.model)
    except UserError as error:
        raise ParamsError(f"{PARAMS_FILE}: bundles.{name}.model: {error}") from error
    evaluated = {member for names in evaluated_models(params).values() for member in names}
    refuse_unknown(
        section.model,
        evaluated,
        place=f"bundles.{name}.model",
        mend="Or add it to models: its figures come from there.",
    )


def _check_model(name: str, group: str, params: Params) -> None:
    refuse_unknown(name, MODELS, place=f"models.{group}", mend="Or add it to ser_tasks/models/__init__.py.")
    model = MODELS[name]
    if model.group != group:
        raise ParamsError(
            f"params.yaml: models.{group}: {name!r} is evaluated by another stage. Move it under models.{model.group}."
        )
    _check_feature_set(name, params, place=f"models.{group}: {name}")


def _check_feature_set(model: str, params: Params, *, place: str) -> None:
    for read in feature_sets(MODELS[model].feature_set):
        if read not in OF_WORDS:
            named = "encoders" if read in ENCODERS else "feature_sets"
            refuse_unknown(read, getattr(params, named), place=place, mend=f"Or add it to {named}.")
