#!/usr/bin/env bash
# Keras 3.15.1: clone_model compiles the clone as its model is compiled, and so refuses one whose loss is a function of your own.
#
# Guess: a clone has the layers and new weights, and nothing of a training: it is not compiled. A loss that load_model would ask
# custom_objects for matters to files alone, and not within the process that holds it.
# Seen: the clone comes compiled, with an optimiser and a loss of its own, made again from their configuration. A loss that is a
# plain function has no configuration but its name, which is looked up among registered objects only: "Could not locate function
# 'own_loss'", though the function is there. Registered, or with the model not compiled yet, the clone is made. So a network that is
# to be cloned (to be saved without its optimiser, say) must be cloned before compile, or built again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --prefer-binary numpy==2.4.6 scipy==1.17.1 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2
cd "$folder"
KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import keras
from keras import ops


def own_loss(truth, predicted):
    return ops.mean(ops.square(truth - predicted))


@keras.saving.register_keras_serializable("here")
def registered_loss(truth, predicted):
    return own_loss(truth, predicted)


def cloned(loss):
    """Whether the clone of a model with this loss comes compiled, or why there is none."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    if loss is not None:
        model.compile("adam", loss)
    try:
        return keras.models.clone_model(model).compiled
    except TypeError as error:
        return str(error).partition(".")[0]


losses = {"not compiled": None, "mse": "mse", "registered": registered_loss, "a plain function": own_loss}
found = {name: cloned(loss) for name, loss in losses.items()}
for name, result in found.items():
    print(f"{name}: {result}")
assert found["not compiled"] is False and found["mse"] is True and found["registered"] is True
assert found["a plain function"] == "Could not locate function 'own_loss'"
PYTHON
