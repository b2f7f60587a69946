"""What imagined listeners make of one way of speaking: valence, activation and dominance, from 1 to 5."""

from collections.abc import Mapping

import numpy as np

from ser_tasks.corpora.synthesis.tracks import CORRELATES, Manner

MIDDLE, LOWEST, HIGHEST = 3.0, 1.0, 5.0  # of the scale
LISTENERS = 3
DISAGREEMENT = 0.5  # standard deviation of one listener's rating

# The direction of every cue is as reviewed by Scherer (2003), doi:10.1016/S0167-6393(02)00084-5, and Goudbeek & Scherer
# (2010), doi:10.1121/1.3466853: loud, fast and high is active; a smile and a lively pitch are pleasant, a pressed
# voice, breath and pauses are not; loud, bright and precise is dominant. The sizes are chosen here.
CUES: Mapping[str, Mapping[str, float]] = {  # steps of the scale for one unit of the cue, from the neutral manner
    "valence": {"lips": 15, "f0_range": 0.6, "tilt": 0.12, "breath": -0.06, "pauses": -2},
    "activation": {"level": 0.10, "tempo": 2.5, "f0_level": 0.12},
    "dominance": {"level": 0.08, "tilt": -0.06, "articulation": 1.5},
}


def mean_ratings(manner: Manner, rng: np.random.Generator) -> dict[str, float]:
    """The mean over LISTENERS in each dimension, to two decimals.

    Args:
        manner: how it is spoken
        rng: the chance between listeners
    """
    neutral = CORRELATES["neutral"]
    shifts = np.array(
        [
            sum(steps * (getattr(manner, cue) - getattr(neutral, cue)) for cue, steps in weights.items())
            for weights in CUES.values()
        ]
    )
    each = MIDDLE + shifts + DISAGREEMENT * rng.standard_normal((LISTENERS, len(CUES)))
    means = np.clip(each, LOWEST, HIGHEST).mean(axis=0)
    return {name: round(float(value), 2) for name, value in zip(CUES, means, strict=True)}
