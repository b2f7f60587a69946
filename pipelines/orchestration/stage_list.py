"""stages.yaml: the lists that dvc.yaml goes through, as they follow from params.yaml; in git, and never edited.

DVC computes nothing in its templates. That an evaluation needs the features that its model reads, the features of a
corpus its table of utterances, and an ensemble the evaluations of its members, is worked out here.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines import paths
from pipelines.known_corpora import has_votes
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora import CORPORA
from ser_tasks.features.audio_text import feature_sets, reads_words
from ser_tasks.features.encoders import ENCODERS, OF_FRAMES, encoder_of
from ser_tasks.features.encoders.folder import HOME
from ser_tasks.features.suffixes import without_speeds
from ser_tasks.features.table import SECTIONS
from ser_tasks.models import HEARD_MODELS, MODELS, ON_VOTES, TABLE
from ser_tasks.models.declared_model import DeclaredModel, settings_class
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import MEMBERS, BundleParams, CrossParams, EnsembleParams, EvaluationLine, Params
from ser_tasks.text.transcripts import FEATURE_SET as WORDS
from ser_tasks.text.transcripts import OF_WORDS, RECOGNISED

HEAD = "# Written by ser from params.yaml: what dvc.yaml goes through. Edit params.yaml, not this.\n"

Entry = dict[str, str]
Stages = dict[str, dict[str, Entry]]


def evaluations_of(params: Params) -> tuple[EvaluationLine, ...]:
    """The lines of params.yaml whose model predicts classes, then those that ensembles and bundles need beside them."""
    return tuple(line for line in _lines(params) if line.model not in DIMENSION_MODELS)


def dimensions_of(params: Params) -> tuple[EvaluationLine, ...]:
    """The same of valence, activation and dominance."""
    return tuple(line for line in _lines(params) if line.model in DIMENSION_MODELS)


def _lines(params: Params) -> list[EvaluationLine]:
    members = [(own, model) for own in params.ensembles.values() for model in own.members]
    wanted: list[tuple[Any, str]] = [*members, *((own, own.model) for own in _of_one_model(params).values())]
    needed = [EvaluationLine(corpus=own.corpus, protocol=own.protocol, model=model) for own, model in wanted]
    stated = {line.key: line for line in params.evaluations}
    return list((stated | {line.key: line for line in needed if line.key not in stated}).values())


def of_dimensions(section: EnsembleParams) -> bool:
    """Whether its members predict valence, activation and dominance."""
    return section.members[0] in DIMENSION_MODELS


def corpora_of(params: Params) -> list[str]:
    """All corpora that anything is evaluated on, or trained on across corpora."""
    crossed = [corpus for own in params.cross.values() for corpus in (*own.train, own.test)]
    lines = (*evaluations_of(params), *dimensions_of(params))
    return list(dict.fromkeys([*(line.corpus for line in lines), *crossed]))


def read_by(params: Params) -> list[tuple[str, str]]:
    """Each corpus with each feature set that some evaluation reads of it; words among them."""
    pairs = [(line.corpus, line.model) for line in evaluations_of(params)]
    pairs += [(corpus, own.model) for own in params.cross.values() for corpus in (*own.train, own.test)]
    found = [(corpus, name) for corpus, model in pairs for name in feature_sets(MODELS[model].feature_set)]
    found += [(line.corpus, DIMENSION_MODELS[line.model].feature_set) for line in dimensions_of(params)]
    return list(dict.fromkeys(found))


def stages_of(params: Params) -> Stages:
    """By stage of dvc.yaml, what it goes through: name of the stage's instance, and what differs between them."""
    reads = read_by(params)
    return {
        "utterances": {corpus: {"corpus": corpus, "code": _corpus_code(corpus)} for corpus in corpora_of(params)},
        "votes": {corpus: {"corpus": corpus, "code": _corpus_code(corpus)} for corpus in _with_votes(params)},
        "features": {f"{corpus}-{name}": _features(corpus, name) for corpus, name in reads if name not in OF_WORDS},
        "transcripts": {corpus: {"corpus": corpus} for corpus, name in reads if name == RECOGNISED},
        "evaluate": {
            line.key: {**_evaluated(line), **_read(line.corpus, line.model)}
            for line in sorted(evaluations_of(params), key=_takes_longer)
        },
        "dimensions": {line.key: {**line.written, **_regression(line)} for line in dimensions_of(params)},
        "ensemble": {name: _ensemble(own) for name, own in params.ensembles.items() if not of_dimensions(own)},
        "dimension_ensemble": {name: _ensemble(own) for name, own in params.ensembles.items() if of_dimensions(own)},
        "bundle": {name: _bundle(own) for name, own in _of_one_model(params).items()},
        "ensemble_bundle": {
            name: _ensemble_bundle(own, params) for name, own in params.bundles.items() if own.model in params.ensembles
        },
        "cross": {name: _cross(own) for name, own in params.cross.items()},
    }


