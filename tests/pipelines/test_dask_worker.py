"""`ser worker` before it becomes Dask's own command."""

import socket
from threading import Timer

import pytest

from pipelines.orchestration import dask_worker
from pipelines.orchestration.dask_worker import check_answers
from ser_tasks.errors import UserError


def test_a_scheduler_that_listens_is_taken_and_other_ways_are_left_to_dask():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        check_answers(f"tcp://127.0.0.1:{listening.getsockname()[1]}")
    check_answers("ucx://somewhere:1")


def test_a_scheduler_that_begins_at_the_same_time_is_waited_for_and_it_says_so(capsys):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = listening.getsockname()
    late: list[socket.socket] = []
    timer = Timer(1, lambda: late.append(socket.create_server(place)))
    timer.start()
    check_answers(f"tcp://127.0.0.1:{place[1]}")
    timer.join()
    late[0].close()
    assert capsys.readouterr().err.count("no scheduler answers yet, waiting 60 s") == 1


def test_where_nobody_comes_to_listen_it_says_so_in_a_sentence(monkeypatch):
    monkeypatch.setattr(dask_worker, "STARTING", 0.6)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(UserError, match=rf"no scheduler answers .*dask scheduler --port {port}"):
        check_answers(f"tcp://127.0.0.1:{port}")
    for address in ("tcp://host", "tcp://host:port", "tcp://host:99999999"):
        with pytest.raises(UserError, match=r"expected the address of a scheduler, as tcp://10\.0\.0\.1:8786"):
            check_answers(address)
