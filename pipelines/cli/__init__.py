"""The `ser` command: a module for each panel of `ser --help`."""

import typer

from pipelines.cli import corpora, evaluations, networks, recordings
from pipelines.errors import errors_as_messages
from pipelines.orchestration.termination import end_children_on_sigterm

cli = typer.Typer(
    name="ser",
    help="Speech emotion recognition: corpora, features, models, evaluation without leaks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for panel in (evaluations, corpora, recordings, networks):
    cli.add_typer(panel.app)


def app() -> None:
    """Entry point: what the user can fix is reported without a traceback, and no process outlives its command."""
    end_children_on_sigterm()
    with errors_as_messages():
        cli()
