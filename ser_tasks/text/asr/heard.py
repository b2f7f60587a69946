"""The words of a corpus as a recogniser heard them: what linguistic models read in place of manual transcripts."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError

SCHEMA = pa.schema(
    [
        pa.field("utterance_id", pa.string(), nullable=False),
        pa.field("transcript", pa.string()),  # "": no words were heard; null: there is no sound
        pa.field("speaker", pa.string(), nullable=False),  # this and the next two as in the utterance table
        pa.field("group", pa.string()),
        pa.field("turn", pa.int32()),
        pa.field("engine", pa.string()),  # this and the next two are null where there is no sound
        pa.field("engine_version", pa.string()),
        pa.field("recogniser", pa.string()),  # digest of engine, settings, weights, versions and code
    ]
)


def with_heard_transcripts(utterances: pd.DataFrame, transcribed: pd.DataFrame) -> pd.DataFrame:
    """The turns of a corpus, in the order of its table, with what was heard in place of the manual transcripts.

    Args:
        utterances: the table of `ser_tasks.corpora.utterances`
        transcribed: the table of `read_transcribed`

    Returns:
        columns of SCHEMA; `transcript` is null for utterances without sound, which nobody could hear

    Raises:
        UserError: an utterance with sound was not transcribed, or one was that the table does not have
    """
    heard = transcribed.set_index("utterance_id")
    spoken = utterances.utterance_id[utterances.path.notna()]
    for found, wanted, fault in ((heard.index, spoken, "not transcribed"), (spoken, heard.index, "not in the table")):
        lacking = sorted(set(wanted) - set(found))
        if lacking:
            raise UserError(
                f"{len(lacking)} utterances are {fault}, the first is {lacking[0]!r}: table and transcripts are not "
                "of the same version of the corpus. Transcribe it again."
            )
    turns = utterances[["utterance_id", "speaker", "group", "turn"]]
    table: pd.DataFrame = turns.join(heard, on="utterance_id")[SCHEMA.names]
    return table


def write_heard(table: pd.DataFrame, path: Path) -> None:
    """Write the table of `with_heard_transcripts` to Parquet, atomically."""
    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, schema=SCHEMA, preserve_index=False), temporary)
