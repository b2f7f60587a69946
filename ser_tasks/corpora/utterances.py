"""The table of utterances: what every corpus becomes; and beside it what the corpus declares of itself, as data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.corpus import Corpus, Preset
from ser_tasks.errors import UserError
from ser_tasks.provenance.code_digest import code_digest

VOTE = pa.struct(
    [
        pa.field("rater", pa.string(), nullable=False),
        pa.field("labels", pa.list_(pa.string()), nullable=False),
        *(pa.field(name, pa.float64()) for name in ("valence", "activation", "dominance")),
        pa.field("comment", pa.string(), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),  # unique in the corpus
        pa.field("corpus", pa.string(), nullable=False),
        pa.field("path", pa.string()),  # relative to the corpus root; null: text only
        pa.field("start", pa.float64()),  # s; null: from the beginning
        pa.field("end", pa.float64()),  # s; null: to the end
        pa.field("channel", pa.string()),  # left, right, or its number from 1; null: the mix of all
        pa.field("speaker", pa.string(), nullable=False),
        pa.field("gender", pa.string()),  # female, male
        pa.field("session", pa.string()),  # recording session, for leave-session-out
        pa.field("split", pa.string()),  # train, validation, test: the corpus' official split
        pa.field("group", pa.string()),  # dialog or twin takes: must not straddle a split
        pa.field("turn", pa.int32()),  # place in its dialog, counted from 0
        pa.field("style", pa.string()),  # speech or song, improvised or scripted
        pa.field("intensity", pa.string()),
        pa.field("emotion", pa.string(), nullable=False),  # as the corpus names it, before any label map
        pa.field("valence", pa.float64()),  # 1 to 5, as are the next two: mean over raters
        pa.field("activation", pa.float64()),
        pa.field("dominance", pa.float64()),
        pa.field("votes", pa.list_(VOTE)),  # of each rater
        pa.field("transcript", pa.string()),
        pa.field("language", pa.string()),  # ISO 639-1
        pa.field("duration", pa.float64()),  # s
        pa.field("sampling_rate", pa.int32()),  # Hz, of the file
        pa.field("sha256", pa.string()),  # of the decoded sound, the same in WAV and FLAC
    ]
)


def utterance_table(rows: list[dict[str, object]] | dict[str, list[Any]]) -> pd.DataFrame:
    """Rows, or columns of equal length, in the schema's columns, sorted by `utterance_id`.

    Raises:
        UserError: two rows share an id, or a required value is missing
    """
    table = pd.DataFrame(rows).reindex(columns=SCHEMA.names).sort_values("utterance_id", ignore_index=True)
    twice = table.utterance_id[table.utterance_id.duplicated()].unique()
    if len(twice):
        where = table.path[table.utterance_id == twice[0]].tolist()
        raise UserError(
            f"{len(twice)} utterance ids occur twice, the first is {twice[0]!r}, in {where}. "
            "Keep one file of each (a WAV and its FLAC, or a folder unpacked twice?)."
        )
    required = [field.name for field in SCHEMA if not field.nullable]
    holes = table[required].isna().sum()
    if holes.any():
        raise UserError(f"utterances without a required value: {holes[holes > 0].to_dict()}. Fix the parser.")
    return table


def write_utterances(table: pd.DataFrame, path: Path) -> None:
    """Write the table to Parquet, atomically."""
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, schema=SCHEMA, preserve_index=False), temporary)


def read_utterances(path: Path) -> pd.DataFrame:
    """The table written by `write_utterances`."""
    table: pd.DataFrame = pq.read_table(path, schema=SCHEMA).to_pandas()
    return table


def declaration(corpus: Corpus) -> dict[str, Any]:
    """Ready for JSON: what results, bundles and cards take from the declaration of a corpus.

    Two declarations are equal where nothing differs that a result may depend on: a comment in the corpus' module, or a
    new line in its parser, leaves it as it is. A split that is code stands here as the digest of that code.
    """
    return {
        "name": corpus.name,
        "kind": corpus.kind,
        "speakers_known": corpus.speakers_known,
        "language": corpus.language,
        "title": corpus.title,
        "licence": corpus.licence,
        "citation": corpus.citation,
        "presets": {name: _preset(preset) for name, preset in corpus.presets.items()},
    }


def _preset(preset: Preset) -> dict[str, Any]:
    return {
        "description": preset.description,
        "classes": dict(preset.classes),
        "styles": None if preset.styles is None else list(preset.styles),
        "split": None if preset.split is None else code_digest(preset.split),
    }
