"""`ser import`: a preview, then the files and the one entry of params.yaml that make a corpus of it."""

import csv
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import fill
from typing import Any

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from pipelines import paths
from pipelines.display.tables import CONSOLE, columns_here
from ser_tasks.atomic import atomic_path
from ser_tasks.corpora import CORPORA as TABLE_OF_CORPORA
from ser_tasks.corpora.corpus import BY_GENDER, UNKNOWN, some
from ser_tasks.corpora.imported import (
    DESCRIPTION,
    SOUNDS,
    TABLE,
    Description,
    imported_corpus,
    read_description,
    read_rows,
)
from ser_tasks.corpora.importing.options import DROP, NONE, UNLABELLED, ImportOptions
from ser_tasks.corpora.importing.plan import Import, plan_import
from ser_tasks.corpora.importing.source_table import SourceError, as_language
from ser_tasks.corpora.listing import list_audio
from ser_tasks.corpora.manifest import digest_files, save_entries
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.errors import UserError
from ser_tasks.models.lone_classes import in_words, lone_classes
from ser_tasks.params import Params
from ser_tasks.params.base import NAME
from ser_tasks.params.editing import change_file, with_values
from ser_tasks.params.project import ProjectParams
from ser_tasks.params.reading import PARAMS_FILE, read_params

PAIRS = {"--column": "ROLE=COLUMN", "--label": "LABEL=CLASS", "--split": "PART=train, validation, test or drop"}
OF_THE_SOURCE: dict[str, Any] = {
    "column": {},
    "pattern": None,
    "table": (),
    "split": {},
    "times": None,
    "scale": None,
    "encoding": None,
    "unpack": None,
    "windows": None,
    "delay": None,
}


def options_of(path: str, options: Mapping[str, Any]) -> ImportOptions:
    """The options of a command line, checked.

    Raises:
        SourceError: a value that an option does not have
    """
    try:
        given = ImportOptions(path=path, **options)
    except ValidationError as error:
        (first, *_) = error.errors()
        found, expected = first["input"], first["msg"].removeprefix("Input should be ")
        raise SourceError(f"--{first['loc'][0]} {found}: expected {expected}.") from error
    if given.audio is not None and not given.words_alone and not Path(given.audio).expanduser().is_dir():
        raise SourceError(
            f"--audio {given.audio}: no such folder. Give the one that the paths begin at, or none: the words alone."
        )
    if given.language is not None and as_language(given.language) != given.language:
        raise SourceError(f"--language {given.language}: expected two small letters of ISO 639-1, as de.")
    return given


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """The pairs of one option: ROLE=COLUMN, LABEL=CLASS, PART=test; labels and parts may hold an equals sign.

    Raises:
        SourceError: without an equals sign
    """
    found = {}
    for words in given or ():
        left, equals, right = words.partition("=") if option == "--column" else words.rpartition("=")
        if not (left and equals and right):
            raise SourceError(f"{option} {words}: expected {PAIRS[option]}.")
        found[left] = right
    return found


def import_corpus(given: ImportOptions, name: str | None, *, dry_run: bool) -> None:
    """Show the preview; then write the corpus, if nothing is left open.

    Raises:
        SourceError: what is left open, all of it
    """
    params = read_params()
    name, options, before = _merged_options(given, name)
    plan = plan_import(name, options)
    if before is not None and _is_own_table(options, name):
        own = plan.description.labels
        of_votes = {label: name for label, name in before.labels.items() if name in own.values()}
        plan = replace(plan, description=before.model_copy(update={"labels": of_votes | own}))
    show_import(plan)
    if plan.problems:
        raise SourceError("\n".join(plan.problems))
    old = read_rows(_table_file(name)) if before is not None and _table_file(name).exists() else None
    show_changes(plan, before, old)
    if dry_run:
        return
    edits = _edits(plan, params, given)
    text = with_values(PARAMS_FILE.read_text(encoding="utf-8"), edits)
    ProjectParams.model_validate(yaml.safe_load(text))
    _write(plan)
    change_file(PARAMS_FILE, lambda own: with_values(own, edits))
    tracked = [dvc_add(path) for path in (_table_file(name), paths.manifest(name))]
    of_sound = "svm" if len(plan.table) <= params.kernels.largest else "logistic"
    of_words, of_sound = ("tfidf", of_sound) if plan.description.labels else ("tfidf_ridge", "ridge")
    model = of_words if plan.sounds is None else of_sound
    show_written(plan, edits, tracked, model=model, again=before is not None)


