"""The whole recogniser as one TensorFlow graph: what both converters take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf
from keras import ops

from ser_tasks.bundles.export.front_end import front_end
from ser_tasks.bundles.export.names import AUDIO, FRONT_END, PROBABILITIES
from ser_tasks.bundles.export.one_clip import one_clip
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.params import Section


def whole_recogniser(
    network: keras.Model, *, temperature: float, feature_set: str, sections: Mapping[str, Section]
) -> Any:
    """Sound in, calibrated probabilities out.

    Args:
        network: (frames, mask) -> logits
        temperature: of its posteriors
        feature_set: that it reads
        sections: of params.yaml, that decide the features, conditioning among them

    Returns:
        a tf.function: audio (n_samples,), any number from 1 on -> {"probabilities": (n_classes,)}, all float32

    Raises:
        UserError: the features cannot be computed in a graph, or Keras runs on another backend than TensorFlow
    """
    if keras.backend.backend() != "tensorflow":
        raise UserError(
            f"Keras runs on {keras.backend.backend()}, but the converters read TensorFlow graphs. "
            "Run it again with KERAS_BACKEND=tensorflow: a bundle is the same on every backend."
        )
    features, clip = front_end(feature_set, sections), one_clip(network)

    def recognise(audio: Any) -> dict[str, Any]:
        with tf.name_scope(FRONT_END):
            frames = features(audio)[None]
        logits = clip({"frames": frames, "mask": ops.ones_like(frames[:, :, 0])}, training=False)
        return {PROBABILITIES: ops.softmax(ops.cast(logits[0], "float32") / temperature)}

    return tf.function(recognise, input_signature=[tf.TensorSpec((None,), tf.float32, name=AUDIO)], autograph=False)
