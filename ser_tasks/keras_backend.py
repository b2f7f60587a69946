"""Libraries that talk while they are imported, made to be silent."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec

from ser_tasks.errors import UserError


@contextmanager
def silence() -> Iterator[None]:
    """Nothing reaches the error stream of the process, not even from compiled code."""
    sys.stderr.flush()
    kept = os.dup(2)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  a device
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


BACKENDS = ("tensorflow", "jax", "torch")


def load_keras() -> None:
    """Import Keras and its backend; TensorFlow tells of its CPU instructions before any setting can stop it.

    Raises:
        UserError: the environment names a backend that does not exist or is not installed
    """
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    installed = [name for name in BACKENDS if find_spec(name)]
    if backend not in installed:
        raise UserError(
            f"KERAS_BACKEND is {backend!r}, expected one of {', '.join(BACKENDS)}; of these {', '.join(installed)} are "
            "installed. Correct the variable, or install the backend."
        )
    with silence():
        import_module("keras")
