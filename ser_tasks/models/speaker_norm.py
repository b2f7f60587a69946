"""Per-speaker normalisation: a named option, because it needs all of a test speaker's audio before it predicts."""

import numpy as np
from numpy.typing import NDArray

from ser_tasks.models.recogniser import Features


def speaker_norm(features: Features, speakers: NDArray[np.str_]) -> Features:
    """Each dimension to mean 0 and standard deviation 1 over all utterances of a speaker, labels unseen.

    Args:
        features: a row, or an array of frames, for each utterance
        speakers: shape (n_utterances,)

    Returns:
        the same shapes; a dimension that is constant for a speaker becomes 0 there
    """
    rows = [np.atleast_2d(values).astype(np.float64) for values in features]
    scale = {name: _mean_and_spread(rows, speakers == name) for name in np.unique(speakers)}
    normalised = [
        ((values - scale[name][0]) / scale[name][1]).astype(np.float32)
        for values, name in zip(rows, speakers, strict=True)
    ]
    return tuple(normalised) if isinstance(features, tuple) else np.concatenate(normalised)


def _mean_and_spread(
    rows: list[NDArray[np.float64]], own: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = np.concatenate([rows[i] for i in np.flatnonzero(own)])
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 1e-12, spread, 1.0)
