"""The folds that EmoBox published, matched to the utterances of a corpus file by file.

Its repository has a folder for each corpus: fold_1/NAME_test_fold_1.jsonl and so on, one line a recording, whose key is
the name of the corpus, a hyphen, and the name of the file. Speakers are not in it, but for a table beside the folds.

Source: Ma et al. (2024), "EmoBox: Multilingual Multi-corpus Speech Emotion Recognition Toolkit and Benchmark",
Interspeech; the format as in its repository
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from ser_tasks.corpora.corpus import Preset
from ser_tasks.corpora.finding import some
from ser_tasks.corpora.vocabulary import class_of
from ser_tasks.errors import UserError
from ser_tasks.params import EmoboxFolds
from ser_tasks.splits import Fold

LIST = re.compile(r"(?P<name>\w+)_(?P<part>train|valid|test)_fold_(?P<fold>\d+)\.jsonl?")
PARTS = ("train", "valid", "test")
SPEAKERS = "data.seg.wrd.stm"  # key, channel, speaker, begin, end, <...>, text


@dataclass(frozen=True)
class Item:
    """One recording of a list."""

    key: str
    wav: str  # as its authors had it
    emotion: str  # as the corpus spells it


@dataclass(frozen=True)
class PublishedFolds:
    """All lists of a corpus: {fold: {part: recordings}}, folds in their order; `name` is EmoBox' of the corpus."""

    name: str
    folder: Path
    folds: Mapping[int, Mapping[str, tuple[Item, ...]]]

    @property
    def items(self) -> dict[str, Item]:
        """Every recording once, by key."""
        return {item.key: item for parts in self.folds.values() for items in parts.values() for item in items}

    @property
    def sha256(self) -> str:
        """Of what is in which part of which fold, under which label: files that say the same have the same."""
        lines = [
            f"{fold} {part} {item.key} {item.emotion}"
            for fold, parts in self.folds.items()
            for part, items in parts.items()
            for item in items
        ]
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()

    def stem(self, key: str) -> str:
        """ravdess-03-01-06-01-02-01-12 -> 03-01-06-01-02-01-12."""
        return key.removeprefix(f"{self.name}-")


@dataclass(frozen=True)
class Matched:
    """Folds over utterances, and what differs from what was published."""

    folds: tuple[Fold, ...]
    notes: tuple[str, ...]


def find_lists(folder: Path) -> dict[tuple[int, str], Path]:
    """{(fold, part): file}, of several that say the same the .jsonl; other names beside them are passed over."""
    found: dict[tuple[int, str], Path] = {}
    for file in sorted(folder.glob("fold_*/*_fold_*.json*")):  # .json before .jsonl
        match = LIST.fullmatch(file.name)
        if match is not None and file.parent.name == f"fold_{match['fold']}":
            found[int(match["fold"]), match["part"]] = file
    return dict(sorted(found.items()))


def read_folds(folder: Path) -> PublishedFolds:
    """The lists of a folder such as EmoBox/data/ravdess.

    Raises:
        UserError: no lists, a fold without its train or test list, or a list that is not one
    """
    lists = find_lists(folder)
    folds: dict[int, dict[str, tuple[Item, ...]]] = {}
    for (fold, part), file in lists.items():
        folds.setdefault(fold, {})[part] = _read_list(file)
    halves = [fold for fold, parts in folds.items() if not {"train", "test"} <= set(parts)]
    if not folds or halves:
        found = f"fold {halves[0]} lacks its train or its test list" if halves else "no lists in it"
        raise UserError(
            f"{folder}: {found}; expected fold_1/NAME_train_fold_1.jsonl, fold_1/NAME_test_fold_1.jsonl and so on. "
            "Give a folder data/NAME of EmoBox's repository."
        )
    (first, *_) = lists.values()
    match = LIST.fullmatch(first.name)
    assert match is not None
    return PublishedFolds(match["name"], folder, folds)


def _read_list(file: Path) -> tuple[Item, ...]:
    """A .json of {key: {wav, emo ...}}, or a .jsonl of lines with the key in them."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        if file.suffix == ".json":
            rows = [{"key": key, **row} for key, row in json.loads(text).items()]
        else:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        items = tuple(Item(str(row["key"]), str(row["wav"]), str(row["emo"])) for row in rows)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{file}: not a list of EmoBox ({error!r}): key, wav and emo are read. Get it again."
        ) from error
    twice = [key for key, n in Counter(item.key for item in items).items() if n > 1]
    if twice:
        raise UserError(f"{file}: {len(twice)} keys stand there twice: {some(twice)}. Get it again.")
    return items


def read_speakers(folder: Path) -> dict[str, str]:
    """{key: speaker} of the table beside the folds; nothing where there is none."""
    file = folder / SPEAKERS
    if not file.is_file():
        return {}
    lines = (line.split() for line in file.read_text(encoding="utf-8-sig").splitlines())
    return {fields[0]: fields[2] for fields in lines if len(fields) > 2}


def refuse_other_folds(published: PublishedFolds, section: EmoboxFolds, corpus: str) -> None:
    """Stop unless these are the folds that params.yaml means.

    Raises:
        UserError: their digest is another one
    """
    if published.sha256 != section.sha256:
        raise UserError(
            f"{published.folder}: not the folds that params.yaml states (sha256 {published.sha256[:12]}..., stated "
            f"{section.sha256[:12]}...). Restore them; or, if that is meant: ser emobox {corpus} {published.folder}"
        )


def match_folds(published: PublishedFolds, everything: pd.DataFrame, kept: pd.DataFrame, preset: Preset) -> Matched:
    """Every recording of every list found among the utterances; folds of those that the preset keeps.

    A recording of a class that the preset drops is counted, whether it is here or not. A training recording that is not
    here is said; a test recording that is not here stops it, because the figure would be of another test.

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
    _refuse_absent(published, absent)
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
    """By the corpus' own label where it is here, else by that of the list."""
    if utterance is not None:
        return utterance not in takes_part
    meant = class_of(item.emotion)
    return meant is not None and meant not in classes


def _refuse_absent(published: PublishedFolds, absent: set[str]) -> None:
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
    """Labels of the lists that mean another class than the corpus says; labels that mean none are not judged."""
    other, open_ = [], Counter[str]()
    for key, item in sorted(published.items.items()):
        own, meant = takes_part.get(utterance.get(key, "")), class_of(item.emotion)
        if own is None:
            continue
        if meant is None:
            open_[item.emotion] += 1
        elif meant != own:
            other.append(f"{published.stem(key)} is {item.emotion} there, {own} here")
    said = [f"{len(other)} labels differ from EmoBox', the corpus' own are taken: {some(other)}."] if other else []
    if open_:
        said.append(f"Labels not compared, because they mean no class beyond doubt: {', '.join(sorted(open_))}.")
    return said
