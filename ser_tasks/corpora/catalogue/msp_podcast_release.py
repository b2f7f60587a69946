"""The label files of a release of MSP-Podcast, read line by line: turns, and what of the files cannot be understood.

The folder of a release has, from 1.6 to 2.0:

    Audios/MSP-PODCAST_0001_0008.wav     podcast, and number of the turn in it: some have a third number behind it
    Labels/labels_consensus.csv          a line for each labelled turn; labels_concensus.csv up to 1.9
    Labels/labels_detailed.csv           a line for each vote; the columns differ by release: msp_podcast_votes.py
    Labels/labels.txt                    both, in blocks: the only one of releases before 1.6
    Partitions.txt, Speaker_ids.txt      partition and speaker of each turn, which the table holds as well
    Transcripts/MSP-PODCAST_0001_0008.txt

The folder is Audio, and label or labels, in some releases; archives may unpack one folder deeper (Labels/Labels).
Test3, since 1.11, has sounds (MSP-PODCAST_test3_0001.wav) and no public labels. The partition to validate on is called
Validation up to 1.8, Development since. An unknown speaker, or gender, is Unknown.

Written from the readme of the release for the Odyssey 2024 challenge and of 1.12 (OpenReview, supplement of
6p9n68cxGM), and from public code that reads the corpus: W-Wu/DEER (`data_preparation`, release 1.8),
Strong-AI-Lab/emotion (`datasets/MSP-PODCAST`), msplabresearch/MSP-Podcast_Challenge, and loaders of 1.6 to 2.0 that
list what changed between releases. Tried on trees made in this format, not on the corpus itself.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path

from ser_tasks.corpora.corpus import CorpusError
from ser_tasks.corpora.fault import Fault
from ser_tasks.corpora.text_file import mend_text

EMOTIONS = {
    "A": "anger",
    "S": "sadness",
    "H": "happiness",
    "U": "surprise",
    "F": "fear",
    "D": "disgust",
    "C": "contempt",
    "N": "neutral",
    "O": "other",  # most raters chose a word of their own
    "X": "no_agreement",  # no label has more votes than each other one
}
PARTS = {part: part for part in ("Train", "Development", "Test1", "Test2", "Test3")} | {"Validation": "Development"}
HIDDEN = "Test3"  # its labels are not public
GENDERS = {"Male": "male", "Female": "female", "Unknown": None, "": None}
NOBODY = ("Unknown", "")  # written for a speaker whom nobody identified

CONSENSUS = ("labels_consensus.csv", "labels_concensus.csv")
COLUMNS = ("FileName", "EmoClass", "EmoAct", "EmoVal", "EmoDom", "SpkrID", "Gender", "Split_Set")
BLOCKS = ("labels.txt",)
PARTITIONS = ("partitions.txt", "partition.txt")
SPEAKERS = ("speaker_ids.txt",)
NAME = re.compile(r"MSP-PODCAST_(?P<podcast>\d+)(?:_\d+){1,2}", re.ASCII)
HIDDEN_NAME = re.compile(r"MSP-PODCAST_test3_\d+", re.ASCII | re.IGNORECASE)
NAME_PATTERN = "MSP-PODCAST_0001_0008.wav: podcast, number of the turn, and in some a third number"
HEAD_PATTERN = "MSP-PODCAST_0001_0008.wav; N; A:2.200000; V:4.000000; D:2.600000;"
LOWEST, HIGHEST = 1.0, 7.0  # of the scales there; 1 to 5 here
MOST_FAULTS = 100  # then reading ends: one that all lines share is one


@dataclass(frozen=True, slots=True)
class Turn:
    """One labelled turn; the three means over its raters are from 1 to 5."""

    name: str
    emotion: str  # one of EMOTIONS.values()
    activation: float | None
    valence: float | None
    dominance: float | None
    speaker: str | None  # None: unknown
    gender: str | None
    part: str  # one of PARTS.values(), without HIDDEN

    @property
    def podcast(self) -> str:
        """The recording that it was cut from: 0001."""
        return self.name.split("_")[1]


@dataclass(frozen=True)
class Labels:
    """The turns in the order of the file, and what of it cannot be understood; `hidden` counts lines of Test3."""

    path: str  # of the file, relative to root
    turns: tuple[Turn, ...]
    hidden: int
    faults: tuple[Fault, ...]


def read_labels(root: Path) -> Labels:
    """The labelled turns of a release: from labels_consensus.csv, or labels.txt where there is none.

    Args:
        root: the folder of Audios and Labels

    Raises:
        CorpusError: neither of the two, or one of them twice
    """
    table = find_label_file(root, CONSENSUS)
    if table is not None:
        return _of_lines(table, csv_columns(root / table, COLUMNS))
    blocks = find_label_file(root, BLOCKS)
    if blocks is not None:
        return _of_lines(blocks, _block_lines(root, blocks))
    raise CorpusError(
        f"{root}: neither {' nor '.join((CONSENSUS[0], *BLOCKS))} in it or in a folder Labels of it. Unpack Labels of "
        "the release there, beside Audios."
    )


def find_label_file(root: Path, names: Sequence[str]) -> str | None:
    """The one file of these names, in small letters, in root, Labels, or a folder of Labels; relative to root.

    Raises:
        CorpusError: there are several
    """
    folders = [root, *root.glob("[Ll]abel*"), *root.glob("[Ll]abel*/*")]
    files = [file for folder in folders if folder.is_dir() for file in folder.iterdir() if file.name.lower() in names]
    paths = sorted(file.relative_to(root).as_posix() for file in files if file.is_file())
    if len(paths) > 1:
        raise CorpusError(
            f"{root}: {names[0]} is there {len(paths)} times: {', '.join(paths)}. Keep that of one release."
        )
    return paths[0] if paths else None


def text_lines(file: Path) -> Iterator[str]:
    """The lines of a text with their ends; each in UTF-8, or else in Windows-1252. Only one is in memory."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines):
            try:
                yield line.decode("utf-8" if number else "utf-8-sig")
            except UnicodeDecodeError:
                yield mend_text(line.decode("latin-1"))


