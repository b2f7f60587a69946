"""Data sets as Hugging Face stores them: Parquet or Arrow files with the sounds inside, one or several for each part.

A sound is a structure of bytes and path, of which either may be missing, or of samples and their rate, where a set was
saved decoded. The path may end in .mp3 where the bytes are WAV, since the library encodes anew and keeps the name; and
names repeat, since folders are cut off.
Source: the library datasets 2.21 and 5.2 (Apache-2.0), whose files and descriptions were read
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import soundfile
import yaml

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import ImportOptions
from ser_tasks.corpora.importing.read_table import as_text, features_of, with_names_of_classes
from ser_tasks.corpora.importing.source_table import (
    PARTS,
    ColumnChoice,
    Header,
    SourceError,
    SourceTable,
    as_language,
    option,
)

FORMAT = "data set of Hugging Face"
FORMATS = (".parquet", ".arrow")
PARTS_OF_A_SET, STATE, INFO, CARD = "dataset_dict.json", "state.json", "dataset_info.json", "README.md"
SHARD = re.compile(r"(?P<part>.+?)[-.]\d+(-of-\d+)?(-[0-9a-f]+)?")  # train-00000-of-00002, train-00000-of-00001-9cf2
ROWS = 64  # read at once
ENCODED, DECODED = {"bytes", "path"}, {"array", "path", "sampling_rate"}  # fields of a sound
BEGINNINGS = {b"RIFF": ".wav", b"RF64": ".wav", b"fLaC": ".flac", b"OggS": ".ogg", b"ID3": ".mp3", b"FORM": ".aiff"}
MPEG = re.compile(rb"\xff[\xe2-\xff]")
UNSAFE = re.compile(r"[^\w.+-]+")
SPLIT = "part of the file"  # the column


@dataclass(frozen=True)
class Shard:
    """One of its files.

    Attributes:
        file: Parquet or Arrow
        part: train, test ... as it is spelt; None: not stated
    """

    file: Path
    part: str | None

    @cached_property
    def schema(self) -> pa.Schema:
        """Names and kinds of its columns.

        Raises:
            SourceError: neither Parquet nor Arrow, or cut
        """
        try:
            if self.file.suffix == ".parquet":
                return pq.read_schema(self.file)
            with _arrow(self.file) as reader:
                return reader.schema
        except (pa.ArrowException, OSError) as error:
            raise self._broken(error) from error

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Its rows, some at a time; of Parquet, only these columns are read."""
        try:
            if self.file.suffix == ".parquet":
                yield from pq.ParquetFile(self.file).iter_batches(ROWS, columns=columns)
                return
            with _arrow(self.file) as reader:
                yield from reader if isinstance(reader, pa.RecordBatchStreamReader) else _batches_of_file(reader)
        except (pa.ArrowException, OSError) as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> SourceError:
        return SourceError(f"{self.file}: not Parquet or Arrow, or not all of it: {error}. Get it again.")


def _arrow(file: Path) -> Any:
    """A reader of either format of Arrow; the library writes streams."""
    mapped = pa.memory_map(str(file))
    try:
        return pa.ipc.open_stream(mapped)
    except pa.ArrowInvalid:
        return pa.ipc.open_file(mapped)


def _batches_of_file(reader: Any) -> Iterator[pa.RecordBatch]:
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def find_shards(path: Path) -> list[Shard]:
    """Its files, if something is a data set with sounds inside; else none.

    Raises:
        SourceError: several configurations, or files that its description names and that are not there
    """
    if path.is_file():
        found = [Shard(path, _part(path))] if path.suffix in FORMATS else []
    elif (path / PARTS_OF_A_SET).is_file():
        parts = _described(path / PARTS_OF_A_SET).get("splits", [])
        found = [shard for part in parts for shard in _saved(path / str(part), str(part))]
    elif (path / STATE).is_file():
        found = _saved(path, None)
    else:
        files = sorted(path.rglob("*.parquet"))
        found = [Shard(file, _part(file)) for file in files if not file.name.startswith(".")]
        _check_one_configuration(path, found)
    return found if found and all(_sound_columns(shard.schema) for shard in found) else []


def _part(file: Path) -> str | None:
    """As the file is called, or its folder where the file is a number."""
    named = SHARD.fullmatch(file.stem)
    if named:
        return named["part"]
    if file.stem.isdigit():
        return file.parent.name
    return file.stem if file.stem.lower() in PARTS else None


