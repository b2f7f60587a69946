"""Per-speaker normalisation: a named option, because it hears all of a test speaker's audio before it answers."""

import numpy as np
from numpy.typing import NDArray


def speaker_norm(features: NDArray[np.float32], speakers: NDArray[np.str_]) -> NDArray[np.float32]:
    """Each dimension to mean 0 and standard deviation 1 over the utterances of each speaker, labels unseen.

    Args:
        features: shape (n_utterances, n_dims)
        speakers: shape (n_utterances,)

    Returns:
        the same shape; a dimension that is constant for a speaker becomes 0 there
    """
    normalised = np.empty_like(features)
    for speaker in np.unique(speakers):
        own = speakers == speaker
        values = features[own].astype(np.float64)
        spread = values.std(axis=0)
        normalised[own] = (values - values.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    return normalised
