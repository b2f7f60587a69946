"""`ser evaluate` and `ser bundle`: a line of params.yaml, and the stages that it needs."""

from collections.abc import Mapping
from typing import Any

from pipelines.commands.arguments import PROTOCOLS, check_name
from pipelines.display.tables import CONSOLE
from pipelines.known_corpora import CORPORA
from pipelines.orchestration.repro import repro
from pipelines.orchestration.stage_list import evaluations_of
from pipelines.settings import OF_A_CORPUS, project_params
from pipelines.stages.params import prepare
from ser_tasks.atomic import atomic_path
from ser_tasks.bundles.bundled import check_bundled
from ser_tasks.errors import UserError
from ser_tasks.models import MODELS
from ser_tasks.params import EvaluationLine, Params
from ser_tasks.params.editing import with_item, with_values
from ser_tasks.params.reading import PARAMS_FILE


def evaluate(corpus: str, model: str, protocol: str) -> int:
    """Add the line to `evaluations:` if it is not there, and run its stage; returns DVC's exit status.

    Raises:
        UserError: an unknown name, or an impossible evaluation; params.yaml is then as it was
    """
    params = project_params()
    check_name("--protocol", protocol, PROTOCOLS, hint="Name one of them.")
    line = _line(corpus, model, protocol, params)
    if line.key not in {own.key for own in evaluations_of(params)}:
        _write(with_item(_text(), "evaluations", line.model_dump()), f"evaluations: {_flow(line.model_dump())}")
    return _run(f"evaluate@{line.key}")


def bundle(corpus: str, model: str, name: str | None) -> int:
    """Add the entry to `bundles:` if it is not there, and run its stage, the evaluation before it; DVC's exit status.

    Raises:
        UserError: an unknown name, a model that cannot be bundled, or a name that another bundle has
    """
    params = project_params()
    line = _line(corpus, model, "speaker_independent", params)
    check_bundled(model)
    name = name or f"{corpus}_{model}"
    entry, there = line.model_dump(), params.bundles.get(name)
    if there is None:
        _write(with_values(_text(), {f"bundles.{name}": entry}), f"bundles: {name}: {_flow(entry)}")
    elif there.model_dump() != entry:
        raise UserError(f"{PARAMS_FILE}: bundles.{name} is {_flow(there.model_dump())}. Give another --name.")
    return _run(f"bundle@{name}")


def _run(stage: str) -> int:
    """DVC's exit status."""
    status = repro([stage])
    if status:
        CONSOLE.print(f"{PARAMS_FILE} keeps its line: fix this, then `ser repro {stage}`; or delete the line.")
    return status


def _line(corpus: str, model: str, protocol: str, params: Params) -> EvaluationLine:
    check_name("CORPUS", corpus, [name for name in params.corpus if name in CORPORA], hint=OF_A_CORPUS)
    check_name("MODEL", model, MODELS, hint="Name one of them.")
    return EvaluationLine.model_validate({"corpus": corpus, "protocol": protocol, "model": model})


def _text() -> str:
    return PARAMS_FILE.read_text(encoding="utf-8")


def _write(text: str, line: str) -> None:
    """params.yaml with one line more; without it again, if it cannot be."""
    before = _text()
    _replace(text)
    try:
        prepare()
    except UserError:
        _replace(before)
        raise
    CONSOLE.print(f"params.yaml: {line}", style="green", markup=False)


def _replace(text: str) -> None:
    with atomic_path(PARAMS_FILE) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _flow(values: Mapping[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {value}" for key, value in values.items()) + "}"
