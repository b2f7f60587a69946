"""What every command that fits models sets in its environment, unless the user has set it."""

import os
import tempfile
from pathlib import Path

WORK = Path(".ser")  # finished folds, checkpoints
QUIET = {  # libraries that have much to report, and nothing of it helps
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",  # an error is reported once, at the end
}
ONE_THREAD = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
KERNELS = "SER_KERNELS"  # native: the fastest ones of this processor, whose last bits no other processor has
PORTABLE = {  # kernels that every x86-64 processor with AVX2 has: the same bits on all of them
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
    portable = os.environ.get(KERNELS) != "native" and {"avx2", "fma"} <= _cpu_flags()
    for name, value in (QUIET | ONE_THREAD | (PORTABLE if portable else {})).items():
        os.environ.setdefault(name, value)
    tempfile.TemporaryFile(dir=WORK if WORK.is_dir() else Path()).close()


def _cpu_flags() -> set[str]:
    """Instruction sets of an x86-64 processor under Linux; on others none, and no kernel is forced."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    return set(next((line for line in lines if line.startswith("flags")), "").split())