def text_of(stages: Mapping[str, Mapping[str, Entry]]) -> str:
    """What stands in stages.yaml."""
    return HEAD + yaml.safe_dump({"stages": stages}, sort_keys=False, width=float("inf"), default_flow_style=None)


def write_stages(params: Params, file: Path = paths.STAGES) -> bool:
    """Write what follows from params.yaml; whether it was something else."""
    text = text_of(stages_of(params))
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    with atomic_path(file) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return True


def _takes_longer(line: EvaluationLine) -> bool:
    """False of models that read manual transcripts and are no network: DVC keeps the order, and they are soon done."""
    model = MODELS[line.model]
    return model.feature_set != WORDS or model.keras


def _with_votes(params: Params) -> list[str]:
    return [corpus for corpus in corpora_of(params) if has_votes(corpus)]


def _corpus_code(corpus: str) -> str:
    return corpus if corpus in CORPORA else "imported"


def _features(corpus: str, name: str) -> Entry:
    encoder = encoder_of(name)
    return {
        "corpus": corpus,
        "feature_set": name,
        "code": features_code(name),
        "settings": _settings(name),
        "weights": str(HOME / encoder.name) if encoder else str(paths.utterances(corpus)),
    }


def _settings(name: str) -> str:
    """Its section of params.yaml; a set may have none."""
    name = without_speeds(name)
    if encoder_of(name):
        return "encoder" if name in ENCODERS else "encoder_frames" if name in OF_FRAMES else "audio"
    return name if name in SECTIONS else "audio"


def bundles_of_members(section: BundleParams, params: Params) -> list[str]:
    """Of the bundle of an ensemble, the bundles of its members in their order; those that there are."""
    made = {(own.corpus, own.protocol, own.model): name for name, own in params.bundles.items()}
    wanted = [(section.corpus, section.protocol, model) for model in params.ensembles[section.model].members]
    return [made[place] for place in wanted if place in made]


def _of_one_model(params: Params) -> dict[str, BundleParams]:
    return {name: own for name, own in params.bundles.items() if own.model not in params.ensembles}


def _bundle(own: BundleParams) -> Entry:
    """Of one model, also which stage of `pipelines` makes it, and what its evaluation leaves."""
    place = (own.corpus, own.protocol, own.model)
    if own.model in DIMENSION_MODELS:
        entry = _regression(own)
        settings = {"asr": entry["settings"], "votes": entry["reads"]}
        settings |= {"asr": "asr"} if reads_words(DIMENSION_MODELS[own.model].feature_set) else {}
        left = (paths.dimension_predictions(*place), paths.dimension_result(*place))
        made = {"stage": "dimension_bundle", "code": f"dimensions/{entry['code']}"}
    else:
        entry = _read(own.corpus, own.model)
        settings = {"asr": asr_entry(own.model)}
        left = (paths.predictions(*place), paths.result(*place))
        made = {"stage": "bundle", "code": f"models/{entry['code']}"}
    files = dict(zip(("predictions", "result"), map(str, left), strict=True))
    return {**own.model_dump(), **entry, **settings, **files, **made}


