#!/usr/bin/env bash
# Praat 6.1.38 (praat-parselmouth 0.4.7): of two intervals of a tier that begin together, the first alone is read.
#
# Guess: a TextGrid with an interval of no length is refused, or read with all of its intervals.
# Seen: a tier of three intervals, 0 to 1 s, 1 to 1 s and 1 to 3 s, is read without a warning as two: the last one, two of
# the three seconds and its label, is gone. The file states "intervals: size = 3". Labels of whoever rounds times so that
# a short interval loses its length are lost at the next save. tgt 1.5 reads the same file with all three.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check praat-parselmouth==0.4.7 tgt==1.5
cat > "$folder/read.py" << 'PY'
import sys
import parselmouth
import tgt
from parselmouth.praat import call

head = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "0", "3", "<exists>", "1"]
tier = ['"IntervalTier"', '"emotion"', "0", "3", "3", "0", "1", '"sad"', "1", "1", '"calm"', "1", "3", '"angry"']
file = sys.argv[1]
open(file, "w").write("\n".join(head + tier) + "\n")
grid = parselmouth.read(file)
n = call(grid, "Get number of intervals", 1)
praat = [call(grid, "Get label of interval", 1, number) for number in range(1, n + 1)]
other = [interval.text for interval in tgt.io.read_textgrid(file).tiers[0]]
print("Praat", parselmouth.PRAAT_VERSION, praat, "tgt", other)
sys.exit(not (praat == ["sad", "calm"] and other == ["sad", "calm", "angry"]))
PY
"$folder/venv/bin/python" "$folder/read.py" "$folder/one.TextGrid"
