#!/usr/bin/env bash
# scikit-learn 1.9.1: a LIBSVM file of its own loses its first column where no clip has a value in it; the others move.
#
# Guess: load_svmlight_file reads what dump_svmlight_file wrote, with n_features the same columns in the same places;
# the description calls the default zero_based="auto" always safe for whole files.
# Seen: the file leaves zeros out, dump counts columns from 0, and "auto" takes a file without a column 0 for one that
# counts from 1: all columns move one to the left. A test set whose clips lack the first word of the vocabulary (or all
# have 0 in the first feature: no voice, no laughter) then stands beside its training set in the wrong columns.
# With n_features, which has to be given for such files, the shape is right and nothing is raised: a classifier that
# has 99 % of the test clips right in memory has 0 % through the files. Which sets are hit depends on the split. Give
# zero_based=True when reading, or read both files in one call of load_svmlight_files.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 scikit-learn==1.9.1
cat > "$folder/columns.py" << 'PY'
import os
import sys

import numpy as np
from sklearn.datasets import dump_svmlight_file, load_svmlight_file, load_svmlight_files
from sklearn.linear_model import LogisticRegression

folder = sys.argv[1]
rng = np.random.default_rng(0)
emotions, words, clips = 4, 12, 200


def bags(count):
    """Counts of words: three words go with each emotion."""
    emotion = rng.integers(0, emotions, count)
    rate = np.where(np.arange(words) % emotions == emotion[:, None], 2.0, 0.1)
    return rng.poisson(rate).astype(float), emotion


def through_file(name, values, labels, **options):
    path = os.path.join(folder, name)
    dump_svmlight_file(values, labels, path)
    return load_svmlight_file(path, n_features=words, **options)[0].toarray()


train, train_labels = bags(clips)
test, test_labels = bags(clips)
test[:, 0] = 0
model = LogisticRegression(max_iter=1000).fit(train, train_labels)
same = through_file("train", train, train_labels)
moved, safe = through_file("test", test, test_labels), through_file("test", test, test_labels, zero_based=True)
both = load_svmlight_files([os.path.join(folder, name) for name in ("train", "test")])[2].toarray()
direct, read = (100 * model.score(values, test_labels) for values in (test, moved))
print(f"right in memory {direct:.0f} %, through the files {read:.0f} %; shapes {test.shape} and {moved.shape}")
assert np.array_equal(same, train), "the file of the training set"
assert moved.shape == test.shape and np.array_equal(moved[:, :-1], test[:, 1:]), "columns keep their places now"
assert direct - read > 40
assert np.array_equal(safe, test) and np.array_equal(both, test)
PY
"$folder/venv/bin/python" -W ignore "$folder/columns.py" "$folder"
