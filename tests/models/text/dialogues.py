"""Dialogues in which words, or who spoke last, say the class."""

import numpy as np

from ser_tasks.models.recogniser import Examples
from ser_tasks.text.transcripts import Turn

CLASSES = ("anger", "joy", "neutral")
WORDS = {"anger": "stop it now !", "joy": "that is great !", "neutral": "see you at nine ."}
FILLER = ["well", "so", "then", "maybe", "the", "a", "he", "she", "they", "we", "just", "look"]


def spoken(seed: int, n: int = 120, *, in_context: bool = False) -> Examples:
    """Two turns each; the last has the telling words, or (`in_context`) random ones, and the one before it the telling.

    Six speakers.
    """
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 3
    features = []
    for i, label in enumerate(truth):
        telling, empty = WORDS[CLASSES[label]], " ".join(rng.choice(FILLER, rng.integers(1, 6)))
        before, last = (telling, WORDS[rng.choice(CLASSES)]) if in_context else (empty, telling)
        features.append((Turn(before, "other"), Turn(f"{empty} {last}", f"s{i // 3 % 6}")))
    return Examples(tuple(features), np.array(CLASSES)[truth], np.array([f"s{i // 3 % 6}" for i in range(n)]))


def recall(recogniser, test: Examples) -> float:
    posteriors = recogniser.posteriors(test.features)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    return float((np.array(CLASSES)[posteriors.argmax(axis=1)] == test.emotions).mean())
