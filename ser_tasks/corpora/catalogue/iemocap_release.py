"""The release of IEMOCAP as a folder: file names, transcriptions, labels with votes, and the files of each turn.

dialog/transcriptions/<dialog>.txt has the words of every turn, one line each. dialog/EmoEvaluation/<dialog>.txt has
labels and votes. Its first line begins with % and names the columns. Blocks follow, with empty lines between them: a
head with times, turn, label and the means of the dimensional ratings, then one line for each rater.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ser_tasks.corpora.corpus import Vote
from ser_tasks.corpora.fault import Fault
from ser_tasks.corpora.text_file import read_text

# session, who wears the motion-capture markers, scene: Ses01F_impro01, Ses05M_script01_1b
DIALOG = r"Ses0(?P<session>[1-5])[FM]_(?P<scene>impro0[1-8][ab]?|script0[1-3]_[1-3]b?)"
# who speaks, number: Ses01F_impro01_M000; X for turns that were numbered later
TURN = re.compile(rf"(?P<dialog>{DIALOG})_(?P<speaker>[FM])(?:\d{{3}}|X\d\d|XX\d)", re.ASCII)
WHOLE_DIALOG = re.compile(DIALOG, re.ASCII)

DIALOG_PATTERN = "Ses01F_impro01 or Ses05M_script01_1b: session 1-5, who wears the markers F M, scene"
TURN_PATTERN = "Ses01F_impro01_M000: dialog, then who speaks F M, then 000, X00 or XX0"
GENDERS = {"F": "female", "M": "male"}

LINE = re.compile(r"^(\S+) \[(\d+\.\d+)-(\d+\.\d+)\]: ?(.*)$", re.ASCII)
PATTERN = "Ses01F_impro01_F000 [006.2901-008.2357]: words"

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

SOUND = re.compile(r"^Session(?P<session>[1-5])/sentences/wav/(?P<dialog>[^/]+)/(?P<turn>[^/]+)\.\w+$", re.ASCII)
SOUND_PATTERN = f"SessionN/sentences/wav/<dialog>/<turn>.wav, turns like {TURN_PATTERN}"


@dataclass(frozen=True)
class TurnName:
    """The fields of a turn's name."""

    dialog: str
    session: str  # 1 to 5
    speaker: str  # 1F: the letter is that of the last part, for the one after Ses01 wears the markers
    gender: str
    style: str  # improvised, scripted


def parse_turn(name: str) -> TurnName | None:
    """Fields of a turn's name; None when it is not one."""
    match = TURN.fullmatch(name)
    if match is None:
        return None
    return TurnName(
        dialog=match["dialog"],
        session=match["session"],
        speaker=match["session"] + match["speaker"],
        gender=GENDERS[match["speaker"]],
        style="improvised" if match["scene"].startswith("impro") else "scripted",
    )


def session_of(dialog: str) -> str | None:
    """Session 1 to 5 of a dialog; None when it is not a dialog's name."""
    match = WHOLE_DIALOG.fullmatch(dialog)
    return match["session"] if match else None


@dataclass(frozen=True)
class Transcription:
    """Words of each turn; `skipped` counts lines that name no turn, such as asides that begin with M: or F:."""

    words: dict[str, str]
    skipped: int
    faults: tuple[Fault, ...]


def parse_transcription(path: str, text: str) -> Transcription:
    """The turns of one dialog.

    A line that begins like a turn must be one; any other is skipped, and counted.

    Args:
        path: for messages
        text: of the file
    """
    words, skipped, faults = dict[str, str](), 0, []
    for number, line in enumerate(text.split("\n"), 1):
        match = LINE.match(line.rstrip())
        if match is not None and parse_turn(match[1]) is not None:
            if match[1] in words:
                faults.append(Fault(path, line, "each turn once", number))
            words[match[1]] = match[4].strip()
        elif line.startswith("Ses"):
            faults.append(Fault(path, line, PATTERN, number))
        else:
            skipped += bool(line.strip())
    return Transcription(words, skipped, tuple(faults))


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


@dataclass(frozen=True)
class Release:
    """Content of the files, before they are joined."""

    turns: tuple[Turn, ...]
    words: dict[str, str]  # turn -> transcript
    skipped: int  # lines of the transcriptions that are not turns
    sounds: dict[str, str]  # turn -> path
    faults: tuple[Fault, ...]


def read_release(root: Path, audio: Sequence[str]) -> Release:
    """Every evaluation, every transcription and every sound below the root.

    Args:
        root: the folder that has Session1 ... Session5
        audio: the sounds in it, relative to root
    """
    turns: list[Turn] = []
    words: dict[str, str] = {}
    faults: list[Fault] = []
    skipped = 0
    for path, dialog in _dialogs(root, "EmoEvaluation", faults):
        evaluation = parse_evaluation(path, dialog, read_text(root / path))
        turns += evaluation.turns
        faults += evaluation.faults
    for path, _ in _dialogs(root, "transcriptions", faults):
        transcription = parse_transcription(path, read_text(root / path))
        words |= transcription.words
        skipped += transcription.skipped
        faults += transcription.faults
    return Release(tuple(turns), words, skipped, _sounds(audio, faults), tuple(faults))


def _dialogs(root: Path, folder: str, faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """Path relative to root, and dialog, of each file; a name that is no dialog of the session is a fault."""
    for file in sorted(root.glob(f"Session[1-5]/dialog/{folder}/*.txt")):
        path = file.relative_to(root).as_posix()
        if file.name.startswith("."):
            continue
        if session_of(file.stem) == path[len("Session")]:
            yield path, file.stem
        else:
            faults.append(Fault(path, file.stem, f"a dialog of the session, like {DIALOG_PATTERN}"))


def _sounds(audio: Sequence[str], faults: list[Fault]) -> dict[str, str]:
    sounds: dict[str, str] = {}
    for path in audio:
        match = SOUND.match(path)
        turn = parse_turn(match["turn"]) if match else None
        if match is None or turn is None or (turn.dialog, turn.session) != (match["dialog"], match["session"]):
            faults.append(Fault(path, path.rsplit("/", 1)[-1], SOUND_PATTERN))
        elif match["turn"] in sounds:
            faults.append(Fault(path, sounds[match["turn"]], "one sound for each turn"))
        else:
            sounds[match["turn"]] = path
    return sounds
