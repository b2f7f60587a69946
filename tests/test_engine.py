"""Where tasks run, what is kept of them, and what becomes of those that stumble."""

import os
import signal
from pathlib import Path

import pytest

from ser_tasks.engine import FINISHED, flow, server_named, task, wait
from ser_tasks.errors import UserError
from ser_tasks.params import WorkersParams

THREADS, PROCESSES = (WorkersParams(where=where, count=2) for where in ("threads", "processes"))


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """A working directory, and a user without a Prefect server."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    for name in ("PREFECT_API_URL", "PREFECT_PROFILE", "PREFECT_PROFILES_PATH"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def counted(file: str) -> int:
    return len(Path(file).read_text()) if Path(file).exists() else 0


@task("double", key=lambda number, log: f"double-{number}")
def double(number: int, log: str) -> int:
    """Twice the number; leaves a mark of every call."""
    with Path(log).open("a") as file:
        file.write("x")
    return 2 * number


@task("stumble")
def stumble(log: str, error: str) -> str:
    """Fails the first time."""
    with Path(log).open("a") as file:
        file.write("x")
    if counted(log) == 1:
        raise UserError("fix it") if error == "user" else OSError("busy")
    return "done"


@task("die")
def die() -> None:
    """A worker that is killed."""
    os.kill(os.getpid(), signal.SIGKILL)


@flow("doubles")
def doubles(numbers: list[int], log: str) -> list[int]:
    """All of them."""
    running = [double.submit(number, log) for number in numbers]
    assert wait(running).not_done == set()
    return [future.result() for future in running]


@flow("one stumble")
def one_stumble(log: str, error: str) -> str:
    """One task that stumbles."""
    return str(stumble.submit(log, error).result())


@flow("one death")
def one_death() -> None:
    """One task that is killed."""
    die.submit().result()


@pytest.mark.parametrize("workers", [None, THREADS, PROCESSES])
def test_finished_values_are_found_again_and_unfinished_ones_computed(workers, folder):
    assert doubles.on(workers)([1, 2], "log") == [2, 4]
    assert doubles.on(workers)([1, 2, 3], "log") == [2, 4, 6]
    assert counted("log") == 3
    (folder / FINISHED / "double" / "double-2.json").unlink()
    assert doubles.on(workers)([1, 2, 3], "log") == [2, 4, 6]
    assert counted("log") == 4


def test_a_value_that_a_kill_left_unreadable_is_computed_again(folder):
    file = folder / FINISHED / "double" / "double-5.json"
    file.parent.mkdir(parents=True)
    file.write_text("")
    assert double(5, "log") == 10
    assert file.read_text() == "10"


@pytest.mark.parametrize("workers", [None, PROCESSES])
def test_a_worker_that_stumbles_is_tried_once_more_and_what_the_user_must_fix_is_not(workers):
    assert one_stumble.on(workers)("busy", "busy") == "done"
    with pytest.raises(UserError, match="fix it"):
        one_stumble.on(workers)("user", "user")
    assert counted("user") == 1


def test_a_killed_worker_is_reported_with_what_to_do():
    with pytest.raises(UserError, match=r"want of memory.*count: 1"):
        one_death.on(PROCESSES)()


def test_outside_a_flow_a_task_runs_where_it_is_submitted():
    assert double.submit(4, "log").result() == 8


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("prefect.toml", '[api]\nurl = "http://127.0.0.1:4200/api"\n'),
        ("prefect/profiles.toml", 'active = "mine"\n[profiles.mine]\nPREFECT_API_URL = "http://127.0.0.1:4200/api"\n'),
    ],
)
def test_a_server_is_one_that_the_environment_a_file_or_the_active_profile_names(file, text, folder, monkeypatch):
    assert not server_named()
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).write_text(text)
    assert server_named()
    monkeypatch.setenv("PREFECT_API_URL", "")
    assert not server_named(), "an empty address says that there is none"
