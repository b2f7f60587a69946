"""A network without its last layer."""

import keras


def embedding_model(model: keras.Model) -> keras.Model:
    """The same inputs and weights, up to the layer before the logits: -> (batch, n_units)."""
    return keras.Model(model.input, model.get_layer("embedding").output, name=f"{model.name}_embedding")
