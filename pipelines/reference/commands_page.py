"""Every `ser` command with its arguments and options."""

from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from pipelines.cli import cli


def commands_page(project: Path) -> str:
    """What Typer says of the command, as Markdown; nothing is read from the project's folder."""
    command = typer.main.get_command(cli)
    context = typer.Context(command, info_name="ser")
    return get_docs_for_click(obj=command, ctx=context, name="ser", title="Commands")