def csv_head(file: Path) -> list[str]:
    """The names of the columns of a table."""
    return [name.strip() for name in next(csv.reader(text_lines(file)), [])]


def csv_columns(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """The line on which each row ends, and its cells in these columns; a row that is too short as it is.

    Raises:
        CorpusError: a column that is not there
    """
    head = csv_head(file)
    if missing := [name for name in columns if name not in head]:
        raise CorpusError(
            f"{file}:1: no column {', '.join(missing)}; found {', '.join(head)}, expected {', '.join(columns)}. "
            "Restore the file from the release."
        )
    places = [head.index(name) for name in columns]
    pick, longest, lines = itemgetter(*places), max(places), csv.reader(text_lines(file))
    next(lines)
    for row in lines:
        if row:
            yield lines.line_num, pick(row) if len(row) > longest else row


@cache
def one_to_five(value: str) -> float | None:
    """A rating from 1 to 7 as one from 1 to 5; None where it is empty or not a number.

    Raises:
        ValueError: outside of 1 to 7, or no number

    >>> one_to_five("1.000000"), one_to_five("4"), one_to_five("7.0"), one_to_five("")
    (1.0, 3.0, 5.0, None)
    """
    if value.strip().lower() in ("", "nan"):
        return None
    number = float(value)
    if not LOWEST <= number <= HIGHEST:
        raise ValueError(value)
    return round(1 + (number - LOWEST) * 4 / (HIGHEST - LOWEST), 6)


def _of_lines(path: str, lines: Iterable[tuple[int, Sequence[str] | str]]) -> Labels:
    """The turns of lines, each with its number, and its cells in the order of COLUMNS or what was expected instead."""
    turns, faults, hidden = dict[str, Turn](), list[Fault](), 0
    for number, cells in lines:
        found = cells if isinstance(cells, str) else _turn(cells)
        if found is None:
            hidden += 1
        elif isinstance(found, Turn) and found.name not in turns:
            turns[found.name] = found
        else:
            expected = "each turn once" if isinstance(found, Turn) else found
            faults.append(Fault(path, "a line" if isinstance(cells, str) else ", ".join(cells), expected, number))
            if len(faults) >= MOST_FAULTS:
                break
    return Labels(path, tuple(turns.values()), hidden, tuple(faults))


def _turn(cells: Sequence[str]) -> Turn | str | None:
    """The turn; None for one of Test3; or what was expected instead."""
    if len(cells) != len(COLUMNS):
        return f"the columns {', '.join(COLUMNS)}"
    file, code, *ratings, speaker, gender, part = (cell.strip() for cell in cells)
    if part == HIDDEN:
        return None
    name, scales = file.removesuffix(".wav"), _scales(*ratings)
    wanted = (
        (NAME.fullmatch(name), f"a file name like {NAME_PATTERN}"),
        (code in EMOTIONS, f"a label of {' '.join(EMOTIONS)} as EmoClass"),
        (scales, "numbers from 1 to 7 as EmoAct, EmoVal, EmoDom"),
        (gender in GENDERS, "Male, Female or Unknown as Gender"),
        (part in PARTS, f"a partition of {' '.join(PARTS)} as Split_Set"),
    )
    expected = next((text for right, text in wanted if not right), None)
    if expected is not None or scales is None:
        return expected
    return Turn(name, EMOTIONS[code], *scales, None if speaker in NOBODY else speaker, GENDERS[gender], PARTS[part])


def _scales(activation: str, valence: str, dominance: str) -> tuple[float | None, float | None, float | None] | None:
    """The ratings from 1 to 5; None if one is none."""
    try:
        return one_to_five(activation), one_to_five(valence), one_to_five(dominance)
    except ValueError:
        return None


def _block_lines(root: Path, blocks: str) -> Iterator[tuple[int, Sequence[str] | str]]:
    """The first line of each block, with partition and speaker from the files beside it; or what was expected of it."""
    partitions, (speakers, genders) = _partitions(root), _speakers(root)
    for number, line in enumerate(text_lines(root / blocks), 1):
        if not line.startswith("MSP-PODCAST"):
            continue
        file, *rest = (cell.strip() for cell in line.strip().removesuffix(";").split(";"))
        if [cell[:2] for cell in rest[1:]] != ["A:", "V:", "D:"]:
            yield number, f"{HEAD_PATTERN} and not {line.strip()}"
        elif file not in partitions:
            yield number, f"a line of Partitions.txt for {file}"
        else:
            code, speaker = rest[0], speakers.get(file, "")
            ratings = (cell[2:] for cell in rest[1:])
            yield number, (file, code, *ratings, speaker, genders.get(speaker, ""), partitions[file])


def _partitions(root: Path) -> dict[str, str]:
    """{file: partition}: lines `Train; MSP-PODCAST_0023_0048.wav`."""
    path = find_label_file(root, PARTITIONS)
    if path is None:
        raise CorpusError(f"{root}: no Partitions.txt, which labels.txt needs. Take it from the release.")
    pairs = (_pair(line) for line in text_lines(root / path))
    return {file: part for part, file in pairs if file}


def _speakers(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """{file: speaker}, and {speaker: gender}.

    Lines `Speaker_30; Male`, a line of asterisks, and lines `MSP-PODCAST_0001_0008.wav; 30`.
    """
    path = find_label_file(root, SPEAKERS)
    speakers, genders = dict[str, str](), dict[str, str]()
    for first, second in (_pair(line) for line in text_lines(root / path)) if path else ():
        if first.startswith("MSP-PODCAST"):
            speakers[first] = second.removeprefix("Speaker_")
        elif first.startswith("Speaker_"):
            genders[first.removeprefix("Speaker_")] = second
    return speakers, genders


def _pair(line: str) -> tuple[str, str]:
    first, _, second = line.partition(";")
    return first.strip(), second.strip().rstrip(";")
