"""Label files (.lab) of WaveSurfer, and in the formats of HTK, TIMIT and ESPS (xlabel), in which it writes them, too.

| | a line |
|---|---|
| WaveSurfer | start and end in s, label |
| HTK | start and end in units of 100 ns, label, perhaps a score |
| TIMIT | start and end in samples, label |
| ESPS | below a line #: end in s, a colour, label; it starts where the one above ends |

Whole numbers are of HTK or TIMIT: of the unit in which they fit the recording.
Source: WaveSurfer 1.8.8p5, whose files of all four are read; Young et al., The HTK Book, "Label Files"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from ser_tasks.audio.decode import AudioError, open_sound
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, beside, tier_of
from ser_tasks.corpora.importing.encoding import decode
from ser_tasks.corpora.importing.source_table import SourceError

WHOLE = re.compile(r"\s*(\d+)[ \t]+(\d+)(?:[ \t]+(.*?))?\s*")
SECONDS = re.compile(r"\s*(\d*\.\d+)[ \t]+(\d*\.\d+|\d+)(?:[ \t]+(.*?))?\s*")
ESPS = re.compile(r"\s*(\d*\.?\d+)[ \t]+-?\d+(?:[ \t]+([^;]*?))?\s*(?:;.*)?")
HEAD_ENDS = "#"
SCORE = re.compile(r"\s+-?\d+\.\d+$")  # behind a label of HTK
HTK = 10_000_000  # units in a second
ROUNDED = 1.01  # times the recording that the last label may reach
FAR = 0.1  # of the recording that it reaches at least
FROM_ZERO = re.compile(r"0\.0{7} \d+\.\d{7} ")
SAVED_AGAIN = (
    "files of WaveSurfer begin with a label at 0 s: 1.8.8 moves the beginning of the first label there whenever a file "
    "that it has read is saved again. Look whether it is so"
)
WHOLE_NUMBERS = (
    "label files have times in whole numbers: samples (TIMIT) or units of 100 ns (HTK), that in which they fit the "
    "recording. Look whether the lengths are right"
)


def is_label_file(file: Path) -> bool:
    """Whether a .lab holds labels with times: others hold the words alone."""
    with file.open("rb") as content:
        head = content.read(4096).decode("utf-8-sig", "replace").splitlines()
    first = [line for line in head if line.strip()][:3]
    timed = bool(first) and all(SECONDS.fullmatch(line) or WHOLE.fullmatch(line) for line in first)
    return timed or HEAD_ENDS in map(str.strip, head)


def read_label_file(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tier of a label file."""
    decoded, sound, whole = decode(file, encoding), beside(file, root), False
    lines = [(place, line) for place, line in enumerate(decoded.text.splitlines(), 1) if line.strip()]
    head = next((row for row, (_, line) in enumerate(lines) if line.strip() == HEAD_ENDS), None)
    if head is not None:
        found = _of_ends(file, lines[head + 1 :])
    elif whole := all(WHOLE.fullmatch(line) for _, line in lines):
        found = _in_seconds(file, root / sound, _read(file, lines, WHOLE))
    else:
        found = _read(file, lines, SECONDS)
    tier = tier_of("emotion", None, [(start, end, label.strip().strip('"')) for start, end, label in found])
    notes = (SAVED_AGAIN,) if head is None and FROM_ZERO.match(lines[0][1]) else ()
    return Annotated(file, sound, (tier,), decoded, notes=(WHOLE_NUMBERS,) if whole else notes)


def _read(file: Path, lines: Sequence[tuple[int, str]], pattern: re.Pattern[str]) -> list[Label]:
    return [(float(cells[1]), float(cells[2]), cells[3] or "") for cells in _cells(file, lines, pattern)]


def _cells(file: Path, lines: Sequence[tuple[int, str]], pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    for place, line in lines:
        if (cells := pattern.fullmatch(line)) is None:
            raise SourceError(
                f"{file}: line {place} is no label ({line!r}): expected start, end and label, as in the lines above. "
                "Correct it, or save the file again in WaveSurfer."
            )
        yield cells


def _of_ends(file: Path, lines: Sequence[tuple[int, str]]) -> list[Label]:
    """Each label starts where the one before it ends."""
    found = sorted((float(cells[1]), cells[2] or "") for cells in _cells(file, lines, ESPS))
    starts = [0.0, *(end for end, _ in found)]
    return [(start, end, label) for start, (end, label) in zip(starts, found, strict=False)]


def _in_seconds(file: Path, sound: Path, found: Sequence[Label]) -> list[Label]:
    """Whole numbers as s, in the unit in which they fit the recording.

    Raises:
        SourceError: no recording, or neither unit fits
    """
    try:
        recording = open_sound(sound)
    except AudioError as error:
        raise SourceError(
            f"{file}: its times are whole numbers, samples (TIMIT) or units of 100 ns (HTK): that in which they fit "
            f"the recording, which cannot be read: {error} Put it beside the label file, or write times in s."
        ) from None
    last, length = max(end for _, end, _ in found), recording.duration or 0.0
    units = (recording.sampling_rate, HTK)
    unit = next((unit for unit in units if length * FAR * unit <= last <= length * ROUNDED * unit), 0)
    if not unit:
        long = f"{length:g} s" if length else "unknown length"
        raise SourceError(
            f"{file}: its times are whole numbers up to {last:.0f}, and fit the recording of {long} neither as "
            "samples (TIMIT) nor as units of 100 ns (HTK). If they are s, write them with a decimal point."
        )
    return [(start / unit, end / unit, SCORE.sub("", label)) for start, end, label in found]
