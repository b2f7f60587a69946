"""`ser import` and `ser emobox`: a corpus of one's own, and published folds. Imported only when a command runs."""

from typing import Annotated

import typer

from pipelines.cli.panels import CORPORA
from pipelines.errors import errors_as_messages

app = typer.Typer(no_args_is_help=True)

Path_ = Annotated[str, typer.Argument(metavar="PATH", help="table, database or folder; or an imported corpus, again")]
Pairs = list[str] | None


@app.command("import", rich_help_panel=CORPORA)
def import_(
    path: Path_,
    *,
    name: Annotated[str | None, typer.Option(help="of the corpus; if left out, that of PATH")] = None,
    audio: Annotated[str | None, typer.Option(metavar="DIR", help="where the paths begin")] = None,
    column: Annotated[Pairs, typer.Option(metavar="ROLE=COLUMN", help="which column is what; none: no column")] = None,
    label: Annotated[Pairs, typer.Option(metavar="LABEL=CLASS", help="what a label means; drop: left out")] = None,
    split: Annotated[Pairs, typer.Option(metavar="PART=train", help="or validation, test, drop: Test1=test")] = None,
    pattern: Annotated[str | None, typer.Option(help="of file names: {speaker}_{emotion}_{take}.wav")] = None,
    speakers: Annotated[str | None, typer.Option(metavar="join|apart|unknown", help="03 and 3: one, or two")] = None,
    votes: Annotated[str | None, typer.Option(metavar="majority|keep", help="of several raters")] = None,
    times: Annotated[str | None, typer.Option(metavar="UNIT", help="of start, end, duration: s, ms, samples")] = None,
    encoding: Annotated[str | None, typer.Option(help="of a table, as windows-1251")] = None,
    protocol: Annotated[str | None, typer.Option(help="official, loso, speaker_kfold, leave_session_out")] = None,
    drop: Annotated[Pairs, typer.Option(help="missing, unreadable, unmatched, speakerless, segments")] = None,
    table: Annotated[Pairs, typer.Option(help="of an audformat database, if several differ")] = None,
    title: str | None = None,
    kind: Annotated[str | None, typer.Option(help="acted, natural, synthetic")] = None,
    language: Annotated[str | None, typer.Option(help="ISO 639-1, as de")] = None,
    licence: str | None = None,
    citation: str | None = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only show what would be")] = False,
) -> None:
    """Bring what you have: a table, an audformat database, EmoBox lists, a folder of labelled files."""
    from pipelines.commands.import_corpus import bring, options_of, pairs

    with errors_as_messages():
        options = {
            **{"audio": audio, "pattern": pattern, "speakers": speakers, "votes": votes},
            **{"protocol": protocol, "kind": kind, "split": pairs("--split", split)},
            **{"times": times, "encoding": encoding},
            **{"title": title, "language": language, "licence": licence, "citation": citation},
            **{"column": pairs("--column", column), "label": pairs("--label", label)},
            **{"drop": tuple(drop or ()), "table": tuple(table or ())},
        }
        bring(options_of(path, options), name, dry_run=dry_run)


@app.command(rich_help_panel=CORPORA)
def emobox(
    corpus: Annotated[str, typer.Argument(metavar="CORPUS", help="as `ser corpora` lists it, and read already")],
    folder: Annotated[str, typer.Argument(metavar="DIR", help="data/NAME of EmoBox's repository")],
    shared_speakers: Annotated[bool, typer.Option(help="Admit that speakers are on both sides.")] = False,
    shared_groups: Annotated[bool, typer.Option(help="Admit that twin takes or dialogs are.")] = False,
) -> None:
    """Take the folds that EmoBox published: match them to a corpus file by file, and write them to params.yaml."""
    from pipelines.commands.emobox import adopt

    with errors_as_messages():
        adopt(corpus, folder, shared_speakers=shared_speakers, shared_groups=shared_groups)
