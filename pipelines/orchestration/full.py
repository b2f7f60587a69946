"""The flow `ser` (deployment `full`): every stale stage of dvc.yaml, independent ones side by side."""

import subprocess
import sys
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.logging import get_run_logger
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from pipelines.orchestration.graph import Stage, stale_stages
from pipelines.orchestration.stage_list import write_stages
from pipelines.settings import project_params


class StageError(RuntimeError):
    """A stage's command failed."""


@flow(name="ser")
def ser(force: bool = False) -> list[str]:
    """Stages that ran, after everything is made up to date as by `dvc repro`.

    Args:
        force: run every stage, stale or not
    """
    params = project_params()
    write_stages(params)
    stages = stale_stages(everything=force)
    get_run_logger().info("%d stale stages: %s", len(stages), ", ".join(stage.name for stage in stages))
    runner: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=params.workers.count)
    run_stages.with_options(task_runner=runner)(stages, force)
    return [stage.name for stage in stages]


@flow(name="stages")
def run_stages(stages: list[Stage], force: bool) -> None:
    """One task a stage; a stage whose input failed is not tried, all others go on.

    Raises:
        StageError: with what every stage that failed has printed
    """
    running: dict[str, PrefectFuture[None]] = {}
    for stage in stages:
        needed = [running[name] for name in stage.after]
        running[stage.name] = reproduce.with_options(name=stage.name).submit(
            stage=stage.name, force=force, return_state=False, wait_for=needed
        )
    for future in running.values():
        future.wait()
    failed = [future.result(raise_on_failure=False) for future in running.values() if future.state.is_failed()]
    if failed:  # all of them: which one comes first is chance, and one may be the cause of another
        raise StageError("\n\n".join(map(str, failed)))


@task(cache_policy=NO_CACHE)
def reproduce(stage: str, force: bool) -> None:
    """`dvc repro` of this one stage; several may run at once, DVC locks what each reads and writes."""
    command = [sys.executable, "-m", "dvc", "--wait-for-lock", "repro", "--single-item", stage]
    done = subprocess.run(
        command + ["--force"] * force,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    get_run_logger().info("%s", done.stdout)
    if done.returncode:
        raise StageError(f"{stage} failed:\n{done.stdout.strip()}\nFix it, then run again: finished work is kept.")
