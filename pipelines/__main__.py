"""`python -m pipelines STAGE [CORPUS ...]`: how dvc.yaml starts the flow of a stage.

The flow lives in an imported module, never in `__main__`: worker processes must be able to import it too.
"""

import sys
from importlib import import_module

from pipelines.complain import errors_as_messages
from pipelines.environment import prepare_environment
from ser_tasks.errors import UserError

STAGES = (
    *("check", "demo", "utterances", "features", "transcripts", "evaluate", "ensemble", "cross", "try_networks"),
    "bundle",
)


def run_stage(words: list[str]) -> None:
    """Call `main` of the stage's module with the words behind its name.

    Raises:
        UserError: there is no such stage
    """
    if not words or words[0] not in STAGES:
        raise UserError(f"python -m pipelines {' '.join(words)}: expected one of {', '.join(STAGES)} first.")
    prepare_environment()
    import_module(f"pipelines.{words[0]}").main(*words[1:])


if __name__ == "__main__":
    with errors_as_messages():
        run_stage(sys.argv[1:])
