"""A preset applied to the utterance table, and its classes made fewer or equally large."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from ser_tasks.augmentation.balance import balanced_indices, class_weights
from ser_tasks.corpora.corpus import Preset
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.evaluation.splits import Fold


@dataclass(frozen=True)
class Labelled:
    """Utterances of a preset's classes (column `emotion` is the class now), and why others are not there."""

    utterances: pd.DataFrame
    dropped: dict[str, int]  # reason -> utterances


def apply_preset(utterances: pd.DataFrame, preset: Preset) -> Labelled:
    """Utterances of the labels that the preset names, under its classes; and counts of the rest.

    >>> utterances = pd.DataFrame({"emotion": ["happy", "elated", "sad", "bored"], "style": "speech"})
    >>> happy_sad = Preset("two classes", {"happy": "happiness", "elated": "happiness", "sad": "sadness"})
    >>> found = apply_preset(utterances, happy_sad)
    >>> found.utterances.emotion.tolist(), found.dropped
    (['happiness', 'happiness', 'sadness'], {'emotion bored': 1})

    Raises:
        UserError: nothing, or a single class, is left
    """
    other_style = pd.Series(False, index=utterances.index)
    if preset.styles is not None:
        other_style = ~utterances["style"].isin(preset.styles)
    unmapped = ~utterances.emotion.isin(list(preset.classes)) & ~other_style
    dropped = {f"style {s}": int(n) for s, n in utterances["style"][other_style].value_counts().items()}
    dropped |= {f"emotion {e}": int(n) for e, n in utterances.emotion[unmapped].value_counts().items()}
    kept = utterances[~other_style & ~unmapped].reset_index(drop=True)
    kept = kept.assign(emotion=kept.emotion.map(dict(preset.classes)))
    if kept.emotion.nunique() < 2:
        raise UserError(
            f"the preset ({preset.description}) leaves {len(kept)} utterances of {kept.emotion.nunique()} class(es), "
            f"dropped: {dropped}. Choose another preset in params.yaml, or complete the corpus (`ser check`)."
        )
    if preset.split is not None:
        kept = kept.assign(split=preset.split(kept))
    if preset.by_gender:
        kept = by_gender(kept)
    return Labelled(kept, dropped)


def by_gender(utterances: pd.DataFrame) -> pd.DataFrame:
    """The same, each under the class of its speaker's gender and its emotion: female_anger.

    Raises:
        UserError: an utterance whose gender is not known, or is neither female nor male
    """
    other = utterances[~utterances.gender.isin(["female", "male"])]
    if len(other):
        raise UserError(
            f"classes by gender need one for every utterance, female or male: {len(other)} of {len(utterances)} have "
            f"{sorted(other.gender.fillna('none').unique())}, the first is {other.utterance_id.iloc[0]}. Fill in the "
            "column gender, or choose the preset without _by_gender in params.yaml."
        )
    return utterances.assign(emotion=utterances.gender + "_" + utterances.emotion)


def chosen_classes(labelled: Labelled, *, merge: Mapping[str, str] | None, keep: Collection[str] | None) -> Labelled:
    """Classes merged, then those that are named kept; what that drops is counted beside what was dropped before.

    Raises:
        UserError: a class that no utterance has, or a single class is left
    """
    utterances = merge_classes(labelled.utterances, merge) if merge else labelled.utterances
    kept = keep_classes(utterances, keep) if keep else Labelled(utterances, {})
    if kept.utterances.emotion.nunique() < 2:
        raise UserError(f"all {len(kept.utterances)} utterances are of one class then. Merge fewer classes.")
    return Labelled(kept.utterances, {**labelled.dropped, **kept.dropped})


def keep_classes(utterances: pd.DataFrame, classes: Collection[str]) -> Labelled:
    """Utterances of these classes, and how many of each other class were dropped.

    Raises:
        UserError: a class that no utterance has
    """
    _require_classes(utterances, classes)
    kept = utterances.emotion.isin(list(classes))
    dropped = utterances.emotion[~kept].value_counts()
    return Labelled(
        utterances[kept].reset_index(drop=True),
        {f"emotion {emotion}": int(n) for emotion, n in dropped.items()},
    )


def merge_classes(utterances: pd.DataFrame, into: Mapping[str, str]) -> pd.DataFrame:
    """The same utterances, some under another class: {"excitement": "happiness"} calls excitement happiness.

    Raises:
        UserError: a class that no utterance has
    """
    _require_classes(utterances, into)
    return utterances.assign(emotion=utterances.emotion.map(lambda emotion: into.get(emotion, emotion)))


def balance_training(utterances: pd.DataFrame, fold: "Fold", *, method: Literal["down", "over"], seed: int) -> "Fold":
    """A fold whose training part has as many utterances of every class; validation and test are as they were.

    Args:
        utterances: rows of the utterance table, `emotion` mapped to its class
        fold: of a protocol; every class must stand in its training part
        method: down draws of every class as many as the rarest has, without replacement; over keeps all, and repeats
            those of rare classes as often as the largest class needs, none more than once more often than another
        seed: of the draw

    Returns:
        the fold; with over, `train` names utterances several times
    """
    emotions = utterances.set_index("utterance_id").emotion.loc[list(fold.train)]
    classes, counts = np.unique(emotions, return_counts=True)
    generator = np.random.default_rng(seed)
    if method == "over":
        drawn = balanced_indices(np.searchsorted(classes, emotions), generator=generator)
    else:
        members = [np.flatnonzero(emotions == name) for name in classes]
        drawn = np.concatenate([generator.choice(mine, counts.min(), replace=False) for mine in members])
    return replace(fold, train=tuple(fold.train[i] for i in np.sort(drawn)))


def training_weights(utterances: pd.DataFrame, fold: "Fold") -> pd.Series:
    """Weight of every training utterance, so that all classes together weigh the same; the mean is 1.

    Returns:
        by utterance_id, in the order of `fold.train`; validation and test have none
    """
    emotions = utterances.set_index("utterance_id").emotion.loc[list(fold.train)]
    codes, classes = pd.factorize(emotions)
    return pd.Series(class_weights(codes, n_classes=len(classes))[codes], index=emotions.index, name="weight")


def _require_classes(utterances: pd.DataFrame, classes: Collection[str]) -> None:
    there = set(utterances.emotion)
    if unknown := sorted(set(classes) - there):
        raise UserError(
            f"no utterance is of {', '.join(unknown)}; the table has {', '.join(sorted(there))}. "
            "Fix the names of the classes."
        )
