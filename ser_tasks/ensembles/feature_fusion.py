"""Feature-level fusion: networks joined before their answers, and trained on together."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import layers, ops

from ser_tasks.errors import UserError
from ser_tasks.models.networks.embedding import embedding_model


@keras.saving.register_keras_serializable("ser")
class WherePresent(layers.Layer):  # type: ignore[misc]  # keras has no types
    """An embedding where its branch has a real frame, zeros elsewhere: (batch, n_units) and (batch, n_frames)."""

    def call(self, embedding: Any, real: Any) -> Any:
        """The same shape as the embedding."""
        return embedding * ops.cast(ops.max(real, axis=1, keepdims=True), embedding.dtype)

    def compute_output_shape(self, embedding_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """As the embedding."""
        return embedding_shape


def build_feature_fusion(branches: Mapping[str, keras.Model], *, n_classes: int, dropout: float) -> keras.Model:
    """Embeddings of several networks side by side -> dropout -> logits (batch, n_classes).

    In: for each branch NAME "NAME_frames" (batch, n_frames, n_dims) and "NAME_mask" (batch, n_frames), each with a
    length of its own. A branch whose mask is 0 throughout (no transcript, no sound) has no part in the answer. The
    embeddings side by side are the layer 'embedding'.

    Args:
        branches: name -> a network of the common contract, trained or not; its weights are shared with the result and
            go on learning, its own logits are left out
        n_classes: of the answer
        dropout: of the embeddings; seed 003 has 0.7

    Raises:
        UserError: fewer than two branches

    Source: PiotrSobczak/speech-emotion-recognition (seed 003), CNN 512 + text 200, both branches training
    """
    if len(branches) < 2:
        raise UserError(
            f"feature fusion joins two networks or more, but was given {sorted(branches)}. Name another one."
        )
    inputs: dict[str, Any] = {}
    embeddings = []
    for name, network in branches.items():
        frames = keras.Input(network.input["frames"].shape[1:], name=f"{name}_frames", dtype="float32")
        mask = keras.Input((None,), name=f"{name}_mask", dtype="float32")
        branch = embedding_model(network)
        branch.name = name
        embeddings.append(WherePresent(name=f"{name}_present")(branch({"frames": frames, "mask": mask}), mask))
        inputs |= {f"{name}_frames": frames, f"{name}_mask": mask}
    x = layers.Concatenate(name="embedding")(embeddings)
    logits = layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
    return keras.Model(inputs, logits, name="feature_fusion")
