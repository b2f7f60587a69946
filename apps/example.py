"""A clip to try the page with: a sentence of the project's own synthesis, so no recording of a person."""

from typing import NamedTuple

import numpy as np

from apps.uploads import Clip
from ser_tasks.audio.recording import Recording
from ser_tasks.corpora.synthesis.corpus import EMOTIONS, synthesise_utterance
from ser_tasks.corpora.synthesis.speech import SAMPLING_RATE
from ser_tasks.params import DemoParams

VOICES, SENTENCES = 100, 1_000  # to draw from


class Example(NamedTuple):
    """A synthetic clip, and what it is meant to be."""

    clip: Clip
    emotion: str
    words: str


def example(seed: int, params: DemoParams) -> Example:
    """A sentence in a voice that the demo corpus does not have.

    Args:
        seed: another one, another voice, emotion and sentence
        params: of the demo corpus: the difficulty, and how many voices it has
    """
    rng = np.random.default_rng(seed)
    speaker, index = params.speakers + int(rng.integers(VOICES)), int(rng.integers(SENTENCES))
    emotion = EMOTIONS[rng.integers(len(EMOTIONS))]
    signal, words = synthesise_utterance(speaker, emotion, index, params)
    recording = Recording(signal[:, None], SAMPLING_RATE)
    return Example(Clip(f"example-{emotion}.wav", recording), emotion, words)
