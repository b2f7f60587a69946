"""What lies at a path, and its reader: tables, names, data sets, manifests, annotations, and what corpora are known by.

EmoBox is a folder data/NAME of its repository: recordings, labels, and speakers where a table beside them has these.
MSP-Podcast is Audios/ beside Labels/labels_consensus.csv, a row for each speaking turn; known from how others read it.
Source: Lotfian & Busso (2019), "Building naturalistic emotionally balanced speech corpus by retrieving emotional speech
from existing podcast recordings", IEEE Transactions on Affective Computing
"""

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.emobox.lists import PublishedFolds, find_lists, read_folds, read_speakers
from ser_tasks.corpora.importing.annotations.files import find_annotations
from ser_tasks.corpora.importing.audformat_tables import HEADER
from ser_tasks.corpora.importing.columns import COLUMN_NAMES
from ser_tasks.corpora.importing.dataset_shards import find_shards
from ser_tasks.corpora.importing.options import DROP, ImportOptions
from ser_tasks.corpora.importing.read_annotations import NotOfEmotionsError, read_annotations
from ser_tasks.corpora.importing.read_audformat import read_audformat
from ser_tasks.corpora.importing.read_datasets import FORMAT as UNPACKED
from ser_tasks.corpora.importing.read_datasets import read_datasets
from ser_tasks.corpora.importing.read_kaldi import RECORDINGS, kaldi_folders, read_kaldi
from ser_tasks.corpora.importing.read_label_studio import as_label_studio, exported, is_flat, read_label_studio
from ser_tasks.corpora.importing.read_lhotse import find_lhotse, read_lhotse
from ser_tasks.corpora.importing.read_names import FORMAT as NAMES
from ser_tasks.corpora.importing.read_names import pattern_of_emotions, read_names
from ser_tasks.corpora.importing.read_table import TABLE_SUFFIXES, read_table
from ser_tasks.corpora.importing.read_traces import FORMAT as TRACES
from ser_tasks.corpora.importing.read_traces import read_traces
from ser_tasks.corpora.importing.source_table import (
    NO_MEANINGS,
    PARTS,
    ColumnChoice,
    Meanings,
    SourceError,
    SourceTable,
    as_number,
    as_speaker,
    option,
)
from ser_tasks.corpora.importing.tables_of_parts import OF_PARTS, as_one, of_parts, parts_by_name
from ser_tasks.corpora.vocabulary import plain

EMOTION = COLUMN_NAMES["emotion"].split()
WHY = "stated by EmoBox"
LABELS = ("label_map.json", "label_dict.json")  # beside its folds: label -> word

TABLE = "Labels/**/labels_con[sc]ensus.csv"  # releases 1.6 and 1.8 spell it with a c; archives may unpack one deeper
FORMAT = "MSP-Podcast"
ROLES = {
    **{"path": "FileName", "emotion": "EmoClass", "speaker": "SpkrID", "gender": "Gender", "split": "Split_Set"},
    **{"activation": "EmoAct", "valence": "EmoVal", "dominance": "EmoDom"},
}
LETTERS = {
    **{"A": "angry", "S": "sad", "H": "happy", "U": "surprise", "F": "fear", "D": "disgust", "C": "contempt"},
    **{"N": "neutral", "O": "other", "X": "no agreement"},
}
CLASSES = {"O": DROP, "X": DROP}  # where the word alone means none
TEST_SETS = {"Test1": "test", "Test2": DROP, "Test3": DROP}  # three test sets are not one
SCALES = ("EmoAct", "EmoVal", "EmoDom")  # 1 to 7 there
NOBODY_KNOWN = "have an unknown speaker, who may be in any part (--speakers unknown keeps every row, and no speaker)"

METADATA = tuple(f"metadata{suffix}" for suffix in (".csv", ".jsonl", ".parquet"))  # of Hugging Face's audiofolder

KINDS = sorted(TABLE_SUFFIXES, key=lambda suffix: (suffix in (".json", ".txt"), TABLE_SUFFIXES.index(suffix)))
DEEP = 4  # parts of the path of a table below the folder that is given
PROSE = ("readme", "license", "licence", "citation", "changelog", "about")  # .txt beside the sounds, no table


def has_folds(folder: Path) -> bool:
    """Whether it is one."""
    return bool(find_lists(folder))


