"""The `ser` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli_apps import app as apps
from pipelines.cli_corpora import app as corpora
from pipelines.cli_export import app as export
from pipelines.cli_predict import app as predict
from pipelines.cli_tune import app as tune
from pipelines.complain import complain
from ser_tasks.errors import UserError

cli = typer.Typer(
    name="ser",
    help="Speech emotion recognition: corpora, features, models, honest results.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


cli.add_typer(corpora)
cli.add_typer(predict)
cli.add_typer(apps)
cli.add_typer(tune)
cli.add_typer(export)


@cli.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def repro(context: typer.Context) -> None:
    """Run what is stale: `dvc repro`, with one Prefect server for all stages. Options go to dvc."""
    from pipelines.repro import repro as run

    sys.exit(run(context.args))


@cli.command()
def results(markdown: bool = typer.Option(False, help="As Markdown, for a README.")) -> None:
    """Every result so far: speaker-independent, and beside it speaker-dependent."""
    from ser_tasks.result import markdown as as_markdown
    from ser_tasks.result import read_results, results_table

    rows = results_table(read_results(Path("results")))
    if markdown:
        typer.echo(as_markdown(rows))
    else:
        from pipelines.show import show_rows

        show_rows(rows, title="Results, in %")


@cli.command()
def evaluate(
    train: Annotated[list[str], typer.Option(help="A corpus to learn from; may be given several times.")],
    test: Annotated[str, typer.Option(help="The corpus to test on.")],
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    preset: Annotated[
        list[str] | None, typer.Option(metavar="CORPUS=PRESET", help="Another label map than params.yaml says.")
    ] = None,
    corpus_norm: Annotated[
        bool, typer.Option("--corpus-norm", help="z-score features over each corpus' own unlabelled audio.")
    ] = False,
) -> None:
    """Across corpora: learn from all of one, or of several, and test on another, on the classes that they share."""
    from pipelines.environment import prepare_environment

    prepare_environment()
    from pipelines.cross_matrix import evaluate_pair

    pairs = dict(_preset(words) for words in preset or ())
    evaluate_pair(train, test, model, presets=pairs, corpus_norm=corpus_norm)


def _preset(words: str) -> tuple[str, str]:
    corpus, equals, preset = words.partition("=")
    if not (corpus and equals and preset):
        raise UserError(f"--preset {words}: expected CORPUS=PRESET, as emodb=seven_classes.")
    return corpus, preset


@cli.command()
def cross(
    corpora: Annotated[list[str] | None, typer.Argument(help="All that are here, if none is named.")] = None,
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    corpus_norm: Annotated[
        bool, typer.Option("--corpus-norm", help="z-score features over each corpus' own unlabelled audio.")
    ] = False,
    markdown: bool = typer.Option(False, help="As Markdown."),
) -> None:
    """Every pair of corpora, learnt from the one and tested on the other, as a table."""
    from pipelines.environment import prepare_environment

    prepare_environment()
    from pipelines.cross_matrix import matrix

    matrix(corpora or (), model, corpus_norm=corpus_norm, as_markdown=markdown)


@cli.command()
def embeddings(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path | None, typer.Option(help="Parquet file; below data/embeddings/ if left out.")] = None,
) -> None:
    """What the network of each fold makes of every utterance (the layer before the logits), as Parquet."""
    from pipelines import places
    from pipelines.embeddings import export

    export(corpus, protocol, model, to or places.embeddings(corpus, protocol, model))


@cli.command()
def plan(
    corpus: str,
    model: Annotated[str, typer.Argument(help="A network, as residual_cnn.")],
    protocol: str = "speaker_independent",
    to: Annotated[Path, typer.Option(help="File to write.")] = Path("plan.json"),
) -> None:
    """Take an evaluation to a machine with a GPU: all folds at once, on keras and jax alone."""
    from pipelines.elsewhere import export_plan

    export_plan(corpus, protocol, model, to)


@cli.command()
def adopt(folder: Path) -> None:
    """Bring its outcomes back: the evaluation finds them instead of training."""
    from pipelines.elsewhere import adopt as run

    run(folder)


def app() -> None:
    """Entry point: what the user can mend is said without a traceback."""
    try:
        cli()
    except UserError as error:
        complain(error)
        sys.exit(1)


if __name__ == "__main__":
    app()
