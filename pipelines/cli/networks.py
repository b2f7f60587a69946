"""`ser smoke-test`, `embeddings`, `remote`: the panel Networks of `ser --help`."""

from pathlib import Path
from typing import Annotated

import typer

NETWORKS = "Networks"  # the panel

app = typer.Typer(no_args_is_help=True)


@app.command(rich_help_panel=NETWORKS)
def embeddings(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path | None, typer.Option(help="Parquet file; below data/embeddings/ if left out.")] = None,
) -> None:
    """The embedding of every utterance by the network of each fold (the layer before the logits), as Parquet."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines import paths
    from pipelines.commands.networks import export_embeddings

    export_embeddings(corpus, protocol, model, to or paths.embeddings(corpus, protocol, model))


@app.command("smoke-test", rich_help_panel=NETWORKS)
def smoke_test(
    corpus: Annotated[str, typer.Argument(help="One with sound and transcripts, as demo.")] = "demo",
) -> None:
    """Train every network of the model table briefly on one fold: that it runs, and how large it is."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.commands.networks import run_smoke_test

    run_smoke_test(corpus)


remote = typer.Typer(no_args_is_help=True, help="Train the folds of an evaluation on another machine, with a GPU.")
app.add_typer(remote, name="remote", rich_help_panel=NETWORKS)


@remote.command("export")
def export_remote(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path, typer.Option(help="File to write.")] = Path("plan.json"),
) -> None:
    """Write what training needs there besides the features: all folds at once, on Keras and JAX alone."""
    from pipelines.commands.remote import export_plan

    export_plan(corpus, protocol, model, to)


@remote.command("import")
def import_remote(folder: Annotated[Path, typer.Argument(help="That the training wrote there.")]) -> None:
    """Take its outcomes: the evaluation uses them instead of training."""
    from pipelines.commands.remote import import_outcomes

    import_outcomes(folder)
