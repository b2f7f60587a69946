"""What imagined listeners take an utterance for: each votes for one emotion, after what it makes of the manner."""

from collections.abc import Mapping

import numpy as np

from ser_tasks.corpora.synthesis.tracks import BETWEEN_SPEAKERS, BETWEEN_UTTERANCES, CORRELATES, Manner

LISTENERS = 6
NOTHING = 1e-9  # decides among equals: where nothing is shown, listeners guess
EAR = 2.0  # standard deviation of what one listener mishears of a cue, in units of its spread among voices

SPREAD = np.hypot(BETWEEN_SPEAKERS, BETWEEN_UTTERANCES)  # of each cue, among neutral utterances of all voices


def votes(manner: Manner, difficulty: float, rng: np.random.Generator) -> Mapping[str, int]:
    """How many of LISTENERS take it for which emotion; emotions that none does are left out.

    Each hears the cues with an error of its own, and knows how they are spoken on average: the likeliest emotion has
    the vote, cues taken for independent and equally reliable within their spread.

    Args:
        manner: how it is spoken
        difficulty: of the corpus: how much of the emotion is shown
        rng: the errors of the listeners
    """
    emotions = list(CORRELATES)
    neutral = np.array(CORRELATES["neutral"])
    shown = (1 - difficulty) * (np.array([CORRELATES[name] for name in emotions]) - neutral) / SPREAD
    perceived = (np.array(manner) - neutral) / SPREAD + EAR * rng.standard_normal((LISTENERS, len(SPREAD)))
    distances = ((perceived[:, None] - shown[None]) ** 2).sum(axis=2)  # (n_listeners, n_emotions)
    chosen = (distances + NOTHING * rng.random(distances.shape)).argmin(axis=1)
    return {emotions[i]: int(n) for i, n in zip(*np.unique(chosen, return_counts=True), strict=True)}