def read_emobox(folder: Path) -> SourceTable:
    """Every recording of its lists once. One fold is the official split; several are folds, and no split.

    Speakers in it that are another one for every recording are taken for what they are: none.

    Raises:
        UserError: lists that are not whole
    """
    published, speakers = read_folds(folder), read_speakers(folder)
    split = _split(published)
    rows = {
        f"{key}": {
            **{"wav": item.wav, "emo": item.emotion, "speaker": speakers.get(key), "part": split.get(key)},
            **{"start_time": item.start, "end_time": item.end},
        }
        for key, item in sorted(published.items.items())
    }
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object)
    roles = {"path": ColumnChoice("wav", WHY), "emotion": ColumnChoice("emo", WHY)}
    if table.speaker.notna().any() and table.speaker.nunique() < len(table):
        roles["speaker"] = ColumnChoice("speaker", "stated by the table beside its folds")
    roles |= {
        role: ColumnChoice(name, WHY)
        for role, name in (("start", "start_time"), ("end", "end_time"))
        if table[name].notna().any()
    }
    if split:
        roles["split"] = ColumnChoice("part", "its one fold")
    note = f"{len(published.folds)} folds of {len(rows)} recordings"
    root = folder.resolve()
    return SourceTable(
        "EmoBox lists",
        table.where(table.notna(), None),
        (root, *root.parents[:2]),  # data/NAME, data, the repository: its paths begin there
        roles=roles,
        notes=(note if split else f"{note}: a protocol of their own, not the split",),
        meanings=_meanings(folder),
        emobox=folder,
    )


def _meanings(folder: Path) -> Meanings:
    """Meanings of its labels, if it has them."""
    file = next((folder / name for name in LABELS if (folder / name).is_file()), None)
    if file is None:
        return NO_MEANINGS
    try:
        meanings = json.loads(file.read_text(encoding="utf-8-sig"))
        return Meanings(file.name, {str(label): str(word) for label, word in meanings.items()})
    except (ValueError, AttributeError) as error:
        raise SourceError(f"{file}: not a map of labels to words ({error}). Get it again.") from error


def _split(published: PublishedFolds) -> dict[str, str]:
    """{key: part} of the only fold."""
    if len(published.folds) > 1:
        return {}
    (parts,) = published.folds.values()
    return {item.key: PARTS[part] for part, items in parts.items() for item in items}


def find_msp_podcast(folder: Path) -> Path | None:
    """Its table of labels, if the folder is one."""
    return next(iter(sorted(folder.glob(TABLE))), None)


def is_msp_podcast(source: SourceTable) -> bool:
    """Whether a table has its columns."""
    return {"FileName", "EmoClass", "SpkrID", "Split_Set"} <= set(source.table.columns)


def as_msp_podcast(source: SourceTable, folder: Path, given: ImportOptions) -> SourceTable:
    """The rows with the roles and the letters of the corpus; those of nobody known are left out, counted.

    They are no voice of their own: all as one speaker, or each as another, would be wrong in a fold.

    Args:
        source: its table
        folder: that holds Audios and Labels
        given: options
    """
    if given.scale is not None:
        raise SourceError(f"--scale {given.scale}: {FORMAT} states 1 to 7, which is mapped already. Leave it out.")
    root, table = folder.resolve(), source.table
    table = table.assign(**{name: table[name].map(_one_to_five) for name in SCALES if name in table})
    nobody = table.SpkrID.map(lambda code: code is None or as_speaker(code) is None).astype(bool)
    dropped = {NOBODY_KNOWN: int(nobody.sum())} if nobody.any() and given.speakers != "unknown" else {}
    return replace(
        source,
        format=f"{FORMAT}, {source.format}",
        table=table[~nobody] if dropped else table,
        folders=(root / "Audios", root / "Audio", root),
        roles={role: ColumnChoice(column, f"stated by {FORMAT}") for role, column in ROLES.items() if column in table},
        notes=("activation, valence and dominance are written from 1 to 5, as here; they were from 1 to 7",),
        dropped=dropped,
        meanings=Meanings(FORMAT, LETTERS, CLASSES),
        parts=TEST_SETS,
    )


def _one_to_five(value: str | None) -> str | None:
    number = value and as_number(value)
    return repr(round(1 + (float(number) - 1) * 4 / 6, 6)) if number else value


def read_source(path: Path, given: ImportOptions) -> SourceTable:
    """The rows of a table, a database, or a folder.

    Raises:
        SourceError: nothing there, or nothing that is known here; or an option that it has no use for
    """
    found = _read(path, given)
    if given.unpack is not None and not found.format.startswith(UNPACKED):
        raise SourceError(
            f"--unpack {given.unpack}: {path} has no sounds inside: they are files ({found.format}). Leave it out."
        )
    if (given.windows, given.delay) != (None, None) and found.format != TRACES:
        raise SourceError(
            f"--windows, --delay: {path} has no {TRACES}, a table for each recording ({found.format}). Leave them out."
        )
    if given.encoding is not None and found.encoding is None:
        raise SourceError(f"--encoding {given.encoding}: {path} is no table of text ({found.format}). Leave it out.")
    return found


