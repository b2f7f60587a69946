#!/usr/bin/env bash
# scikit-learn 1.9.1: GroupKFold deals speakers out in the order of their names: of RAVDESS, each fold has one gender.
#
# Guess: GroupKFold(n) of 24 actors with 60 clips each gives n folds of mixed speakers; with shuffle=True the folds have
# about as many clips each, as its description has it.
# Seen: speakers of equal size go to the folds in turn (24, 23, 22 ...). In RAVDESS odd numbers are men and even ones
# women, so with 2, 4, 6, 8, 10 or 12 folds each fold tests men alone or women alone; two folds train on all men and
# test on all women, and the other way round. Clips whose pitch depends on emotion and gender have 25 % (chance) in
# these two folds, and 71 % in two that are mixed. With more folds the spread between folds is that of the genders.
# With shuffle=True the folds have as many speakers each, not as many clips, the opposite of the description: of 30
# speakers of very unequal size (as in a series) the largest of five folds has 37 to 44 % of the clips; 25 % without.
# Look at gender and size of each fold, or deal the speakers out by yourself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 scikit-learn==1.9.1
cat > "$folder/genders.py" << 'PY'
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, PredefinedSplit, cross_val_predict

rng = np.random.default_rng(0)
actors, clips, emotions = 24, 60, 4
number = np.repeat(np.arange(1, actors + 1), clips)
actor = np.array([f"Actor_{each:02d}" for each in number])
man, emotion = number % 2, np.tile(np.arange(clips) % emotions, actors)

for n_folds in (2, 4, 6, 8, 10, 12):
    men = [float(man[test].mean()) for _, test in GroupKFold(n_folds).split(actor, groups=actor)]
    print(f"{n_folds} folds: share of men {men}")
    assert set(men) == {0.0, 1.0}, "folds are of both genders now"

pitch = emotion + 2.0 * (1 - man) + rng.normal(0, 0.5, len(man))
timbre = np.where(man, 1, -1) + rng.normal(0, 0.3, len(man))
features = np.column_stack([pitch, timbre])


def right(folds):
    model = LogisticRegression(max_iter=1000)
    return 100 * np.mean(cross_val_predict(model, features, emotion, groups=actor, cv=folds) == emotion)


by_gender, mixed = right(GroupKFold(2)), right(PredefinedSplit(number > actors // 2))
print(f"two folds: GroupKFold {by_gender:.0f} % right, the first and the last twelve actors {mixed:.0f} %")
assert by_gender < 35 and mixed > 60

speaker = np.repeat(np.arange(30), 2000 // np.arange(1, 31) + 5)


def largest(folds):
    return 100 * max(len(test) for _, test in folds.split(speaker, groups=speaker)) / len(speaker)


plain, shuffled = largest(GroupKFold(5)), [largest(GroupKFold(5, shuffle=True, random_state=seed)) for seed in range(3)]
print(f"largest of five folds: {plain:.0f} % of the clips, with shuffle=True", [round(each) for each in shuffled])
assert plain < 27 and min(shuffled) > 32, "shuffled folds are balanced by clips now"
PY
"$folder/venv/bin/python" -W ignore "$folder/genders.py"
