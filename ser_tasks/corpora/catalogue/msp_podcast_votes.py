"""Votes of MSP-Podcast: what each rater said of a turn. The columns of labels_detailed.csv differ between releases.

| release | columns |
|---|---|
| 1.6 | FileName, Workers, EmoClass_Major, EmoClass_Second, EmoAct, EmoVal, EmoDom |
| 1.7 to 1.12 | FileName, EmoDetail: `WORKER00000001; Neutral; Neutral,Sad; A:3.000000; V:4.000000; D:3.000000;` |
| 2.0 | FileName, WorkerID, EmoClass_Major, EmoClass_Second, EmoAct, EmoVal, EmoDom |

labels.txt has the lines of EmoDetail below the first line of each turn. The primary emotion is one of eight words, or
a word of the rater's own (Other-confused). Secondary emotions are any number of 17 words, and may be none. Both may
hold commas and semicolons where the rater wrote them. Sources: as in msp_podcast_release.py
"""

import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

from ser_tasks.corpora.catalogue.msp_podcast_release import (
    BLOCKS,
    MOST_FAULTS,
    csv_columns,
    csv_head,
    find_label_file,
    one_to_five,
    text_lines,
)
from ser_tasks.corpora.corpus import Vote
from ser_tasks.corpora.fault import Fault

DETAILED = ("labels_detailed.csv",)
IN_ONE = ("FileName", "EmoDetail")
APART = ("EmoClass_Major", "EmoClass_Second", "EmoAct", "EmoVal", "EmoDom")
RATERS = ("WorkerID", "Workers")
OTHER = "Other"
DETAIL = re.compile(r"\s*(WORKER\w+);(.*);\s*A:([^;]*);\s*V:([^;]*);\s*D:([^;]*);?\s*", re.ASCII | re.DOTALL)
DETAIL_PATTERN = "WORKER00000001; Neutral; Neutral,Sad; A:3.000000; V:4.000000; D:3.000000;"

Cells = Sequence[str]  # rater, primary and secondary emotions, activation, valence, dominance


@dataclass(frozen=True)
class Votes:
    """{turn: votes, in the order of the file} of the turns asked for.

    `strange` are turns that have votes and no label; `outside` counts ratings outside of 1 to 7, which are left out.
    """

    path: str | None  # of the file, relative to root; None: no file has votes
    by_turn: dict[str, list[Vote]]
    strange: frozenset[str]
    outside: int
    faults: tuple[Fault, ...]


def read_votes(root: Path, turns: Collection[str], *, labelled: Collection[str]) -> Votes:
    """The votes on some turns, from labels_detailed.csv, or from labels.txt where there is none.

    Args:
        root: the folder of Audios and Labels
        turns: those whose votes are kept
        labelled: all that have a label: votes on others are strange
    """
    path = find_label_file(root, DETAILED) or find_label_file(root, BLOCKS)
    if path is None:
        return Votes(None, {}, frozenset(), 0, ())
    lines = _table_votes(root / path) if path.endswith(".csv") else _block_votes(root / path)
    by_turn, strange, faults, outside = dict[str, list[Vote]](), set[str](), list[Fault](), 0
    for number, name, cells in lines:
        if name not in labelled:
            strange.add(name)
        elif name in turns and not isinstance(cells, str):
            vote, out = _vote(*cells)
            by_turn.setdefault(name, []).append(vote)
            outside += out
        elif isinstance(cells, str):
            faults.append(Fault(path, cells, DETAIL_PATTERN, number))
            if len(faults) >= MOST_FAULTS:
                break
    return Votes(path, by_turn, frozenset(strange), outside, tuple(faults))


def _table_votes(file: Path) -> Iterator[tuple[int, str, Cells | str]]:
    """Line, turn, and cells of each row, or the row where it is not of the grammar."""
    head = csv_head(file)
    rater = next((name for name in RATERS if name in head), RATERS[0])
    columns = IN_ONE if IN_ONE[1] in head else (IN_ONE[0], rater, *APART)
    for number, row in csv_columns(file, columns):
        name, *cells = row
        if len(row) != len(columns):
            yield number, name.strip().removesuffix(".wav"), ", ".join(row)
        else:
            yield number, name.strip().removesuffix(".wav"), cells if len(cells) > 1 else _cells(cells[0])


def _block_votes(file: Path) -> Iterator[tuple[int, str, Cells | str]]:
    """The same of labels.txt; a line that begins neither a turn nor a vote belongs to the vote above it."""
    name, vote, start = "", "", 0
    for number, line in enumerate(chain(text_lines(file), ["MSP-PODCAST"]), 1):
        if vote and line.startswith(("MSP-PODCAST", "WORKER")):
            yield start, name, _cells(vote)
            vote = ""
        if line.startswith("MSP-PODCAST"):
            name = line.partition(";")[0].strip().removesuffix(".wav")
        elif line.startswith("WORKER"):
            vote, start = line, number
        elif vote and line.strip():
            vote += line


def _cells(detail: str) -> Cells | str:
    """The cells of a vote that is written in one; itself where it is not of the grammar."""
    match = DETAIL.fullmatch(detail)
    if match is None:
        return detail.strip()
    rater, emotions, *ratings = match.groups()
    primary, _, secondary = emotions.rpartition(";") if ";" in emotions else (emotions, "", "")
    return rater, primary, secondary, *ratings


def _vote(rater: str, primary: str, secondary: str, *ratings: str) -> tuple[Vote, int]:
    """The vote, and how many of its ratings are no number from 1 to 7."""
    (activation, out_a), (valence, out_v), (dominance, out_d) = map(_rating, ratings)
    labels, comment = _labels(primary.strip()), _comment(primary.strip(), secondary.strip())
    return Vote(sys.intern(rater.strip()), labels, valence, activation, dominance, comment), out_a + out_v + out_d


def _rating(value: str) -> tuple[float | None, bool]:
    try:
        return one_to_five(value), False
    except ValueError:
        return None, True


@cache
def _labels(primary: str) -> tuple[str, ...]:
    """The primary emotion; a rater's own word is Other, or each of a thousand would be a class in what is counted."""
    return (OTHER if _own_word(primary) else primary,) if primary else ()


@cache
def _comment(primary: str, secondary: str) -> str:
    """What a vote holds besides its label: the rater's own word, and the secondary emotions."""
    return "; ".join(part for part in (_own_word(primary), secondary and f"secondary: {secondary}") if part)


def _own_word(primary: str) -> str:
    return primary.removeprefix(OTHER).strip(" -") if primary.startswith(OTHER) else ""
