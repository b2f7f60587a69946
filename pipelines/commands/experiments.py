"""`ser experiments`: the runs of `dvc exp run`, each with what it changed and the figures that moved."""

import json
import subprocess
import sys

from pipelines.display.experiments import experiments_of, show_experiments
from ser_tasks.errors import UserError


def experiments() -> None:
    """Print all that DVC keeps beside the commit that is checked out.

    Raises:
        UserError: DVC cannot read them
    """
    command = [sys.executable, "-m", "dvc", "exp", "show", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        shown = json.loads(done.stdout)
    except json.JSONDecodeError as error:
        printed = (done.stderr or done.stdout).strip() or "nothing"
        raise UserError(
            f"dvc exp show --json gave no table of experiments, but: {printed}. "
            "Run it in the folder of the project, a git repository with dvc.yaml."
        ) from error
    show_experiments(list(experiments_of(shown)))