def _read(path: Path, given: ImportOptions) -> SourceTable:
    if given.table and path.exists() and path.name != HEADER and not (path / HEADER).is_file():
        raise SourceError(
            f"--table {' --table '.join(given.table)}: chooses among the tables of an audformat database, and "
            f"{path} is none (no {HEADER}). Leave it out, or give the database."
        )
    if path.exists() and (found := find_shards(path)).shards:
        return read_datasets(found, path, given)
    if path.is_file() and (prepared := _prepared(path, given)):
        return prepared
    if path.is_file():
        if annotated := read_annotations(files, path, given) if (files := find_annotations(path)) else None:
            return annotated
        folder = path.resolve().parent
        return read_audformat(folder, given) if path.name == HEADER else _table(path, folder.parent, given)
    if not path.is_dir():
        raise SourceError(f"{path}: no such file or folder. Give a table, a database, or a folder of sounds.")
    return _folder(path, given)


def _folder(path: Path, given: ImportOptions) -> SourceTable:
    if (path / HEADER).is_file():
        return read_audformat(path, given)
    if has_folds(path):
        return read_emobox(path)
    if metadata := _metadata(path):
        return _audiofolder(path, metadata, given)
    if labels := find_msp_podcast(path):
        return _table(labels, path, given)
    if prepared := _prepared(path, given):
        return _or_of_people(prepared, path, given)
    return read_traces(path, given) or _of_people(path, given)


def _prepared(path: Path, given: ImportOptions) -> SourceTable | None:
    """What a speech toolkit was prepared with, if that lies here."""
    manifests, notes = find_lhotse(path)
    if manifests:
        return read_lhotse(manifests, path, notes, given)
    folder = path.parent if path.name == RECORDINGS else path
    directories = kaldi_folders(folder) if folder.is_dir() else {}
    return read_kaldi(folder, directories, given) if directories else None


def _or_of_people(prepared: SourceTable, path: Path, given: ImportOptions) -> SourceTable:
    """The folder as a toolkit was prepared with it; without emotions, a table that has them.

    Raises:
        SourceError: the names have emotions, and nobody says that they count
    """
    names = {given.column.get("emotion"), *(name for name in prepared.table if plain(name) in EMOTION)}
    if names & {*prepared.table} or "{emotion" in (given.pattern or ""):
        return prepared
    with suppress(SourceError):
        others = _of_people(path, given)
        if others.format != NAMES:
            return replace(others, notes=(*others.notes, f"not read, since it states no emotions: {prepared.format}"))
    if (pattern := pattern_of_emotions(path)) is None:
        return prepared
    raise SourceError(
        f"{path}: utterances stand in the {prepared.format}, which states no emotions, and emotions in the names of "
        f"the sounds. Read both: add {option('--pattern', pattern)}; or give the folder of the sounds alone."
    )


def _of_people(path: Path, given: ImportOptions) -> SourceTable:
    """A folder of no format: annotations of emotions, else its one table or one for each part, else the names."""
    files = find_annotations(path)
    tables = _tables({*path.iterdir()} - {*files})
    of_names = "{emotion" in (given.pattern or "")
    annotated, fault = None, None
    try:
        annotated = read_annotations(files, path, given) if files and not of_names else None
    except NotOfEmotionsError as error:
        fault = error
    if annotated is not None:
        _check_names(path, annotated, given)
        unread = [f"tables in the folder are not read: {some(list(map(str, tables)))}"] if tables else []
        return replace(annotated, notes=(*annotated.notes, *unread))
    if OF_PARTS in given.column.values() and tables:
        joined = as_one({file: file.stem for file in tables}, [_table(file, path, given) for file in tables])
        return _noting(joined, files, "tables are", fault)
    if given.pattern is None and len(tables) == 1:
        return _noting(_table(tables[0], path, given), files, f"{tables[0].name} is", fault)
    if given.pattern is None and (parts := parts_by_name(tables)):
        found = _noting(of_parts(parts, [_table(file, path, given) for file in parts]), files, "tables are", fault)
        unread = [f"not read beside these: {some([own.name for own in tables if own not in parts])}"]
        return replace(found, notes=(*found.notes, *unread[: len(tables) - len(parts)]))
    why = "the names have the emotions" if of_names else "no tier of theirs has emotions"
    try:
        found = _names(path, given, tables)
    except SourceError as error:
        if fault is not None:
            raise fault from None
        if not files:
            raise
        named = option("--column", "emotion=TIER")
        raise SourceError(f"{error} Or do {len(files)} files of annotations have them on a tier? {named}") from error
    if fault is not None and "emotion" not in found.roles:
        raise fault
    return _noting(found, files, why, fault)


