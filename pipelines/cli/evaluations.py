"""`ser repro`, `evaluate`, `results`, `compare`, `verify`, `tune` ...: the panel Figures of `ser --help`.

What a command needs is imported when it runs: `ser --help` prints at once.
"""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from ser_tasks.errors import UserError

FIGURES = "Figures"  # the panel

app = typer.Typer(no_args_is_help=True)

Corpus = Annotated[str, typer.Argument(metavar="CORPUS", help="As `ser corpora` lists it, or one that you imported.")]
ModelName = Annotated[
    str, typer.Argument(metavar="MODEL", help="Of the model table: svm, logistic, mlp ...; of valence ...: ridge, svr")
]
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
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Networks on each fold, from different beginnings; all of them count.")
    ] = None,
) -> None:
    """One model on one corpus: adds a line to evaluations: in params.yaml, and runs what it needs."""
    from pipelines.commands.evaluate import evaluate as run

    sys.exit(run(corpus, model, protocol, seeds))


@app.command(rich_help_panel=FIGURES)
def worker(
    scheduler: Annotated[str, typer.Argument(metavar="ADDRESS", help="Of a Dask scheduler: tcp://host:8786.")],
    *,
    count: Annotated[int, typer.Option(min=1, help="Processes, each with one thread.")] = 1,
    memory: Annotated[str, typer.Option(help="Of each: 8GiB; auto: its share of what the machine has.")] = "auto",
) -> None:
    """Work for the Dask scheduler that workers.where of params.yaml names, on this machine or another."""
    from pipelines.orchestration.dask_worker import work

    work(scheduler, count=count, memory=memory)


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
    corpora: Annotated[list[str] | None, typer.Argument(help="All that are on this machine, if none is named.")] = None,
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
    """Every result so far: of classes, speaker-independent and beside it speaker-dependent; then of dimensions."""
    from ser_tasks.evaluation.dimensions.result import dimensions_table, read_dimension_results
    from ser_tasks.evaluation.result import markdown as as_markdown
    from ser_tasks.evaluation.result import read_results, results_table

    dimensions = dimensions_table(read_dimension_results(Path("results")))
    rows = results_table(read_results(Path("results"), required=not dimensions))
    if markdown:
        typer.echo("\n".join(as_markdown(table) for table in (rows, dimensions) if table))
    else:
        from pipelines.display.tables import OF_DIMENSIONS, OF_RESULTS, show_rows

        if rows:
            show_rows(rows, title="Results, in %", dispensable=OF_RESULTS)
        if dimensions:
            show_rows(dimensions, title="Dimensions: concordance with the ratings (CCC)", dispensable=OF_DIMENSIONS)


@app.command(rich_help_panel=FIGURES)
def experiments() -> None:
    """Runs of `dvc exp run`: what each changed, and the figures that moved."""
    from pipelines.commands.experiments import experiments as run

    run()


