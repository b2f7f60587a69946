"""Audio-text networks at a size that a test can afford, and batches for them written down column by column."""

from collections.abc import Sequence
from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.models.multimodal.speech_text import build_speech_text
from ser_tasks.models.network import network_builder
from ser_tasks.models.recogniser import Examples

N_WORDS = 30
LSTM = {"embedding": 8, "units": 6, "bidirectional": True}
TEXT = {**LSTM, "pooling": "self_attention", "word_dropout": 0.0, "dropout": 0.0}
SPEECH = {
    "mlp": (6, {"input_dropout": 0.0, "units": (5, 4), "dropout": 0.0}),
    "spectrogram_cnn": (18, {"filters": 4, "dropout": 0.0}),
}
CLASSES = ("anger", "joy", "neutral")
TELLING = {"anger": "stop it now !", "joy": "that is great !", "neutral": "see you at nine ."}


def small_fusion(speech: str, *, modality_dropout: float = 0.0) -> keras.Model:
    """Its weights depend on nothing but their place."""
    n_dims, sizes = SPEECH[speech]
    model = build_speech_text(
        network_builder(speech),
        n_dims=n_dims,
        n_words=N_WORDS,
        n_classes=3,
        speech=sizes,
        text=TEXT,
        modality_dropout=modality_dropout,
        dropout=0.0,
    )
    generator = np.random.default_rng(0)
    for weight in model.weights:
        spread = 1 / np.sqrt(np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 0.3
        values = generator.normal(scale=spread, size=weight.shape)
        weight.assign(np.abs(values) + 0.5 if weight.name == "std" else values)
    return model


def batch(
    n_frames: Sequence[int], n_words: Sequence[int], *, n_dims: int, padding: int = 0
) -> dict[str, NDArray[np.float32]]:
    """Utterances of so many frames and words, 0 for none, and large numbers in all of the padding."""
    rows = [max(both) for both in zip(n_frames, n_words, strict=True)]
    generator = np.random.default_rng(1)
    frames = 1e3 * generator.normal(size=(len(rows), max(rows) + padding, 2 + n_dims))
    mask = np.zeros(frames.shape[:2])
    for row, n in enumerate(rows):
        own = np.random.default_rng([2, row])
        frames[row, :n], mask[row, :n] = 0, 1
        frames[row, : n_words[row], 0] = own.integers(2, N_WORDS, n_words[row])
        frames[row, : n_frames[row], 1] = 1
        frames[row, : n_frames[row], 2:] = own.normal(size=(n_frames[row], n_dims))
    return {"frames": frames.astype(np.float32), "mask": mask.astype(np.float32)}


def spoken(seed: int, n: int = 90, *, frames: bool = True, words: bool = True) -> Examples:
    """Sound that tells joy from the others, words that tell anger from the others; six speakers.

    Neither alone can tell all three.
    """
    generator = np.random.default_rng(seed)
    truth = np.arange(n) % 3
    items = []
    for label in truth:
        sound = generator.normal(size=(1, 6)).astype(np.float32)
        sound[0, 0] += 6 * (CLASSES[label] == "joy")
        text = TELLING["anger" if CLASSES[label] == "anger" else "neutral"]
        items.append(SpeechAndWords(sound if frames else None, text if words else None))
    return Examples(tuple(items), np.array(CLASSES)[truth], np.array([f"s{i // 3 % 6}" for i in range(n)]))


tried_on_every_backend = {f"speech_text {name}": partial(small_fusion, name) for name in SPEECH}
