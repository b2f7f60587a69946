"""`ser smoke-test`, `ser embeddings`, `ser plan`, `ser adopt`: what networks have besides."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import NETWORKS

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=NETWORKS)
def embeddings(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path | None, typer.Option(help="Parquet file; below data/embeddings/ if left out.")] = None,
) -> None:
    """What the network of each fold makes of every utterance (the layer before the logits), as Parquet."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines import paths
    from pipelines.commands.embeddings import export

    export(corpus, protocol, model, to or paths.embeddings(corpus, protocol, model))


@app.command("smoke-test", rich_help_panel=NETWORKS)
def smoke_test(corpus: Annotated[str, typer.Argument(help="One with sound and words, as demo.")] = "demo") -> None:
    """Train every network of the model table briefly on one fold: that it runs, and how large it is."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.commands.smoke_test import main

    main(corpus)


@app.command(rich_help_panel=NETWORKS)
def plan(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path, typer.Option(help="File to write.")] = Path("plan.json"),
) -> None:
    """Take an evaluation to a machine with a GPU: all folds at once, on keras and jax alone."""
    from pipelines.commands.remote import export_plan

    export_plan(corpus, protocol, model, to)


@app.command(rich_help_panel=NETWORKS)
def adopt(folder: Path) -> None:
    """Bring its outcomes back: the evaluation finds them instead of training."""
    from pipelines.commands.remote import adopt as run

    run(folder)
