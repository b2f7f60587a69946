#!/usr/bin/env bash
# tgt 1.5 (TextGridTools): of a label with " = " in it, read from a long TextGrid, what follows is lost, and a letter more.
#
# Guess: a label is what stands between the quotes: "valence = 4" is read as that.
# Seen: it is read as "valenc". Each line is split at " = ", the second part is taken, and its first and last characters go
# as if they were the quotes. Written back, the file has the shortened labels. From the short format, which has no " = " of
# its own, tgt reads them whole. A label of two lines, which Praat allows, shifts all lines that follow, and is an
# IndexError. Praat (parselmouth 0.4.7) and praatio 6.2.2 read both. Ratings typed into a label ("valence = 4") lose the
# number first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 tgt==1.5 praatio==6.2.2 praat-parselmouth==0.4.7
cat > "$folder/labels.py" << 'PY'
import sys
from pathlib import Path

import parselmouth
import tgt
from parselmouth.praat import call
from praatio import textgrid

file = Path(sys.argv[1])
SAID = ("anger", "valence = 4", "sad, F0 = 120 Hz")


def read_by_tgt():
    return tuple(one.text for one in tgt.read_textgrid(str(file)).tiers[0])


grid = call(parselmouth.Sound([0.0] * 300, 100), "To TextGrid", "emotion", "")
for place in range(1, len(SAID)):
    call(grid, "Insert boundary", 1, place)
for place, label in enumerate(SAID, 1):
    call(grid, "Set interval text", 1, place, label)
for kind in ("text", "short text"):
    call(grid, f"Save as {kind} file", str(file))
    others = tuple(one.label for one in textgrid.openTextgrid(str(file), includeEmptyIntervals=True).tiers[0].entries)
    print(f"{kind} file: tgt {read_by_tgt()}, praatio {others}")
    assert others == SAID
    assert read_by_tgt() == (SAID if kind == "short text" else ("anger", "valenc", "sad, F")), "tgt reads something else now"
call(grid, "Set interval text", 1, 2, "two\nlines")
call(grid, "Save as text file", str(file))
try:
    print(f"two lines: {read_by_tgt()}")
except IndexError as error:
    print(f"two lines: IndexError, {error}")
PY
"$folder/venv/bin/python" "$folder/labels.py" "$folder/labels.TextGrid"
