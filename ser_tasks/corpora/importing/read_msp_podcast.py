"""MSP-Podcast: Audios/ beside Labels/labels_consensus.csv, a row for each speaking turn; from how others read it.

Source: Lotfian & Busso (2019), "Building naturalistic emotionally balanced speech corpus by retrieving emotional speech
from existing podcast recordings", IEEE Transactions on Affective Computing
"""

from dataclasses import replace
from pathlib import Path

from ser_tasks.corpora.importing.options import DROP, ImportOptions
from ser_tasks.corpora.importing.source_table import ColumnChoice, Meanings, SourceTable
from ser_tasks.corpora.importing.values import as_number, as_speaker

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
CLASSES = {"C": "contempt", "O": DROP, "X": DROP}  # where the word alone means none
PARTS = {"Test1": "test", "Test2": DROP, "Test3": DROP}  # three test sets are not one
SCALES = ("EmoAct", "EmoVal", "EmoDom")  # 1 to 7 there
NOBODY_KNOWN = "have an unknown speaker, who may be in any part (--speakers unknown keeps every row, and no speaker)"


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
        given: what the user said
    """
    root, table = folder.resolve(), source.table
    table = table.assign(**{name: table[name].map(_one_to_five) for name in SCALES if name in table})
    nobody = table.SpkrID.map(lambda code: code is None or as_speaker(code) is None).astype(bool)
    dropped = {NOBODY_KNOWN: int(nobody.sum())} if nobody.any() and given.speakers != "unknown" else {}
    return replace(
        source,
        format=f"{FORMAT}, {source.format}",
        table=table[~nobody] if dropped else table,
        folders=(root / "Audios", root / "Audio", root),
        roles={role: ColumnChoice(column, f"{FORMAT} says so") for role, column in ROLES.items() if column in table},
        notes=("activation, valence and dominance are written from 1 to 5, as here; they were from 1 to 7",),
        dropped=dropped,
        meanings=Meanings(FORMAT, LETTERS, CLASSES),
        parts=PARTS,
    )


def _one_to_five(value: str | None) -> str | None:
    number = value and as_number(value)
    return repr(round(1 + (float(number) - 1) * 4 / 6, 6)) if number else value
