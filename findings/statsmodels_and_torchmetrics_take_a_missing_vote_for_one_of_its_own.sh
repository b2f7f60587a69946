#!/usr/bin/env bash
# statsmodels 0.15.0 and torchmetrics 1.9.0: with a fifth of the votes missing, Fleiss' kappa falls from 0.63 to 0.38
# or 0.31.
#
# Guess: Fleiss' kappa is for as many votes on each clip; given fewer on some it is refused, or each clip counts with
# the votes that it has, so that votes missing by chance change it by a hundredth.
# Seen: aggregate_raters of statsmodels takes NaN for one more category, so that kappa is that of five labels, one of
# which is "no vote". Given counts of the four labels its fleiss_kappa is refused (AssertionError, without a text);
# FleissKappa of torchmetrics takes them, divides by the greatest number of votes that any clip has, and so counts each
# missing vote as one that agrees with nobody. Of 1000 clips with five votes (0.634 by all three), a fifth of the votes
# gone by chance: 0.639 by hand and by alpha, 0.383 by aggregate_raters and fleiss_kappa, 0.311 by torchmetrics.
# Nothing warns. Leave clips with a gap out, or take Krippendorff's nominal alpha, which goes by the votes that are
# there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.2.6 scipy==1.17.1 \
  pandas==2.3.3 statsmodels==0.15.0 torch==2.14.1 setuptools==79.0.1 torchmetrics==1.9.0 krippendorff==0.9.0
cat > "$folder/missing.py" << 'PY'
import warnings

import krippendorff
import numpy as np
import torch
from statsmodels.stats.inter_rater import aggregate_raters, fleiss_kappa

warnings.filterwarnings("ignore")
from torchmetrics.nominal import FleissKappa  # noqa: E402

LABELS, CLIPS, RATERS = 4, 1000, 5
draw = np.random.default_rng(0)
truth = draw.integers(0, LABELS, (CLIPS, 1))
votes = np.where(draw.random((CLIPS, RATERS)) < 0.8, truth, draw.integers(0, LABELS, (CLIPS, RATERS))).astype(float)
gaps = np.where(draw.random(votes.shape) < 0.2, np.nan, votes)


def counts(table):
    return np.stack([(table == label).sum(axis=1) for label in range(LABELS)], axis=1)


def by_hand(table):
    """Of clips with two votes or more, each by the votes that it has."""
    count = counts(table)[counts(table).sum(axis=1) > 1].astype(float)
    number = count.sum(axis=1)
    seen = ((count * (count - 1)).sum(axis=1) / (number * (number - 1))).mean()
    chance = ((count / number[:, None]).mean(axis=0) ** 2).sum()
    return (seen - chance) / (1 - chance)


def of_torchmetrics(table):
    return FleissKappa(mode="counts")(torch.tensor(counts(table))).item()


def of_statsmodels(table):
    return fleiss_kappa(aggregate_raters(table)[0])


seen = {}
for name, table in (("all votes", votes), ("a fifth missing", gaps)):
    seen[name] = by_hand(table), of_statsmodels(table), of_torchmetrics(table)
    alpha = krippendorff.alpha(table.T, level_of_measurement="nominal")
    print(f"{name}: by hand {seen[name][0]:.3f}, statsmodels {seen[name][1]:.3f}, torchmetrics {seen[name][2]:.3f}; "
          f"Krippendorff's alpha {alpha:.3f}")
print(f"categories of aggregate_raters: {aggregate_raters(gaps)[1]}")
assert np.allclose(seen["all votes"], seen["all votes"][0], atol=1e-5)
hand, one, other = seen["a fifth missing"]
assert abs(hand - seen["all votes"][0]) < 0.03 and abs(alpha - hand) < 0.03
assert hand - one > 0.15 and hand - other > 0.2, "missing votes are left out now"
try:
    print(f"fleiss_kappa of counts with gaps: {fleiss_kappa(counts(gaps)):.3f}")
except AssertionError as error:
    print(f"fleiss_kappa of counts with gaps: AssertionError {error}")
PY
"$folder/venv/bin/python" "$folder/missing.py"
