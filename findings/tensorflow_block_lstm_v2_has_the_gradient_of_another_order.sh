#!/usr/bin/env bash
# TensorFlow 2.21.0: the automatic gradient through tf.raw_ops.BlockLSTMV2 is wrong, without an error or a warning.
#
# Guess: an operation with a registered gradient has its own, and what differs between BlockLSTM and BlockLSTMV2 is a name.
# Seen: they order the gates of a kernel differently (input, cell, forget, output against input, forget, cell, output, which
# is Keras' order too), and one gradient, that of BlockLSTM, is registered for both. GradientTape gives for V2 what finite
# differences contradict by 40 per cent of the largest slope; a network that trains with it gets a loss that falls, slowly.
# tf.raw_ops.BlockLSTMGradV2, called by hand (tf.custom_gradient), agrees with finite differences; nothing registers it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.2 tensorflow==2.21.0
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - <<'PYTHON'
import numpy as np
import tensorflow as tf

frames, batch, dims, units = 3, 2, 2, 2
draw = np.random.default_rng(0).normal
x = tf.constant(draw(size=(frames, batch, dims)), tf.float32)
kernel = draw(size=(dims + units, 4 * units)) * 0.7
bias = tf.constant(draw(size=4 * units), tf.float32)
state, unused = tf.zeros((batch, units)), tf.zeros(units)
beside = {"wci": unused, "wcf": unused, "wco": unused, "use_peephole": False}
given = {"seq_len_max": tf.constant(frames, tf.int64), "x": x, "b": bias, "cs_prev": state, "h_prev": state, **beside}


def hidden(weights, operation):
    return operation(w=weights, cell_clip=0.0, **given).h


def by_tape(operation):
    weights = tf.constant(kernel, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(weights)
        total = tf.reduce_sum(hidden(weights, operation))
    return tape.gradient(total, weights).numpy()


def by_differences(operation, step=0.01):
    slopes = np.zeros(kernel.shape)
    for place in np.ndindex(*kernel.shape):
        change = np.zeros(kernel.shape)
        change[place] = step
        above, below = (hidden(tf.constant(kernel + sign * change, tf.float32), operation) for sign in (1, -1))
        slopes[place] = float(tf.reduce_sum(above) - tf.reduce_sum(below)) / (2 * step)
    return slopes


weights = tf.constant(kernel, tf.float32)
found = tf.raw_ops.BlockLSTMV2(w=weights, cell_clip=0.0, **given)
ones, zeros = tf.ones_like(found.h), tf.zeros_like(found.cs)
by_hand = tf.raw_ops.BlockLSTMGradV2(w=weights, **given, **found._asdict(), h_grad=ones, cs_grad=zeros).w_grad.numpy()
expected = {name: by_differences(getattr(tf.raw_ops, name)) for name in ("BlockLSTM", "BlockLSTMV2")}
wrong = {name: float(np.abs(by_tape(getattr(tf.raw_ops, name)) - expected[name]).max()) for name in expected}
largest, right = float(np.abs(expected["BlockLSTMV2"]).max()), float(np.abs(by_hand - expected["BlockLSTMV2"]).max())
print({name: round(value, 4) for name, value in wrong.items()}, "V2 by hand", round(right, 4), "largest slope", round(largest, 3))
assert wrong["BlockLSTM"] < 1e-3 and right < 1e-3
assert wrong["BlockLSTMV2"] > 0.3 * largest
PYTHON
