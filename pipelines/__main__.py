"""`python -m pipelines STAGE [CORPUS ...]`: how dvc.yaml starts the flow of a stage.

The flow lives in an imported module, never in `__main__`: worker processes must be able to import it too.
"""

import os
import sys
from importlib import import_module

from pipelines.complain import complain
from ser_tasks.errors import UserError

STAGES = (
    *("check", "demo", "utterances", "features", "transcripts", "evaluate", "ensemble", "try_networks"),
    "bundle",
)


def run_stage(words: list[str]) -> None:
    """Call `main` of the stage's module with the words behind its name.

    Raises:
        UserError: there is no such stage
    """
    if not words or words[0] not in STAGES:
        raise UserError(f"python -m pipelines {' '.join(words)}: expected one of {', '.join(STAGES)} first.")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow has much to say, and nothing of it helps
    for threads in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(threads, "1")  # the workers are the parallel part: `workers.count` of them
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")  # an error is told once, below
    import_module(f"pipelines.{words[0]}").main(*words[1:])


if __name__ == "__main__":
    try:
        run_stage(sys.argv[1:])
    except UserError as error:
        complain(error)
        sys.exit(1)
