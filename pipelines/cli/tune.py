"""`ser tune`. Imported only when the command runs: `ser --help` must answer at once."""

from typing import Annotated

import typer

from pipelines.cli.panels import FIGURES

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=FIGURES)
def tune(
    *,
    corpus: Annotated[str, typer.Option(help="As `ser corpora` lists it.")],
    model: Annotated[str, typer.Option(help="Of the model table, as svm.")],
    protocol: str = "speaker_independent",
    trials: Annotated[int | None, typer.Option(min=1, help="Of each study, earlier runs' among them.")] = None,
    outer: Annotated[int | None, typer.Option(min=0, help="Outer folds to score; all, if left out.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Fits at a time.")] = None,
    timeout: Annotated[float | None, typer.Option(help="Minutes, then a study begins no further trial.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the best values to params.yaml.")] = False,
) -> None:
    """Search hyper-parameters by speaker inside training parts; score them on speakers that no search heard."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.tune import TuneOptions, main

    options = TuneOptions(outer=outer, minutes=timeout, write=write)
    main(corpus, protocol, model, trials=trials, workers=workers, options=options)
