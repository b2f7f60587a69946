#!/usr/bin/env bash
# pympi-ling 1.71: Eaf.to_textgrid keeps the first label of each divided utterance, and drops the others without a word.
#
# Guess: a tier of ELAN whose labels divide those of the tier above (Symbolic_Subdivision: of one turn, first anger, then
# joy) comes to Praat with all its labels, the time shared among them as in ELAN (where the second of two begins in the
# middle of the turn), or is refused.
# Seen: pympi gives each of them the whole time of the turn, so the second one overlaps the first, add_interval raises "No
# overlap is allowed", and to_textgrid passes over any exception: three labels go in, two come out, which stand for the
# whole turn. The file ends with the last label, not with the recording, too. And get_annotation_data_between_times counts
# labels that only touch the ends: asked for 2 to 3 s it gives those of 1 to 2 s and of 3 to 4 s as well, so every utterance
# gets its neighbours' emotions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pympi-ling==1.71
cat > "$folder/divided.py" << 'PY'
import sys

from pympi.Elan import Eaf

file = sys.argv[1]
made = Eaf()
made.add_linguistic_type("divided", constraints="Symbolic_Subdivision", timealignable=False)
made.add_tier("turn")
made.add_tier("emotion", ling="divided", parent="turn")
made.add_annotation("turn", 1000, 3000, "I am fine")
made.add_ref_annotation("emotion", "turn", 2000, "anger")
first = made.get_annotation_data_for_tier("turn") and "a2"
made.add_ref_annotation("emotion", "turn", 2000, "joy", prev=first)
made.add_annotation("turn", 4000, 5000, "yes")
made.add_ref_annotation("emotion", "turn", 4500, "sadness")
made.to_file(file)

read = Eaf(file)
before = sorted((start / 1000, end / 1000, label) for start, end, label, *_ in read.get_annotation_data_for_tier("emotion"))
after = list(read.to_textgrid().get_tier("emotion").get_intervals())
print(f"ELAN:  {before}\nPraat: {after}")
assert len(before) == 3 and len(after) == 2, "to_textgrid keeps all labels, or other ones, now"

plain = Eaf()
plain.add_tier("emotion")
for start, label in ((1000, "anger"), (2000, "joy"), (3000, "sadness")):
    plain.add_annotation("emotion", start, start + 1000, label)
found = sorted(plain.get_annotation_data_between_times("emotion", 2000, 3000))
print(f"between 2 and 3 s: {found}")
assert len(found) == 3, "labels that only touch are not counted any more"
PY
"$folder/venv/bin/python" "$folder/divided.py" "$folder/divided.eaf"
