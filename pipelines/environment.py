"""What every command that fits models asks of its environment, unless the user has asked otherwise."""

import os
import tempfile
from pathlib import Path

RESULTS = Path(".prefect")  # of folds: prefect.toml


def prepare_environment() -> None:
    """Quiet libraries, and one thread each: the workers are the parallel part. Before Prefect is imported.

    Raises:
        OSError: the folder cannot be written to, which Prefect would tell as an error of its server
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # an error is told once, at the end
    tempfile.TemporaryFile(dir=RESULTS if RESULTS.is_dir() else Path()).close()