def _ensemble_bundle(own: BundleParams, params: Params) -> Entry:
    """Also which stage of `pipelines` makes it, and what its evaluation leaves."""
    place = (own.corpus, own.protocol, own.model)
    if of_dimensions(params.ensembles[own.model]):
        left = (paths.dimension_predictions(*place), paths.dimension_result(*place))
        stage = "dimension_ensemble_bundle"
    else:
        left, stage = (paths.ensemble(*place), paths.result(*place)), "ensemble_bundle"
    made = {"stage": stage, "predictions": str(left[0]), "result": str(left[1])}
    return own.model_dump() | made | _members([str(paths.bundle(name)) for name in bundles_of_members(own, params)])


def _ensemble(own: EnsembleParams) -> Entry:
    """Predictions of each member."""
    where = paths.dimension_predictions if of_dimensions(own) else paths.predictions
    files = [str(where(own.corpus, own.protocol, model)) for model in own.members]
    return {"corpus": own.corpus, "protocol": own.protocol} | _members(files)


def _members(paths_of: list[str]) -> Entry:
    """dvc.yaml needs MEMBERS of them; where there are fewer, the first stands again."""
    filled = paths_of + paths_of[:1] * (MEMBERS - len(paths_of))
    return {f"member_{number}": path for number, path in enumerate(filled, 1)}


def features_code(name: str) -> str:
    """The digests of a feature set's code: its own, or of an encoder those of the module that runs its family."""
    encoder = encoder_of(name)
    return encoder.family.code.split(".")[-2] + name.removeprefix(encoder.name) if encoder else name


def _evaluated(line: EvaluationLine) -> Entry:
    """Its names, and the words behind the name of the stage: another number of seeds is another command."""
    names = line.model_dump(include={"corpus", "protocol", "model"})
    return {**names, "arguments": " ".join(map(str, line.written.values()))}


def _cross(own: CrossParams) -> Entry:
    """The tested corpus; votes of all corpora, where the model reads them, else features stand again."""
    votes = paths.votes(own.test) if own.model in ON_VOTES else paths.features(own.test, "any").parent
    return {"test": own.test, "votes": str(votes.parent), **model_entry(own.model)}


def _read(corpus: str, model: str) -> Entry:
    """What a model reads of a corpus, votes among it, and of params.yaml; without votes, what it reads stands again."""
    reads = _place(corpus, MODELS[model].feature_set)
    votes = str(paths.votes(corpus)) if model in ON_VOTES else reads
    return {"reads": reads, "votes": votes, **model_entry(model)}


def _place(corpus: str, feature_set: str) -> str:
    """Where a model finds its features, or the words; of both, the features."""
    name, *_ = feature_sets(feature_set)
    table = paths.heard(corpus) if name == RECOGNISED else paths.utterances(corpus)
    return str(table if name in OF_WORDS else paths.features(corpus, name))


def _regression(line: EvaluationLine | BundleParams) -> Entry:
    """What a model of dimensions reads of a corpus, its code, and its section of params.yaml."""
    model = DIMENSION_MODELS[line.model]
    reads = _place(line.corpus, model.feature_set)
    own = model.section_name
    alone = {"settings": own, "network": model.other_section or own, "training": own}
    read = model_entry(model.network_name) if model.module else alone
    return {"reads": reads, **read, "code": model.code_name}


def model_entry(model: str) -> Entry:
    """Its code, and its sections of params.yaml; dvc.yaml needs three names, where there are fewer one stands again."""
    line = MODELS[model]
    network = _network_section(line) if line.keras else line.section_name
    own = network if line.section_name.startswith("networks.") else line.section_name
    return {"code": _code(model), "settings": own, "network": network, "training": "training" if line.keras else own}


def asr_entry(model: str) -> str:
    """The section of the recogniser, if its bundle reads words; else its own section once more."""
    return "asr" if reads_words(MODELS[model].feature_set) else model_entry(model)["settings"]


def _network_section(line: DeclaredModel) -> str:
    """Its key in params.yaml; of a network that may do without a section, what the section would stand in."""
    own = line.section_name if line.section_name.startswith("networks.") else f"networks.{line.network_name}"
    return "networks" if settings_class(line).has_defaults() else own


def _code(model: str) -> str:
    """The model of the table whose code it has."""
    if model in HEARD_MODELS:
        return model.removesuffix("_heard")
    return model if model in TABLE else max((name for name in TABLE if model.endswith(f"_{name}")), key=len)
