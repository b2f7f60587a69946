"""An address that is not free is rejected before anything is loaded."""

import socket

import pytest

from apps.startup import check_address_free
from ser_tasks.errors import UserError


def test_a_port_in_use_is_rejected_and_a_freed_one_is_not():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=f"127.0.0.1 port {port}: .*Choose another: --port, --host"):
            check_address_free("127.0.0.1", port)
    check_address_free("127.0.0.1", port)


def test_a_host_that_is_not_this_machine_is_rejected():
    with pytest.raises(UserError, match="Choose another: --port, --host"):
        check_address_free("192.0.2.1", 8000)  # kept for documentation (RFC 5737): nobody has it
