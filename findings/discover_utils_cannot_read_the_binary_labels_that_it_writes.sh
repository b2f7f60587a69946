#!/usr/bin/env bash
# hcai-discover-utils 1.2.1 (annotations of NOVA and SSI): what it writes is not what it reads.
#
# Guess: labels saved and loaded again are the same, as text and in binary; text has at least the ms of the times.
# Seen: two labels, 0 to 1234 ms and 1234 to 2500 ms, saved in binary are loaded as one, of 0 to 7 ms and class 1234,
# without a message: entries are written with three 4-byte integers in ms and a float, and read as two doubles in s, an
# integer and a float. As text, times come back in steps of 10 ms (1230) and scores in steps of 0.01 (0.1234 as 0.12),
# so that a slow trace of arousal becomes a staircase; in binary, scores come back whole. A free label with a semicolon
# is saved, and cannot be loaded. Labels: save text; scores: save binary. hcai-nova-utils 1.6.8 has the same code.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 hcai-discover-utils==1.2.1
cat > "$folder/again.py" << 'PY'
import logging
import sys
from pathlib import Path

import numpy as np

logging.disable(logging.CRITICAL)
from discover_utils.data import annotation as nova  # noqa: E402
from discover_utils.data.handler import file_handler  # noqa: E402
from discover_utils.utils.type_definitions import LabelDType, SSIFileType  # noqa: E402

handler = file_handler._AnnotationFileHandler()
folder = Path(sys.argv[1])


def again(kind, scheme, data, ftype):
    file = folder / f"{kind.__name__}.annotation"
    handler.save(kind(scheme=scheme, data=data, annotator="anna"), file, ftype=ftype)
    return [tuple(float(each) for each in row) for row in handler.load(file).data.tolist()]


classes = {number: {"id": number, "name": name} for number, name in enumerate(("angry", "sad"))}
emotion = nova.DiscreteAnnotationScheme(name="emotion", classes=classes)
labels = np.array([(0, 1234, 0, 1), (1234, 2500, 1, 1)], LabelDType.DISCRETE.value)
arousal = nova.ContinuousAnnotationScheme(name="arousal", sample_rate=25, min_val=-1, max_val=1)
scores = np.array([(0.1234, 1), (0.1284, 1)], LabelDType.CONTINUOUS.value)
found = {
    (name, ftype.name): again(kind, scheme, data, ftype)
    for name, kind, scheme, data in (
        ("labels", nova.DiscreteAnnotation, emotion, labels),
        ("scores", nova.ContinuousAnnotation, arousal, scores),
    )
    for ftype in (SSIFileType.ASCII, SSIFileType.BINARY)
}
for what, rows in found.items():
    print(*what, rows)
assert found["labels", "BINARY"][0][:3] == (0, 7, 1234) and len(found["labels", "BINARY"]) == 1
assert [row[:2] for row in found["labels", "ASCII"]] == [(0, 1230), (1230, 2500)]
assert np.allclose(found["scores", "BINARY"], scores.tolist())
assert np.allclose(found["scores", "ASCII"], [(0.12, 1), (0.13, 1)])

free = nova.FreeAnnotation(
    scheme=nova.FreeAnnotationScheme(name="words"), data=np.array([(0, 900, "well; yes", 1)], LabelDType.FREE.value)
)
handler.save(free, folder / "free.annotation")
try:
    handler.load(folder / "free.annotation")
    raise SystemExit("a semicolon is read now")
except ValueError as error:
    print("a label with a semicolon:", error)
PY
"$folder/venv/bin/python" -W ignore "$folder/again.py" "$folder"
