#!/usr/bin/env bash
# keras 3.15.1: metrics.ConcordanceCorrelation compares the ratings inside of one clip, not one rating over the clips.
#
# Guess: model.compile(metrics=[keras.metrics.ConcordanceCorrelation()]) gives the CCC as the literature of valence and
# arousal has it, over all clips of an epoch; a perfect model has 1, one that gives each clip the same answer has 0.
# Seen: it correlates along the last axis, which in a batch of answers is the one of the dimensions, and takes the mean
# over clips. A perfect model of valence alone, with its column of shape (clips, 1), has 0.000 (PearsonCorrelation
# has NaN). With valence, arousal and dominance of means 2, 4 and 6, the model that gives each clip these three means
# has 0.955, and 0.000 by definition. axis=0 is the right axis, but then the metric is the mean of the CCCs of the
# batches: 0.647 in one batch, 0.622 in batches of 16, 0.556 of 4, 0.362 of 2. Early stopping on it, and a figure
# from evaluate(), depend on the batch size. Compute the CCC once, from the predictions of the whole set.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary \
  numpy==2.2.6 scipy==1.17.1 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2
cat > "$folder/concordance.py" << 'PY'
import keras
import numpy as np

rng = np.random.default_rng(0)
clips = 512


def over_clips(truth, predicted):
    covariance = np.mean((truth - truth.mean()) * (predicted - predicted.mean()))
    return 2 * covariance / (truth.var() + predicted.var() + (truth.mean() - predicted.mean()) ** 2)


def of_keras(truth, predicted, kind=keras.metrics.ConcordanceCorrelation, batch=clips, **options):
    metric = kind(**options)
    for start in range(0, clips, batch):
        metric.update_state(truth[start:start + batch], predicted[start:start + batch])
    return float(metric.result())


valence = rng.uniform(1, 7, (clips, 1))
perfect = of_keras(valence, valence)
pearson = of_keras(valence, valence, keras.metrics.PearsonCorrelation)
print(f"perfect model of valence: CCC of Keras {perfect:.3f}, Pearson of Keras {pearson:.3f}, "
      f"CCC over clips {over_clips(valence, valence):.3f}")
assert perfect == 0 and np.isnan(pearson) and over_clips(valence, valence) == 1, "not along the last axis any more"

ratings = rng.normal([2, 4, 6], 0.5, (clips, 3))
constant = np.broadcast_to([2.0, 4.0, 6.0], ratings.shape)
of_constant = of_keras(ratings, constant)
true = [over_clips(ratings[:, each], constant[:, each]) for each in range(3)]
print(f"the same three means for each clip: CCC of Keras {of_constant:.3f}, over clips {np.abs(true).max():.3f}")
assert of_constant > 0.9 and np.allclose(true, 0)

predicted = 0.6 * valence + rng.normal(1, 1, (clips, 1))
whole = over_clips(valence, predicted)
found = {batch: of_keras(valence, predicted, batch=batch, axis=0) for batch in (512, 64, 16, 4, 2, 1)}
print(f"axis=0, over clips {whole:.3f}: " + ", ".join(f"batches of {size} {ccc:.3f}" for size, ccc in found.items()))
assert abs(found[512] - whole) < 1e-3 and found[16] < whole - 0.01 and found[4] < whole - 0.05
assert found[2] < whole - 0.2 and found[1] == 0, "it is gathered over batches now"
PY
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/venv/bin/python" -W ignore "$folder/concordance.py"
