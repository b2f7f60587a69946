#!/usr/bin/env bash
# speechbrain 1.1.2: EDER, the error rate of emotion diarization, knows emotions by their first letters alone.
#
# Guess: EDER(prediction, ..., emotion) compares the labels of the frames with the label of the true segment, whatever
# the labels are: a perfect answer has 0, a wrong one the share of the wrong time.
# Seen: of the true label only the first letter is kept, of the predicted ones all, and what is outside of the segment
# is always "n". With whole words as labels a perfect answer has an error of 1.00, the worst there is, and so has any
# other one: nothing shows that the labels are at fault. With first letters, as in the recipe, sad for surprised,
# disgusted for delighted or for depressed, and frustrated for fearful cost 0.00; and where the true emotion begins with
# an n (nervous), an answer of neutral throughout is perfect. The recipe's own four emotions have four letters; with
# the eight of RAVDESS or the six of CREMA-D map each to a letter of its own, in the truth and in the answers.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary --no-deps speechbrain==1.1.2
cat > "$folder/letters.py" << 'PY'
import glob
import importlib.util
import os
import sys

# the module alone: the package would ask for PyTorch, which it does not need
path, = glob.glob(os.path.join(sys.argv[1], "venv/lib/python3*/site-packages/speechbrain/utils/EDER.py"))
spec = importlib.util.spec_from_file_location("eder", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)


def error(true, predicted, calm):
    """Of 4 s with the true emotion from 1 to 3 s, frames of 0.5 s that get its time right."""
    frames = [calm] * 2 + [predicted] * 4 + [calm] * 2
    truth = [{"emo": true, "start": 1.0, "end": 3.0}]
    return round(module.EDER(frames, "clip", 4.0, truth, 0.5, 0.5), 3)


perfect = error("angry", "angry", "neutral"), error("angry", "happy", "neutral")
print(f"whole words: perfect answer {perfect[0]}, happy for angry {perfect[1]}")
assert perfect == (1.0, 1.0), "whole words are compared now"
letters = error("angry", "a", "n"), error("angry", "h", "n")
print(f"letters: perfect answer {letters[0]}, happy for angry {letters[1]}")
assert letters == (0.0, 0.5)
for true, predicted in (("surprised", "sad"), ("disgusted", "delighted"), ("fearful", "frustrated"),
                        ("nervous", "neutral")):
    found = error(true, predicted[0], "n")
    print(f"letters: {predicted} for {true} {found}")
    assert found == 0, "emotions of one first letter are kept apart now"
PY
"$folder/venv/bin/python" -W ignore "$folder/letters.py" "$folder"
