"""Libraries that talk while they are imported, made to be silent."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


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


def load_keras() -> None:
    """Import Keras and its backend; TensorFlow tells of its CPU instructions before any setting can stop it.

    An import that fails does so aloud.
    """
    with silence():
        import_module("keras")
