"""Flows and tasks, and where they run: as Prefect's on the server that is named, else on workers of this process.

The one module that imports prefect, and only where there is a server to talk to: starting one, and asking it about
every task, costs more than most stages take. A flow does the same either way, and finds the same finished work.
"""

from __future__ import annotations

import inspect
import json
import multiprocessing
import os
import sys
import threading
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures import wait as wait_here
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, ParamSpec, Protocol, TypeVar

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.params import WorkersParams

P = ParamSpec("P")
R = TypeVar("R")
Key = Callable[..., str]

FINISHED = Path(".ser/finished")  # values of tasks with a key; in the working directory, may be deleted at any time
DEATHS = {  # of a worker, as concurrent.futures and Dask report them -> what helps if it happens again
    "BrokenProcessPool": "with workers: {where: processes, count: 1} in params.yaml",
    "KilledWorker": "with more memory for each worker: ser worker ADDRESS --memory 8GiB",
}
UNFORKABLE = ("tensorflow", "jax", "torch")  # their threads do not survive a fork; nor do ours


class Running(Protocol):
    """A task under way: `concurrent.futures.Future`, or Prefect's."""

    def result(self) -> Any:
        """Its value, when it is there; raises what the task raised."""


class Waited(NamedTuple):
    """Of some tasks, those that have ended and those that have not."""

    done: set[Any]
    not_done: set[Any]


class Task(Generic[P, R]):
    """A function that flows submit to workers.

    With a `key`, its value is kept as JSON under that digest, and found there the next time. A digest names everything
    that the value depends on, code and libraries too, so nothing kept is ever stale; deleting it costs time alone.
    """

    def __init__(self, fn: Callable[P, R], *, name: str, run_name: str, key: Key | None) -> None:
        update_wrapper(self, fn)
        self.fn, self.name, self.run_name, self.key = fn, name, run_name or name, key

    def __reduce__(self) -> str:
        """By its name in its module."""
        return self.fn.__qualname__  # workers find it where it stands

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The value, in this process: the one that is kept, or computed now and then kept."""
        value: R = _value(self, args, kwargs, FINISHED)
        return value

    def submit(self, *args: P.args, **kwargs: P.kwargs) -> Running:
        """The same on a worker of the flow that runs; outside a flow, in this process before it returns."""
        return _WORKERS[-1].submit(self, args, kwargs)


def task(name: str, *, run_name: str = "", key: Key | None = None) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task of a function.

    Args:
        name: as pages show it
        run_name: of one run, with fields of its arguments: "{request.model} {request.fold.name}"
        key: digest of everything that the value depends on, from the same arguments; None: nothing is kept
    """
    return lambda fn: Task(fn, name=name, run_name=run_name, key=key)


