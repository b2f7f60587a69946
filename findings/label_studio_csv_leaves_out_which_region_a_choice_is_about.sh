#!/usr/bin/env bash
# label-studio-sdk 2.1.2, whose converter makes the exports of Label Studio 1.23.2: CSV and JSON-MIN leave out which region
# of a sound a choice is about.
#
# Guess: two regions, each with a label, a choice and a rating, are written with their times in all three columns.
# Seen: labels and ratings have the times. A region with one choice becomes the bare word, one with two keeps its times; so
# the column holds ["Angry", {"start": 2.0, ...}], or ["Angry", "Sad"] without any, and of a text for one of the regions
# nothing says for which. JSON has all of it.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check label-studio-sdk==2.1.2
cat > "$folder/regions.py" << 'PY'
import csv
import json
import sys
from importlib.metadata import version
from pathlib import Path

from label_studio_sdk.converter import Converter

PAGE = """<View><Labels name="kind" toName="sound"><Label value="Speech"/></Labels><Audio name="sound" value="$sound"/>
<Choices name="emotion" toName="sound" perRegion="true" choice="multiple"><Choice value="Angry"/><Choice value="Sad"/></Choices>
<Rating name="arousal" toName="sound" perRegion="true"/><TextArea name="words" toName="sound" perRegion="true"/></View>"""


def region(name, start, choices, rating, text):
    def about(control, kind, **value):
        return {
            **{"id": name, "from_name": control, "to_name": "sound", "type": kind, "origin": "manual"},
            **{"original_length": 5.0, "value": {"start": start, "end": start + 1, "channel": 0} | value},
        }

    yield about("kind", "labels", labels=["Speech"])
    yield about("emotion", "choices", choices=choices)
    yield about("arousal", "rating", rating=rating)
    if text:
        yield about("words", "textarea", text=[text])


def exported(folder, second):
    result = [*region("a", 0.0, ["Angry"], 4, None), *region("b", 2.0, second, 2, "well")]
    annotation = {"id": 1, "completed_by": 1, "was_cancelled": False, "lead_time": 1.0, "result": result}
    stamps = {"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}
    task = {"id": 1, "data": {"sound": "talk.wav"}, "annotations": [annotation | stamps], "predictions": []}
    folder.mkdir()
    (folder / "tasks.json").write_text(json.dumps([task]))
    Converter(PAGE, project_dir=str(folder)).convert(str(folder / "tasks.json"), str(folder / "all.csv"), "CSV", is_dir=False)
    with (folder / "all.csv").open() as table:
        (row,) = csv.DictReader(table)
    return {name: row[name] if row[name][0] not in "[{" else json.loads(row[name]) for name in ("kind", "emotion", "arousal", "words")}


one, two = (exported(Path(sys.argv[1], name), second) for name, second in (("one", ["Sad"]), ("two", ["Angry", "Sad"])))
print("label-studio-sdk", version("label-studio-sdk"), one, two)
place = {"start": 2.0, "end": 3.0, "channel": 0}
timed = all("start" in own for row in (one, two) for name in ("kind", "arousal") for own in row[name])
seen = (one["emotion"], two["emotion"], one["words"], two["words"])
sys.exit(not (timed and seen == (["Angry", "Sad"], ["Angry", place | {"choices": ["Angry", "Sad"]}], "well", "well")))
PY
"$folder/venv/bin/python" "$folder/regions.py" "$folder"
