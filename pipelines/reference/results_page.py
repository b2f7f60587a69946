"""Every result that is in git."""

from pathlib import Path

from ser_tasks.evaluation.result import markdown, read_results, results_table

HEAD = """# Results

Every evaluation below `results/`, in %, as `ser results` prints them. The columns: [protocols](../protocols.md).

"""


def results_page(project: Path) -> str:
    """The same table as `ser results --markdown`."""
    return HEAD + markdown(results_table(read_results(project / "results")))
