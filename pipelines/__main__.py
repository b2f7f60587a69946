"""`python -m pipelines STAGE [CORPUS ...]`: how dvc.yaml starts the flow of a stage.

The flow lives in an imported module, never in `__main__`: worker processes must be able to import it too.
"""

import sys

STAGES = (
    *("params", "code", "demo", "utterances", "votes", "features", "transcripts"),
    *("evaluate", "dimensions", "ensemble", "dimension_ensemble", "cross"),
    *("bundle", "dimension_bundle", "ensemble_bundle", "dimension_ensemble_bundle"),
)


def run_command(words: list[str]) -> None:
    """Call `main` of the stage's module with the words behind its name; errors of the user's end it with a message."""
    from importlib import import_module  # noqa: PLC0415

    from pipelines.errors import errors_as_messages  # noqa: PLC0415
    from pipelines.orchestration.environment import prepare_environment  # noqa: PLC0415
    from ser_tasks.errors import UserError  # noqa: PLC0415

    with errors_as_messages():
        if not words or words[0] not in STAGES:
            raise UserError(f"python -m pipelines {' '.join(words)}: expected one of {', '.join(STAGES)} first.")
        prepare_environment()
        import_module(f"pipelines.stages.{words[0]}").main(*words[1:])


if __name__ == "__main__":
    from pipelines.orchestration.warm import (
        hand_over,  # nothing else yet: where a warm process replies, nothing is loaded here
    )

    status = hand_over(sys.argv[1:])
    if status is not None:
        sys.exit(status)
    run_command(sys.argv[1:])