def _merged_options(given: ImportOptions, name: str | None) -> tuple[str, ImportOptions, Description | None]:
    """The name, the options given now over those given before, and the corpus as it was imported before."""
    again = name is None and not Path(given.path).expanduser().exists() and _described(given.path) is not None
    name = given.path if again else name or _name_of(Path(given.path).expanduser())
    if name in TABLE_OF_CORPORA:
        raise SourceError(
            f"{name} is a corpus that this project knows (ser corpora). Give yours another name: add --name NAME."
        )
    if not re.fullmatch(NAME, name):
        raise SourceError(
            f"{name!r} is not a valid name for a corpus: use small letters, digits and underscores, beginning with a "
            "letter. Add --name NAME."
        )
    before = _described(name)
    if before is None:
        return name, given, None
    earlier = ImportOptions.model_validate(before.options)
    if _is_own_table(
        given, name
    ):  # on another machine: names of its columns are ours, and no longer those of the source
        there = {row["emotion"] for row in read_rows(_table_file(name))}  # others have votes alone
        stated = before.labels | dict.fromkeys(before.dropped, DROP)
        known = {label: name for label, name in stated.items() if label in there}
        alone = {"column": {"emotion": NONE}} if {*before.dropped} == {UNLABELLED} and not before.labels else {}
        known.pop(UNLABELLED, None)
        return name, given.over(earlier.model_copy(update=OF_THE_SOURCE | {"label": known} | alone)), before
    if not again and given.path != earlier.path:
        earlier = earlier.model_copy(update={"unpack": None})  # of sounds inside of what was imported then
    return name, (given.model_copy(update={"path": earlier.path}) if again else given).over(earlier), before


def _is_own_table(given: ImportOptions, name: str) -> bool:
    return Path(given.path).expanduser().resolve() == _table_file(name).resolve()


def _name_of(path: Path) -> str:
    stem = path.resolve().parent.name if path.name == "db.yaml" else path.resolve().stem
    return re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")


def _described(name: str) -> Description | None:
    file = paths.IMPORTED / f"{name}.yaml"
    return read_description(file) if file.is_file() else None


def _table_file(name: str) -> Path:
    return paths.IMPORTED / f"{name}.csv"


def _write(plan: Import) -> None:
    """The description, the table, a root that links to both and to the sounds, and the manifest of all of it."""
    with atomic_path(_table_file(plan.name)) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(plan.table.columns)
        lines.writerows(plan.table.fillna("").itertuples(index=False))
    description = paths.IMPORTED / f"{plan.name}.yaml"
    with atomic_path(description) as temporary:
        described = plan.description.model_dump(mode="json", exclude_none=True)
        text = yaml.safe_dump(described, sort_keys=False, allow_unicode=True, width=120)
        temporary.write_text(f"# Made by `ser import`, which keeps what is given here.\n{text}", encoding="utf-8")
    root = paths.corpus_root(plan.name)
    with atomic_path(root) as folder:
        folder.mkdir()
        above = Path("..", "..", paths.IMPORTED.name)
        (folder / DESCRIPTION).symlink_to(above / description.name)
        (folder / TABLE).symlink_to(above / _table_file(plan.name).name)
        if plan.sounds is not None:
            (folder / SOUNDS).symlink_to(plan.sounds, target_is_directory=True)
    corpus = imported_corpus(description)
    with Console().status(f"digests of {plan.table.path.nunique()} files"):
        save_entries(digest_files(root, list_audio(root, corpus)), paths.manifest(plan.name))


def _edits(plan: Import, params: Params, given: ImportOptions) -> dict[str, Any]:
    """What changes in params.yaml: the entry; of an existing entry, what no longer holds or is given anew."""
    before, new = params.corpus.get(plan.name), plan.section
    edits: dict[str, Any] = {}
    if before is None:
        edits[f"corpus.{plan.name}"] = new
    else:
        if before.preset.removesuffix(BY_GENDER) not in plan.presets:
            edits[f"corpus.{plan.name}.preset"] = new["preset"]
        own = before.speaker_independent and before.speaker_independent.model_dump()
        replaced = own is None or new["speaker_independent"] is None or given.protocol or given.speakers
        if replaced and own != new["speaker_independent"]:
            edits[f"corpus.{plan.name}.speaker_independent"] = new["speaker_independent"]
    return edits


