"""dialog/transcriptions/<dialog>.txt: what is said in every turn, one line each."""

import re
from dataclasses import dataclass

from ser_tasks.corpora.catalogue.iemocap_names import parse_turn
from ser_tasks.corpora.fault import Fault

LINE = re.compile(r"^(\S+) \[(\d+\.\d+)-(\d+\.\d+)\]: ?(.*)$", re.ASCII)
PATTERN = "Ses01F_impro01_F000 [006.2901-008.2357]: words"


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
