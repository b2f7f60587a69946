"""MLflow, the one module that imports it.

A parent run for each evaluation or study, a child for each fold or trial; bundles as registered models.
"""

from __future__ import annotations

import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from filelock import FileLock

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

SQLITE = "sqlite:///"
DEFAULT_URI = f"{SQLITE}mlflow.db"
DISK_FULL = "database or disk is full"  # as SQLite says it
KIND, NEWEST, CONFIGURATION = "ser.kind", "ser.newest", "ser.configuration"
PARENT, NOTE = "mlflow.parentRunId", "mlflow.note.content"
EVALUATIONS = (
    f"Search for ``tags.`{KIND}` = 'evaluation' AND tags.`{NEWEST}` = 'true'`` to compare evaluations. "
    "Runs of folds stand below theirs; docs/mlflow.md says more."
)
TRIALS = f"Search for ``tags.`{KIND}` = 'trial'`` to compare trials, by `inner_uar_mean`. They stand below their study."
MOST_AT_ONCE = 1000  # metrics that the store takes in one call
DIGEST_LENGTH = 8  # characters, as MLflow makes its own

Use = Literal["train", "test", "train and test"]


class DataRead(NamedTuple):
    """Inputs of a run: the column Dataset of the page.

    Attributes:
        name: of the corpus
        digest: of its utterance table
        table: that table
        context: what it was for
    """

    name: str
    digest: str
    table: Path
    context: Use


def log_evaluation(
    *,
    experiment: str,
    name: str,
    description: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    folds: list[Mapping[str, Any]],
    figure: Figure | None,
    tables: Mapping[str, pd.DataFrame],
    data: Sequence[DataRead],
    files: list[Path],
) -> str:
    """Record one evaluation, and make it the newest of its configuration.

    Args:
        experiment: one for each corpus
        name, description: of the parent run
        params, metrics, tags: of the parent run; tags must hold `ser.kind` and `ser.configuration`
        folds: `fold` (its name), `seed`, figures, the hyper-parameters under `chosen`, and a network's learning curves
            under `epochs`: one child run each
        figure: confusion matrix, if there is one
        tables: by name; the page shows those of several runs side by side
        data: corpora that were read
        files: kept as artefacts

    Returns:
        the parent's run id. Older runs of the same configuration stay, tagged `ser.newest` = false.
    """
    mlflow = _mlflow()
    with _one_at_a_time(mlflow):
        _enter(mlflow, experiment, note=EVALUATIONS)
        older = _newest_runs(mlflow, experiment, tags[CONFIGURATION])
        with mlflow.start_run(run_name=name, description=description, tags=dict(tags)) as parent:
            mlflow.log_params(dict(params))
            mlflow.log_metrics(dict(metrics))
            if figure is not None:
                mlflow.log_figure(figure, "confusion.png")
            for title, table in tables.items():
                mlflow.log_table(table, f"{title}.json")
            for read in data:
                mlflow.log_input(_dataset(read), context=read.context)
            for file in files:
                mlflow.log_artifact(str(file))
            _log_folds(mlflow, parent.info, folds, tags)
            mlflow.set_tag(NEWEST, "true")  # last: a run that broke off is never the newest
        for run_id in older:
            mlflow.MlflowClient().set_tag(run_id, NEWEST, "false")
    return str(parent.info.run_id)


def register_bundle(
    folder: Path,
    *,
    name: str,
    experiment: str,
    description: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    gives: Mapping[str, str],
    words: bool,
    requirements: Sequence[str],
) -> str:
    """Make a bundle the next version of a registered model, served by `ser_tasks.bundles.inference.served`.

    Args:
        folder: of the bundle; MLflow keeps a copy
        name: of the registered model
        experiment: one for each corpus
        description, params, metrics, tags: of the run that the version comes from
        gives: columns of its predictions, see `served.answer_columns`
        words: whether the bundle reads words
        requirements: `package==version`, of the libraries that the predictions depend on

    Returns:
        the version
    """
    mlflow = _mlflow()
    with _one_at_a_time(mlflow):
        _enter(mlflow, experiment, note=EVALUATIONS)
        with mlflow.start_run(run_name=f"bundle · {name}", description=description, tags=dict(tags)):
            mlflow.log_params(dict(params))
            mlflow.log_metrics(dict(metrics))
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*input example was not provided")  # the signature is
                logged = mlflow.pyfunc.log_model(
                    name=name,
                    loader_module="ser_tasks.bundles.inference.served",
                    data_path=str(folder),
                    signature=_signature(gives, words=words),
                    pip_requirements=list(requirements),
                    registered_model_name=name,
                )
    return str(logged.registered_model_version)


