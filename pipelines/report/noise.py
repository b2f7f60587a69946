"""Estimates of the SNR of a corpus' utterances, kept as Parquet: each recording is listened to once."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from pipelines import paths
from ser_tasks.atomic import atomic_path
from ser_tasks.audio.clip import clip_of
from ser_tasks.evaluation.comparison.snr import estimated_snr
from ser_tasks.provenance.code_digest import code_digest

SAVED_EVERY = 500  # utterances: an interrupted estimate goes on from there
COLUMNS = ["utterance_id", "sha256", "estimate", "snr"]


def snr_of(corpus: str, utterances: pd.DataFrame, heard: Callable[[int, int], None]) -> pd.Series | None:
    """Utterance id -> dB; None if the recordings are not here, or there is no sound.

    Args:
        corpus: its name
        utterances: those asked for, by id
        heard: told how many of how many have been estimated
    """
    root = paths.corpus_root(corpus)
    spoken = utterances[utterances.path.notna()] if "path" in utterances else utterances[:0]
    if spoken.empty or not root.exists():
        return None
    digest = code_digest(estimated_snr)
    known = _kept(corpus, digest)
    missing = [name for name in spoken.index if known.get((name, spoken.sha256[name])) is None]
    for done, name in enumerate(missing):
        row = spoken.loc[name]
        if not (root / row.path).exists():
            return None
        signal = clip_of(row, str(name)).mono(root, 16_000)
        known[name, row.sha256] = estimated_snr(signal, sampling_rate=16_000)
        heard(done + 1, len(missing))
        if (done + 1) % SAVED_EVERY == 0 or done + 1 == len(missing):
            _keep(corpus, digest, known)
    return pd.Series({name: known[name, spoken.sha256[name]] for name in spoken.index})


def _kept(corpus: str, digest: str) -> dict[tuple[str, str], float]:
    """Of the same recordings, by the same code."""
    file = paths.snr(corpus)
    if not file.exists():
        return {}
    table = pd.read_parquet(file)
    table = table[table.estimate == digest]
    return dict(zip(zip(table.utterance_id, table.sha256, strict=True), table.snr, strict=True))


def _keep(corpus: str, digest: str, known: dict[tuple[str, str], float]) -> None:
    rows = [(name, sha256, digest, value) for (name, sha256), value in known.items()]
    with atomic_path(paths.snr(corpus)) as temporary:
        pd.DataFrame(rows, columns=COLUMNS).to_parquet(temporary, index=False)
