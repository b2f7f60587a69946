#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0: keras.utils.set_random_seed costs the next call of every compiled function seconds.
#
# Guess: it sets the seeds of Python, NumPy and TensorFlow, three integers, so that a training may call it in each epoch, as one
# does who wants an epoch to be the same whatever came before it.
# Seen: tf.random.set_seed clears the caches of the eager context, in which the optimised graph of every tf.function lies.
# Nothing is traced again (the Python function is not called), so no warning of retracing appears, but at its next call each
# graph goes through the optimiser once more. Of a convolutional network with a training step and a prediction that is many times
# a step; an epoch of small networks was found to take 2.2 to 5.2 times its CPU seconds. What is computed stays the same to the
# bit: Keras' dropout draws from generators of its own, which the seed does not reach after the model is built.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 keras==3.15.1 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - <<'PYTHON'
import time
from statistics import median

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
clips, truth = rng.normal(size=(32, 32, 32, 1)).astype("float32"), rng.integers(0, 4, 32)


def built():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((32, 32, 1))])
    for filters in (8, 8, 8, 8):
        for layer in (layers.Conv2D(filters, 3, padding="same"), layers.BatchNormalization(), layers.ReLU(), layers.Dropout(0.2)):
            model.add(layer)
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(4))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, jit_compile=False)
    model.train_on_batch(clips, truth)
    return model


def trained(seeds):
    """CPU seconds of each step, and the losses."""
    model, seconds, losses = built(), [], []
    for step in range(6):
        if seeds:
            keras.utils.set_random_seed(step)
        began = time.process_time()
        losses.append(float(model.train_on_batch(clips, truth)))
        seconds.append(time.process_time() - began)
    return seconds, losses


(without, losses), (seeded, same) = trained(False), trained(True)
ratio = median(seeded) / median(without)
print(f"a step {median(without):.3f} CPU s, after set_random_seed {median(seeded):.3f}, ratio {ratio:.1f}, losses equal: {losses == same}")
assert losses == same
assert ratio > 3
PYTHON
