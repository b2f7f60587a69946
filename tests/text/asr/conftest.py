"""The voice of the demo corpus: speech whose words are known."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from ser_tasks.corpora.synthesis.corpus import synthesise_utterance
from ser_tasks.params import DemoParams

DEMO = DemoParams(speakers=2, utterances_per_emotion=1, difficulty=0.5, seed=0)


@cache
def demo_utterance(speaker: int, emotion: str) -> tuple[NDArray[np.float32], str]:
    """Signal at 16 kHz, shape (n_samples,), and its words."""
    signal, words = synthesise_utterance(speaker, emotion, 0, DEMO)
    return signal.astype(np.float32), words


@pytest.fixture(scope="session")
def spoken():
    """Four sentences of 1.3 to 2.3 s, by a woman and a man."""
    return [demo_utterance(speaker, emotion) for speaker in (0, 1) for emotion in ("neutral", "anger")]
