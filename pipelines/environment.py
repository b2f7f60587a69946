"""What every command that fits models asks of its environment, unless the user has asked otherwise."""

import os
import tempfile
from pathlib import Path

WORK = Path(".ser")  # finished folds, checkpoints


def prepare_environment() -> None:
    """Quiet libraries, and one thread each: the workers are the parallel part. Before any of them is imported.

    Raises:
        OSError: the folder cannot be written to
    """
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # an error is told once, at the end
    tempfile.TemporaryFile(dir=WORK if WORK.is_dir() else Path()).close()
