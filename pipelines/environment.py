"""What every command that fits models asks of its environment, unless the user has asked otherwise."""

import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path

WORK = Path(".ser")  # finished folds, checkpoints
QUIET = {  # libraries that have much to report, and nothing of it helps
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # an error is told once, at the end
}
ONE_THREAD = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
KERNELS = "SER_KERNELS"  # native: the fastest ones of this processor, whose last bits no other processor has
PORTABLE: Mapping[str, str] = {  # kernels that every x86-64 processor since 2013 has: the same bits everywhere
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
}


def prepare_environment() -> None:
    """Quiet libraries, one thread each (the workers are the parallel part), portable kernels. Before any is imported.

    Raises:
        OSError: the folder cannot be written to
    """
    for name, value in (QUIET | ONE_THREAD).items():
        os.environ.setdefault(name, value)
    if platform.machine() == "x86_64" and os.environ.get(KERNELS) != "native":
        os.environ.update(PORTABLE)
    tempfile.TemporaryFile(dir=WORK if WORK.is_dir() else Path()).close()
