"""The files of a data set of Hugging Face: which they are, of which part each is, and whether they are all there."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.files import HIDDEN
from ser_tasks.corpora.importing.source_table import PARTS, SourceError
from ser_tasks.corpora.vocabulary import plain

FORMATS = (".parquet", ".arrow")
PARTS_OF_A_SET, STATE, INFO = "dataset_dict.json", "state.json", "dataset_info.json"
SHARD = re.compile(r"(?P<part>.+?)[-.](?P<number>\d+)(?:-of-(?P<all>\d+))?(?:-[0-9a-f]+)?")  # train-00000-of-00001-9cf2
ROWS = 64  # read at once
ENCODED, DECODED = {"bytes", "path"}, {"array", "path", "sampling_rate"}  # fields of a sound


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
            if self._is_parquet:
                return pq.read_schema(self.file)
            with _arrow(self.file) as reader:
                return reader.schema
        except (pa.ArrowException, OSError) as error:
            raise self._broken(error) from error

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Its rows, some at a time; of Parquet, only these columns are read."""
        try:
            if self._is_parquet:
                yield from pq.ParquetFile(self.file).iter_batches(ROWS, columns=columns)
                return
            with _arrow(self.file) as reader:
                yield from reader if isinstance(reader, pa.RecordBatchStreamReader) else _batches_of_file(reader)
        except (pa.ArrowException, OSError) as error:
            raise self._broken(error) from error

    @property
    def _is_parquet(self) -> bool:
        return self.file.suffix.lower() == ".parquet"

    def _broken(self, error: Exception) -> SourceError:
        return SourceError(f"{self.file}: not Parquet or Arrow, or not all of it: {error}. Get it again.")


@dataclass(frozen=True)
class Shards:
    """Those with sounds inside, and what a reader must know of the others."""

    shards: tuple[Shard, ...] = ()
    notes: tuple[str, ...] = ()


def _arrow(file: Path) -> Any:
    """A reader of either format of Arrow; the library writes streams."""
    mapped = pa.memory_map(str(file))
    try:
        return pa.ipc.open_stream(mapped)
    except pa.ArrowInvalid:
        return pa.ipc.open_file(mapped)


def _batches_of_file(reader: Any) -> Iterator[pa.RecordBatch]:
    return (reader.get_batch(number) for number in range(reader.num_record_batches))


def find_shards(path: Path) -> Shards:
    """Its files, if something is a data set with sounds inside; else none.

    Raises:
        SourceError: several configurations; files that its description names, or that their numbers count, and that are
            not there; files of a part beside files of none
    """
    if path.is_file():
        alone = Shard(path, _part(path))
        return _single(alone) if path.suffix.lower() in FORMATS and sound_columns(alone.schema) else Shards()
    if (path / PARTS_OF_A_SET).is_file():
        parts = described(path / PARTS_OF_A_SET).get("splits", [])
        saved = [(str(part), _saved(path / str(part), str(part))) for part in parts]
        empty = [part for part, own in saved if not own]
        notes = (f"parts without a row: {', '.join(empty)}",) if empty else ()
        return _with_sounds([shard for _, own in saved for shard in own], notes)
    if (path / STATE).is_file():
        return _with_sounds(_saved(path, None), ())
    return _of_folder(path)


def _single(shard: Shard) -> Shards:
    named = SHARD.fullmatch(shard.file.stem)
    n = int(named["all"] or 1) if named else 1
    notes = (f"this is one of {n} files of its part; give the folder for all of them",) if n > 1 else ()
    return Shards((shard,), notes)


def _of_folder(path: Path) -> Shards:
    """Parquet below a folder; what holds no sounds, or cannot be read, matters only beside files that hold some."""
    files = (file for file in path.rglob("*") if file.suffix.lower() == ".parquet" and file.is_file())
    shown = sorted(file for file in files if not any(own.startswith(HIDDEN) for own in file.relative_to(path).parts))
    holding, others, broken = list[Shard](), list[Shard](), list[SourceError]()
    for shard in (Shard(file, _part(file)) for file in shown):
        try:
            (holding if sound_columns(shard.schema) else others).append(shard)
        except SourceError as error:
            broken.append(error)
    if not holding:
        return Shards()
    if broken:
        raise broken[0]
    _check_one_configuration(path, holding)
    _check_parts(path, holding)
    _check_all_there(holding)
    names = some([shard.file.relative_to(path).as_posix() for shard in others])
    return Shards(tuple(holding), (f"Parquet files without sounds are not read: {names}",) if others else ())