def _names(path: Path, given: ImportOptions, tables: list[Path]) -> SourceTable:
    """The sounds of the folder; where their names do not hold enough, a table in it might."""
    below = tables or _tables(file for file in path.rglob("*") if len(file.relative_to(path).parts) <= DEEP)
    if given.words_alone:
        among = f": {some(list(map(str, below)))}" if below else ", and there is none in it"
        raise SourceError(f"--audio none: {path} is a folder, but words alone stand in a table. Name the table{among}.")
    try:
        found = read_names(path, given)
    except SourceError as error:
        if given.pattern is not None or not below:
            raise
        all_of_them = (
            f" Or all, of a rater each: add {option('--column', f'rater={OF_PARTS}')}." if len(below) > 1 else ""
        )
        raise SourceError(
            f"{error} Or did you mean a table that is in it: {some(list(map(str, below)))}?{all_of_them}"
        ) from error
    unread = [f"tables in the folder are not read: {some(list(map(str, below)))}"] if below else []
    return replace(found, notes=(*found.notes, *unread))


def _check_names(path: Path, annotated: SourceTable, given: ImportOptions) -> None:
    """Raise SourceError where the names of the sounds hold emotions as well."""
    if given.pattern is not None or "emotion" in given.column:
        return
    try:
        names = read_names(path, given)
    except SourceError:
        return
    pattern = _pattern_of(names)
    raise SourceError(
        f"{path}: emotions stand in annotations and in the names of the sounds. State which count: add "
        f"{option('--column', 'emotion=' + annotated.roles['emotion'].column)}; or {option('--pattern', pattern)}."
    )


def _pattern_of(names: SourceTable) -> str:
    return names.notes[0].removeprefix("names are read as ").partition(": ")[0]


def _noting(source: SourceTable, annotations: list[Path], why: str, fault: NotOfEmotionsError | None) -> SourceTable:
    unread = [f"{len(annotations)} files of annotations are not read: {why}"] if annotations else []
    if fault is not None and fault.unreadable:
        unread.append(f"{fault.unreadable} of these cannot be read, the first: {fault}")
    return replace(source, notes=(*source.notes, *unread))


def _tables(files: Iterable[Path]) -> list[Path]:
    """Those that may hold rows: not prose, not hidden; the kinds of tables that people write most first."""
    kept = [file for file in files if file.suffix.lower() in TABLE_SUFFIXES and file.stem.lower() not in PROSE]
    shown = [file for file in kept if not file.name.startswith(".") and file.is_file()]
    named = [file for file in shown if file.suffix.lower() != ".txt"]  # else transcripts, perhaps of each sound
    return sorted(named or shown, key=lambda file: (KINDS.index(file.suffix.lower()), file))


def _table(path: Path, folder: Path, given: ImportOptions) -> SourceTable:
    """A table, or one that a corpus is known by, whose sounds are below a folder."""
    if (content := exported(path)) is not None:
        return read_label_studio(content, path, given)
    source = read_table(path, given)
    if is_flat(source.table.columns):
        return as_label_studio(source, path, given)
    return as_msp_podcast(source, folder, given) if is_msp_podcast(source) else source


def _metadata(folder: Path) -> list[Path]:
    """Metadata of the folder itself, or of each of its parts."""
    places = [folder, *sorted(child for child in folder.iterdir() if child.is_dir())]
    return [place / name for place in places for name in METADATA if (place / name).is_file()]


def _audiofolder(folder: Path, metadata: list[Path], given: ImportOptions) -> SourceTable:
    """Hugging Face's audiofolder: `file_name` is relative to its table; folders called train, test ... are a split."""
    tables, read = [], [read_table(file, given) for file in metadata]
    for file, one in zip(metadata, read, strict=True):
        table, place = one.table, file.parent.relative_to(folder)
        if "file_name" not in table:
            raise SourceError(
                f"{file}: no column file_name, which audiofolder wants. Columns: {', '.join(table.columns)}."
            )
        table["file_name"] = table.file_name.map(lambda name, place=place: name and (place / name).as_posix())
        tables.append(table.set_axis([f"{(place / file.name).as_posix()} {row}" for row in table.index]))
    table = pd.concat(tables).astype(object)
    table = table.where(table.notna(), None)
    roles = {"path": ColumnChoice("file_name", "stated by audiofolder")}
    parts = table.file_name.map(lambda name: PARTS.get(name.split("/")[0].lower()) if name else None)
    if parts.notna().all() and "split" not in table:
        table["folder"], roles["split"] = parts, ColumnChoice("folder", "the folders are called so")
    notes = tuple(note for one in read for note in one.notes)
    encoding = next((one.encoding for one in read if one.encoding), None)
    name = "audiofolder of Hugging Face"
    return SourceTable(name, table, (folder.resolve(),), roles=roles, notes=notes, encoding=encoding)
