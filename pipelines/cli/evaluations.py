"""`ser repro`, `ser evaluate`, `ser bundle`, `ser cross-corpus`, `ser cross`, `ser results`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.panels import FIGURES
from ser_tasks.errors import UserError

app = typer.Typer(no_args_is_help=True)

Corpus = Annotated[str, typer.Argument(metavar="CORPUS", help="As `ser corpora` lists it, or one that you imported.")]
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="Of the model table: svm, logistic, mlp ...")]
Norm = Annotated[bool, typer.Option("--corpus-norm", help="z-score features over each corpus' own unlabelled audio.")]


@app.command(rich_help_panel=FIGURES, context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def repro(context: typer.Context) -> None:
    """Run what is stale: `dvc repro`, with the libraries loaded once for all stages. Options go to dvc."""
    from pipelines.orchestration.repro import repro as run

    sys.exit(run(context.args))


@app.command(rich_help_panel=FIGURES)
def evaluate(
    corpus: Corpus,
    model: ModelName,
    protocol: Annotated[
        str, typer.Option(help="speaker_independent, speaker_dependent or emobox.")
    ] = "speaker_independent",
) -> None:
    """One model on one corpus: adds a line to evaluations: in params.yaml, and runs what it needs."""
    from pipelines.commands.evaluate import evaluate as run

    sys.exit(run(corpus, model, protocol))


@app.command(rich_help_panel=FIGURES)
def bundle(
    corpus: Corpus,
    model: ModelName,
    name: Annotated[str | None, typer.Option(help="Of the bundle; CORPUS_MODEL if left out.")] = None,
) -> None:
    """A model trained on all of a corpus, for `ser predict`: adds a line to bundles:, and runs what it needs."""
    from pipelines.commands.evaluate import bundle as run

    sys.exit(run(corpus, model, name))


@app.command("cross-corpus", rich_help_panel=FIGURES)
def cross_corpus(
    train: Annotated[list[str], typer.Option(help="A training corpus; may be given several times.")],
    test: Annotated[str, typer.Option(help="The test corpus.")],
    model: Annotated[str, typer.Option(help="Of the model table.")] = "svm",
    preset: Annotated[
        list[str] | None, typer.Option(metavar="CORPUS=PRESET", help="Another label map than params.yaml has.")
    ] = None,
    corpus_norm: Norm = False,
) -> None:
    """Train on one corpus, or on several, and test on another, on the classes that they share."""
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


@app.command(rich_help_panel=FIGURES)
def cross(
    corpora: Annotated[list[str] | None, typer.Argument(help="All that are here, if none is named.")] = None,
    model: Annotated[str, typer.Option(help="Of the model table.")] = "svm",
    corpus_norm: Norm = False,
    markdown: bool = typer.Option(False, help="As Markdown."),
) -> None:
    """Every pair of corpora, trained on the one and tested on the other, as a table."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.cross_matrix import matrix

    matrix(corpora or (), model, corpus_norm=corpus_norm, as_markdown=markdown)


@app.command(rich_help_panel=FIGURES)
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
