"""`ser robustness` and `ser behave`: what degraded recordings, and what should not matter, do to answers."""

from typing import Annotated

import typer

from pipelines.cli_panels import FIGURES

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=FIGURES)
def robustness(
    corpus: Annotated[str, typer.Argument(help="As `ser corpora` lists it.")],
    model: Annotated[str, typer.Option(help="One that hears, as svm.")] = "svm",
    conditions: Annotated[
        str, typer.Option(help="Some of them, by kind or name: babble,mp3_16; all of params.yaml, if left out.")
    ] = "",
) -> None:
    """Noise, rooms, telephones, codecs: what they cost a model on speakers that it has not heard."""
    from pipelines.environment import prepare_environment

    prepare_environment()
    from pipelines.robustness import main

    main(corpus, model, [name.strip() for name in conditions.split(",") if name.strip()])
