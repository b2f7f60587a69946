#!/usr/bin/env bash
# audpsychometric 0.1.1: a rater who missed one clip of a hundred is left out of rater_agreement, and of what it says of the others.
#
# Guess: of four raters four agreements come back; a clip that one of them did not rate is left out (a comment in the source
# says so: "Remove stimuli (rows), which miss ratings"), or counts for the three others.
# Seen: three come back, with nothing in the place of the fourth: the column goes, not the row, so the second number is the
# third rater's. Without its one gap the careless rater pulls all the others down (.43 .17 .43 .41); with it the rest is at
# .92 .90 .85, as if the corpus were another. Where each rater missed a clip, nobody is left: an empty array, no error. The
# weighted mean of the raters (evaluator_weighted_estimator, the gold standard of many rated corpora) fails then (shapes not
# aligned). With axis=0 it is the same.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary audpsychometric==0.1.1 'pandas<3'
cat > "$folder/missing.py" << 'PY'
import audpsychometric
import numpy as np

draw = np.random.default_rng(0)
truth = draw.standard_normal(100)
ratings = np.stack([truth + error * draw.standard_normal(100) for error in (0.3, 5.0, 0.3, 0.5)], axis=1)
gap = ratings.copy()
gap[0, 1] = np.nan
gaps = ratings.copy()
gaps[range(4), range(4)] = np.nan
whole, one, each = (audpsychometric.rater_agreement(each) for each in (ratings, gap, gaps))
without_clip = audpsychometric.rater_agreement(ratings[1:])
print(f"four raters, 100 clips:                    {whole.round(2)}")
print(f"the second one did not rate the first clip: {one.round(2)}")
print(f"what leaving that clip out gives:          {without_clip.round(2)}")
print(f"each of the four did not rate one clip:     {each}")
assert len(whole) == 4 and len(one) == 3 and len(each) == 0, "raters with a gap are not dropped any more"
assert np.allclose(one, audpsychometric.rater_agreement(ratings[:, [0, 2, 3]]))
try:
    print(audpsychometric.evaluator_weighted_estimator(gap)[:3])
except ValueError as error:
    print(f"evaluator_weighted_estimator: ValueError, {error}")
PY
"$folder/venv/bin/python" "$folder/missing.py"
