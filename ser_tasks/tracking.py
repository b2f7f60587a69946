"""MLflow, the one module that imports it: a parent run for each evaluation, a child run for each fold; bundles as
registered models."""

import os
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from matplotlib.figure import Figure

DEFAULT_URI = "sqlite:///mlflow.db"
NEWEST, CONFIGURATION = "ser.newest", "ser.configuration"


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
    files: list[Path],
) -> str:
    """Record one evaluation, and make it the newest of its configuration.

    Args:
        experiment: one for each corpus
        name, description: of the parent run
        params, metrics, tags: of the parent run; tags must hold `ser.configuration`
        folds: `fold` (its name), figures, and the hyper-parameters under `chosen`: one child run each
        figure: confusion matrix, if there is one
        files: kept as artefacts

    Returns:
        the parent's run id. Older runs of the same configuration stay, tagged `ser.newest` = false.
    """
    mlflow = _mlflow()
    with _one_at_a_time():
        mlflow.set_experiment(experiment)
        mlflow.set_experiment_tag("mlflow.experimentKind", "custom_model_development")  # the UI opens on the runs
        older = _newest_runs(mlflow, experiment, tags[CONFIGURATION])
        with mlflow.start_run(run_name=name, description=description, tags=dict(tags)) as parent:
            mlflow.log_params(dict(params))
            mlflow.log_metrics(dict(metrics))
            if figure is not None:
                mlflow.log_figure(figure, "confusion.png")
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
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    classes: Sequence[str],
    requirements: Sequence[str],
) -> str:
    """Make a bundle the next version of a registered model, served by `ser_tasks.inference.served`.

    Args:
        folder: of the bundle; MLflow keeps a copy
        name: of the registered model
        experiment: one for each corpus
        description, metrics, tags: of the run that the version comes from
        classes: of the answers
        requirements: `package==version`, of the libraries that the answers depend on

    Returns:
        the version
    """
    mlflow = _mlflow()
    with _one_at_a_time():
        mlflow.set_experiment(experiment)
        with mlflow.start_run(run_name=f"bundle · {name}", description=description, tags=dict(tags)):
            mlflow.log_metrics(dict(metrics))
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message=".*input example was not provided")  # the signature is
                logged = mlflow.pyfunc.log_model(
                    name=name,
                    loader_module="ser_tasks.inference.served",
                    data_path=str(folder),
                    signature=_signature(classes),
                    pip_requirements=list(requirements),
                    registered_model_name=name,
                )
    return str(logged.registered_model_version)


def _signature(classes: Sequence[str]) -> Any:
    """Of the tables that `served.ServedBundle.predict` takes and gives."""
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types.schema import Array, ColSpec, DataType, Schema  # noqa: PLC0415

    takes = {"path": "string", "audio": "binary", "samples": Array(DataType.double), "sampling_rate": "long"}
    gives = {"emotion": "string", "confidence": "double", "unsure": "boolean", "remarks": Array(DataType.string)}
    gives |= {"duration": "double"} | {f"p_{name}": "double" for name in classes}
    return ModelSignature(
        Schema([ColSpec(kind, name, required=False) for name, kind in takes.items()]),
        Schema([ColSpec(kind, name) for name, kind in gives.items()]),
    )


def _mlflow() -> Any:
    """MLflow, quiet, and told where to write."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    import mlflow  # noqa: PLC0415  two seconds that only tracking needs

    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", DEFAULT_URI))
    return mlflow


def _log_folds(mlflow: Any, parent: Any, folds: list[Mapping[str, Any]], tags: Mapping[str, str]) -> None:
    client, now = mlflow.MlflowClient(), int(time.time() * 1000)
    entities = mlflow.entities
    for fold in folds:
        figures = {key: float(value) for key, value in fold.items() if isinstance(value, int | float)}
        run = client.create_run(
            parent.experiment_id,
            run_name=str(fold["fold"]),
            tags={**tags, "mlflow.parentRunId": parent.run_id, "ser.fold": str(fold["fold"])},
        )
        client.log_batch(
            run.info.run_id,
            metrics=[entities.Metric(key, value, now, 0) for key, value in figures.items()],
            params=[entities.Param(key, str(value)) for key, value in fold.get("chosen", {}).items()],
        )
        client.set_terminated(run.info.run_id)


def _newest_runs(mlflow: Any, experiment: str, configuration: str) -> list[str]:
    runs = mlflow.search_runs(
        experiment_names=[experiment],
        filter_string=f"tags.`{NEWEST}` = 'true' and tags.`{CONFIGURATION}` = '{configuration}'",
        output_format="list",
    )
    return [run.info.run_id for run in runs]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """SQLite makes its tables at the first use, and two stages doing so at once break each other."""
    with FileLock(".mlflow.lock", timeout=600):
        yield