def _signature(gives: Mapping[str, str], *, words: bool) -> Any:
    """Of the tables that `served.ServedBundle.predict` takes and gives."""
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types.schema import Array, ColSpec, DataType, Map, Schema  # noqa: PLC0415

    takes = {"path": "string", "audio": "binary", "samples": Array(DataType.double), "sampling_rate": "long"}
    takes |= {"transcript": "string"} if words else {}
    kinds = {"text": "string", "number": "double", "share": "double", "flag": "boolean"}
    kinds |= {"texts": Array(DataType.string), "members": Map(Map(DataType.double))}
    return ModelSignature(
        Schema([ColSpec(kind, name, required=False) for name, kind in takes.items()]),
        Schema([ColSpec(kinds[kind], name) for name, kind in gives.items()]),
    )


def parent_run(
    *, experiment: str, name: str, description: str, params: Mapping[str, Any], tags: Mapping[str, str]
) -> str:
    """Id of the run that has these tags and no parent, which children may be added to; begun if there is none."""
    mlflow = _mlflow()
    with _one_at_a_time(mlflow):
        _enter(mlflow, experiment, note=TRIALS)
        query = " and ".join(f"tags.`{key}` = '{value}'" for key, value in tags.items())
        found = mlflow.search_runs(experiment_names=[experiment], filter_string=query, output_format="list")
        mine = [run.info.run_id for run in found if PARENT not in run.data.tags]
        if mine:
            return str(mine[0])
        with mlflow.start_run(run_name=name, description=description, tags=dict(tags)) as run:
            mlflow.log_params(dict(params))
    return str(run.info.run_id)


def children(parent: str, tag: str) -> set[str]:
    """Values of this tag in the runs below a parent."""
    mlflow = _mlflow()
    experiment = mlflow.get_run(parent).info.experiment_id
    query = f"tags.`{PARENT}` = '{parent}'"
    found = mlflow.search_runs(experiment_ids=[experiment], filter_string=query, output_format="list")
    return {run.data.tags[tag] for run in found if tag in run.data.tags}


def log_child(
    parent: str,
    *,
    name: str,
    params: Mapping[str, Any],
    metrics: Mapping[str, Sequence[float]],
    tags: Mapping[str, str],
    status: str,
    began: datetime,
    ended: datetime,
) -> None:
    """One finished run below a parent.

    Args:
        parent: its id
        name: of the run
        params: logged as text
        metrics: values of each, one a step, from 1
        tags: of the run
        status: FINISHED, FAILED or KILLED
        began, ended: of the work
    """
    mlflow = _mlflow()
    client, experiment = mlflow.MlflowClient(), mlflow.get_run(parent).info.experiment_id
    start, end = (int(moment.timestamp() * 1000) for moment in (began, ended))
    run = client.create_run(experiment, start_time=start, run_name=name, tags={**tags, PARENT: parent})
    client.log_batch(
        run.info.run_id,
        metrics=[
            mlflow.entities.Metric(key, value, end, step)
            for key, values in metrics.items()
            for step, value in enumerate(values, 1)
        ],
        params=[mlflow.entities.Param(key, str(value)) for key, value in params.items()],
    )
    client.set_terminated(run.info.run_id, status, end)


def log_figures(
    run_id: str, metrics: Mapping[str, float], *, tags: Mapping[str, str], files: Sequence[Path] = ()
) -> None:
    """End status of a run that was begun with `parent_run`."""
    client = _mlflow().MlflowClient()
    for key, value in metrics.items():
        client.log_metric(run_id, key, value)
    for key, text in tags.items():
        client.set_tag(run_id, key, text)
    for file in files:
        client.log_artifact(run_id, str(file))


