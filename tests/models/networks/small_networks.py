"""Every network of sound at a size that a test can afford, its weights the same whatever the backend.

One that SIZES does not name gets its sizes from the types of its settings: name it there if it needs others.

As a program: what `outputs` finds, into the file that it is given.
"""

import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import keras
import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.encoders import ENCODERS
from ser_tasks.features.encoders.folder import use_folder
from ser_tasks.models import TABLE
from ser_tasks.models.declared_model import DeclaredModel, settings_class
from ser_tasks.models.network import network_builder
from tests.models.multimodal import small_fusion

BLSTM = {"n_dims": 6, "n_classes": 3, "dense": 8, "units": 4, "dropout": 0.0}
LSTM = {"n_dims": 6, "n_classes": 3, "units": 5, "input_dropout": 0.0, "dropout": 0.0}
WINDOWS = {"n_dims": 8, "n_classes": 3, "length": 8, "step": 4, "dropout": 0.0}
PATCHES = {**WINDOWS, "delta_reach": 2, "backbone": "small", "weights": "none", "units": 4, "dense": (6, 5)}
WHISPER = {"encoder": "own_whisper", "blocks": 2, "trained_blocks": 1, "lora_rank": 2, "lora_alpha": 4.0}
SIZES: dict[str, tuple[str, dict[str, Any]]] = {
    "mlp": ("mlp", {"n_dims": 6, "n_classes": 3, "input_dropout": 0.0, "units": (5, 4), "dropout": 0.0}),
    "blstm_attention": ("blstm_attention", {**BLSTM, "attention": "learned_vector"}),
    "blstm_constant_vector": ("blstm_attention", {**BLSTM, "attention": "constant_vector"}),
    "lstm_attention": ("lstm_attention", {**LSTM, "bidirectional": False}),
    "blstm_self_attention": ("lstm_attention", {**LSTM, "bidirectional": True}),
    "cnn_blstm_attention": (
        "cnn_blstm_attention",
        {"n_dims": 9, "n_classes": 3, "filters": 3, "units": 4, "embedding": 6, "dropout": 0.0},
    ),
    "spectrogram_cnn": ("spectrogram_cnn", {"n_dims": 18, "n_classes": 3, "filters": 4, "dropout": 0.0}),
    "td_cnn_lstm": ("td_cnn_lstm", {**WINDOWS, "filters": 3, "units": 5}),
    "patch_dcnn_blstm": ("patch_dcnn_blstm", {**PATCHES, "attention": "dot"}),
    "patch_dcnn_pooling": ("patch_dcnn_blstm", {**PATCHES, "attention": "learned_vector"}),
    "residual_cnn": (
        "residual_cnn",
        {
            **{"n_dims": 9, "n_classes": 3, "filters": (4, 6), "time_stride": 2},
            **{"frame_units": 7, "attention_units": 5, "embedding": 6, "dropout": 0.0},
        },
    ),
    "fine_tuned": (
        "fine_tuned",
        {"n_dims": 80, "n_classes": 3, **WHISPER, "units": 6, "attention_units": 4, "dropout": 0.0},
    ),
}
use_folder(ENCODERS["own_whisper"], Path(__file__).parents[2] / "features" / "encoders" / "reference" / "float32")
OF_NETWORKS = {model.network_name: model for model in TABLE.values() if ".networks." in model.module}


def derived_sizes(model: DeclaredModel) -> dict[str, Any]:
    """Counts 4, lists of counts (5, 4), shares 0, switches off, the first of several words; 8 dimensions, 3 classes."""
    fields = settings_class(model).model_fields
    return {"n_dims": 8, "n_classes": 3} | {
        name: _small(field.annotation, field.default) for name, field in fields.items() if name != "training"
    }


def _small(annotation: Any, default: Any) -> Any:
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return (5, 4)
    return {int: 4, float: 0.0, bool: False}.get(annotation, default)


SMALL = SIZES | {
    name: (name, derived_sizes(model))
    for name, model in OF_NETWORKS.items()
    if name not in {network for network, _ in SIZES.values()} and name != "psd_cnn"  # spectrogram_cnn by another name
}
FUSED = small_fusion.tried_on_every_backend


def small_network(name: str) -> keras.Model:
    """One line of SMALL, with weights that depend on nothing but their place."""
    network, sizes = SMALL[name]
    model = network_builder(network)(**sizes)
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    for weight in model.weights:
        spread = 1 / np.sqrt(np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 0.3
        positive = weight.name in ("std", "gamma", "moving_variance", "scale")
        values = generator.normal(scale=spread, size=weight.shape)
        weight.assign(generator.uniform(0.7, 1.4, weight.shape) if positive else values)
    return model


def batch(
    n_frames: Sequence[int], *, n_dims: int, padding: int = 0, seed: int = 0, garbage: float = 1e3
) -> dict[str, NDArray[np.float32]]:
    """Clips of these lengths, `padding` frames more than the longest needs, large numbers in all of the padding."""
    clips = [np.random.default_rng([seed, clip]).normal(size=(n, n_dims)) for clip, n in enumerate(n_frames)]
    longest = max(n_frames) + padding
    frames = garbage * np.random.default_rng(seed + 1).normal(size=(len(clips), longest, n_dims))
    mask = np.zeros((len(clips), longest))
    for row, clip in enumerate(clips):
        frames[row, : len(clip)], mask[row, : len(clip)] = clip, 1
    return {"frames": frames.astype(np.float32), "mask": mask.astype(np.float32)}


def values(tensor: Any) -> NDArray[np.float32]:
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def outputs(name: str) -> dict[str, NDArray[np.float32]]:
    """Logits in use; of the residual CNN also in training, and the running statistics after that."""
    if name in FUSED:
        model = FUSED[name]()
        x = small_fusion.batch((9, 1, 0), (4, 7, 3), n_dims=model.input["frames"].shape[-1] - 2)
    else:
        model, x = small_network(name), batch((23, 7, 1), n_dims=SMALL[name][1]["n_dims"])
    model.compile()
    found = {"use": model.predict_on_batch(x)}
    if name == "residual_cnn":
        found["training"] = values(model(x, training=True))
        found |= {f"statistic {place}": values(w) for place, w in enumerate(model.non_trainable_weights)}
    return found


if __name__ == "__main__":
    np.savez(
        sys.argv[1], **{f"{name} {key}": found for name in (*SMALL, *FUSED) for key, found in outputs(name).items()}
    )
