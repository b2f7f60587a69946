"""`ser repro`: dvc repro, with the libraries loaded once for all stages."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines import check
from pipelines.graph import stale_stages
from pipelines.show import CONSOLE, show_rows
from pipelines.warm import warm_process
from ser_tasks.result import read_results, results_table


def repro(options: Sequence[str]) -> int:
    """Run `dvc repro` with these options, and show the results; returns DVC's exit status."""
    check.main()
    if not options and not stale_stages():
        CONSOLE.print("Everything is up to date.")
        show_results()
        return 0
    with warm_process() as leads_to_it:
        done = subprocess.run(
            [sys.executable, "-m", "dvc", "repro", *options],
            env={**os.environ, **leads_to_it},
            check=False,
        )
    if done.returncode == 0:
        show_results()
    return done.returncode


def show_results() -> None:
    """The table of all results, and where to look further."""
    show_rows(results_table(read_results(Path("results"))), title="\nResults, in %")
    CONSOLE.print("Compare the runs: mlflow ui --backend-store-uri sqlite:///mlflow.db   Plots: dvc plots show")