def _with_sounds(shards: Sequence[Shard], notes: tuple[str, ...]) -> Shards:
    holding = bool(shards) and all(sound_columns(shard.schema) for shard in shards)
    return Shards(tuple(shards), notes) if holding else Shards()


def _part(file: Path) -> str | None:
    """As the file is called, or its folder: train-00000-of-00002, train/0000, corpus_train."""
    named, above = SHARD.fullmatch(file.stem), file.parent.name
    if named and plain(named["part"]) in PARTS:
        return named["part"]
    if file.stem.isdigit() or plain(above) in PARTS:
        return above
    if named:
        return named["part"]
    words = re.split(r"[_.-]", file.stem)
    if plain(words[-1]) in PARTS:
        return words[-1]
    return file.stem if plain(words[0]) in PARTS else None


def _saved(folder: Path, part: str | None) -> list[Shard]:
    """Of a folder of save_to_disk; none of a part without rows."""
    files = [folder / str(one.get("filename")) for one in described(folder / STATE).get("_data_files", [])]
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        raise SourceError(f"{folder / STATE}: {some(missing)} is not there. Copy the whole folder.")
    return [Shard(file, part) for file in files]


def described(file: Path) -> dict[str, Any]:
    """An object of JSON.

    Raises:
        SourceError: it cannot be read
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{file}: not readable as JSON ({error}). Copy the whole folder again.") from error
    return content if isinstance(content, dict) else {}


def _check_one_configuration(path: Path, shards: Sequence[Shard]) -> None:
    """Two configurations of a data set hold the same sounds once more."""
    above = {_configuration(shard.file) for shard in shards}
    if len(above) > 1:
        folders = some([str(folder.relative_to(path)) for folder in sorted(above)])
        raise SourceError(f"{path}: several configurations of a data set: {folders}. Give the folder of one.")


def _configuration(file: Path) -> Path:
    """Its folder, or the one above where that is called as a part."""
    return file.parent.parent if file.stem.isdigit() or plain(file.parent.name) in PARTS else file.parent


def _check_parts(path: Path, shards: Sequence[Shard]) -> None:
    named = [shard for shard in shards if shard.part is not None]
    if named and len(named) < len(shards):
        rest = some([shard.file.relative_to(path).as_posix() for shard in shards if shard.part is None])
        parts = some(sorted({str(shard.part) for shard in named}))
        raise SourceError(
            f"{path}: files of the parts {parts} stand beside files of no part: {rest}. Take away, or give a folder "
            "without, those that do not count; or call them as the part that they are."
        )


def _check_all_there(shards: Sequence[Shard]) -> None:
    """train-00001-of-00003 says that there are three."""
    numbers: dict[tuple[Path, str, int], set[int]] = defaultdict(set)
    for shard in shards:
        named = SHARD.fullmatch(shard.file.stem)
        if named and named["all"]:
            numbers[shard.file.parent, named["part"], int(named["all"])].add(int(named["number"]))
    for (folder, part, n), found in numbers.items():
        if missing := sorted({*range(n)} - found):
            raise SourceError(
                f"{folder}: {len(missing)} of the {n} files of {part} are not there, the first is number {missing[0]}. "
                "Get them."
            )


def sound_columns(schema: pa.Schema) -> list[str]:
    """Columns of structures that hold sounds, or paths of them."""
    structures = [one for one in schema if pa.types.is_struct(one.type)]
    return [one.name for one in structures if any(kind <= _fields(one.type) for kind in (ENCODED, DECODED))]


def _fields(kind: Any) -> set[str]:
    return {kind.field(place).name for place in range(kind.num_fields)}
