"""Corpora and speech encoders on the terminal: the tables, the progress of a fetch, the report of `ser check`."""

from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from ser_tasks.corpora.checking.doctor import Report
from ser_tasks.corpora.corpus import Corpus
from ser_tasks.corpora.place import State
from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import folder_of, weights_are_here

MOST_SPEAKERS = 60  # with a line of their own
COLOURS = {"ok": "green", "note": "cyan", "warning": "yellow", "error": "red"}


def print_corpora(console: Console, rows: Iterable[tuple[Corpus, State]]) -> None:
    """Print a few lines for each known corpus."""
    for corpus, state in rows:
        console.print(Text(corpus.name, style="bold").append(f"  {corpus.title}", style="not bold"))
        lines = {
            "what": f"{corpus.kind} speech ({corpus.language}), {corpus.size}",
            "licence": corpus.licence,
            "here": describe_state(state),
            "get it": corpus.how_to_get,
        }
        for word, text in lines.items():
            console.print(Text(f"  {word:9}{text}"), soft_wrap=True)


def describe_state(state: State) -> str:
    """The state of a corpus on this machine, in a few words."""
    if state.kind == "absent":
        return "not here"
    if state.kind == "broken":
        return state.problem or "broken"
    where = f"linked to {state.target}" if state.target else "unpacked"
    manifest = "no manifest" if state.manifest == "none" else f"manifest {state.manifest}"
    return f"{where}, {state.n_files} files, {manifest}"


def print_report(console: Console, report: Report) -> None:
    """Print the report of a check: counts, then findings, errors last."""
    console.print(Text(f"{report.corpus}: {report.n_files} audio files in {report.root}", style="bold"))
    if report.counts:
        console.print(counts_table(report))
    order = list(COLOURS)
    for finding in sorted(report.findings, key=lambda finding: order.index(finding.level)):
        line = Text(f"{finding.level:8}", style=COLOURS[finding.level])
        console.print(line.append(f"{finding.topic:14}{finding.text}", style="default"), soft_wrap=True)


def counts_table(report: Report) -> Table:
    """Utterances per speaker and emotion; of more than MOST_SPEAKERS, least, median and most."""
    speakers = sorted({speaker for speaker, _ in report.counts})
    emotions = sorted({emotion for _, emotion in report.counts})
    table = Table("speaker", box=None, padding=(0, 1, 0, 0))  # eight emotions fit into 80 columns
    for name in (*emotions, "all"):
        table.add_column(name, justify="right")
    counts = [[report.counts.get((speaker, emotion), 0) for emotion in emotions] for speaker in speakers]
    lines = [(speaker, [*row, sum(row)]) for speaker, row in zip(speakers, counts, strict=True)]
    columns = [sorted(column) for column in zip(*(row for _, row in lines), strict=True)]
    if len(speakers) > MOST_SPEAKERS:
        places = {"least": 0, "median": len(speakers) // 2, "most": -1}
        lines = [(f"{word} of {len(speakers)}", [own[place] for own in columns]) for word, place in places.items()]
    for name, row in (*lines, ("all", list(map(sum, columns)))):
        table.add_row(Text(name), *map(str, row))
    return table


class Bar:
    """The progress of a fetch as a bar: a `ser_tasks.corpora.fetching.progress.Progress`."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self.bar, self.task = Progress(*columns, console=console), TaskID(0)

    def __enter__(self) -> "Bar":
        """Begin to draw."""
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the last state on the terminal."""
        self.bar.stop()

    def start(self, step: str, total: int | None, done: int = 0) -> None:
        """A new line."""
        self.task = self.bar.add_task(step, total=total, completed=done)

    def advance(self, amount: int) -> None:
        """The current line grows."""
        self.bar.advance(self.task, amount)

    def note(self, text: str) -> None:
        """A sentence above the bars."""
        self.bar.console.print(Text(text), soft_wrap=True)


def print_encoders() -> None:
    """Print a few lines for each encoder of the table."""
    console = Console(highlight=False)
    for encoder in ENCODERS.values():
        console.print(Text(encoder.name, style="bold").append(f"  {encoder.family.title}", style="not bold"))
        for word, text in described(encoder).items():
            console.print(Text(f"  {word:10}{text}"), soft_wrap=True)


def described(encoder: Encoder) -> dict[str, str]:
    """Facts about an encoder by their headings."""
    folder = folder_of(encoder)
    size = f"{encoder.parameters:g} million parameters, {_layers(encoder)} of {encoder.width} units, 16 kHz"
    return {
        "size": size if encoder.hub else "as in its folder",
        "languages": encoder.languages,
        "licence": encoder.licence,
        "paper": encoder.family.paper,
        "runs on": " and ".join(encoder.family.libraries) or "NumPy",
        "here": f"in {folder}" if weights_are_here(encoder) else "no",
        "get it": f"ser fetch-encoder {encoder.name}" + ("" if encoder.hub else " --from FOLDER"),
    }


def _layers(encoder: Encoder) -> str:
    return "1 layer" if encoder.layers == 1 else f"{encoder.layers} layers"
