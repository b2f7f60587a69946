"""Is an address free to listen on? Asked before a bundle is loaded, which takes seconds."""

import socket
import sys

from ser_tasks.errors import UserError


def refuse_taken(host: str, port: int) -> None:
    """Bind to the address, and let it go.

    Args:
        host: name or number of an interface of this machine
        port: 1 to 65535

    Raises:
        UserError: another process listens there, or the host is none of this machine's
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            if sys.platform != "win32":  # there it would take an address that another one has
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except OSError as error:
        raise UserError(f"{host} port {port}: {error.strerror or error}. Choose another: --port, --host") from error
