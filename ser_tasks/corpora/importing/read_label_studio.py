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
from ser_tasks.corpora.importing.options import NONE, SCALES, ImportOptions
from ser_tasks.corpora.importing.read_table import as_text
from ser_tasks.corpora.importing.source_table import SEPARATOR, ColumnChoice, SourceError, SourceTable
from ser_tasks.corpora.vocabulary import class_of, plain

FORMAT = "export of Label Studio"
WHY = "stated by Label Studio"
FLAT = ("annotation_id", "annotator", "lead_time")  # columns of CSV, TSV and JSON-MIN
START, END, CHANNEL = PLACE = ("start", "end", "channel")  # of a region
ID, ANNOTATOR = "id", "annotator"
REGION = "answers about regions"  # in place of a cell that holds answers about regions
RATINGS = {name for role in SCALES for name in COLUMN_NAMES[role].split()}
Task = dict[str, Any]


def _choices(own: Sequence[str | Sequence[str]]) -> str:
    """Parted by SEPARATOR, each a word or a path of words."""
    each = (one if isinstance(one, str) else " > ".join(one) for one in own)
    return SEPARATOR.join(one.replace(SEPARATOR, ",") for one in each)


IN_A_CELL: dict[str, Callable[[Any], str]] = {  # key of an answer -> it as text
    **dict.fromkeys(("choices", "labels", "taxonomy"), _choices),
    "rating": str,
    "number": str,
    "text": lambda own: own if isinstance(own, str) else " ".join(own),
}
KEYS = {"textarea": "text"} | {key: key for key in IN_A_CELL if key != "text"}  # of an answer, by its type


@dataclass(frozen=True)
class Answer:
    """An answer to one control of the page, about all of the sound or a region."""

    control: str
    about: str  # name of the sound on the page
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
    if isinstance(content, dict):
        content = content["tasks"] if isinstance(content.get("tasks"), list) else [content]
    if not isinstance(content, list) or not content or not all(isinstance(one, dict) for one in content):
        return None
    if is_flat(content[0]):
        return content
    tasks = [{"annotations": one.get("completions")} | one for one in content]  # as they were called before 1.0
    return tasks if isinstance(tasks[0].get("data"), dict) and isinstance(tasks[0]["annotations"], list) else None


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
        return as_label_studio(_json_min(content, path), path, given)
    unread = Unread()
    try:
        annotations = list(_annotations(content, unread))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(f"{path}: not what Label Studio exports of a task ({error!r}). Export it again.") from error
    answers = [answer for *_, own in annotations for answer in own]
    about = _about_emotion(answers, given)
    of_regions = any(one.region is not None and one.control in about for one in answers)
    taken = {ID, ANNOTATOR, *(name for one in answers for name in (one.control, *one.place))}
    rows = {
        where: {f"data.{name}" if name in taken else name: own for name, own in data.items()} | stated | cells
        for annotation, data, stated, own in annotations
        for where, cells in _rows(annotation, own, about if of_regions else set(), unread)
    }
    notes = tuple(f"{what}: {count}" for what, count in (+unread.others).items())
    if not rows:
        counted = "; ".join((*notes, *(f"{count} {why}" for why, count in (+unread.rows).items())))
        raise SourceError(f"{path}: {FORMAT}, but no annotation in {len(content)} tasks ({counted}). Annotate them.")
    source = _source(rows, path)
    roles = {name: ColumnChoice(name, WHY) for name in (START, END) if name in source.table}
    if CHANNEL in source.table and {*source.table[CHANNEL].dropna()} != {"0"}:  # which is also what is not said
        roles[CHANNEL] = ColumnChoice(CHANNEL, WHY)
    found = _with_files(replace(source, roles=roles, notes=notes, dropped=dict(+unread.rows)), given)
    _check_one_sound(found, {one.about for one in answers}, path)
    return found


def _json_min(content: Sequence[Task], path: Path) -> SourceTable:
    """Its rows as a table of CSV would have them."""
    rows = {
        f"row {number}": {name: json.dumps(own) if _is_nested(own) else own for name, own in row.items()}
        for number, row in enumerate(content, 1)
    }
    return replace(_source(rows, path), format="JSON-MIN")


