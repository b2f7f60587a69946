"""labels.csv: labels of a corpus whose file names lack them, or have them in another form."""

import csv
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.fault import Fault
from ser_tasks.corpora.text_file import read_text

NAME = "labels.csv"
REQUIRED = ("path", "emotion")
OPTIONAL = ("speaker", "gender", "group", "split", "transcript")
PATTERN = f"columns {', '.join(REQUIRED)}, and any of {', '.join(OPTIONAL)}"


@dataclass(frozen=True)
class Label:
    """One line; what it leaves open is None."""

    emotion: str
    speaker: str | None = None
    gender: str | None = None
    group: str | None = None
    split: str | None = None
    transcript: str | None = None


def read_label_table(
    root: Path, audio: Collection[str], emotions: Mapping[str, str], faults: list[Fault]
) -> dict[str, Label]:
    """{path: label} of the table in the corpus root; nothing where there is none.

    The names of columns may be in capitals too. An emotion is a code of the corpus or its name; an empty one is none,
    and has no line here.

    Args:
        root: of the corpus
        audio: the sounds in it, relative to root: a line must name one of them
        emotions: code -> name
        faults: gets what does not follow the grammar
    """
    if not (root / NAME).is_file():
        return {}
    lines = csv.DictReader(io.StringIO(read_text(root / NAME), newline=""))
    lines.fieldnames = [name.strip().lower() for name in lines.fieldnames or ()]
    if not set(REQUIRED) <= set(lines.fieldnames) <= {*REQUIRED, *OPTIONAL}:
        faults.append(Fault(NAME, ", ".join(lines.fieldnames), PATTERN, 1))
        return {}
    known, labels = {name: name for name in emotions.values()} | dict(emotions), dict[str, Label]()
    for row in lines:
        path, emotion = row["path"], row["emotion"]
        expected = _expected(row, audio, labels, known)
        if expected is not None:
            faults.append(Fault(NAME, f"{path}, {emotion}", expected, lines.line_num))
        elif emotion:
            labels[path] = Label(known[emotion], **{name: row.get(name) or None for name in OPTIONAL})
    return labels


def _expected(
    row: Mapping[str | None, str | None], audio: Collection[str], labels: Mapping[str, Label], known: Mapping[str, str]
) -> str | None:
    if None in row or None in row.values():
        return "as many fields as columns"
    if row["path"] not in audio:
        return "the path of a sound below the folder"
    if row["path"] in labels:
        return "each sound once"
    if row["emotion"] and row["emotion"] not in known:
        return f"an emotion of {' '.join(known)}, or none"
    if row.get("split") not in (None, "", "train", "validation", "test"):
        return "train, validation or test as split"
    return None
