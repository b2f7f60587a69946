"""`ser inflation`, `ser verify`: how far a number can be trusted."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_panels import FIGURES

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=FIGURES)
def inflation(
    corpus: str,
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    figure: Annotated[Path | None, typer.Option(help="Draw it, too: a .png, .svg or .pdf.")] = None,
) -> None:
    """One model under random folds, speaker folds and more: how much a flattering protocol adds, and why."""
    from pipelines.environment import prepare_environment

    prepare_environment()
    from pipelines.inflation import main

    result = main(corpus, model)
    if figure:
        from pipelines.draw_inflation import draw

        draw(result, figure)