def dvc_add(path: Path) -> str:
    """A sentence about the result of `dvc add`.

    Raises:
        UserError: DVC fails
    """
    if not any((folder / ".dvc").is_dir() for folder in (Path.cwd(), *Path.cwd().parents)):
        return f"{path}: not tracked by DVC, because this folder is not a DVC project"
    command = [sys.executable, "-m", "dvc", "add", "--quiet", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(
            f"{path}: `dvc add` failed: {done.stderr.strip() or done.stdout.strip()} "
            f"The corpus is in place; fix this and run `dvc add {path}`."
        )
    return f"{path}: tracked by DVC; commit {path}.dvc to keep this version"


WIDE = 40  # characters of a cell that are shown
SPEAKERS = 12  # that are named


def show_import(plan: Import) -> None:
    """Print the preview."""
    _line("corpus", f"{plan.name}, from {plan.given.path}: {plan.format}")
    for role, taken in plan.taken.items():
        _line("column" if role == "path" else "", f"{role:11}{taken.column:23} {taken.why}")
    for number, where in enumerate(plan.first.index):  # not by rows: a row of pandas has NaN for None
        cells = [(plan.first[taken.column].iloc[number] or "–")[:WIDE] for taken in plan.taken.values()]
        _line("first" if number == 0 else "", f"{where}: {'  '.join(cells)}")
    there = "none" if plan.sounds is None else f"{plan.table.path.nunique()} files"
    below = "" if plan.sounds is None else f", below {plan.sounds}"
    _line("sounds", f"{there}, {len(plan.table)} utterances{below}")
    _show_parts(plan)
    _show_labels(plan)
    if plan.tally is not None:
        _line("votes", plan.tally.counts)
        _line(
            "", plan.tally.agreement or "agreement is not computed: no recording has two raters who gave one label each"
        )
    _show_speakers(plan)
    for reason, rows in plan.dropped.items():
        _line("left out", f"{rows} rows that {reason}", style="yellow")
    if plan.chosen.why:
        section = plan.chosen.section or {"kind": "none that keeps speakers apart"}
        words = ", ".join([str(section["kind"]), *(f"{k} {v}" for k, v in section.items() if k != "kind")])
        _line("protocol", f"{words}: {plan.chosen.why}")
    about = plan.description
    unknown = [name for name in ("kind", "language", "licence", "citation") if getattr(about, name) == UNKNOWN]
    known = {name: getattr(about, name) for name in ("title", "kind", "language", "licence") if name not in unknown}
    _line("about", ", ".join(f"{name} {value}" for name, value in known.items()))
    if unknown:
        _line("", f"not given: {', '.join(unknown)} (--{' --'.join(unknown)})")
    for note in notes_of(plan):
        _line("note", note, style="cyan")


def _show_parts(plan: Import) -> None:
    """Print how many utterances are parts of files, and how long these are."""
    times = plan.table[["start", "end"]].astype(float)
    parts = times[times.notna().any(axis=1)]
    lengths = (parts.end - parts.start.fillna(0.0)).dropna()
    if len(parts):
        span = [f"{lengths.min():.2f} to {lengths.max():.2f} s long"] if len(lengths) else []
        rest = [f"{n} to the end of their file"] if (n := len(parts) - len(lengths)) else []
        _line("parts", f"{len(parts)} utterances are parts of files: {', '.join([*span, *rest])}")


def notes_of(plan: Import) -> list[str]:
    """Notes of the plan, and the classes that one speaker alone has."""
    named = plan.table.assign(emotion=plan.table.emotion.map(plan.labels.classes)).dropna(subset=["speaker", "emotion"])
    warning = in_words(lone_classes(zip(named.speaker, named.emotion, strict=True)))
    return [*plan.notes, warning] if warning else [*plan.notes]


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
    """Print what differs from the import before."""
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


def show_written(plan: Import, edits: Mapping[str, Any], tracked: Sequence[str], *, model: str, again: bool) -> None:
    """Print what was written where, and what comes next: an evaluation of this model; again, all those there were."""
    for key, value in edits.items():
        _line("wrote" if key.startswith("corpus.") else "", f"params.yaml: {key}: {_flow(value)}", style="green")
    for words in tracked:
        _line("", words, style="green")
    protocol = "" if plan.chosen.section else " --protocol speaker_dependent"
    _line("next", f"ser check {plan.name}")
    _line("", f"ser evaluate {plan.name} {model}{protocol}")
    if again:
        _line("", "ser repro: results of the corpus as it was before are made anew")
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
