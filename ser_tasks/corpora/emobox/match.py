"""Published folds over a corpus: every recording of every list found among its utterances, every difference noted."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from ser_tasks.corpora.corpus import Preset, some
from ser_tasks.corpora.emobox.lists import PARTS, Item, PublishedFolds
from ser_tasks.corpora.vocabulary import class_of
from ser_tasks.errors import UserError
from ser_tasks.evaluation.splits import Fold
from ser_tasks.params import EmoboxFolds


@dataclass(frozen=True)
class Matched:
    """Folds over utterances, and what differs from what was published."""

    folds: tuple[Fold, ...]
    notes: tuple[str, ...]


def check_same_folds(published: PublishedFolds, section: EmoboxFolds, corpus: str) -> None:
    """Stop unless these are the folds that params.yaml means.

    Raises:
        UserError: their digest is another one
    """
    if published.sha256 != section.sha256:
        raise UserError(
            f"{published.folder}: not the folds that params.yaml states (sha256 {published.sha256[:12]}..., stated "
            f"{section.sha256[:12]}...). Restore them; or, for new ones: ser emobox {corpus} {published.folder}"
        )


def match_folds(published: PublishedFolds, everything: pd.DataFrame, kept: pd.DataFrame, preset: Preset) -> Matched:
    """Every recording of every list found among the utterances; folds of those that the preset keeps.

    A recording of a class that the preset drops is counted, whether it is here or not. A training recording that is not
    here is noted; a test recording that is not here stops it, because the result would be of another test set.

    Args:
        published: the lists
        everything: the utterance table
        kept: those that take part, `emotion` mapped to the class
        preset: what mapped it

    Raises:
        UserError: names of files that are not unique, or test recordings that are not here
    """
    key_of = _keys(published, everything)
    takes_part = dict(zip(kept.utterance_id, kept.emotion, strict=True))
    classes = set(preset.classes.values())
    utterance = {key: one for one, key in key_of.items()}
    dropped = {
        key for key, item in published.items.items() if _is_dropped(item, utterance.get(key), takes_part, classes)
    }
    absent = {key for key in published.items if key not in utterance} - dropped
    _check_present(published, absent)
    folds = tuple(_fold(fold, parts, utterance, dropped | absent) for fold, parts in published.folds.items())
    used = {name for fold in folds for name in (*fold.train, *fold.validation, *fold.test)}
    extra = sorted(set(takes_part) - used)
    notes = [f"The {len(folds)} fold{'s' * (len(folds) > 1)} that EmoBox published for {published.name}."]
    if dropped:
        notes.append(f"{len(dropped)} of its {len(published.items)} recordings are of classes that do not take part.")
    if absent:
        notes.append(f"{len(absent)} training recordings are not here: {some(sorted(absent))}.")
    if extra:
        notes.append(f"{len(extra)} utterances are in none of its lists, and do not take part: {some(extra)}.")
    notes += _disagreements(published, utterance, takes_part)
    return Matched(folds, tuple(notes))


def _keys(published: PublishedFolds, utterances: pd.DataFrame) -> dict[str, str]:
    """{utterance: key}, by the name of its file, or its own."""
    key_of_stem = {published.stem(key): key for key in published.items}
    found: dict[str, str] = {}
    for name, path in zip(utterances.utterance_id, utterances.path, strict=True):
        stems = (name, PurePosixPath(path).stem) if isinstance(path, str) else (name,)
        key = next((key_of_stem[stem] for stem in stems if stem in key_of_stem), None)
        if key is not None:
            found[name] = key
    twice = [key for key, n in Counter(found.values()).items() if n > 1]
    if twice:
        raise UserError(
            f"{published.folder}: {len(twice)} of its keys are the names of several utterances here: "
            f"{some(sorted(twice))}. Its folds can be matched to a corpus only where each file has a name of its own."
        )
    return found


def _is_dropped(item: Item, utterance: str | None, takes_part: Mapping[str, str], classes: Iterable[str]) -> bool:
    """Whether the preset drops it, by the corpus' own label where it is here, else by that of the list."""
    if utterance is not None:
        return utterance not in takes_part
    named = class_of(item.emotion)
    return named is not None and named not in classes


def _check_present(published: PublishedFolds, absent: set[str]) -> None:
    tested = sorted({item.key for parts in published.folds.values() for item in parts["test"]} & absent)
    if tested:
        raise UserError(
            f"{published.folder}: {len(tested)} recordings of its test lists are not in the corpus here: "
            f"{some(tested)}. Complete the corpus; a figure on a part of them is no figure on these folds."
        )


def _fold(number: int, parts: Mapping[str, Sequence[Item]], utterance: Mapping[str, str], without: set[str]) -> Fold:
    named = {
        part: tuple(sorted(utterance[item.key] for item in parts.get(part, ()) if item.key not in without))
        for part in PARTS
    }
    return Fold(f"fold {number}", named["train"], named["valid"], named["test"])


def _disagreements(published: PublishedFolds, utterance: Mapping[str, str], takes_part: Mapping[str, str]) -> list[str]:
    """Labels of the lists that mean another class than that of the corpus; labels that mean none are not compared."""
    other, open_ = [], Counter[str]()
    for key, item in sorted(published.items.items()):
        own, named = takes_part.get(utterance.get(key, "")), class_of(item.emotion)
        if own is None:
            continue
        if named is None:
            open_[item.emotion] += 1
        elif named != own:
            other.append(f"{published.stem(key)} is {item.emotion} there, {own} here")
    remarks = [f"{len(other)} labels differ from EmoBox', the corpus' own are taken: {some(other)}."] if other else []
    if open_:
        remarks.append(f"Labels not compared, because they mean no class beyond doubt: {', '.join(sorted(open_))}.")
    return remarks
