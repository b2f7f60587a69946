"""The release of IEMOCAP as a folder: which files belong to which turn."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.catalogue.iemocap_evaluation import Turn, parse_evaluation
from ser_tasks.corpora.catalogue.iemocap_names import DIALOG_PATTERN, TURN_PATTERN, parse_turn, session_of
from ser_tasks.corpora.catalogue.iemocap_transcription import parse_transcription
from ser_tasks.corpora.fault import Fault
from ser_tasks.corpora.text_file import read_text

SOUND = re.compile(r"^Session(?P<session>[1-5])/sentences/wav/(?P<dialog>[^/]+)/(?P<turn>[^/]+)\.\w+$", re.ASCII)
SOUND_PATTERN = f"SessionN/sentences/wav/<dialog>/<turn>.wav, turns like {TURN_PATTERN}"


@dataclass(frozen=True)
class Release:
    """What the files say, before they are joined."""

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
