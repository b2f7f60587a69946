#!/usr/bin/env bash
# irrCAC 0.4.4 and krippendorff 0.9.0: both have an ordinal alpha of Krippendorff, and give 0.34 and 0.52 for the same ratings.
#
# Guess: one coefficient with one name and one level of measurement is one number, whoever computes it; that the two agree
# to the last digit for nominal and for interval data, with missing votes too, says so.
# Seen: irrCAC's weights="ordinal" go by the ranks of the categories alone; Krippendorff's distance between two ranks is how
# many ratings lie between them in the data, which the other library counts (and so does his formula, written out below).
# Where ratings crowd on one point of the scale, as those of emotion do, they part: 0.522 and 0.344, in another table 0.246
# and 0.341. Nominal and interval (irrCAC: "identity", "quadratic") agree. Report which; for ordinal alpha take
# krippendorff.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==1.26.4 scipy==1.12.0 pandas==2.3.3 irrCAC==0.4.4 krippendorff==0.9.0
cat > "$folder/ordinal.py" << 'PY'
import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC


def ratings(seed):
    """Three raters, forty clips, five points; a rater is right in six of ten, else draws from the same distribution."""
    draw = np.random.default_rng(seed)
    shares = draw.dirichlet([0.6] * 5)
    truth = draw.choice(5, 40, p=shares)
    return np.stack([np.where(draw.random(40) < 0.6, truth, draw.choice(5, 40, p=shares)) for _ in range(3)]) + 1.0


def by_hand(table):
    """Krippendorff (2011): the ordinal distance is the count of ratings from one rank to the other, the ends by half."""
    counts = np.stack([(table == point).sum(axis=0) for point in range(1, 6)], axis=1)
    each = counts.sum(axis=1)
    together = (counts[:, :, None] * counts[:, None, :] - np.eye(5) * counts[:, :, None]) / (each - 1)[:, None, None]
    seen, of_all = together.sum(axis=0), counts.sum(axis=0).astype(float)
    up = np.cumsum(of_all)
    middle = up - of_all / 2
    distance = (middle[:, None] - middle[None, :]) ** 2
    chance = (np.outer(of_all, of_all) - np.diag(of_all)) / (of_all.sum() - 1)
    return 1 - (seen * distance).sum() / (chance * distance).sum()


for seed in (295, 19):
    table = ratings(seed)
    per_point = [int((table == point).sum()) for point in range(1, 6)]
    print(f"ratings of 1, 2, 3, 4, 5: {per_point}")
    for level, weights in (("nominal", "identity"), ("interval", "quadratic"), ("ordinal", "ordinal")):
        one = krippendorff.alpha(reliability_data=table, level_of_measurement=level)
        other = CAC(pd.DataFrame(table.T), weights=weights).krippendorff()["est"]["coefficient_value"]
        print(f"  {level}: krippendorff {one:.3f}, irrCAC {other:.3f}" + (f", by hand {by_hand(table):.3f}" if level == "ordinal" else ""))
        assert (abs(one - other) > 0.05) == (level == "ordinal"), "they part, or agree, at other levels now"
        assert level != "ordinal" or abs(one - by_hand(table)) < 1e-9
PY
"$folder/venv/bin/python" "$folder/ordinal.py"
