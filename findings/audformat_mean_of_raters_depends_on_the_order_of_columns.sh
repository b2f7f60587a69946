#!/usr/bin/env bash
# audformat 1.4.3: the mean of several raters by Database.get depends on the order of their columns.
#
# Guess: get("valence", aggregate_function=mean) of ratings 1, 1 and 4 in three columns is 2.
# Seen: it is 2.5, and 2 where the 4 stands in the first column. By the default aggregate_strategy, "mismatch", ratings
# equal to those of the first column are taken away before the function is called, which is handed 1 and 4, or 4, 1 and 1.
# Only aggregate_strategy="overlap" hands it all three.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check audformat==1.4.3 pandas==2.3.3
cat > "$folder/mean.py" << 'PY'
import sys

import audformat


def mean(ratings, **how):
    database, handed = audformat.Database("rated"), []
    database.schemes["valence"] = audformat.Scheme("float")
    database["ratings"] = audformat.Table(audformat.filewise_index(["talk.wav"]))
    for number, rating in enumerate(ratings):
        database["ratings"][f"rater{number}"] = audformat.Column(scheme_id="valence")
        database["ratings"][f"rater{number}"].set([rating])
    found = database.get("valence", aggregate_function=lambda own: handed.append(list(own)) or own.mean(), **how)
    return float(found.valence.iloc[0]), handed[-1]


first, last = mean([1.0, 1.0, 4.0]), mean([4.0, 1.0, 1.0])
whole = mean([1.0, 1.0, 4.0], aggregate_strategy="overlap")
print("audformat", audformat.__version__, "1 1 4:", first, "4 1 1:", last, "overlap:", whole)
sys.exit(not (first == (2.5, [1.0, 4.0]) and last == (2.0, [4.0, 1.0, 1.0]) and whole == (2.0, [1.0, 1.0, 4.0])))
PY
"$folder/venv/bin/python" "$folder/mean.py"
