"""`ser robustness` and `ser behave`: what degraded recordings, and what should not matter, do to answers."""

from typing import Annotated

import typer

from pipelines.cli.panels import FIGURES, RECORDINGS

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
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.robustness import main

    main(corpus, model, [name.strip() for name in conditions.split(",") if name.strip()])


@app.command(rich_help_panel=RECORDINGS)
def behave(
    inputs: Annotated[list[str], typer.Argument(metavar="PATH...", help="Recordings: files, folders, patterns.")],
    bundle: Annotated[
        str | None, typer.Option(help="Name below data/bundles, or folder; may be left out if there is one.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; left out: as many as pay.")] = None,
) -> None:
    """Level, silence at the ends, sampling rate, channels, format, offset, polarity: do the answers stay?

    Exit status: 0 they do; 3 some do not; 2 some recordings could not be answered to; 1 nothing could begin.
    """
    from pipelines.commands.invariance import behave as run

    raise typer.Exit(run(inputs, bundle=bundle, workers=workers))
