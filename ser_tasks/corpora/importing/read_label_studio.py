"""Exports of Label Studio: a row for each annotation, or for each region of the sound that it is about.

Source: https://labelstud.io/guide/export (1.23.2, whose exports are read)
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.label_studio_files import is_recording, recordings_of
from ser_tasks.corpora.importing.options import SCALES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable
from ser_tasks.corpora.vocabulary import class_of, plain

FORMAT = "export of Label Studio"
WHY = "stated by Label Studio"
FLAT = ("annotation_id", "annotator", "lead_time")  # columns of CSV, TSV and JSON-MIN
START, END, CHANNEL = PLACE = ("start", "end", "channel")  # of a region
ID, ANNOTATOR = "id", "annotator"
REGION = "answers about regions"  # in place of a cell that holds answers about regions
RATINGS = {name for role in SCALES for name in COLUMN_NAMES[role].split()}
Task = dict[str, Any]

IN_A_CELL: dict[str, Callable[[Any], str]] = {  # key of an answer -> it as text
    "choices": ";".join,
    "labels": ";".join,
    "rating": str,
    "number": str,
    "text": lambda own: own if isinstance(own, str) else " ".join(own),
    "taxonomy": lambda own: ";".join(" > ".join(path) for path in own),
}
KEYS = {"textarea": "text"} | {key: key for key in IN_A_CELL if key != "text"}  # of an answer, by its type


@dataclass(frozen=True)
class Answer:
    """An answer to one control of the page, about all of the sound or a region."""

    control: str
    text: str
    region: str | None
    place: Mapping[str, Any]  # of the region: PLACE


@dataclass
class Unread:
    """What is not read: rows by reason, and everything else in notes."""

    rows: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)


def exported(path: Path) -> list[Task] | None:
    """The content of a file, JSON or JSON-MIN, that Label Studio exported; None: it is another."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig")) if path.suffix.lower() == ".json" else None
    except ValueError:
        return None  # what reads tables has the message
    if not isinstance(content, list) or not content or not all(isinstance(one, dict) for one in content):
        return None
    whole = isinstance(content[0].get("data"), dict) and isinstance(content[0].get("annotations"), list)
    return content if whole or is_flat(content[0]) else None


def is_flat(columns: Iterable[str]) -> bool:
    """Whether they are those of CSV, TSV or JSON-MIN."""
    return {*FLAT} <= {*columns}


def read_label_studio(content: Sequence[Task], path: Path, given: ImportOptions) -> SourceTable:
    """The rows of an export as JSON, or as JSON-MIN.

    Args:
        content: of the file
        path: the file
        given: of which the column of emotions, labels that are explained, and the folder of the sounds count here

    Raises:
        SourceError: a task of another form, answers about regions in JSON-MIN, or nothing that anybody annotated
    """
    if is_flat(content[0]):
        rows = {
            f"row {number}": {name: json.dumps(own) if _is_nested(own) else own for name, own in row.items()}
            for number, row in enumerate(content, 1)
        }
        return as_label_studio(replace(_source(rows, path), format="JSON-MIN"), path, given)
    unread = Unread()
    try:
        annotations = list(_annotations(content, unread))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"{path}: not what Label Studio exports of a task ({error!r}). Export it again.") from error
    answers = [answer for *_, own in annotations for answer in own]
    about = _about_emotion(answers, given)
    taken = {ID, ANNOTATOR, *(name for one in answers for name in (one.control, *one.place))}
    rows = {
        where: {f"data.{name}" if name in taken else name: own for name, own in data.items()} | stated | cells
        for annotation, data, stated, own in annotations
        for where, cells in _rows(annotation, own, about, unread)
    }
    if not rows:
        raise SourceError(f"{path}: {FORMAT}, but none of {len(content)} tasks was annotated. Annotate, export again.")
    source = _source(rows, path)
    roles = {name: ColumnChoice(name, WHY) for name in PLACE if name in source.table}
    notes = tuple(f"{what}: {count}" for what, count in (+unread.others).items())
    return _with_files(replace(source, roles=roles, notes=notes, dropped=dict(+unread.rows)), given)


def as_label_studio(source: SourceTable, path: Path, given: ImportOptions) -> SourceTable:
    """The rows of an export as CSV, TSV or JSON-MIN, whose cells hold JSON where an answer is more than one word.

    Raises:
        SourceError: answers about regions, which these formats do not tell apart
    """
    columns = {name: [_flat_cell(cell) for cell in source.table[name]] for name in source.table}
    table = pd.DataFrame(columns, source.table.index, dtype=object)
    if regions := [where for where, *row in table.itertuples() if REGION in row]:
        raise SourceError(
            f"{path}: {regions[0]}: answers about regions of a sound. CSV, TSV and JSON-MIN leave out which region an "
            "answer of one word is about: export as JSON."
        )
    return _with_files(replace(source, format=f"{FORMAT}, {source.format}", table=table), given)


