"""What a person sees of an import: what was taken for what, what is left out, what to do next."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from rich.text import Text

from pipelines.display.tables import CONSOLE, columns_here
from ser_tasks.corpora.corpus import UNKNOWN, some
from ser_tasks.corpora.imported import Description
from ser_tasks.corpora.importing.plan import Import
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.models.lone_classes import in_words, lone_classes

WIDE = 40  # characters of a cell that are shown
SPEAKERS = 12  # that are named
LEARN = "svm"  # what a first evaluation is of


def show_import(plan: Import) -> None:
    """The preview."""
    _line("corpus", f"{plan.name}, from {plan.given.path}: {plan.format}")
    for role, taken in plan.taken.items():
        _line("column" if role == "path" else "", f"{role:11}{taken.column:23} {taken.why}")
    for number, where in enumerate(plan.first.index):  # not by rows: a row of pandas has NaN for None
        cells = [(plan.first[taken.column].iloc[number] or "–")[:WIDE] for taken in plan.taken.values()]
        _line("first" if number == 0 else "", f"{where}: {'  '.join(cells)}")
    _line("sounds", f"{plan.table.path.nunique()} files, {len(plan.table)} utterances, below {plan.sounds}")
    _show_parts(plan)
    _show_labels(plan)
    if plan.tally is not None:
        _line("votes", plan.tally.counts)
        _line("", plan.tally.agreement or "agreement is not computed: no sound has two raters who gave one label each")
    _show_speakers(plan)
    for reason, rows in plan.dropped.items():
        _line("left out", f"{rows} rows that {reason}", style="yellow")
    if plan.chosen.why:
        section = plan.chosen.section or {"kind": "none that keeps speakers apart"}
        words = ", ".join([str(section["kind"]), *(f"{k} {v}" for k, v in section.items() if k != "kind")])
        _line("protocol", f"{words}: {plan.chosen.why}")
    said = plan.description
    unknown = [name for name in ("kind", "language", "licence", "citation") if getattr(said, name) == UNKNOWN]
    known = {name: getattr(said, name) for name in ("title", "kind", "language", "licence") if name not in unknown}
    _line("about", ", ".join(f"{name} {value}" for name, value in known.items()))
    if unknown:
        _line("", f"not said: {', '.join(unknown)} (--{' --'.join(unknown)})")
    for note in notes_of(plan):
        _line("note", note, style="cyan")


def _show_parts(plan: Import) -> None:
    """How many utterances are parts of files, and how long these are."""
    times = plan.table[["start", "end"]].astype(float)
    parts = times[times.notna().any(axis=1)]
    lengths = (parts.end - parts.start.fillna(0.0)).dropna()
    if len(parts):
        span = [f"{lengths.min():.2f} to {lengths.max():.2f} s long"] if len(lengths) else []
        rest = [f"{n} to the end of their file"] if (n := len(parts) - len(lengths)) else []
        _line("parts", f"{len(parts)} utterances are parts of files: {', '.join([*span, *rest])}")


def notes_of(plan: Import) -> list[str]:
    """Those of the plan, and the classes that one speaker alone has."""
    named = plan.table.assign(emotion=plan.table.emotion.map(plan.labels.classes)).dropna(subset=["speaker", "emotion"])
    said = in_words(lone_classes(zip(named.speaker, named.emotion, strict=True)))
    return [*plan.notes, said] if said else [*plan.notes]


def _show_labels(plan: Import) -> None:
    counts = plan.table.emotion.value_counts()
    words = {label: f" = {word}" for label, word in plan.labels.words.items() if plain(label) != plain(word)}
    by_class: dict[str | None, list[str]] = {}
    for label, name in sorted(plan.labels.classes.items()):
        by_class.setdefault(name, []).append(f"{label}{words.get(label, '')} ({counts.get(label, 0)})")
    for number, (name, labels) in enumerate(
        sorted(by_class.items(), key=lambda pair: (pair[0] is None, pair[0] or ""))
    ):
        _line("labels" if number == 0 else "", f"{name or 'dropped':11} {', '.join(labels)}")


def _show_speakers(plan: Import) -> None:
    speakers = plan.table.speaker.value_counts().sort_index()
    if len(speakers):
        named = some([f"{name} ({n})" for name, n in speakers.items()], at_most=SPEAKERS)
        _line("speakers", f"{len(speakers)}: {named}")
    else:
        _line("speakers", "unknown")


def show_changes(plan: Import, before: Description | None, old: Sequence[Mapping[str, str]] | None) -> None:
    """What differs from the import before."""
    if before is None:
        return
    rows = {row["utterance_id"]: dict(row) for row in old or ()}
    new = {str(row["utterance_id"]): row for row in plan.table.fillna("").to_dict("records")}
    changed = sum(rows[name] != {k: str(v) for k, v in new[name].items()} for name in rows.keys() & new.keys())
    counts = f"{len(new.keys() - rows.keys())} utterances new, {len(rows.keys() - new.keys())} gone, {changed} changed"
    now, then = plan.description.labels, before.labels
    labels = [
        f"{label}: {then.get(label, 'none')} -> {now.get(label, 'none')}"
        for label in sorted({*now, *then})
        if now.get(label) != then.get(label)
    ]
    _line("again", "; ".join([counts, *labels]), style="cyan")


def show_written(plan: Import, edits: Mapping[str, Any], tracked: Sequence[str]) -> None:
    """What was written where, and what comes next."""
    for key, value in edits.items():
        _line("wrote" if key.startswith("corpus.") else "", f"params.yaml: {key}: {_flow(value)}", style="green")
    for words in tracked:
        _line("", words, style="green")
    protocol = "" if plan.chosen.section else " --protocol speaker_dependent"
    _line("next", f"ser check {plan.name}")
    _line("", f"ser evaluate {plan.name} {LEARN}{protocol}")
    if plan.emobox is not None:
        _line("", f"its folds as a protocol: ser emobox {plan.name} {plan.emobox}")


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(str, value)) + "]"
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _line(head: str, text: str, *, style: str = "") -> None:
    if CONSOLE.is_terminal:  # long lines go on below their text; a log keeps them whole
        text = fill(text, max(columns_here() - 10, 40), break_long_words=False, break_on_hyphens=False)
        text = text.replace("\n", "\n" + " " * 10)
    CONSOLE.print(Text(f"{head:10}", style="bold").append(text, style=style or "not bold"))
