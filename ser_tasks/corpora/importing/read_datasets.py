"""Data sets as Hugging Face stores them: Parquet or Arrow files with the sounds inside, one or several for each part.

A sound is a structure of bytes and path, of which either may be missing, or of samples and their rate, where a set was
saved decoded. The path may end in .mp3 where the bytes are WAV, since the library encodes anew and keeps the name; and
names repeat, since folders are cut off.
Source: the library datasets 2.21 and 5.2 (Apache-2.0), whose files and descriptions were read
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import soundfile
import yaml

from ser_tasks.atomic import atomic_path
from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.dataset_shards import INFO, Shard, Shards, described, sound_columns
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
from ser_tasks.corpora.vocabulary import plain

FORMAT = "data set of Hugging Face"
CARD = "README.md"
BEGINNINGS = {b"RIFF": ".wav", b"RF64": ".wav", b"fLaC": ".flac", b"OggS": ".ogg", b"ID3": ".mp3", b"FORM": ".aiff"}
MPEG = re.compile(rb"\xff[\xe2-\xff]")
UNSAFE = re.compile(r"[^\w.+-]+")
LONGEST = 100  # letters of a name that are kept
SPLIT = "part of the file"  # the column


def read_datasets(found: Shards, path: Path, given: ImportOptions) -> SourceTable:
    """Its rows; sounds that are inside are written to the folder `unpack`, where they are not there already.

    Args:
        found: its files
        path: that was given
        given: options

    Raises:
        SourceError: sounds inside and no folder to write them to, several columns of sounds, another file in the place
    """
    shards = found.shards
    column = _chosen(shards[0].schema, given)
    _check_columns(shards)
    writer = _Sounds(_names(shards, column), _folder(given), path)
    tables = [_rows(shard, column, writer) for shard in shards]
    table = pd.concat(tables).astype(object)
    if table.empty:
        raise SourceError(f"{path}: no rows in it. Get it again.")
    table = as_text(table.set_axis([f"row {number}" for number in range(1, len(table) + 1)]))
    roles = {"path": ColumnChoice(column, "sounds are in it")}
    parts = dict.fromkeys(shard.part for shard in shards)
    states_parts = "split" in table and all(plain(str(own)) in PARTS for own in table["split"].dropna())
    if len(parts) > 1 and None not in parts and not states_parts:
        roles["split"] = ColumnChoice(SPLIT, "the files are called so")
    else:
        table = table.drop(columns=SPLIT)
    unread = [field.name for field in shards[0].schema if _is_unread(field, column)]
    notes = [*found.notes, *[f"columns of lists and structures are not read: {some(unread)}"] * bool(unread)]
    folder = writer.folder
    if writer.written or writer.there:
        notes.append(f"{writer.written} sounds written to {folder}, {writer.there} were there already")
    places = tuple(place.resolve() for place in (folder, path.parent if path.is_file() else path) if place)
    return SourceTable(FORMAT, table, places, roles=roles, header=_header(shards, path), notes=tuple(notes))


def _folder(given: ImportOptions) -> Path | None:
    folder = Path(given.unpack).expanduser() if given.unpack else None
    if folder is not None and folder.exists() and not folder.is_dir():
        raise SourceError(f"--unpack {folder}: a file. Name a folder, which need not be there.")
    return folder


def _check_columns(shards: Sequence[Shard]) -> None:
    for shard in shards[1:]:
        if shard.schema.names != shards[0].schema.names:
            raise SourceError(
                f"{shard.file}: its columns are {', '.join(shard.schema.names)}, and those of {shards[0].file} are "
                f"{', '.join(shards[0].schema.names)}. Give a folder whose files are of one data set."
            )


def _chosen(schema: pa.Schema, given: ImportOptions) -> str:
    columns = sound_columns(schema)
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
    name = PurePosixPath(UNSAFE.sub("_", PurePosixPath((path or "").replace("\\", "/")).name).lstrip("."))
    return name.stem[:LONGEST] + name.suffix[:LONGEST]


@dataclass
class _Sounds:
    """Writes them, each under a name of its own."""

    names: Mapping[str, int]
    folder: Path | None
    source: Path
    written: int = 0
    there: int = 0
    rows: Counter[str] = field(default_factory=Counter)  # of each part

    def path(self, sound: Mapping[str, Any] | None, shard: Shard, scale: float) -> str | None:
        """Of a sound, written now or there already; of one without bytes, as it is stated; None: no sound."""
        kind = shard.part or "row"
        self.rows[kind] += 1
        try:
            content = _content(sound or {}, scale)
        except (ValueError, TypeError, soundfile.LibsndfileError) as error:
            raise SourceError(
                f"{shard.file}: row {self.rows[kind]} of {kind}: samples that are no sound ({error}). Expected a list, "
                "or one for each channel, and their sampling_rate in Hz."
            ) from None
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


def _content(sound: Mapping[str, Any], scale: float) -> bytes | None:
    """Its bytes; of samples, those of a WAV, in single precision and units of full scale; None: there are none."""
    if sound.get("bytes"):
        return bytes(sound["bytes"])
    if not sound.get("array"):
        return None
    file = io.BytesIO()
    samples = np.asarray(np.asarray(sound["array"], np.float64) / scale, np.float32)
    rows = samples.T if samples.ndim == 2 and samples.shape[0] < samples.shape[1] else samples  # a row for each moment
    soundfile.write(file, rows, int(sound["sampling_rate"]), format="WAV", subtype="FLOAT")
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
    tables, scale = [], _full_scale(shard.schema.field(column).type)
    for batch in shard.batches():
        plain_ones = [one.name for one in batch.schema if not (one.name == column or _is_unread(one, column))]
        table, sounds = batch.select(plain_ones).to_pandas(integer_object_nulls=True), batch.column(column)
        table[column] = [writer.path(sounds[row].as_py(), shard, scale) for row in range(len(batch))]
        tables.append(table.astype(object))
    rows = pd.concat(tables) if tables else pd.DataFrame(columns=[column])
    return with_names_of_classes(rows, _features(shard)).assign(**{SPLIT: shard.part})


def _full_scale(kind: Any) -> float:
    """Of samples: 1 of floats, 32768 of 16 bits."""
    fields = {kind.field(place).name: kind.field(place).type for place in range(kind.num_fields)}
    own = fields.get("array")
    while own is not None and pa.types.is_nested(own):
        own = own.value_type
    return float(2 ** (own.bit_width - 1)) if own is not None and pa.types.is_signed_integer(own) else 1.0


def _features(shard: Shard) -> Mapping[str, Any]:
    """What the library states of its columns: in the file, or beside it."""
    stated = (shard.schema.metadata or {}).get(b"huggingface")
    beside = shard.file.parent / INFO
    if stated is None and beside.is_file():
        found: Mapping[str, Any] = described(beside).get("features") or {}
        return found
    return features_of(stated)


def _header(shards: Sequence[Shard], path: Path) -> Header:
    """Licence, citation, title and language, of its description or of its card."""
    folder = path if path.is_dir() else path.parent
    above = [folder.parent] if folder.name == "data" else []
    cards = [place / CARD for place in (folder, *above) if (place / CARD).is_file()]
    card = _front_matter(cards[0]) if cards else {}
    info = shards[0].file.parent / INFO
    about = described(info) if info.is_file() else {}
    languages = card.get("language") or ()
    (language, *others) = [languages] if isinstance(languages, str) else [*languages] or [""]
    return Header(
        title=_text(card.get("pretty_name")),
        citation=_text(about.get("citation")),
        licence=_text(about.get("license")) or _text(card.get("license")),
        language=None if others else as_language(str(language)),
    )


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _front_matter(file: Path) -> Mapping[str, Any]:
    """Of a card; what cannot be read states nothing."""
    _, *parts = file.read_text(encoding="utf-8", errors="replace").split("---\n", 2)
    try:
        content = yaml.safe_load(parts[0]) if len(parts) == 2 else None
    except (yaml.YAMLError, ValueError):  # the latter: a date that is none
        return {}
    return content if isinstance(content, dict) else {}
