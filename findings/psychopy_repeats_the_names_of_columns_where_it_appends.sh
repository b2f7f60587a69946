#!/usr/bin/env bash
# PsychoPy 2026.2.5: saveAsWideText(appendFile=True) writes the names of the columns again for each listener, with a new BOM.
#
# Guess: a table that each listener's answers are appended to has one line of names, at its top.
# Seen: the line is there once for each listener, and begins with a byte-order mark each time. pandas reads 2 listeners with
# one answer each as 3 rows, one of which has "emotion" for its emotion and "participant" for its participant: a class and a
# rater more. If the second listener's columns differ (another block was shown), theirs stand under the wrong names.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary psychopy==2026.2.5
cat > "$folder/listeners.py" << 'PY'
import os

import pandas as pd
from psychopy import data

for who in ("P01", "P02"):
    run = data.ExperimentHandler(extraInfo={"participant": who}, savePickle=False, saveWideText=False)
    run.addData("sound", "a.wav")
    run.addData("emotion", "happy")
    run.nextEntry()
    run.saveAsWideText("all.csv", delim=",", appendFile=True, fileCollisionMethod="overwrite")
print(open("all.csv", "rb").read())
table = pd.read_csv("all.csv")
print(table[["emotion", "participant"]].to_dict("records"))
assert len(table) == 3 and list(table.emotion) == ["happy", "emotion", "happy"], "the names are written once now"
os._exit(0)
PY
cd "$folder" && "$folder/venv/bin/python" "$folder/listeners.py" 2> "$folder/log"