def _flat_cell(cell: str | None) -> str | None:
    try:
        content = json.loads(cell) if cell and cell[0] in "[{" else None
    except ValueError:
        content = None
    if not content:
        return cell
    answers = content if isinstance(content, list) else [content]
    keys = [[key for key in IN_A_CELL if isinstance(own, dict) and key in own] for own in answers]
    if any(isinstance(own, dict) and START in own for own in answers):
        return REGION
    if not all(keys):
        return cell
    return ";".join(IN_A_CELL[key](own[key]) for own, (key, *_) in zip(answers, keys, strict=True))


def _annotations(content: Iterable[Task], unread: Unread) -> Iterator[tuple[str, Task, Task, list[Answer]]]:
    """Where each stands, the fields of its task, which task and whose it is, and its answers."""
    for task in content:
        data, annotations = task["data"], task["annotations"]
        unread.others["fields of tasks that hold lists or objects are not read"] += sum(map(_is_nested, data.values()))
        unread.others["predictions of models are not read"] += len(task.get("predictions") or ())
        unread.rows["are tasks that nobody annotated"] += not annotations
        for annotation in annotations:
            if annotation.get("was_cancelled"):
                unread.rows["were skipped by their annotator"] += 1
                continue
            unread.others["annotations that are marked as ground truth count as any other"] += bool(
                annotation.get("ground_truth")
            )
            by = annotation.get("completed_by")
            stated = {ID: task["id"], ANNOTATOR: (by.get("email") or by["id"]) if isinstance(by, dict) else by}
            plain_data = {name: own for name, own in data.items() if not _is_nested(own)}
            answers = [one for item in annotation["result"] if (one := _answer(item, unread)) is not None]
            yield f"task {task['id']}, annotation {annotation['id']}", plain_data, stated, answers


def _is_nested(own: Any) -> bool:
    return isinstance(own, list | dict)


def _answer(item: Task, unread: Unread) -> Answer | None:
    """One of a kind that is read, about all of the sound or a part of its time; relations have neither."""
    value, key = item.get("value") or {}, KEYS.get(item["type"])
    if key is None or key not in value:
        unread.others[f"answers of the type {item['type']} are not read"] += 1
        return None
    of_times = all(isinstance(value.get(name), int | float) for name in (START, END))
    if len(value) > 1 and (not of_times or (key != "text" and "text" in value)):
        unread.others["answers about regions that are not times of a sound are not read"] += 1
        return None
    place = {name: value[name] for name in PLACE if name in value}
    return Answer(item["from_name"], IN_A_CELL[key](value[key]), item["id"] if place else None, place)


def _about_emotion(answers: Sequence[Answer], given: ImportOptions) -> set[str]:
    """The controls that decide whether a row is a region: of emotions, else of ratings, else all."""
    words: dict[str, list[str]] = {}
    for one in answers:
        words.setdefault(one.control, []).extend(map(plain, one.text.split(";")))
    named, known = {*given.column.get("emotion", "").split(",")}, {*map(plain, given.label)}
    emotions = {
        control
        for control, own in words.items()
        if 2 * sum(class_of(word) is not None or word in known for word in own) > len(own)
    }
    return named & {*words} or emotions or {control for control in words if plain(control) in RATINGS} or {*words}


def _rows(where: str, answers: Sequence[Answer], about: set[str], unread: Unread) -> Iterator[tuple[str, Task]]:
    """The cells of one annotation, for each of its regions if its emotions are about these."""
    regions = list(dict.fromkeys(one.region for one in answers if one.region is not None))
    whole = _cells(one for one in answers if one.region is None)
    if not any(one.region is not None and one.control in about for one in answers):
        unread.others["regions are not read, since emotions are about all of the sound"] += len(regions)
        yield where, whole
        return
    for region in regions:
        own = [one for one in answers if one.region == region]
        yield f"{where}, region {region}", whole | dict(own[0].place) | _cells(own)


def _cells(answers: Iterable[Answer]) -> Task:
    cells: dict[str, str] = {}
    for one in answers:
        cells[one.control] = f"{cells[one.control]};{one.text}" if one.control in cells else one.text
    return cells


def _source(rows: Mapping[str, Task], path: Path) -> SourceTable:
    table = pd.DataFrame([*rows.values()], index=[*rows], dtype=object)
    if CHANNEL in table and not table[CHANNEL].fillna(0).astype(bool).any():  # 0 is also what is not said
        table = table.drop(columns=CHANNEL)
    return SourceTable(FORMAT, as_text(table), (path.resolve().parent,))


def _with_files(source: SourceTable, given: ImportOptions) -> SourceTable:
    """With the recordings in place of where the server has them."""
    if given.words_alone:
        return source
    folders = [Path(given.audio).expanduser()] if given.audio else source.folders
    named = [column for column in map(str, source.table) if _are_recordings(source.table[column])]
    paths = {column: recordings_of(source.table[column], folders) for column in named}
    columns = {name: [own and found[own] for own in source.table[name]] for name, found in paths.items()}
    table = source.table.assign(**columns)
    roles = {"path": ColumnChoice(named[0], WHY)} if len(named) == 1 else {}
    return replace(source, table=table, roles=roles | source.roles)


def _are_recordings(column: "pd.Series[Any]") -> bool:
    return bool(column.notna().any()) and all(map(is_recording, column.dropna()))
