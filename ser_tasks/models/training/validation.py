"""Speakers set aside from the training part, to stop early and to calibrate on."""

import numpy as np
from numpy.typing import NDArray


def validation_speakers(
    emotions: NDArray[np.str_], speakers: NDArray[np.str_], *, share: float, seed: int
) -> NDArray[np.bool_]:
    """Choose whole speakers for validation: about `share` of them, at least one, and never all.

    Of 50 random draws those count that leave most classes to train on; of them the one is taken whose classes are
    most like those of the whole part, so that no class is missing where that can be helped.

    Args:
        emotions, speakers: of each training utterance
        share: of the speakers, in (0, 1)
        seed: of the draws

    Returns:
        shape (n_utterances,), true for validation

    Raises:
        ValueError: a single speaker cannot be divided
    """
    names, classes = np.unique(speakers), np.unique(emotions)
    if len(names) < 2:
        raise ValueError(f"validation needs a speaker of its own, but the training part has only {list(names)}.")
    n_chosen = int(np.clip(round(share * len(names)), 1, len(names) - 1))
    generator = np.random.default_rng(seed)
    draws = [np.isin(speakers, generator.choice(names, n_chosen, replace=False)) for _ in range(50)]
    most = max(len(np.unique(emotions[~drawn])) for drawn in draws)
    richest = [drawn for drawn in draws if len(np.unique(emotions[~drawn])) == most]
    return min(richest, key=lambda drawn: _difference(emotions, drawn, classes))


def _difference(emotions: NDArray[np.str_], drawn: NDArray[np.bool_], classes: NDArray[np.str_]) -> float:
    """Largest difference between the shares of a class in the drawn part, in the rest, and in both."""
    shares = [[np.mean(part == name) for name in classes] for part in (emotions[drawn], emotions[~drawn], emotions)]
    return float(np.ptp(np.array(shares), axis=0).max())
