#!/usr/bin/env bash
# tf2onnx 1.17.0 on TensorFlow 2.21.0, Keras 3.15.1: the exact GELU of Keras cannot be converted to ONNX.
#
# Guess: GELU is the activation of every transformer, TensorFlow has it as x * 0.5 * (1 + erf(x / sqrt 2)), ONNX has Erf from
# opset 9 on, so a network with keras.activations.gelu is converted like any other.
# Seen: tf.nn.gelu(approximate=False) is x * 0.5 * erfc(-x / sqrt 2), which keeps digits where x is far below 0. tf2onnx knows Erf
# and not Erfc: it logs "Tensorflow op [.../Erfc: Erfc] is not supported", leaves a node Erfc in the domain of ONNX itself, and
# returns a model as if nothing had happened; onnx.checker refuses it. The tanh form (approximate=True) and the same formula
# written with erf are converted; the latter differs from Keras' by 1e-6 at most.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.6 keras==3.15.1 tensorflow==2.21.0 \
  tf2onnx==1.17.0 onnx==1.23.2 protobuf==7.36.2
cd "$folder"
TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - <<'PYTHON'
import keras
import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from keras import ops


def by_erf(x):
    return x * 0.5 * (1 + ops.erf(x * 2**-0.5))


FORMS = {
    "keras, exact": lambda x: keras.activations.gelu(x, approximate=False),
    "keras, tanh": lambda x: keras.activations.gelu(x, approximate=True),
    "by erf": by_erf,
}


def operations(form):
    """Of the converted function, and whether ONNX accepts them."""
    signature = [tf.TensorSpec((None, 4), tf.float32, name="x")]
    model, _ = tf2onnx.convert.from_function(tf.function(form, autograph=False), input_signature=signature, opset=18)
    try:
        onnx.checker.check_model(model)
        accepted = True
    except onnx.checker.ValidationError:
        accepted = False
    return {node.op_type for node in model.graph.node}, accepted


found = {name: operations(form) for name, form in FORMS.items()}
x = np.linspace(-6, 6, 1001, dtype=np.float32)
difference = np.abs(np.asarray(FORMS["keras, exact"](x)) - np.asarray(by_erf(x))).max()
for name, (names, accepted) in found.items():
    print(f"{name}: {sorted(names)}, accepted: {accepted}")
print(f"largest difference of the two exact forms: {difference:.1e}")
assert "Erfc" in found["keras, exact"][0] and not found["keras, exact"][1]
assert found["keras, tanh"][1] and found["by erf"][1] and "Erf" in found["by erf"][0]
assert difference < 2e-6
PYTHON
