#!/usr/bin/env bash
# netcal 1.4.0 and torchmetrics 1.9.0: the ECE of two classes is another measure than that of three, here ten times as
# high.
#
# Guess: ECE is over the confidence in the class that was chosen, for two columns of probabilities as for seven; so it
# can be compared between "angry or not" and all emotions, and a class without any probability changes nothing.
# Seen: for two columns netcal drops the first and measures whether the probability of the second class is its
# frequency, in bins from 0 to 1. The same 20 000 answers have 0.094, and with a third column of zeros (and one clip of
# that class) 0.010, which by hand is the ECE of the chosen class. torchmetrics does either: task="binary" 0.094,
# task="multiclass" with two classes 0.010. Probabilities too high for one class and so too low for the other cancel in
# the second and count in the first. State which; for comparisons across numbers of classes give netcal one column of
# the greatest probability, and whether it was right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 scikit-learn==1.9.1 torch==2.14.1 setuptools==79.0.1 netcal==1.4.0 torchmetrics==1.9.0
cat > "$folder/ece.py" << 'PY'
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
from netcal.metrics import ECE  # noqa: E402
from torchmetrics.classification import CalibrationError  # noqa: E402

BINS, CLIPS = 10, 20_000
draw = np.random.default_rng(0)
angry = draw.random(CLIPS)
truth = (draw.random(CLIPS) < np.clip(angry - 0.1, 0, 1)).astype(int)  # rarer than stated
two = np.stack([1 - angry, angry], axis=1)
three = np.concatenate([np.column_stack([two, np.zeros(CLIPS)]), [[0, 0, 1]]])


def by_hand(confidence, right):
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    parts = [bins == each for each in range(BINS)]
    return sum(part.mean() * abs(confidence[part].mean() - right[part].mean()) for part in parts if part.any())


chosen, second = by_hand(two.max(axis=1), two.argmax(axis=1) == truth), by_hand(angry, truth)
measure = ECE(BINS).measure
of_two, of_three = measure(two, truth), measure(three, np.append(truth, 2))
as_given = measure(two.max(axis=1), (two.argmax(axis=1) == truth).astype(int))
print(f"by hand: of the chosen class {chosen:.4f}, of the second class {second:.4f}")
print(f"netcal: two columns {of_two:.4f}, three {of_three:.4f}, greatest probability and whether right {as_given:.4f}")
binary = CalibrationError(task="binary", n_bins=BINS)(torch.tensor(angry), torch.tensor(truth)).item()
several = CalibrationError(task="multiclass", num_classes=2, n_bins=BINS)(torch.tensor(two), torch.tensor(truth)).item()
print(f"torchmetrics: binary {binary:.4f}, multiclass with two classes {several:.4f}")
assert abs(of_two - second) < 1e-4 and abs(binary - second) < 1e-4, "two classes are measured otherwise now"
assert max(abs(each - chosen) for each in (of_three, as_given, several)) < 1e-4
assert second > 5 * chosen
PY
"$folder/venv/bin/python" "$folder/ece.py"
