"""Before a server starts: whether its address is free, and a bundle that is loaded and has predicted once."""

import socket
import sys
from pathlib import Path

import numpy as np

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import AnyBundle, load_any_bundle
from ser_tasks.bundles.inference.any_bundle import predictions_of
from ser_tasks.errors import UserError

WARM_UP = 1.0  # s
LEVEL = 0.1  # of full scale


def check_address_free(host: str, port: int) -> None:
    """Bind to the address, and release it.

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


def ready_bundle(folder: Path) -> AnyBundle:
    """The bundle in a folder, after a prediction on a second of noise, so that the first user does not wait.

    Raises:
        UserError: it cannot be loaded
    """
    bundle = load_any_bundle(folder)
    rate = bundle.card.sampling_rate
    noise = LEVEL * np.random.default_rng(0).standard_normal((round(WARM_UP * rate), 1))
    predictions_of(bundle, [Recording(np.asarray(noise, np.float32), rate)])
    return bundle