class Flow(Generic[P, R]):
    """A function that submits tasks."""

    def __init__(self, fn: Callable[P, R], *, name: str, run_name: str) -> None:
        update_wrapper(self, fn)
        self.fn, self.name, self.run_name = fn, name, run_name or name

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it with its tasks one after the other."""
        return self.on(None)(*args, **kwargs)

    def on(self, workers: WorkersParams | None) -> Callable[P, R]:
        """The flow with its tasks on these workers."""

        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if server_named():
                return _as_prefect(self, workers)(*args, **kwargs)
            with _these(_Here(workers)):
                return self.fn(*args, **kwargs)

        return run


def flow(name: str, *, run_name: str = "") -> Callable[[Callable[P, R]], Flow[P, R]]:
    """Make a flow of a function; `run_name` takes fields of its arguments, as "{corpus} {model}"."""
    return lambda fn: Flow(fn, name=name, run_name=run_name)


def wait(running: Iterable[Any], timeout: float | None = None) -> Waited:
    """Which of these have ended, once all have or `timeout` seconds have gone."""
    waiting = list(running)
    if all(isinstance(future, Future) for future in waiting):
        here = wait_here(waiting, timeout)
        return Waited(set(here.done), set(here.not_done))
    from prefect.futures import wait as wait_there  # noqa: PLC0415

    there = wait_there(waiting, timeout=timeout)
    return Waited(set(there.done), set(there.not_done))


def _file(task: Task[..., Any], args: Any, kwargs: Mapping[str, Any], finished: Path) -> Path | None:
    """Where the value of a task is kept, if it is."""
    return finished / task.fn.__name__ / f"{task.key(*args, **kwargs)}.json" if task.key else None


def _kept(file: Path | None) -> Any:
    """The value there; a file that a full disk or a kill left unreadable counts as none."""
    try:
        return json.loads(file.read_text(encoding="utf-8")) if file else None
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _value(task: Task[..., Any], args: Any, kwargs: Mapping[str, Any], finished: Path) -> Any:
    """The value of a task: kept on disk, or computed and then kept."""
    file = _file(task, args, kwargs, finished)
    if (kept := _kept(file)) is not None:
        return kept
    value = task.fn(*args, **kwargs)
    if file:
        with atomic_path(file) as temporary:
            temporary.write_text(json.dumps(value), encoding="utf-8")
    return value


def _attempted(task: Task[..., Any], args: Any, kwargs: Mapping[str, Any], finished: Path) -> Any:
    """The same, once more if it stumbles; what the user must fix is not tried again."""
    try:
        return _value(task, args, kwargs, finished)
    except UserError:
        raise
    except Exception:
        return _value(task, args, kwargs, finished)


def _ended(compute: Callable[[], Any]) -> Future[Any]:
    """A future that has this value, or raises what computing it raised."""
    future: Future[Any] = Future()
    try:
        future.set_result(compute())
    except Exception as error:
        future.set_exception(error)
    return future


class _Here:
    """Workers that Prefect has no part in; none is started, or reached, for what is found on disk."""

    def __init__(self, workers: WorkersParams | None) -> None:
        self.workers = workers
        self.finished = FINISHED.resolve()
        self.pool: Executor | None = None

    def submit(self, task: Task[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Future[Any]:
        kept = _kept(_file(task, args, kwargs, self.finished))
        if kept is not None:
            return _ended(lambda: kept)
        if self.workers is None:
            return _ended(lambda: _attempted(task, args, kwargs, self.finished))
        self.pool = self.pool or _pool(self.workers)
        return self.pool.submit(_attempted, task, args, kwargs, self.finished)

    def close(self, *, failed: bool) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=failed)


class _OnPrefect:
    """Workers of the Prefect flow that runs."""

    def submit(self, task: Task[..., Any], args: Any, kwargs: Mapping[str, Any]) -> Running:
        import prefect  # noqa: PLC0415
        from prefect.cache_policies import NO_CACHE  # noqa: PLC0415

        fields = inspect.signature(task.fn).bind(*args, **kwargs).arguments
        tracked = prefect.task(
            name=task.name,
            task_run_name=task.run_name.format(**fields),
            cache_policy=NO_CACHE,  # a task keeps its value itself, whoever runs it
            retries=1,
            retry_condition_fn=_worth_a_retry,
        )
        running: Running = tracked(_value).submit(task, args, dict(kwargs), FINISHED.resolve())
        return running


def _worth_a_retry(_task: object, _run: object, state: Any) -> bool:
    """False for errors that the user must fix: these are not tried again."""
    return not isinstance(state.result(raise_on_failure=False), UserError)


_WORKERS: list[_Here | _OnPrefect] = [_Here(None)]  # of the flows that run, the innermost last


@contextmanager
def _these(workers: _Here | _OnPrefect) -> Iterator[None]:
    """Tasks that are submitted in the block go to these workers."""
    _WORKERS.append(workers)
    failed = True
    try:
        yield
        failed = False
    except Exception as error:
        if type(error).__name__ not in DEATHS:
            raise
        raise UserError(
            "a worker process was killed, mostly for want of memory. What was finished is kept: run it again, "
            f"{DEATHS[type(error).__name__]} if it happens again."
        ) from error
    finally:
        _WORKERS.pop()
        if isinstance(workers, _Here):
            workers.close(failed=failed)


def _pool(workers: WorkersParams) -> Executor:
    """Threads, processes, or a Dask cluster. Processes are forked, with every library at once, where that is safe."""
    if "://" in workers.where:
        from ser_tasks.dask_pool import DaskPool  # noqa: PLC0415  seconds

        return DaskPool(workers.where)
    if workers.where == "threads":
        return ThreadPoolExecutor(workers.count)
    threads = threading.active_count() > 1 or any(name in sys.modules for name in UNFORKABLE)
    forks = sys.platform == "linux" and not threads
    return ProcessPoolExecutor(workers.count, mp_context=multiprocessing.get_context("fork" if forks else "spawn"))


def _as_prefect(own: Flow[P, R], workers: WorkersParams | None) -> Callable[P, R]:
    """The flow as one of Prefect's, recorded by the server that is named."""
    import prefect  # noqa: PLC0415

    def body(*args: P.args, **kwargs: P.kwargs) -> R:
        with _these(_OnPrefect()):
            return own.fn(*args, **kwargs)

    tracked = prefect.flow(name=own.name, flow_run_name=own.run_name)(update_wrapper(body, own.fn))
    recorded: Callable[P, R] = tracked.with_options(task_runner=_task_runner(workers)) if workers else tracked
    return recorded


def _task_runner(workers: WorkersParams) -> Any:
    """Threads, processes, or a Dask cluster (whose machines see this folder under the same path)."""
    from prefect.task_runners import ProcessPoolTaskRunner, ThreadPoolTaskRunner  # noqa: PLC0415

    if workers.where == "threads":
        return ThreadPoolTaskRunner(max_workers=workers.count)
    if workers.where == "processes":
        return ProcessPoolTaskRunner(max_workers=workers.count)
    from prefect_dask import DaskTaskRunner  # noqa: PLC0415

    return DaskTaskRunner(address=workers.where)


def server_named() -> bool:
    """Whether PREFECT_API_URL, prefect.toml or the profile in use names a server. Importing Prefect to ask is dear."""
    if "PREFECT_API_URL" in os.environ:
        return bool(os.environ["PREFECT_API_URL"])
    if _toml(Path("prefect.toml")).get("api", {}).get("url"):
        return True
    home = Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()
    profiles = _toml(Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml")))
    active = os.environ.get("PREFECT_PROFILE", profiles.get("active"))
    return bool(profiles.get("profiles", {}).get(active, {}).get("PREFECT_API_URL"))


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, tomllib.TOMLDecodeError):
        return {}
