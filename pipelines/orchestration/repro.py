"""`ser repro`: dvc repro, with the libraries loaded once for all stages."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipelines import paths
from pipelines.display.tables import CONSOLE, OF_RESULTS, show_rows
from pipelines.orchestration.stage_list import Stages, evaluations_of, stages_of, write_stages
from pipelines.orchestration.warm import warm_process
from pipelines.settings import project_params
from pipelines.stages.params import prepare
from ser_tasks.engine import server_named
from ser_tasks.evaluation.dimensions.result import FOLDER as OF_DIMENSIONS
from ser_tasks.evaluation.dimensions.result import dimensions_table, read_dimension_result
from ser_tasks.evaluation.result import read_result, results_table
from ser_tasks.params import Params

RESULTS = Path("results")
CHANGED = "Dimensions that changed: concordance with the ratings (CCC)"
RUNS_NOTHING = {"--dry", "-h", "--help"}  # options of dvc repro


def repro(options: Sequence[str]) -> int:
    """Run `dvc repro` with these options, and show the results that changed; returns DVC's exit status."""
    if RUNS_NOTHING & {*options}:
        return _dvc_repro(options)
    params = project_params()
    write_stages(params)
    prepare(_corpora_of(options, stages_of(params)))
    if not options and not _nothing_made(params) and _up_to_date():
        CONSOLE.print("Everything is up to date. All results: ser results")
        return 0
    before = _contents()
    if server_named():  # its flows and tasks are recorded there, by processes of their own
        status = _dvc_repro(options)
    else:
        with warm_process() as leads_to_it:
            status = _dvc_repro(options, leads_to_it)
    show_changed(before, failed=bool(status))
    return status


def _corpora_of(options: Sequence[str], stages: Stages) -> set[str] | None:
    """The corpora that the named stages are of; None: all, or nobody knows."""
    found = set[str]()
    for name, _, instance in (option.partition("@") for option in options):
        entry = stages.get(name, {}).get(instance)
        if entry is None or "corpus" not in entry:
            return None
        found.add(entry["corpus"])
    return found or None


def _nothing_made(params: Params) -> bool:
    """Whether no evaluation has predictions here, as in a fresh clone: then DVC need not be asked what is stale."""
    lines = evaluations_of(params)
    return bool(lines) and not any(paths.predictions(own.corpus, own.protocol, own.model).exists() for own in lines)


def _up_to_date() -> bool:
    from pipelines.orchestration.graph import stale_stages  # noqa: PLC0415  with DVC

    return not stale_stages()


def _dvc_repro(options: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    command = [sys.executable, "-m", "pipelines.orchestration.dvc_without_advice", "repro", *options]
    return subprocess.run(command, env={**os.environ, **(environment or {})}, check=False).returncode


def _contents() -> dict[Path, bytes]:
    """Every result as it is."""
    files = [*sorted(RESULTS.glob("*/*/*.json")), *sorted(RESULTS.glob(f"{OF_DIMENSIONS}/*/*/*.json"))]
    return {file: file.read_bytes() for file in files}


def _figures(content: bytes) -> dict[str, Any] | None:
    """What a result states, but for what it comes from; None: it is no JSON, as with the marks of a merge."""
    try:
        stated = json.loads(content)
    except ValueError:
        return None
    return {name: value for name, value in stated.items() if name not in ("provenance", "versions")}


def show_changed(before: Mapping[Path, bytes], *, failed: bool) -> None:
    """The rows with other figures than before, and where to look further; of a run that failed, those it got to."""
    now = _contents()
    written = [file for file, content in now.items() if before.get(file) != content]
    changed = [file for file in written if file not in before or _figures(before[file]) != _figures(now[file])]
    dimensions = [file for file in changed if file.parts[1] == OF_DIMENSIONS]
    concerned = {(file.parts[1], file.stem) for file in changed if file not in dimensions}
    files = [file for file in now if (file.parts[1], file.stem) in concerned]  # both protocols of a model share a row
    if files:
        rows = results_table([read_result(file) for file in files])
        show_rows(rows, title="\nResults that changed, in %", dispensable=OF_RESULTS)
    if dimensions:
        show_rows(dimensions_table([read_dimension_result(file) for file in dimensions]), title=f"\n{CHANGED}")
    if n_same := len(written) - len(changed):
        CONSOLE.print(
            f"\n{n_same} results have the figures that they had, from other code, data or libraries, or on another "
            "processor: git diff results"
        )
    elif not changed and not failed:
        CONSOLE.print("\nNo result changed.")
    CONSOLE.print(
        "All results: ser results   Compare: ser compare   Runs: mlflow ui --backend-store-uri sqlite:///mlflow.db"
    )
