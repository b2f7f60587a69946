"""`ser corpora`, `ser fetch`, `ser check`: which corpora there are, how to get one, and is it whole.

Imported only when a command runs: `ser --help` must answer at once.
"""

from typing import Annotated

import typer

from pipelines.cli.panels import CORPORA
from pipelines.errors import errors_as_messages

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CORPUS", help="its name, as `ser corpora` lists it")]


@app.command(rich_help_panel=CORPORA)
def corpora() -> None:
    """List every corpus: licence, size, what there is of it here, and how to get it."""
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
    """Download a corpus, or link a folder you have, and state its version for DVC."""
    from rich.console import Console

    from pipelines.commands.dvc_add import dvc_add
    from pipelines.display.corpora import Bar
    from pipelines.known_corpora import CORPORA as KNOWN
    from pipelines.paths import DATA
    from ser_tasks.corpora import find_corpus
    from ser_tasks.corpora.fetching.fetch import fetch as put_in_place

    with errors_as_messages():
        wanted = find_corpus(corpus, KNOWN)
        typer.echo(f"{wanted.title}\nlicence: {wanted.licence}\nplease cite: {wanted.citation}")
        with Bar(Console()) as bar:
            done = put_in_place(wanted, DATA, origin=origin, everything=everything, progress=bar)
        typer.echo(f"{done.root}: {done.n_files} files, {done.how}")
        typer.echo(dvc_add(done.manifest))
        typer.echo(f"Next: ser check {corpus}, and name it under corpora: in params.yaml")


@app.command(rich_help_panel=CORPORA)
def check(corpus: Name) -> None:
    """Examine a corpus: missing files, wrong rates and lengths, levels, duplicates, spoilt copies."""
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
        with console.status(f"listening to {place.root}") as status:
            report = examine(
                wanted,
                place.root,
                manifest=place.manifest,
                progress=lambda done, files: status.update(f"{done} of {files} files heard"),
            )
        print_report(console, report)
        if not report.ok:
            raise typer.Exit(1)
