"""Feature-level fusion: networks joined before their output layers, then trained on as one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import keras
from keras import layers, ops

from ser_tasks.errors import UserError
from ser_tasks.models.networks.embedding import embedding_model


class BranchInput(NamedTuple):
    """Inputs of one branch, and whether it is present."""

    frames: Any  # (batch, n_frames, n_dims)
    mask: Any  # (batch, n_frames)
    present: Any  # (batch, n_frames): the branch counts where any of it is 1


@keras.saving.register_keras_serializable("ser")
class WherePresent(layers.Layer):  # type: ignore[misc]  # keras has no types
    """An embedding where its branch has a real frame, zeros in other places: (batch, n_units) and (batch, n_frames)."""

    def call(self, embedding: Any, real: Any) -> Any:
        """The same shape as the embedding."""
        return embedding * ops.cast(ops.max(real, axis=1, keepdims=True), embedding.dtype)

    def compute_output_shape(self, embedding_shape: tuple[int | None, ...], real_shape: Any) -> tuple[int | None, ...]:
        """As the embedding."""
        return embedding_shape


def build_feature_fusion(branches: Mapping[str, keras.Model], *, n_classes: int, dropout: float) -> keras.Model:
    """Several networks side by side -> logits (batch, n_classes), as `fused` joins them.

    In: for each branch NAME "NAME_frames" (batch, n_frames, n_dims) and "NAME_mask" (batch, n_frames), each with a
    length of its own. A branch whose mask is 0 throughout (no transcript, no sound) does not count.

    Args:
        branches, n_classes, dropout: see `fused`
    """
    inputs: dict[str, Any] = {}
    given = {}
    for name, network in branches.items():
        frames = keras.Input(network.input["frames"].shape[1:], name=f"{name}_frames", dtype="float32")
        mask = keras.Input((None,), name=f"{name}_mask", dtype="float32")
        given[name] = BranchInput(frames, mask, mask)
        inputs |= {f"{name}_frames": frames, f"{name}_mask": mask}
    return keras.Model(inputs, fused(branches, given, n_classes=n_classes, dropout=dropout), name="feature_fusion")


def fused(
    branches: Mapping[str, keras.Model], given: Mapping[str, BranchInput], *, n_classes: int, dropout: float
) -> Any:
    """Embeddings of several networks side by side, the layer 'embedding' -> dropout -> logits (batch, n_classes).

    Args:
        branches: name -> a network of the common contract, trained or not; its weights are shared with the result and
            go on learning, its own logits are left out
        given: name -> what it reads
        n_classes: of the output
        dropout: of the embeddings; Sobczak: 0.7

    Raises:
        UserError: fewer than two branches

    Source: PiotrSobczak/speech-emotion-recognition, CNN 512 + text 200, both branches training
    """
    if len(branches) < 2:
        raise UserError(
            f"feature fusion joins two networks or more, but was given {sorted(branches)}. Name another one."
        )
    embeddings = []
    for name, network in branches.items():
        frames, mask, present = given[name]
        branch = embedding_model(network)
        branch.name = name
        embeddings.append(WherePresent(name=f"{name}_present")(branch({"frames": frames, "mask": mask}), present))
    x = layers.Concatenate(name="embedding")(embeddings)
    return layers.Dense(n_classes, dtype="float32", name="logits")(layers.Dropout(dropout)(x))
