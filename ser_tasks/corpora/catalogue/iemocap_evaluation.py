"""dialog/EmoEvaluation/<dialog>.txt: the label of every turn, and what each rater said of it.

The first line begins with % and names the columns. Blocks follow, with empty lines between them: a head with times,
turn, label and the means of the dimensional ratings, then one line for each rater.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ser_tasks.corpora.catalogue.iemocap_names import TURN_PATTERN, parse_turn
from ser_tasks.corpora.fault import Fault
from ser_tasks.corpora.votes import Vote

LABELS = {
    "ang": "anger",
    "hap": "happiness",
    "sad": "sadness",
    "neu": "neutral",
    "fru": "frustration",
    "exc": "excitement",
    "fea": "fear",
    "sur": "surprise",
    "dis": "disgust",
    "oth": "other",
    "xxx": "no_agreement",  # no majority among the raters
}
SCALE = r"(\d+(?:\.\d+)?)"
HEAD = re.compile(
    rf"^\[(\d+\.\d+) - (\d+\.\d+)\]\t(\S+)\t([a-z]{{3}})\t\[{SCALE}, {SCALE}, {SCALE}\]$",
    re.ASCII,
)
# C: categories, A: dimensions; E1 ... are evaluators, F1 and M1 ... the speakers themselves
RATER = re.compile(r"^(?P<kind>[CA])-(?P<rater>[EFM]\d+):\s*(?P<said>[^(]*)(?:\((?P<comment>.*?)\)?)?$", re.ASCII)
SCALES = re.compile(rf"^val\s*{SCALE}?\s*;\s*act\s*{SCALE}?\s*;\s*dom\s*{SCALE}?\s*;?$", re.ASCII)

HEADER_PATTERN = "a first line that begins with % and names the columns"
HEAD_PATTERN = "[start - end], turn, label, [valence, activation, dominance], with tabs between them"
RATER_PATTERN = "C-E1: labels; (comment) or A-E1: val 1; act 2; dom 3; (comment)"


@dataclass(frozen=True)
class Turn:
    """One block."""

    name: str
    start: float  # s in the dialog
    end: float  # s in the dialog
    emotion: str  # one of LABELS.values()
    valence: float
    activation: float
    dominance: float
    votes: Sequence[Vote] = ()  # in the order of the file


@dataclass(frozen=True)
class Evaluation:
    """What a file holds, and what of it cannot be understood."""

    turns: tuple[Turn, ...]
    faults: tuple[Fault, ...]


def parse_evaluation(path: str, dialog: str, text: str) -> Evaluation:
    """The turns of one dialog, in the order of the file.

    Args:
        path: for messages
        dialog: the name that the turns must begin with
        text: of the file
    """
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    faults, turns, votes = [], dict[str, Turn](), list[Vote]()  # votes: those of the block at hand
    if not lines[0].startswith("%"):
        faults.append(Fault(path, lines[0], HEADER_PATTERN, 1))
    inside = False
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            inside = False
        elif line.startswith("["):
            inside, votes, turn = True, [], _head(dialog, line)
            if isinstance(turn, Turn) and turn.name not in turns:
                turns[turn.name] = replace(turn, votes=votes)
            else:
                faults.append(Fault(path, line, "each turn once" if isinstance(turn, Turn) else turn, number))
        elif (vote := _vote(line)) is None:
            faults.append(Fault(path, line, RATER_PATTERN, number))
        elif inside:
            votes.append(vote)  # of a turn, or of a head that is a fault already
        else:
            faults.append(Fault(path, line, "the head of a turn before its raters", number))
    return Evaluation(tuple(turns.values()), tuple(faults))


def _head(dialog: str, line: str) -> Turn | str:
    """The turn, or what was expected instead."""
    match = HEAD.match(line)
    if match is None:
        return HEAD_PATTERN
    start, end, name, label, valence, activation, dominance = match.groups()
    named = parse_turn(name)
    if named is None:
        return f"a turn like {TURN_PATTERN}"
    if named.dialog != dialog:
        return f"a turn of {dialog}"
    if label not in LABELS:
        return f"a label of {' '.join(LABELS)}"
    if float(start) >= float(end):
        return "an end after the start"
    scales = float(valence), float(activation), float(dominance)
    return Turn(name, float(start), float(end), LABELS[label], *scales)


def _vote(line: str) -> Vote | None:
    match = RATER.match(line.rstrip())
    if match is None:
        return None
    rater, comment = match["rater"], match["comment"] or ""
    if match["kind"] == "C":
        labels = tuple(label.strip() for label in match["said"].split(";") if label.strip())
        return Vote(rater, labels, comment=comment)
    scales = SCALES.match(match["said"].strip())
    if scales is None:
        return None
    valence, activation, dominance = (float(value) if value else None for value in scales.groups())
    return Vote(rater, (), valence, activation, dominance, comment)
