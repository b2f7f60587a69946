"""The `ser` command."""

import sys

import typer

from pipelines.cli_corpora import app as corpora
from pipelines.complain import complain
from ser_tasks.errors import UserError

cli = typer.Typer(
    name="ser",
    help="Speech emotion recognition: corpora, features, models, honest results.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


cli.add_typer(corpora)


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def repro(context: typer.Context) -> None:
    """Run what is stale: `dvc repro`, with one Prefect server for all stages. Options go to dvc."""
    from pipelines.repro import repro as run

    sys.exit(run(context.args))


@cli.command()
def results(markdown: bool = typer.Option(False, help="As Markdown, for a README.")) -> None:
    """Every result so far: speaker-independent, and beside it speaker-dependent."""
    from pathlib import Path

    from ser_tasks.result import markdown as as_markdown
    from ser_tasks.result import read_results, results_table

    rows = results_table(read_results(Path("results")))
    if markdown:
        typer.echo(as_markdown(rows))
    else:
        from pipelines.show import show_rows

        show_rows(rows, title="Results, in %")


def app() -> None:
    """Entry point: what the user can mend is said without a traceback."""
    try:
        cli()
    except UserError as error:
        complain(error)
        sys.exit(1)


if __name__ == "__main__":
    app()