def _saved(folder: Path, part: str | None) -> list[Shard]:
    """Of a folder of save_to_disk."""
    files = [folder / str(one.get("filename")) for one in _described(folder / STATE).get("_data_files", [])]
    missing = [str(file) for file in files if not file.is_file()]
    if missing or not files:
        raise SourceError(
            f"{folder / STATE}: {some(missing) or 'no file of rows'} is not there. Copy the whole folder."
        )
    return [Shard(file, part) for file in files]


def _described(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{file}: not readable as JSON ({error}). Copy the whole folder again.") from error
    return content if isinstance(content, dict) else {}


def _check_one_configuration(path: Path, shards: Sequence[Shard]) -> None:
    """Two configurations of a data set hold the same sounds once more."""
    above = {shard.file.parent.parent if shard.file.stem.isdigit() else shard.file.parent for shard in shards}
    if len(above) > 1 and all(_sound_columns(shard.schema) for shard in shards):
        folders = some([str(folder.relative_to(path)) for folder in sorted(above)])
        raise SourceError(f"{path}: several configurations of a data set: {folders}. Give the folder of one.")


def _sound_columns(schema: pa.Schema) -> list[str]:
    """Columns of structures that hold sounds, or paths of them."""
    structures = [one for one in schema if pa.types.is_struct(one.type)]
    return [one.name for one in structures if any(kind <= _fields(one.type) for kind in (ENCODED, DECODED))]


def _fields(kind: Any) -> set[str]:
    return {kind.field(place).name for place in range(kind.num_fields)}


def read_datasets(shards: Sequence[Shard], path: Path, given: ImportOptions) -> SourceTable:
    """Its rows; sounds that are inside are written to the folder `unpack`, where they are not there already.

    Args:
        shards: its files
        path: that was given
        given: options

    Raises:
        SourceError: sounds inside and no folder to write them to, several columns of sounds, another file in the place
    """
    column = _chosen(shards[0].schema, given)
    folder = Path(given.unpack).expanduser() if given.unpack else None
    writer = _Sounds(_names(shards, column), folder, path)
    tables = [_rows(shard, column, writer) for shard in shards]
    table = pd.concat(tables).astype(object)
    table = as_text(table.set_axis([f"row {number}" for number in range(1, len(table) + 1)]))
    roles = {"path": ColumnChoice(column, "sounds are in it")}
    parts = dict.fromkeys(shard.part for shard in shards)
    if len(parts) > 1 and None not in parts and "split" not in table:
        roles["split"] = ColumnChoice(SPLIT, "the files are called so")
    else:
        table = table.drop(columns=SPLIT)
    unread = [field.name for field in shards[0].schema if _is_unread(field, column)]
    notes = [f"columns of lists and structures are not read: {some(unread)}"] if unread else []
    if writer.written or writer.there:
        notes.append(f"{writer.written} sounds written to {folder}, {writer.there} were there already")
    places = tuple(place.resolve() for place in (folder, path.parent if path.is_file() else path) if place)
    return SourceTable(FORMAT, table, places, roles=roles, header=_header(shards, path), notes=tuple(notes))


def _chosen(schema: pa.Schema, given: ImportOptions) -> str:
    columns = _sound_columns(schema)
    stated = given.column.get("path")
    if stated in columns:
        return stated
    if len(columns) > 1 or stated:
        raise SourceError(
            f"columns of sounds: {', '.join(columns)}. State which is meant: add "
            f"{option('--column', f'path={columns[0]}')}."
        )
    return columns[0]


def _is_unread(field: pa.Field, column: str) -> bool:
    return field.name != column and (pa.types.is_nested(field.type) or "binary" in str(field.type))


def _names(shards: Sequence[Shard], column: str) -> Counter[str]:
    """How often each name of a sound occurs, whatever its ending; of Parquet without reading the sounds."""
    return Counter(
        _stem(_name(one))
        for shard in shards
        for batch in shard.batches([f"{column}.path"])
        for one in batch.column(column).field("path").to_pylist()
    )


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.lower()


def _name(path: str | None) -> str:
    """Without folders and whatever a file system may not like."""
    return UNSAFE.sub("_", PurePosixPath((path or "").replace("\\", "/")).name).lstrip(".")


@dataclass
class _Sounds:
    """Writes them, each under a name of its own."""

    names: Mapping[str, int]
    folder: Path | None
    source: Path
    written: int = 0
    there: int = 0
    rows: Counter[str] = field(default_factory=Counter)  # of each part

    def path(self, sound: Mapping[str, Any] | None, part: str | None) -> str | None:
        """Of a sound, written now or there already; of one without bytes, as it is stated; None: no sound."""
        kind = part or "row"
        self.rows[kind] += 1
        content = _content(sound or {})
        if content is None:
            return (sound or {}).get("path") or None
        assert sound is not None
        name = _file_name(_name(sound["path"]), content, self.names, f"{UNSAFE.sub('_', kind)}-{self.rows[kind]:06d}")
        self._write(name, content)
        return name

    def _write(self, name: str, content: bytes) -> None:
        if self.folder is None:
            raise SourceError(
                f"{self.source}: {sum(self.names.values())} sounds are inside of it. Say where to write them as files: "
                "add --unpack DIR."
            )
        file = self.folder / name
        if not file.exists():
            with atomic_path(file) as temporary:
                temporary.write_bytes(content)
            self.written += 1
        elif file.read_bytes() == content:
            self.there += 1
        else:
            raise SourceError(
                f"{file}: is there already, and is another sound than that of {self.source}. Give --unpack an empty "
                "folder."
            )


def _content(sound: Mapping[str, Any]) -> bytes | None:
    """Its bytes; of samples, those of a WAV with each as it is, in single precision; None: there are none."""
    if sound.get("bytes"):
        return bytes(sound["bytes"])
    if not sound.get("array"):
        return None
    file = io.BytesIO()
    samples = np.asarray(sound["array"], np.float32)  # of several channels, one row each
    soundfile.write(file, samples.T, int(sound["sampling_rate"]), format="WAV", subtype="FLOAT")
    return file.getvalue()


def _file_name(name: str, content: bytes, names: Mapping[str, int], place: str) -> str:
    """The name that is stated, where no other sound has it, with the ending that the content has."""
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix.lower()
    known = next((ending for start, ending in BEGINNINGS.items() if content.startswith(start)), None)
    ending = known or (".mp3" if MPEG.match(content) else suffix if suffix in SUFFIXES else ".wav")
    if not stem:
        return f"{place}{ending}"
    return f"{stem}{ending}" if names[_stem(name)] == 1 else f"{place}-{stem}{ending}"


def _rows(shard: Shard, column: str, writer: _Sounds) -> pd.DataFrame:
    """The rows of a shard: plain columns, the paths of the sounds, and the part."""
    tables = []
    for batch in shard.batches():
        plain = [field.name for field in batch.schema if not (field.name == column or _is_unread(field, column))]
        table, sounds = batch.select(plain).to_pandas(), batch.column(column)
        table[column] = [writer.path(sounds[row].as_py(), shard.part) for row in range(len(batch))]
        tables.append(table.astype(object))
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=[column])
    return with_names_of_classes(rows, _features(shard)).assign(**{SPLIT: shard.part})


