"""`ser compare`. Imported only when the command runs: `ser --help` must answer at once."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import FIGURES

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=FIGURES)
def compare(
    corpora: Annotated[
        list[str] | None, typer.Argument(metavar="CORPUS", help="All that have results, if none is named.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="HTML file to write: one file that needs nothing else.")] = None,
    audio: Annotated[
        bool | None,
        typer.Option("--audio/--no-audio", help="Clips in the file; left out: as each corpus' licence allows."),
    ] = None,
) -> None:
    """Which model to use, what equals it by a paired test, whom it serves worse, and how sure that is."""
    from pipelines.commands.compare import compare as run

    run(corpora or [], to=to, audio=audio)
