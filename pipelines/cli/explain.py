"""`ser explain`: why a model answers as it does."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.cli.panels import FIGURES

app = typer.Typer(no_args_is_help=True)
explain = typer.Typer(no_args_is_help=True, help="Why a model answers as it does: on one recording, or on a corpus.")
app.add_typer(explain, name="explain", rich_help_panel=FIGURES)


@explain.command()
def recording(  # noqa: PLR0917 - typer passes them by name
    path: Annotated[Path, typer.Argument(help="A recording.")],
    to: Annotated[Path, typer.Option(help="Picture to write: .png, .svg or .pdf.")],
    bundle: Annotated[
        str | None, typer.Option(help="Of a network: name below data/bundles, or folder; left out if there is one.")
    ] = None,
    of: Annotated[str | None, typer.Option(help="The class whose logit is explained; left out: the answer.")] = None,
    against: Annotated[str | None, typer.Option(help="A class whose logit is subtracted: why not this?")] = None,
    baseline: Annotated[
        Literal["mean", "silence"], typer.Option(help="What it is held against: the mean training frame, or silence.")
    ] = "mean",
) -> None:
    """Which stretches and bands moved a network to its answer: integrated gradients, and its attention."""
    from pipelines.commands.explain_recording import explain_recording

    explain_recording(path, to, bundle=bundle, of=of, against=against, baseline=baseline)


@explain.command()
def model(  # noqa: PLR0917 - typer passes them by name
    corpus: str,
    model: Annotated[str, typer.Argument(help="One that reads functionals: svm, svm_speaker_norm, mlp.")],
    protocol: str = "speaker_independent",
    repeats: Annotated[int, typer.Option(min=1, help="Shuffles of each group.")] = 10,
    alone: Annotated[bool, typer.Option(help="Also learn from each group alone: takes longer.")] = True,
    to: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = None,
) -> None:
    """Which groups of features a model lives on: what it loses on unheard speakers when one is shuffled."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.commands.explain_model import explain_model

    explain_model(corpus, model, protocol, repeats=repeats, alone=alone, to=to)
