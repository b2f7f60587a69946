"""`ser worker` before it becomes Dask's own command."""

import socket

import pytest

from pipelines.orchestration.dask_worker import check_answers
from ser_tasks.errors import UserError


def test_a_scheduler_that_listens_is_taken_and_other_ways_are_left_to_dask():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        check_answers(f"tcp://127.0.0.1:{listening.getsockname()[1]}")
    check_answers("ucx://somewhere:1")


def test_where_nobody_listens_it_says_so_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(UserError, match=rf"no scheduler answers .*dask scheduler --port {port}"):
        check_answers(f"tcp://127.0.0.1:{port}")
    with pytest.raises(UserError, match=r"expected the address of a scheduler, as tcp://10\.0\.0\.1:8786"):
        check_answers("tcp://host")
