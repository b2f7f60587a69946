"""`ser predict`: what a bundle says of recordings."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import RECORDINGS

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=RECORDINGS)
def predict(  # noqa: PLR0917 - typer passes them by name
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="PATH...", help="Files, folders, patterns; - reads a list from standard input."),
    ],
    bundle: Annotated[
        str | None, typer.Option(help="Name below data/bundles, or folder; may be left out if there is one.")
    ] = None,
    to: Annotated[
        list[Path] | None, typer.Option(help="File to write, the format by its ending; may be given again.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="table, csv, jsonl, parquet; with --timeline also rttm, labels, picture."),
    ] = None,
    timeline: Annotated[bool, typer.Option("--timeline", help="Emotion over time, for long recordings.")] = False,
    channel: Annotated[
        str, typer.Option(help="mix, left, right, each (an answer to every channel), or a number from 1.")
    ] = "mix",
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; left out: as many as pay.")] = None,
) -> None:
    """Answer each recording with an emotion, how sure that is, and why it may be wrong.

    Exit status: 0 all answered; 2 some could not be, each with its reason; 1 nothing could begin; 130 after Ctrl-C.
    """
    from pipelines.commands.predict_command import run

    status = run(inputs, bundle=bundle, to=to or [], form=form, timeline=timeline, workers=workers, channel=channel)
    raise typer.Exit(status)
