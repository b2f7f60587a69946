"""The `ser` command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.apps import app as apps
from pipelines.cli.compare import app as compare
from pipelines.cli.corpora import app as corpora
from pipelines.cli.encoders import app as encoders
from pipelines.cli.explain import app as explain
from pipelines.cli.export import app as export
from pipelines.cli.importing import app as imports
from pipelines.cli.networks import app as networks
from pipelines.cli.panels import FIGURES
from pipelines.cli.predict import app as predict
from pipelines.cli.robustness import app as robustness
from pipelines.cli.tune import app as tune
from pipelines.cli.verification import app as honesty
from pipelines.errors import errors_as_messages
from ser_tasks.errors import UserError

cli = typer.Typer(
    name="ser",
    help="Speech emotion recognition: corpora, features, models, honest results.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

for commands in (
    compare,
    honesty,
    tune,
    robustness,
    corpora,
    encoders,
    predict,
    apps,
    export,
    networks,
    explain,
    imports,
):
    cli.add_typer(commands)


@cli.command(rich_help_panel=FIGURES, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def repro(context: typer.Context) -> None:
    """Run what is stale: `dvc repro`, with one Prefect server for all stages. Options go to dvc."""
    from pipelines.orchestration.repro import repro as run

    sys.exit(run(context.args))


@cli.command(rich_help_panel=FIGURES)
def results(markdown: bool = typer.Option(False, help="As Markdown, for docs/results.md.")) -> None:
    """Every result so far: speaker-independent, and beside it speaker-dependent."""
    from ser_tasks.evaluation.result import markdown as as_markdown
    from ser_tasks.evaluation.result import read_results, results_table

    rows = results_table(read_results(Path("results")))
    if markdown:
        typer.echo(as_markdown(rows))
    else:
        from pipelines.display.tables import OF_RESULTS, show_rows

        show_rows(rows, title="Results, in %", dispensable=OF_RESULTS)


@cli.command(rich_help_panel=FIGURES)
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
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.cross_matrix import evaluate_pair

    pairs = dict(_preset(words) for words in preset or ())
    evaluate_pair(train, test, model, presets=pairs, corpus_norm=corpus_norm)


def _preset(words: str) -> tuple[str, str]:
    corpus, equals, preset = words.partition("=")
    if not (corpus and equals and preset):
        raise UserError(f"--preset {words}: expected CORPUS=PRESET, as emodb=seven_classes.")
    return corpus, preset


@cli.command(rich_help_panel=FIGURES)
def cross(
    corpora: Annotated[list[str] | None, typer.Argument(help="All that are here, if none is named.")] = None,
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    corpus_norm: Annotated[
        bool, typer.Option("--corpus-norm", help="z-score features over each corpus' own unlabelled audio.")
    ] = False,
    markdown: bool = typer.Option(False, help="As Markdown."),
) -> None:
    """Every pair of corpora, learnt from the one and tested on the other, as a table."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.cross_matrix import matrix

    matrix(corpora or (), model, corpus_norm=corpus_norm, as_markdown=markdown)


def app() -> None:
    """Entry point: what the user can mend is said without a traceback."""
    with errors_as_messages():
        cli()


if __name__ == "__main__":
    app()
