"""Trained on some corpora, tested on another: their utterances as one table, one fold, and what differs.

Source: Schuller et al. (2010), "Cross-corpus acoustic emotion recognition: variances and strategies",
doi:10.1109/T-AFFC.2010.8
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ser_tasks.corpora.corpus import UNKNOWN, Corpus, Preset
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.errors import UserError
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.recogniser import Features

MARK = "/"  # of speaker "03" of emodb, "emodb/03": other corpora have one, too
OWN = ("utterance_id", "speaker", "group")  # columns whose values are unique in a corpus only


@dataclass(frozen=True)
class Joined:
    """Utterances of several corpora under the classes that all of them have; ids and speakers begin with the corpus."""

    utterances: pd.DataFrame
    normalised_over: tuple[str, ...]  # ids of all recordings of a corpus in the styles of its preset, of any class
    dropped: Mapping[str, Mapping[str, int]]  # corpus -> reason -> utterances


def join_corpora(tables: Mapping[str, pd.DataFrame], presets: Mapping[str, Preset]) -> Joined:
    """The utterance tables of some corpora as one.

    Args:
        tables: corpus -> its utterance table, in the order that the rows will have
        presets: corpus -> its label map

    Raises:
        UserError: fewer than two classes are left that every corpus has
    """
    labelled = {name: apply_preset(table, presets[name]) for name, table in tables.items()}
    classes = {name: set(mine.utterances.emotion) for name, mine in labelled.items()}
    shared = set.intersection(*classes.values())
    if len(shared) < 2:
        found = "; ".join(f"{name}: {', '.join(sorted(mine))}" for name, mine in classes.items())
        raise UserError(
            f"these corpora share {len(shared)} class(es), but two are needed. Found {found}. "
            "Choose presets whose classes have the same names (corpus.….preset, or presets of this evaluation)."
        )
    parts, dropped = [], dict[str, dict[str, int]]()
    for name, mine in labelled.items():
        left_out = mine.utterances.emotion[~mine.utterances.emotion.isin(shared)].value_counts()
        dropped[name] = mine.dropped | {f"emotion {emotion}": int(n) for emotion, n in sorted(left_out.items())}
        parts.append(_named(name, mine.utterances[mine.utterances.emotion.isin(shared)]))
    recordings = [MARK.join((name, one)) for name, table in tables.items() for one in _of_style(table, presets[name])]
    return Joined(pd.concat(parts, ignore_index=True), tuple(recordings), dropped)


def _named(corpus: str, utterances: pd.DataFrame) -> pd.DataFrame:
    """Values that other corpora may have, too, begin with the name of the corpus; what is missing stays so."""
    return utterances.assign(**{column: corpus + MARK + utterances[column] for column in OWN})


def _of_style(utterances: pd.DataFrame, preset: Preset) -> list[str]:
    recorded = utterances[utterances.path.notna()]
    kept = recorded if preset.styles is None else recorded[recorded["style"].isin(preset.styles)]
    return list(kept.utterance_id)


def corpus_of(name: str) -> str:
    """emodb/03a01Fa -> emodb."""
    return name.partition(MARK)[0]


def own_name(name: str) -> str:
    """emodb/03a01Fa -> 03a01Fa."""
    return name.partition(MARK)[2]


def cross_fold(utterances: pd.DataFrame, *, test: str) -> Fold:
    """One fold: everything of the corpus `test` is tested, everything else is trained on."""
    tested = (utterances.corpus == test).to_numpy()
    ids = utterances.utterance_id.to_numpy()
    return Fold(test, tuple(ids[~tested]), (), tuple(ids[tested]))


def join_features(parts: Sequence[Features]) -> Features:
    """Features of several corpora behind one another: rows, or arrays of frames.

    Raises:
        UserError: one corpus has a row for each utterance, another many frames
    """
    if all(isinstance(part, tuple) for part in parts):
        return tuple(one for part in parts for one in part)
    if any(isinstance(part, tuple) for part in parts):
        raise UserError(
            "one corpus has one row of features for each utterance, another has many frames: they are not of the same "
            "feature set. Run the stage features of both again."
        )
    return np.concatenate(list(parts))


def differences(
    corpora: Sequence[Corpus], utterances: pd.DataFrame, dropped: Mapping[str, Mapping[str, int]], *, sampling_rate: int
) -> list[str]:
    """Differences of two or more corpora that a reader must know before comparing them, a sentence each.

    Args:
        corpora: the training corpora, and the tested one as the last
        utterances: of all of them, as joined
        dropped: corpus -> reason -> utterances
        sampling_rate: sampling rate of the features, in Hz
    """
    of = {one.name: utterances[utterances.corpus == one.name] for one in corpora}
    rates = {name: sorted(set(mine.sampling_rate.dropna())) for name, mine in of.items()}
    languages = {name: " and ".join(sorted(set(mine.language.dropna()))) or UNKNOWN for name, mine in of.items()}
    found = [
        _differs("Language", languages),
        _differs("Kind of speech", {one.name: one.kind for one in corpora}),
        _bandwidths(rates, sampling_rate=sampling_rate),
    ]
    for name, reasons in dropped.items():
        if reasons:
            counts = ", ".join(f"{reason} ({n})" for reason, n in reasons.items())
            found.append(f"{sum(reasons.values())} utterances of {name} are left out: {counts}.")
    return [sentence for sentence in found if sentence]


def _differs(what: str, of: Mapping[str, str]) -> str:
    if len(set(of.values())) < 2:
        return ""
    return f"{what} differs: " + ", ".join(f"{name} {value}" for name, value in of.items()) + "."


def _bandwidths(rates: Mapping[str, Sequence[float]], *, sampling_rate: int) -> str:
    """Files of another sampling rate, and whether that matters at the rate of the features."""
    rates = {name: mine for name, mine in rates.items() if mine}  # words alone have none
    if len({tuple(mine) for mine in rates.values()}) < 2:
        return ""
    files = ", ".join(f"{name} {' and '.join(f'{rate / 1000:g}' for rate in mine)} kHz" for name, mine in rates.items())
    bands = {min(*mine, sampling_rate) / 2000 for mine in rates.values()}
    if len(bands) == 1:
        return f"Sampling rate differs: {files}; all of them are used up to {bands.pop():g} kHz."
    used = ", ".join(f"{name} up to {min(*mine, sampling_rate) / 2000:g} kHz" for name, mine in rates.items())
    return f"Bandwidth differs: {files}; used are {used}."
