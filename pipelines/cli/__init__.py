"""The `ser` command: one module for each group of commands, one line here."""

import typer

from pipelines.cli import (
    apps,
    compare,
    corpora,
    encoders,
    evaluations,
    explain,
    export,
    importing,
    networks,
    predict,
    robustness,
    tune,
    verification,
)
from pipelines.errors import errors_as_messages

cli = typer.Typer(
    name="ser",
    help="Speech emotion recognition: corpora, features, models, honest results.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for module in (
    evaluations,
    compare,
    verification,
    tune,
    robustness,
    corpora,
    encoders,
    predict,
    apps,
    export,
    networks,
    explain,
    importing,
):
    cli.add_typer(module.app)


def app() -> None:
    """Entry point: what the user can fix is reported without a traceback."""
    with errors_as_messages():
        cli()
