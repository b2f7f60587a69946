"""Where tasks run: `workers` of params.yaml as a Prefect task runner."""

from typing import Any

from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from ser_tasks.params import WorkersParams


def task_runner(workers: WorkersParams) -> TaskRunner[Any]:
    """Threads, processes, or a Dask cluster (whose machines see this folder under the same path)."""
    if workers.where == "threads":
        return ThreadPoolTaskRunner(max_workers=workers.count)
    if workers.where == "processes":
        return ProcessPoolTaskRunner(max_workers=workers.count)
    from prefect_dask import DaskTaskRunner  # noqa: PLC0415  needed only with a cluster

    on_cluster: TaskRunner[Any] = DaskTaskRunner(address=workers.where)
    return on_cluster
