"""`ser encoders`, `ser fetch-encoder`: speech encoders that others trained, and their weights."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import CORPORA
from pipelines.errors import errors_as_messages

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=CORPORA)
def encoders() -> None:
    """List every speech encoder: size, layers, languages, licence, paper, and whether its weights are here."""
    from pipelines.display.encoders import print_encoders

    print_encoders()


@app.command("fetch-encoder", rich_help_panel=CORPORA)
def fetch_encoder(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="its name, as `ser encoders` lists it")],
    origin: Annotated[
        Path | None, typer.Option("--from", metavar="DIR|ARCHIVE", help="a folder or an archive that holds it")
    ] = None,
    revision: Annotated[str, typer.Option(help="of the hub's repository: a branch, a tag or a commit")] = "main",
) -> None:
    """Download the weights of a speech encoder, or take them from a folder: into data/encoders/."""
    from pipelines.commands.arguments import refuse_unknown_name
    from ser_tasks.features.encoders import ENCODERS
    from ser_tasks.features.encoders.fetch import fetch_encoder as put_in_place

    with errors_as_messages():
        refuse_unknown_name("ser fetch-encoder:", encoder, ENCODERS, hint="ser encoders describes them.")
        wanted = ENCODERS[encoder]
        typer.echo(f"{encoder}: {wanted.family.title}, {wanted.family.paper}\nlicence: {wanted.licence}")
        done = put_in_place(wanted, origin=origin, revision=revision, tell=typer.echo)
        for name, digest in done.files.items():
            typer.echo(f"  {digest}  {name}")
        if done.known is not None:
            typer.echo(
                "The weights that the figures of the documentation were measured with."
                if done.known
                else "Other weights than the figures of the documentation were measured with: yours will differ."
            )
        typer.echo(f"{done.folder}. Next: name {encoder} under encoders: in params.yaml, and: ser repro")
