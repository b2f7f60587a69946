"""A stage that is handed to a warm process ends as it would have ended by itself."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest

from pipelines.__main__ import STAGES
from pipelines.orchestration import warm
from pipelines.orchestration.warm import (
    LIBRARIES,
    SOCKET,
    SOON,
    TRACKED,
    TRACKING,
    _hung_up,
    hand_over,
    warm_process,
)

pytestmark = pytest.mark.slow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux alone")
PROJECT = Path(__file__).parents[2]


def stage(folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """The command that dvc.yaml has, in a folder of its own."""
    own = {**os.environ, "PYTHONPATH": str(PROJECT), **environment}
    command = [sys.executable, "-m", "pipelines", *words]
    return subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("params", "words", "status"),
    [(True, ("params",), 0), (False, ("params",), 1), (True, ("chekc",), 1), (True, ("features", "demo"), 1)],
)
def test_status_and_streams_are_those_of_the_command_by_itself(params, words, status, tmp_path, monkeypatch):
    if params:
        shutil.copy(PROJECT / "params.yaml", tmp_path)
        shutil.copy(PROJECT / "stages.yaml", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    alone = stage(tmp_path, *words)
    with warm_process() as leads_to_it:
        wait_for(leads_to_it[SOCKET])
        handed = stage(tmp_path, *words, **leads_to_it)
    assert (alone.returncode, handed.returncode) == (status, status)
    assert handed.stdout == alone.stdout
    assert handed.stderr.splitlines()[-1:] == alone.stderr.splitlines()[-1:]


def test_an_environment_larger_than_a_socket_takes_at_once_arrives(tmp_path, monkeypatch):
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    shutil.copy(PROJECT / "stages.yaml", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    large = {f"LARGE_{i}": "x" * 100_000 for i in range(8)}
    with warm_process() as leads_to_it:
        wait_for(leads_to_it[SOCKET])
        assert stage(tmp_path, "params", **leads_to_it, **large).returncode == 0


def test_one_that_asks_and_goes_away_leaves_the_next_one_served(tmp_path, monkeypatch):
    shutil.copy(PROJECT / "params.yaml", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    with warm_process() as leads_to_it:
        wait_for(leads_to_it[SOCKET])
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(leads_to_it[SOCKET])
            socket.send_fds(line, [b'{"words": ["che'], [0, 1, 2])
        handed = stage(tmp_path, "chekc", **leads_to_it)
    assert "expected one of params, code, demo" in handed.stderr.replace("\n", " ")


def test_a_killed_stage_is_reported_with_what_to_do(tmp_path, monkeypatch, capsys):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def hang_up():
            listener.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        monkeypatch.setenv(SOCKET, path)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(socket, "send_fds", lambda *_: 10**9)
            assert hand_over(["evaluate", "demo"]) == 1
    assert "the stage 'evaluate demo' was killed" in capsys.readouterr().err


def test_without_a_warm_process_or_out_of_its_reach_the_command_does_the_work(tmp_path, monkeypatch):
    monkeypatch.delenv(SOCKET, raising=False)
    assert hand_over(["params"]) is None
    monkeypatch.setenv(SOCKET, str(tmp_path / "gone"))
    assert hand_over(["params"]) is None


def test_ctrl_c_reaches_stages_and_not_the_process_that_forks_them(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    with warm_process() as leads_to_it:
        wait_for(leads_to_it[SOCKET])
        for child in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split():
            if "pipelines.orchestration.warm" in Path(f"/proc/{child}/cmdline").read_text():
                os.kill(int(child), signal.SIGINT)
        assert stage(tmp_path, "chekc", **leads_to_it).returncode == 1
        assert Path(leads_to_it[SOCKET]).exists()


def test_what_is_loaded_beforehand_exists():
    assert all(find_spec(name) for names in (SOON, TRACKING, *LIBRARIES.values()) for name in names)
    assert {*LIBRARIES, *TRACKED} <= {*STAGES}


def test_mlflow_is_loaded_once_a_second_stage_records_a_run_so_that_the_first_has_its_figures_sooner(monkeypatch):
    loaded: list[str] = []
    monkeypatch.setattr(warm, "_load", lambda *names: loaded.extend(names))
    before = set[str]()
    for stage_name, expected in (("utterances", False), ("evaluate", False), ("features", False), ("bundle", True)):
        loaded.clear()
        warm._load_for(stage_name, before)
        assert loaded[0] == f"pipelines.stages.{stage_name}"
        assert set(TRACKING) <= set(loaded) if expected else not set(TRACKING) & set(loaded)


def wait_for(path: str) -> None:
    """Until the process listens."""
    for _ in range(600):
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                return
        threading.Event().wait(0.05)
    raise AssertionError(f"nothing listens at {path}")


def test_who_has_gone_while_the_libraries_were_loaded_is_noticed():
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            assert not _hung_up(ours)
            theirs.send(b"more")
            assert not _hung_up(ours)
            assert ours.recv(4) == b"more", "looking takes nothing away"
        assert _hung_up(ours)
