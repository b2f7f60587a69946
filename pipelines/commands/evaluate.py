"""`ser evaluate` and `ser bundle`: a line of params.yaml, and the stages that it needs."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pandas as pd
from filelock import FileLock

from pipelines import paths
from pipelines.commands.arguments import PROTOCOLS, check_name, text_alone
from pipelines.display.tables import CONSOLE
from pipelines.known_corpora import CORPORA
from pipelines.orchestration.repro import repro
from pipelines.orchestration.stage_list import bundles_of_members, dimensions_of, evaluations_of, of_dimensions
from pipelines.settings import OF_A_CORPUS, check_evaluation, project_params
from pipelines.stages.params import prepare
from ser_tasks.atomic import atomic_path
from ser_tasks.bundles.bundled import check_bundled
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.rated import rated_utterances
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.params import BundleParams, EvaluationLine, Params
from ser_tasks.params.base import NAME
from ser_tasks.params.editing import change_file, with_item, with_values
from ser_tasks.params.reading import PARAMS_FILE
from ser_tasks.text.transcripts import FEATURE_SET as TRANSCRIPTS

LOCK = paths.WORK.parent / "params.lock"


def evaluate(corpus: str, model: str, protocol: str, seeds: int | None = None) -> int:
    """Add the line to `evaluations:` if it is not there, and run its stage; returns DVC's exit status.

    Args:
        corpus, model, protocol: of the line
        seeds: networks on each fold; None: as the line says that is there, or the network's training

    Raises:
        UserError: an unknown name, or an impossible evaluation; params.yaml is then as it was
    """
    check_name("--protocol", protocol, PROTOCOLS, hint="Name one of them.")
    with _alone():
        params = project_params()
        line = _line(corpus, model, protocol, params).model_copy(update={"seeds": seeds})
        change = _change_for(line, params)
        if change:
            check_evaluation(line, params, place="ser evaluate")
            _check_read(line)
            _write(change, f"evaluations: {_flow(line.written)}", corpus)
        there = line.key in {own.key for own in params.evaluations}
    undo = "give the earlier number of seeds" if there else "delete the line"
    stage = "dimensions" if model in DIMENSION_MODELS else "evaluate"
    status = _run(f"{stage}@{line.key}", undo=undo if change else "")
    if status:
        _check_read(line)  # the reason may be what a table that was made meanwhile has not
    return status


def _change_for(line: EvaluationLine, params: Params) -> Callable[[str], str] | None:
    """What puts the line into the text of params.yaml; None: it stands there, or follows from an ensemble or bundle."""
    keys = [own.key for own in params.evaluations]
    if line.key in keys:
        place = keys.index(line.key)
        same = line.seeds in (None, params.evaluations[place].seeds)
        return None if same else partial(with_values, values={f"evaluations.{place}.seeds": line.seeds})
    follows = line.key in {own.key for own in (*evaluations_of(params), *dimensions_of(params))}
    return None if follows and line.seeds is None else partial(with_item, key="evaluations", item=line.written)


def bundle(corpus: str, model: str, name: str | None) -> int:
    """Add the entry to `bundles:` if it is not there, and run its stage, the evaluation before it; DVC's exit status.

    Of an ensemble, the bundles of its members are added with it.

    Raises:
        UserError: an unknown name, a model that cannot be bundled, or a name that another bundle has
    """
    name = f"{corpus}_{model}" if name is None else name
    if not re.fullmatch(NAME, name):
        raise UserError(f"--name {name!r}: expected small letters, digits and underscores, beginning with a letter.")
    if model in MODELS or model in DIMENSION_MODELS:
        check_bundled(model)
    with _alone():
        params = project_params()
        check_name("MODEL", model, [*params.ensembles, *MODELS, *DIMENSION_MODELS], hint="Name one of them.")
        ensemble = params.ensembles.get(model)
        entries = _entries(corpus, model, name, params) if ensemble else {name: _entry(corpus, model, params)}
        there = {own: params.bundles[own].model_dump() for own in entries if own in params.bundles}
        for own, entry in there.items():
            if entry != entries[own]:
                raise UserError(f"{PARAMS_FILE}: bundles.{own} is {_flow(entry)}. Give another --name.")
        new = {own: entry for own, entry in entries.items() if own not in there}
        if new:
            written = "; ".join(f"bundles: {own}: {_flow(entry)}" for own, entry in new.items())
            values = {f"bundles.{own}": entry for own, entry in new.items()}
            _write(lambda text: with_values(text, values), written, corpus)
    status = _run(f"{'ensemble_' if ensemble else ''}bundle@{name}", undo="delete the line" if new else "")
    if status == 0:
        CONSOLE.print(f"Next: ser predict FILE --bundle {name}")
    return status


def _entry(corpus: str, model: str, params: Params) -> dict[str, Any]:
    line = _line(corpus, model, "speaker_independent", params)
    _check_read(line)
    return line.written


def _entries(corpus: str, ensemble: str, name: str, params: Params) -> dict[str, dict[str, Any]]:
    """Bundles of the members that have none yet, and then that of the ensemble.

    Raises:
        UserError: the ensemble is of another corpus, or not on unseen speakers; or a member cannot be bundled
    """
    own = params.ensembles[ensemble]
    if (own.corpus, own.protocol) != (corpus, "speaker_independent"):
        raise UserError(
            f"{ensemble} is an ensemble on {own.corpus}, {own.protocol}, but a bundle of {corpus} is wanted, whose "
            f"figures are of unseen speakers. Add one to ensembles: in {PARAMS_FILE} with corpus {corpus} and protocol "
            "speaker_independent."
        )
    whole = BundleParams(corpus=corpus, model=ensemble, protocol="speaker_independent")
    made = {params.bundles[bundle].model for bundle in bundles_of_members(whole, params)}
    for member in own.members:
        check_bundled(member)
    missing = [member for member in own.members if member not in made]
    return {f"{corpus}_{member}": _entry(corpus, member, params) for member in missing} | {name: whole.model_dump()}


def _run(stage: str, *, undo: str) -> int:
    """DVC's exit status; `undo` is how to take a change of params.yaml back, if there was one."""
    status = repro([stage])
    if status:
        line = f"{PARAMS_FILE} keeps its new line: fix this, then" if undo else "Fix this, then"
        CONSOLE.print(f"{line} `ser repro {stage}`" + (f"; or {undo}." if undo else "."))
    return status