def _features(shard: Shard) -> Mapping[str, Any]:
    """What the library states of its columns: in the file, or beside it."""
    stated = (shard.schema.metadata or {}).get(b"huggingface")
    beside = shard.file.parent / INFO
    if stated is None and beside.is_file():
        found: Mapping[str, Any] = _described(beside).get("features") or {}
        return found
    return features_of(stated)


def _header(shards: Sequence[Shard], path: Path) -> Header:
    """Licence, citation, title and language, of its description or of its card."""
    folder = path if path.is_dir() else path.parent
    cards = [place / CARD for place in (folder, folder.parent) if (place / CARD).is_file()]
    card = _front_matter(cards[0]) if cards else {}
    info = shards[0].file.parent / INFO
    described = _described(info) if info.is_file() else {}
    languages = card.get("language") or ()
    (language, *others) = [languages] if isinstance(languages, str) else [*languages] or [""]
    return Header(
        title=_text(card.get("pretty_name")),
        citation=_text(described.get("citation")),
        licence=_text(described.get("license")) or _text(card.get("license")),
        language=None if others else as_language(str(language)),
    )


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _front_matter(file: Path) -> Mapping[str, Any]:
    """Of a card; what cannot be read states nothing."""
    _, *parts = file.read_text(encoding="utf-8", errors="replace").split("---\n", 2)
    try:
        content = yaml.safe_load(parts[0]) if len(parts) == 2 else None
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}
