"""What the page of `ser explore` shows, read from the utterance table, the features and the recordings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipelines import paths
from pipelines.evaluations.plan import labelled_corpus
from pipelines.known_corpora import CORPORA
from ser_tasks.audio.clip import clip_of
from ser_tasks.errors import UserError
from ser_tasks.features.components import Components, eta_squared, principal_components, standardised
from ser_tasks.features.feature_table import read_features
from ser_tasks.features.functionals import A0_HZ

if TYPE_CHECKING:
    from ser_tasks.corpora.corpus import Corpus
    from ser_tasks.params import Params

FEATURES = "functionals"
F0, VOICED = "pitch.f0_semitones.median", "pitch.voiced.fraction"
N_COMPONENTS = 10
QUIETEST = 1e-12  # mean square of a clip of digital silence: -120 dB
RATE = 16_000  # Hz; enough for a level

Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Explored:
    """A corpus; columns of `utterances` beside the table's own: level in dB re full scale, f0 in Hz; NaN: not known."""

    corpus: Corpus
    preset: str
    utterances: pd.DataFrame
    dropped: Mapping[str, int]
    components: Components | None  # None: there are no functionals here
    n_features: int
    shares: Mapping[str, float]  # emotion, speaker, gender -> share of the variance of all features between them
    missing: tuple[str, ...]  # what is not shown, and why

    @property
    def factors(self) -> dict[str, pd.Series]:
        """What utterances are grouped by: those of several values, none of them unknown."""
        columns = {name: self.utterances[name] for name in ("emotion", "speaker", "gender")}
        return {name: own for name, own in columns.items() if own.notna().all() and own.nunique() > 1}


def explored(name: str, params: Params, *, report: Report) -> Explored:
    """Everything about a corpus whose utterance table is here.

    Args:
        name: of the corpus
        params: its preset decides the classes
        report: called with how many of how many recordings have been measured

    Raises:
        UserError: no classes, as of its preset, or features that lack utterances
    """
    _check_classes(name, params)
    corpus, labelled = CORPORA[name], labelled_corpus(name, params)
    utterances, missing = labelled.utterances, []
    utterances = utterances.assign(level=_levels(name, utterances, report), f0=np.nan)
    if utterances.level.isna().all():
        missing.append("Levels: the recordings are not on this machine, or there are none.")
    components, values = None, None
    spoken = utterances.path.notna().to_numpy()
    if any(paths.features(name, FEATURES).glob("*.parquet")) and spoken.any():
        table = read_features(paths.features(name, FEATURES), list(utterances.utterance_id[spoken]))
        vectors = table.matrix()
        utterances = utterances.assign(f0=_f0(vectors, table.dimensions, spoken))
        values = standardised(vectors)
        utterances, components = utterances[spoken], principal_components(values, n_components=N_COMPONENTS)
    else:
        why = f"no {FEATURES} are here. Make them: ser evaluate {name} svm" if spoken.any() else "all is text alone"
        missing.append(f"F0 and principal components: {why}")
    about = (corpus, params.corpus[name].preset, utterances.reset_index(drop=True), labelled.dropped)
    found = Explored(*about, components, 0 if values is None else values.shape[1], {}, tuple(missing))
    if values is None:
        return found
    shares = {factor: float(eta_squared(values, list(own)).mean()) for factor, own in found.factors.items()}
    return Explored(**{**vars(found), "shares": shares})


def _check_classes(name: str, params: Params) -> None:
    if not CORPORA[name].all_presets[params.corpus[name].preset].classes:
        raise UserError(
            f"{name} has ratings and no classes, and the page is about classes. Look at its recordings: ser check "
            f"{name}; or evaluate it: ser evaluate {name} ridge"
        )


def _f0(vectors: np.ndarray, dimensions: tuple[str, ...], spoken: np.ndarray) -> np.ndarray:
    """Median F0 in Hz; NaN where nothing is voiced, or the functionals leave pitch out."""
    hertz = np.full(len(spoken), np.nan)
    if F0 in dimensions:
        columns = {name: vectors[:, dimensions.index(name)] for name in (F0, VOICED)}
        hertz[spoken] = np.where(columns[VOICED] > 0, A0_HZ * 2 ** (columns[F0].astype(np.float64) / 12), np.nan)
    return hertz


def _levels(name: str, utterances: pd.DataFrame, report: Report) -> np.ndarray:
    """Mean square of each clip in dB re full scale; NaN for all where a recording is not here."""
    root, levels = paths.corpus_root(name), np.full(len(utterances), np.nan)
    spoken = np.flatnonzero(utterances.path.notna())
    if not all((root / path).exists() for path in utterances.path.iloc[spoken].unique()):
        return levels
    for done, row in enumerate(spoken, 1):
        signal = clip_of(utterances.iloc[row].to_dict()).mono(root, RATE).astype(np.float64)
        levels[row] = 10 * np.log10(max(float(np.mean(signal**2)), QUIETEST))
        report(done, len(spoken))
    return levels
