"""Tasks on real Dask workers, started as people start them; one is killed, and one joins."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import distributed
import pytest
from distributed import Client, LocalCluster

from pipelines.orchestration.environment import ONE_THREAD, PORTABLE, prepare_environment
from ser_tasks import dask_pool
from ser_tasks.engine import flow, task
from ser_tasks.errors import UserError
from ser_tasks.params import WorkersParams

PROJECT = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


@task("square", key=lambda number: f"square-{number}")
def square(number: int) -> int:
    """The square, of one at a time; leaves the worker's number in the folder."""
    Path(f"{number}-{os.getpid()}.began").touch()
    time.sleep(0.2)
    return number * number


@task("meet")
def meet(number: int) -> int:
    """The worker that computes it, once two have begun to."""
    Path(f"{number}-{os.getpid()}.began").touch()
    until = time.monotonic() + 60
    while len({file.stem.split("-")[1] for file in Path().glob("*.began")}) < 2:
        assert time.monotonic() < until, "no other worker came"
        time.sleep(0.05)
    return os.getpid()


@task("die")
def die() -> None:
    """Takes its worker with it."""
    os.kill(os.getpid(), signal.SIGKILL)


@task("wrong")
def wrong() -> None:
    """What the user must fix."""
    raise UserError("fix it")


@flow("squares")
def squares(numbers: list[int]) -> list[int]:
    """All of them; when the first has begun, its worker is killed."""
    running = [square.submit(number) for number in numbers]
    if Path("kill").exists():
        kill_the_first()
    return [future.result() for future in running]


@flow("meeting")
def meeting(address: str) -> set[int]:
    """Several, of which one waits for a worker that is started after it."""
    running = [meet.submit(number) for number in range(6)]
    with workers(address, 1):
        return {future.result() for future in running}


@flow("deadly")
def deadly() -> None:
    """One that no worker survives."""
    die.submit().result()


@flow("one wrong")
def one_wrong() -> None:
    """One that fails."""
    wrong.submit().result()


def kill_the_first() -> None:
    while not (begun := list(Path().glob("*.began"))):
        time.sleep(0.02)
    os.kill(int(begun[0].stem.split("-")[1]), signal.SIGKILL)
    Path("kill").unlink()


@contextmanager
def workers(address: str, count: int) -> Iterator[None]:
    command = [sys.executable, "-m", "pipelines.cli", "worker", address, "--count", str(count)]
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(command, env=environment, cwd=PROJECT, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    before = dict(os.environ)
    prepare_environment()
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        yield cluster.scheduler_address
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """A project folder, and a user without a Prefect server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_API_URL", "")
    return tmp_path


def on(address: str) -> WorkersParams:
    return WorkersParams(where=address, count=1)


def test_a_scheduler_that_stays_without_workers_is_an_error_that_says_how_to_start_one(scheduler, monkeypatch):
    monkeypatch.setattr(dask_pool, "FIRST_WORKER", 0.5)
    with pytest.raises(UserError, match=f"has no worker.*ser worker {scheduler}"):
        squares.on(on(scheduler))([1])


@pytest.mark.parametrize("address", ["tls://127.0.0.1:1", "tcp://127.0.0.1:99999"])
def test_an_address_that_dask_cannot_read_is_an_error_that_shows_one_that_it_can(address):
    with pytest.raises(UserError, match=f"no Dask scheduler replies at {address} .*name it as tcp://host:8786"):
        dask_pool.DaskPool(address)


def test_a_client_whose_thread_begins_late_is_made_once_more(scheduler, monkeypatch):
    """distributed 2026.8.0 gives its thread 10 s, and fails an assertion where a machine is too busy for that."""
    made, own = [], distributed.Client

    def late(*args, **how):
        made.append(args)
        if len(made) == 1:
            raise AssertionError
        return own(*args, **how)

    monkeypatch.setattr(distributed, "Client", late)
    with workers(scheduler, 1):
        assert squares.on(on(scheduler))([1, 2]) == [1, 4]
    assert len(made) >= 2


def test_a_first_worker_that_begins_at_the_same_time_is_waited_for_and_it_says_so(scheduler, capsys):
    with workers(scheduler, 1):
        assert squares.on(on(scheduler))([1, 2]) == [1, 4]
    assert "no worker yet; waiting 60 s. Start some" in capsys.readouterr().err


def test_a_killed_worker_costs_its_task_alone_and_the_values_are_kept(scheduler, folder):
    with workers(scheduler, 2):
        wait_for_workers(scheduler, 2)
        (folder / "kill").touch()
        assert squares.on(on(scheduler))([1, 2, 3, 4, 5]) == [1, 4, 9, 16, 25]
        begun = sorted(folder.glob("*.began"))
        assert len(begun) == 6, "five, and the one that was killed once more"
        with pytest.raises(UserError, match="fix it"):
            one_wrong.on(on(scheduler))()
    assert squares.on(on(scheduler))([1, 2, 3, 4, 5]) == [1, 4, 9, 16, 25], "found in the folder, without a worker"
    assert sorted(folder.glob("*.began")) == begun


def test_a_worker_that_joins_is_used(scheduler):
    with workers(scheduler, 1):
        wait_for_workers(scheduler, 1)
        assert len(meeting.on(on(scheduler))(scheduler)) == 2


def test_a_task_that_no_worker_survives_is_reported_with_what_to_do(scheduler):
    with workers(scheduler, 2):
        wait_for_workers(scheduler, 2)
        with pytest.raises(UserError, match=r"for want of memory.*ser worker ADDRESS --memory"):
            deadly.on(on(scheduler))()


def test_a_worker_that_computes_with_other_kernels_is_refused(scheduler, monkeypatch):
    with workers(scheduler, 1):
        wait_for_workers(scheduler, 1)
        monkeypatch.setenv("OMP_NUM_THREADS", "7")
        with pytest.raises(UserError, match=r"other settings \(OMP_NUM_THREADS\).*ser worker"):
            squares.on(on(scheduler))([6])


def test_no_scheduler_at_the_address_is_an_error(monkeypatch):
    monkeypatch.setattr(dask_pool, "PATIENCE", 1)
    with pytest.raises(UserError, match=r"no Dask scheduler replies at tcp://127.0.0.1:9 .*Start one"):
        squares.on(on("tcp://127.0.0.1:9"))([1])


def test_what_is_compared_is_all_that_commands_set_for_the_sake_of_the_last_digit():
    assert set(dask_pool.KERNELS) == {*PORTABLE, *ONE_THREAD}


def wait_for_workers(address: str, count: int) -> None:
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=60)
