"""`ser explore`: a corpus in pictures, as one HTML file."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from pipelines import paths
from pipelines.commands.arguments import check_name
from pipelines.display.tables import CONSOLE
from pipelines.explore.gather import explored
from pipelines.explore.page import write_page
from pipelines.settings import project_params
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import percent

MEGABYTE = 1e6


def explore(corpus: str, *, to: Path | None) -> None:
    """Write the page, and print what the features vary by.

    Args:
        corpus: of params.yaml, with an utterance table
        to: HTML file; None: explore_CORPUS.html here

    Raises:
        UserError: an unknown name, no utterance table, or a file of another format
    """
    params, to = project_params(), to or Path(f"explore_{corpus}.html")
    check_name("ser explore: corpus", corpus, params.corpus, hint="Or import it: ser import PATH.")
    if to.suffix.lower() not in {".html", ".htm"}:
        raise UserError(f"--to {to}: the page is HTML. Name a file that ends in .html.")
    if not paths.utterances(corpus).exists():
        raise UserError(
            f"ser explore: {corpus} has no utterance table yet ({paths.utterances(corpus)}). Make it and its features: "
            f"ser evaluate {corpus} svm (of words alone: tfidf)"
        )
    with Console(stderr=True).status("reading") as status:
        found = explored(corpus, params, report=lambda done, of: status.update(f"levels: {done} of {of} recordings"))
    write_page(found, to)
    if found.shares:
        shares = ", ".join(f"{name} {percent(share)} %" for name, share in found.shares.items())
        CONSOLE.print(f"Variance of {found.n_features} functionals between groups: {shares}")
    for one in found.missing:
        CONSOLE.print(f"[yellow]{one}[/]")
    Console(highlight=False, soft_wrap=True).print(
        f"{to}: {to.stat().st_size / MEGABYTE:.1f} MB. Open it in a browser."
    )
