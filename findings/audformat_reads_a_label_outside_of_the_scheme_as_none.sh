#!/usr/bin/env bash
# audformat 1.4.3: a label in a table's file that its scheme has not is read as no label, without a warning.
#
# Guess: loading such a database fails, as setting such a value does (ValueError: values do not match scheme), or warns.
# Seen: from CSV and from Parquet alike the cell comes back as NaN, and no warning is given. So recordings of a class that
# was added to the table alone, or spelt " sadness", vanish from any count that drops missing labels.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check audformat==1.4.3 pandas==2.3.3
cat > "$folder/labels.py" << 'PY'
import sys
import warnings
from pathlib import Path

import audformat
import pandas as pd

warnings.simplefilter("error", UserWarning)
place = Path(sys.argv[1])
database = audformat.Database("labelled")
database.schemes["emotion"] = audformat.Scheme(labels=["anger", "sadness"])
database["emotion"] = audformat.Table(audformat.filewise_index(["a.wav", "b.wav", "c.wav"]))
database["emotion"]["emotion"] = audformat.Column(scheme_id="emotion")
try:
    database["emotion"]["emotion"].set(["anger", "grief", " sadness"])
    refused = False
except ValueError:
    refused = True
database["emotion"]["emotion"].set(["anger", "sadness", "sadness"])
seen = []
for ending in ("csv", "parquet"):
    folder = place / ending
    database.save(str(folder), storage_format=ending)
    table = pd.DataFrame({"file": ["a.wav", "b.wav", "c.wav"], "emotion": ["anger", "grief", " sadness"]})
    file = folder / f"db.emotion.{ending}"
    table.to_csv(file, index=False) if ending == "csv" else table.to_parquet(file, index=False)
    seen.append(audformat.Database.load(str(folder))["emotion"]["emotion"].get().isna().tolist())
print("audformat", audformat.__version__, "set refuses:", refused, "missing when loaded:", seen)
sys.exit(not (refused and seen == [[False, True, True]] * 2))
PY
"$folder/venv/bin/python" "$folder/labels.py" "$folder"
