"""Prediction tables written by hand."""

import numpy as np
import pandas as pd

CLASSES = ("anger", "joy")


def table(rows: dict[str, tuple[str, str, float]], *, seed: int = 0) -> pd.DataFrame:
    """utterance id -> (fold, truth, posterior of anger)."""
    return pd.DataFrame(
        [
            {"utterance_id": name, "fold": fold, "seed": seed, "truth": truth, "anger": anger, "joy": 1 - anger}
            for name, (fold, truth, anger) in rows.items()
        ]
    )


def anger(ensemble) -> dict[str, float]:
    """utterance id -> posterior of anger, after a look at the contract."""
    found = ensemble.predictions
    assert list(found.columns) == ["utterance_id", "fold", "seed", "truth", *CLASSES]
    np.testing.assert_allclose(found[list(CLASSES)].sum(axis=1), 1)
    return dict(zip(found.utterance_id, found.anger, strict=True))


def folds_of(n: int, quality: float, *, seed: int, n_folds: int = 4) -> pd.DataFrame:
    """`n` utterances in folds; logits +-`quality` on the right side, with noise of standard deviation 1."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    logits = quality * (1 - 2 * truth) + rng.normal(size=n)
    posterior = 1 / (1 + np.exp(-logits))
    return table({f"u{i:04d}": (f"fold {i // 2 % n_folds}", CLASSES[truth[i]], float(posterior[i])) for i in range(n)})
