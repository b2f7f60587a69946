"""`ser inflation`, `ser verify`: how far a number can be trusted."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import FIGURES

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=FIGURES)
def verify(
    rows: Annotated[
        list[str] | None,
        typer.Argument(metavar="CORPUS/PROTOCOL/MODEL", help="Or a beginning of it; all if none."),
    ] = None,
    recompute: Annotated[bool, typer.Option("--recompute", help="Train every fold again, and compare.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="With --recompute: no tolerance.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where something cannot be checked, too.")] = False,
) -> None:
    """Do results/ and today's data, params, code and libraries match? Exit status 1 if not."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.verify import verify as run

    if not run(rows or (), again=recompute, exact=exact, strict=strict):
        raise typer.Exit(1)


@app.command(rich_help_panel=FIGURES)
def inflation(
    corpus: str,
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    figure: Annotated[Path | None, typer.Option(help="Draw it, too: a .png, .svg or .pdf.")] = None,
) -> None:
    """One model under random folds, speaker folds and more: how much a flattering protocol adds, and why."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.protocol_bias import main

    result = main(corpus, model)
    if figure:
        from ser_tasks.plots.protocol_bias import draw_protocol_bias

        draw_protocol_bias(result, figure)
