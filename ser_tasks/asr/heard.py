"""The utterance table as a recogniser heard it: what linguistic models read in place of manual transcripts."""

import pandas as pd

from ser_tasks.errors import UserError


def with_heard_transcripts(utterances: pd.DataFrame, transcribed: pd.DataFrame) -> pd.DataFrame:
    """The utterance table with the manual transcripts put aside; all else, and the order, as it was.

    Args:
        utterances: the table of `ser_tasks.utterances`
        transcribed: columns utterance_id and transcript, as of `transcribe_corpus`

    Returns:
        the same columns; `transcript` is null for utterances without sound, which nobody could hear

    Raises:
        UserError: an utterance with sound was not transcribed, or one was that the table does not have
    """
    heard = transcribed.set_index("utterance_id").transcript
    spoken = utterances.utterance_id[utterances.path.notna()]
    for found, wanted, fault in ((heard.index, spoken, "not transcribed"), (spoken, heard.index, "not in the table")):
        lacking = sorted(set(wanted) - set(found))
        if lacking:
            raise UserError(
                f"{len(lacking)} utterances are {fault}, the first is {lacking[0]!r}: table and transcripts are not "
                "of the same version of the corpus. Transcribe it again."
            )
    return utterances.assign(transcript=utterances.utterance_id.map(heard).astype(object))
