"""Prediction tables of several models side by side: one row per utterance, and which of them predicted it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

KEYS = ("utterance_id", "fold", "seed", "truth")
FLOOR = 1e-12  # of a posterior whose logarithm is taken


@dataclass(frozen=True)
class Members:
    """Posteriors of several models, each on utterances outside its training set."""

    names: tuple[str, ...]
    classes: tuple[str, ...]
    keys: pd.DataFrame  # utterance_id, fold, seed, truth: the utterances that any of them predicted
    posteriors: NDArray[np.float64]  # (n_members, n_utterances, n_classes), 0 where a member is absent
    present: NDArray[np.bool_]  # (n_members, n_utterances)

    @property
    def truth(self) -> NDArray[np.intp]:
        """Column of the right class, shape (n_utterances,)."""
        return np.searchsorted(self.classes, self.keys.truth.to_numpy(str))

    @property
    def logs(self) -> NDArray[np.float64]:
        """Log posteriors, of the shape of `posteriors`."""
        return floored_logs(self.posteriors)

    def answered(self) -> dict[str, int]:
        """How many utterances which of them predicted: "speech + text" -> 1200, "text" -> 41."""
        who = [self._names(pattern) for pattern in self.present.T]
        return dict(sorted(Counter(who).items()))

    def table(self, posteriors: NDArray[np.float64]) -> pd.DataFrame:
        """A prediction table of the ensemble; posteriors of shape (n_utterances, n_classes)."""
        import pandas as pd  # noqa: PLC0415  an ensemble in a bundle has no table

        return pd.concat([self.keys, pd.DataFrame(posteriors, columns=list(self.classes))], axis=1)

    def _names(self, pattern: NDArray[np.bool_]) -> str:
        return " + ".join(name for name, here in zip(self.names, pattern, strict=True) if here)


def floored_logs(posteriors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logarithms of posteriors, none below that of FLOOR."""
    return np.asarray(np.log(np.maximum(posteriors, FLOOR)))


def side_by_side(tables: Mapping[str, pd.DataFrame]) -> Members:
    """Align prediction tables by utterance; one that a table lacks (no transcript, no sound) is absent there.

    Several seeds of a model are averaged first, utterance by utterance; the seed of the result is the lowest.

    Args:
        tables: name of the model -> its table (utterance_id, fold, seed, truth, one posterior per class)

    Raises:
        UserError: fewer than two models, other classes, or tables that disagree about the truth or fold of an
            utterance
    """
    if len(tables) < 2:
        raise UserError(f"an ensemble needs two models or more, but was given {sorted(tables)}. Name another one.")
    classes = _common_classes(tables)
    averaged = {name: _mean_over_seeds(table, name, classes) for name, table in tables.items()}
    import pandas as pd  # noqa: PLC0415  as above

    keys = pd.concat([table[list(KEYS)] for table in averaged.values()])
    _check_agreement(keys, tuple(tables))
    strangers = sorted(set(keys.truth) - set(classes))
    if strangers:
        raise UserError(
            f"the truth is {strangers} for some utterances, but the models answer with {list(classes)} alone."
        )
    keys = keys.groupby("utterance_id", sort=False).agg({"fold": "first", "seed": "min", "truth": "first"})
    aligned = [table.set_index("utterance_id")[list(classes)].reindex(keys.index) for table in averaged.values()]
    present = np.stack([part.notna().all(axis=1).to_numpy() for part in aligned])
    posteriors = np.stack([part.fillna(0.0).to_numpy(np.float64) for part in aligned])
    return Members(tuple(tables), classes, keys.reset_index()[list(KEYS)], posteriors, present)


def _common_classes(tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    found = {name: tuple(sorted(set(table.columns) - set(KEYS))) for name, table in tables.items()}
    first, *others = found
    for other in others:
        if found[other] != found[first]:
            raise UserError(
                f"the models of an ensemble answer with other classes: {first} {list(found[first])}, {other} "
                f"{list(found[other])}. Evaluate both with the same preset."
            )
    return found[first]


def _mean_over_seeds(table: pd.DataFrame, name: str, classes: Sequence[str]) -> pd.DataFrame:
    twice = table[["utterance_id", "seed"]].duplicated()
    if twice.any():
        raise UserError(
            f"{name}: {int(twice.sum())} utterances are answered twice with one seed, the first is "
            f"{table.utterance_id[twice].iloc[0]}. Expected folds that test every utterance once."
        )
    values = table[list(classes)]
    if values.isna().any(axis=None) or (values < 0).any(axis=None):
        raise UserError(f"{name}: posteriors that are missing or negative. Evaluate the model again.")
    _check_agreement(table[list(KEYS)], (name,))
    keys = {"fold": "first", "seed": "min", "truth": "first"}
    return table.groupby("utterance_id", sort=False).agg({**keys, **dict.fromkeys(classes, "mean")}).reset_index()


def _check_agreement(keys: pd.DataFrame, names: tuple[str, ...]) -> None:
    for column in ("truth", "fold"):
        different = keys.groupby("utterance_id", sort=False)[column].nunique() > 1
        if different.any():
            name = different.index[different][0]
            found = sorted(set(keys[column][keys.utterance_id == name]))
            raise UserError(
                f"the tables of {', '.join(names)} disagree about the {column} of {int(different.sum())} utterances, "
                f"the first is {name}: {found}. Evaluate them again with the same preset, protocol and seed of folds."
            )