@app.command(rich_help_panel=FIGURES)
def compare(
    corpora: Annotated[
        list[str] | None, typer.Argument(metavar="CORPUS", help="All that have results, if none is named.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="HTML file to write: one file that needs nothing else.")] = None,
    audio: Annotated[
        bool | None,
        typer.Option("--audio/--no-audio", help="Clips in the file; left out: as each corpus' licence allows."),
    ] = None,
) -> None:
    """Which model to use, which ones equal it by a paired test, for whom it is worse, and how certain that is."""
    from ser_tasks.evaluation.result import check_has_results

    results = Path("results")
    files = [*results.glob("*/*/*.json"), *results.glob("dimensions/*/*/*.json")]
    if files:  # before anything that takes a second is loaded
        check_has_results(corpora or [], {file.parts[-3] for file in files}, results)
    from pipelines.commands.compare import compare as run

    run(corpora or [], to=to, audio=audio)


@app.command(rich_help_panel=FIGURES)
def votes(
    corpus: Corpus,
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL", help="All that have predictions, if none is named.")
    ] = None,
    protocol: Annotated[
        str, typer.Option(help="speaker_independent, speaker_dependent, emobox; cross: trained on other corpora.")
    ] = "speaker_independent",
) -> None:
    """Models against the distribution of the raters' votes, beside what raters reach against each other."""
    from pipelines.commands.votes import votes as run

    run(corpus, models or [], protocol)


@app.command(rich_help_panel=FIGURES)
def verify(
    rows: Annotated[
        list[str] | None,
        typer.Argument(metavar="CORPUS/PROTOCOL/MODEL", help="Or a beginning of it; all if none."),
    ] = None,
    recompute: Annotated[bool, typer.Option("--recompute", help="Train every fold again, and compare.")] = False,
    exact: Annotated[bool, typer.Option("--exact", help="No tolerance: to the last bit.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail where something cannot be checked, too.")] = False,
) -> None:
    """Do results/ and today's data, params, code and libraries match? Exit status 1 if not."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.verify import verify as run

    if not run(rows or (), again=recompute, exact=exact, strict=strict):
        raise typer.Exit(1)


@app.command("protocol-bias", rich_help_panel=FIGURES)
def protocol_bias(
    corpus: str,
    model: Annotated[str, typer.Option(help="As in params.yaml.")] = "svm",
    figure: Annotated[Path | None, typer.Option(help="Draw it, too: a .png, .svg or .pdf.")] = None,
) -> None:
    """One model under random folds, speaker folds and more: how much a biased protocol adds to UAR, and why."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.protocol_bias import main

    result = main(corpus, model)
    if figure:
        from ser_tasks.plots.protocol_bias import draw_protocol_bias

        draw_protocol_bias(result, figure)


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
    """Search hyper-parameters by speaker inside training parts; score them on speakers that no search used."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.tune import TuneOptions, main

    options = TuneOptions(outer=outer, minutes=timeout, write=write)
    main(corpus, protocol, model, trials=trials, workers=workers, options=options)


@app.command(rich_help_panel=FIGURES)
def robustness(
    corpus: Annotated[str, typer.Argument(help="As `ser corpora` lists it.")],
    model: Annotated[str, typer.Option(help="An acoustic model, as svm.")] = "svm",
    conditions: Annotated[
        str | None, typer.Option(help="Some of them, by kind or name: babble,mp3_16; all of params.yaml, if left out.")
    ] = None,
) -> None:
    """Noise, rooms, telephones, codecs: what they cost a model on unseen speakers."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.evaluations.robustness import main

    named = [name.strip() for name in (conditions or "").split(",") if name.strip()]
    main(corpus, model, named or ([] if conditions is None else [conditions]))


@app.command(rich_help_panel=FIGURES)
def score(
    bundle: Annotated[str, typer.Argument(metavar="BUNDLE", help="Name below data/bundles, or folder.")],
    corpus: Annotated[
        str | None, typer.Argument(metavar="CORPUS", help="As `ser corpora` lists it, or one that you imported.")
    ] = None,
    *,
    table: Annotated[
        Path | None, typer.Option(help="Instead of a corpus: a table with columns path, label, speaker.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="Label map of the corpus, if not that of params.yaml.")] = None,
    to: Annotated[
        list[Path] | None, typer.Option(help="File to write: .json the figures; .csv, .jsonl, .parquet predictions.")
    ] = None,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Go on with a bundle that does not know what it was trained on.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; left out: as many as are worth starting.")
    ] = None,
    audio: Annotated[str | None, typer.Option(metavar="DIR", help="Where the paths of the table begin.")] = None,
    column: Annotated[
        list[str] | None, typer.Option(metavar="ROLE=COLUMN", help="Which column of the table is what.")
    ] = None,
    label: Annotated[
        list[str] | None, typer.Option(metavar="LABEL=CLASS", help="What a label means; drop: left out.")
    ] = None,
    speakers: Annotated[str | None, typer.Option(metavar="join|apart|unknown", help="03 and 3: one, or two.")] = None,
    drop: Annotated[
        list[str] | None, typer.Option(help="Rows of the table: missing, unreadable, speakerless, segments.")
    ] = None,
) -> None:
    """A bundle on labelled recordings that it was not trained on: UAR with its interval, confusion, calibration.

    Of ratings CCC. Refused for a speaker or recording of its training data. Exit status 2: some not predicted.
    """
    from pipelines.commands.import_corpus import pairs
    from pipelines.commands.score import score_bundle

    options: dict[str, object] = {
        **{"audio": audio, "column": pairs("--column", column), "label": pairs("--label", label)},
        **{"speakers": speakers, "drop": tuple(drop or ())},
    }
    status = score_bundle(
        bundle,
        corpus=corpus,
        table=table,
        preset=preset,
        options=options,
        to=to or [],
        unchecked=unchecked,
        workers=workers,
    )
    raise typer.Exit(status)


explain = typer.Typer(
    no_args_is_help=True, help="Why a model predicts what it predicts: on one recording, or on a corpus."
)
app.add_typer(explain, name="explain", rich_help_panel=FIGURES)


@explain.command()
def recording(  # noqa: PLR0917 - typer passes them by name
    path: Annotated[Path, typer.Argument(help="A recording.")],
    to: Annotated[Path, typer.Option(help="Picture to write: .png, .svg or .pdf.")],
    bundle: Annotated[
        str | None, typer.Option(help="Of a network: name below data/bundles, or folder; left out if there is one.")
    ] = None,
    of: Annotated[
        str | None, typer.Option(help="The class whose logit is explained; left out: the predicted one.")
    ] = None,
    against: Annotated[str | None, typer.Option(help="A class whose logit is subtracted: why not this?")] = None,
    baseline: Annotated[
        Literal["mean", "silence"], typer.Option(help="The reference input: the mean training frame, or silence.")
    ] = "mean",
) -> None:
    """Which times and bands moved a network to its prediction: integrated gradients, and its attention."""
    from pipelines.commands.explain import explain_recording

    explain_recording(path, to, bundle=bundle, of=of, against=against, baseline=baseline)


@explain.command()
def model(  # noqa: PLR0917 - typer passes them by name
    corpus: str,
    model: Annotated[str, typer.Argument(help="One that reads functionals: svm, mlp, logistic_votes, ridge ...")],
    protocol: str = "speaker_independent",
    repeats: Annotated[int, typer.Option(min=1, help="Shuffles of each group.")] = 10,
    alone: Annotated[bool, typer.Option(help="Also train on each group alone: takes longer.")] = True,
    to: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = None,
) -> None:
    """Which groups of features a model relies on: what it loses on unseen speakers when one is shuffled."""
    from pipelines.orchestration.environment import prepare_environment

    prepare_environment()
    from pipelines.commands.importance import explain_model

    explain_model(corpus, model, protocol, repeats=repeats, alone=alone, to=to)