def _mlflow() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    import mlflow  # noqa: PLC0415  two seconds that only these functions need

    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", DEFAULT_URI))
    return mlflow


def _enter(mlflow: Any, experiment: str, *, note: str) -> None:
    """Begin it, if it is not there; `note` is the text of its page, until somebody edits it."""
    entered = mlflow.set_experiment(experiment)
    mlflow.set_experiment_tag("mlflow.experimentKind", "custom_model_development")  # the page opens on the runs
    if NOTE not in entered.tags:
        mlflow.set_experiment_tag(NOTE, note)


def _dataset(read: DataRead) -> Any:
    from mlflow.data.dataset_source_registry import resolve_dataset_source  # noqa: PLC0415
    from mlflow.data.meta_dataset import MetaDataset  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells of the kinds of source that it has tried
        source = resolve_dataset_source(str(read.table))
    return MetaDataset(source, name=read.name, digest=read.digest[:DIGEST_LENGTH])


def _log_folds(mlflow: Any, parent: Any, folds: list[Mapping[str, Any]], tags: Mapping[str, str]) -> None:
    client, now = mlflow.MlflowClient(), int(time.time() * 1000)
    entities = mlflow.entities
    for fold in folds:
        figures = {key: float(value) for key, value in fold.items() if isinstance(value, int | float) and key != "seed"}
        own = {KIND: "fold", PARENT: parent.run_id, "ser.fold": str(fold["fold"]), "ser.seed": str(fold["seed"])}
        run = client.create_run(parent.experiment_id, run_name=str(fold["fold"]), tags={**tags, **own})
        metrics = [entities.Metric(key, value, now, 0) for key, value in figures.items()]
        for step, epoch in enumerate(fold.get("epochs", ()), 1):
            measured = {key: value for key, value in epoch.items() if value is not None}
            metrics += [entities.Metric(f"epoch/{key}", value, now, step) for key, value in measured.items()]
        for first in range(MOST_AT_ONCE, len(metrics), MOST_AT_ONCE):
            client.log_batch(run.info.run_id, metrics=metrics[first : first + MOST_AT_ONCE])
        client.log_batch(
            run.info.run_id,
            metrics=metrics[:MOST_AT_ONCE],
            params=[
                entities.Param(_name(f"chosen.{key}"), str(value)) for key, value in fold.get("chosen", {}).items()
            ],
        )
        client.set_terminated(run.info.run_id)


def _name(text: str) -> str:
    """A key that MLflow takes: letters, digits and _ - . : / and spaces; `svm + tfidf` becomes `svm and tfidf`."""
    return re.sub(r"[^\w\-. :/]", "_", text.replace("+", "and"))


def _newest_runs(mlflow: Any, experiment: str, configuration: str) -> list[str]:
    runs = mlflow.search_runs(
        experiment_names=[experiment],
        filter_string=f"tags.`{NEWEST}` = 'true' and tags.`{CONFIGURATION}` = '{configuration}'",
        output_format="list",
    )
    return [run.info.run_id for run in runs]


@contextmanager
def _one_at_a_time(mlflow: Any) -> Iterator[None]:
    """SQLite makes its tables at the first use, and two stages doing so at once break each other.

    Raises:
        UserError: no room for what is written
    """
    try:
        with FileLock(".mlflow.lock", timeout=600):
            _make_database(mlflow)
            yield
    except Exception as error:
        if DISK_FULL not in str(error):
            raise
        raise UserError(
            f"{mlflow.get_tracking_uri()}: no room on the disk for the runs of MLflow. Make some, and run this again."
        ) from error


def _make_database(mlflow: Any) -> None:
    """Aside, and then put in its place: MLflow cannot go on with one whose tables are half made, by a killed run."""
    uri = str(mlflow.get_tracking_uri())
    database = Path(uri.removeprefix(SQLITE))
    if not uri.startswith(SQLITE) or database.exists():
        return
    with atomic_path(database) as temporary:
        mlflow.MlflowClient(f"{SQLITE}{temporary}").search_experiments(max_results=1)