def _check_one_sound(source: SourceTable, about: set[str], path: Path) -> None:
    """Raise SourceError where tasks have several sounds, and answers are about more than one of them."""
    sounds = [name for name in map(str, source.table) if _are_recordings(source.table[name])]
    if len(sounds) > 1 and len(about) > 1:
        raise SourceError(
            f"{path}: tasks have {len(sounds)} sounds ({', '.join(sounds)}), and answers are about "
            f"{', '.join(sorted(about))}; which is which, the export leaves out. "
            "Make a task of each sound, or write a table of sounds and emotions."
        )


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
    return SEPARATOR.join(IN_A_CELL[key](own[key]) for own, (key, *_) in zip(answers, keys, strict=True))


def _annotations(content: Iterable[Task], unread: Unread) -> Iterator[tuple[str, Task, Task, list[Answer]]]:
    """Where each stands, the fields of its task, which task and whose it is, and its answers."""
    for task in content:
        data, annotations = task["data"], task["annotations"]
        unread.others["fields of tasks that hold lists or objects are not read"] += sum(map(_is_nested, data.values()))
        for kind in ("predictions of models", "drafts"):
            unread.others[f"{kind} are not read"] += len(task.get(kind.split()[0]) or ())
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
    text = IN_A_CELL[key](value[key])
    return Answer(item["from_name"], item["to_name"], text, item["id"] if place else None, place)


def _about_emotion(answers: Sequence[Answer], given: ImportOptions) -> set[str]:
    """The controls that decide whether a row is a region: of emotions, by words or name, else of ratings, else all."""
    words: dict[str, list[str]] = {}
    for one in answers:
        words.setdefault(one.control, []).extend(map(plain, one.text.split(SEPARATOR)))
    named, known = {*given.column.get("emotion", "").split(",")}, {*map(plain, given.label)}
    emotions = {
        control
        for control, own in words.items()
        if 2 * sum(class_of(word) is not None or word in known for word in own) > len(own)
    }
    called = {control for control in words if plain(control) in COLUMN_NAMES["emotion"].split()}
    ratings = {control for control in words if plain(control) in RATINGS}
    if named == {NONE}:
        return ratings or {*words}
    return named & {*words} or emotions or called or ratings or {*words}


def _rows(where: str, answers: Sequence[Answer], about: set[str], unread: Unread) -> Iterator[tuple[str, Task]]:
    """The cells of one annotation, for each of its regions where emotions are about regions.

    Args:
        where: it stands
        answers: of the annotation
        about: the controls of emotions, if there are regions that they are about; else empty
        unread: what is passed over is counted in it
    """
    regions = list(dict.fromkeys(one.region for one in answers if one.region is not None))
    whole = _cells(one for one in answers if one.region is None)
    labelled = any(one.region is not None and one.control in about for one in answers)
    if not regions or not about or (not labelled and about & {*whole}):
        unread.others["regions are not read, since emotions are about all of the sound"] += len(regions)
        yield where, whole
        return
    for region in regions:
        own = [one for one in answers if one.region == region]
        cells = _cells(own)
        unread.others["answers about all of the sound where a region has another are not read"] += len(
            {*cells} & {*whole}
        )
        yield f"{where}, region {region}", whole | dict(own[0].place) | cells


def _cells(answers: Iterable[Answer]) -> Task:
    cells: dict[str, str] = {}
    for one in answers:
        cells[one.control] = SEPARATOR.join([cells[one.control], one.text] if one.control in cells else [one.text])
    return cells


def _source(rows: Mapping[str, Task], path: Path) -> SourceTable:
    table = pd.DataFrame([*rows.values()], index=[*rows], dtype=object)
    return SourceTable(FORMAT, as_text(table), (path.resolve().parent,))


def _with_files(source: SourceTable, given: ImportOptions) -> SourceTable:
    """With the recordings in place of where the server has them."""
    if given.words_alone:
        return replace(source, separator=SEPARATOR)
    folders = [Path(given.audio).expanduser()] if given.audio else source.folders
    named = [column for column in map(str, source.table) if _are_recordings(source.table[column])]
    paths = {column: recordings_of(source.table[column], folders) for column in named}
    columns = {name: [own and found[own] for own in source.table[name]] for name, found in paths.items()}
    table = source.table.assign(**columns)
    roles = {"path": ColumnChoice(named[0], WHY)} if len(named) == 1 else {}
    return replace(source, table=table, roles=roles | source.roles, separator=SEPARATOR)


def _are_recordings(column: "pd.Series[Any]") -> bool:
    return bool(column.notna().any()) and all(map(is_recording, column.dropna()))