def _line(corpus: str, model: str, protocol: str, params: Params) -> EvaluationLine:
    check_name("CORPUS", corpus, [name for name in params.corpus if name in CORPORA], hint=OF_A_CORPUS)
    if model in params.ensembles:
        stage = f"{'dimension_' if of_dimensions(params.ensembles[model]) else ''}ensemble@{model}"
        raise UserError(
            f"{model} is an ensemble of {PARAMS_FILE}, whose members are evaluated. Run it: ser repro {stage}"
        )
    check_name("MODEL", model, [*MODELS, *DIMENSION_MODELS], hint="Name one of them.")
    return EvaluationLine.model_validate({"corpus": corpus, "protocol": protocol, "model": model})


def _check_read(line: EvaluationLine) -> None:
    """Raise UserError where the table of utterances is here, and has nothing of what a model reads or predicts."""
    table = paths.utterances(line.corpus)
    if not table.exists():
        return
    model = DIMENSION_MODELS[line.model] if line.model in DIMENSION_MODELS else MODELS[line.model]
    if model.feature_set == TRANSCRIPTS and pd.read_parquet(table, columns=["transcript"]).transcript.isna().all():
        raise UserError(
            f"{line.corpus} has no transcripts ({table}), and {line.model} reads them. Name an acoustic model, or "
            f"one of recognised transcripts: {line.model}_heard"
        )
    if model.feature_set != TRANSCRIPTS and text_alone(line.corpus):
        raise UserError(
            f"{line.corpus} has no sound ({table}: all utterances are text alone), and {line.model} reads it. Name a "
            "model of transcripts, as tfidf; or put the recordings into the corpus, and make its manifest again."
        )
    if line.model in DIMENSION_MODELS:
        rated_utterances(read_utterances(table), line.corpus)


@contextmanager
def _alone() -> Iterator[None]:
    """Nobody else changes params.yaml by these commands meanwhile."""
    LOCK.parent.mkdir(exist_ok=True)
    with FileLock(LOCK):
        yield


def _write(change: Callable[[str], str], line: str, corpus: str) -> None:
    """params.yaml with one line more; without it again, whatever goes wrong."""
    before = PARAMS_FILE.read_bytes()
    change_file(PARAMS_FILE, change)
    try:
        prepare([corpus])
    except BaseException:
        with atomic_path(PARAMS_FILE) as temporary:
            temporary.write_bytes(before)
        raise
    CONSOLE.print(f"params.yaml: {line}", style="green", markup=False)


def _flow(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"
