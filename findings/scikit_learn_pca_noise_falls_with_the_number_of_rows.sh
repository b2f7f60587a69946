#!/usr/bin/env bash
# scikit-learn 1.9.1: the noise of PCA, and with it score_samples, depends on how many rows were fitted where these are
# fewer than the columns.
#
# Guess: noise_variance_ is that of Tipping & Bishop (1999), whom the class cites: the mean of the variances along all
# directions but the first n_components, so of white noise with variance 1 it is 1, whatever the number of rows.
# Seen: the sum over the other directions is divided by min(rows, columns) - n_components. Of 1000 columns of white
# noise it is 19.1 for 50 rows, 9.6 for 100, 2.5 for 400 and 0.98 for 1000; a log-likelihood has it as its scale. A
# distance whose threshold is chosen on parts of 300 rows that were set aside (five folds, 90 % of these below) is
# exceeded by every new row, since the model of all rows has a fifth less noise than those of the folds; by 5 % with the
# mean over all other directions. Typical in speech: some hundred clips, thousands of statistics. Compute the noise anew,
# (total variance - that of the components) / (columns - n_components), or fit all models to equally many rows.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 joblib==1.6.0 threadpoolctl==3.8.0 narwhals==2.28.0
cat > "$folder/noise.py" << 'PY'
import numpy as np
from sklearn.decomposition import PCA
from sklearn.model_selection import KFold

rng = np.random.default_rng(0)
columns, components = 1000, 6
found = {n: PCA(components).fit(rng.normal(size=(n, columns))).noise_variance_ for n in (50, 100, 400, 1000)}
print("white noise of variance 1: " + ", ".join(f"{n} rows {noise:.2f}" for n, noise in found.items()))
assert found[50] > 15 and 8 < found[100] < 12 and 2 < found[400] < 3 and 0.9 < found[1000] < 1.1


def distance(fitted, rows, mean_over_all):
    noise, z = fitted.noise_variance_, rows - fitted.mean_
    if mean_over_all:
        noise *= (min(fitted.n_samples_, columns) - components) / (columns - components)
    along = z @ fitted.components_.T
    across = (z**2).sum(axis=1) - (along**2).sum(axis=1)
    return np.sqrt((along**2 / fitted.explained_variance_).sum(axis=1) + across / noise)


latent = rng.normal(size=(1000, components)) @ rng.normal(size=(components, columns))
rows = latent + 2 * rng.normal(size=latent.shape)
known, new = rows[:300], rows[300:]
beyond = {}
for mean_over_all in (False, True):
    aside = np.empty(len(known))
    for training, check in KFold(5).split(known):
        aside[check] = distance(PCA(components).fit(known[training]), known[check], mean_over_all)
    threshold = np.quantile(aside, 0.9)
    beyond[mean_over_all] = np.mean(distance(PCA(components).fit(known), new, mean_over_all) > threshold)
print(f"new rows beyond the distance of 10 %: {beyond[False]:.0%} with noise_variance_, "
      f"{beyond[True]:.0%} with the mean over all other directions")
assert beyond[False] > 0.6 and 0.02 < beyond[True] < 0.2, "the noise is the mean over all directions now"
PY
"$folder/venv/bin/python" "$folder/noise.py"
