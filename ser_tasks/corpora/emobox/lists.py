"""The lists that EmoBox published: who is in which part of which fold, under which label.

Its repository has a folder for each corpus: fold_1/NAME_test_fold_1.jsonl and so on, one line a recording, whose key is
the name of the corpus, a hyphen, and the name of the file. Speakers are not in it, but for a table beside the folds.

Source: Ma et al. (2024), "EmoBox: Multilingual Multi-corpus Speech Emotion Recognition Toolkit and Benchmark",
Interspeech; the format as in its repository
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ser_tasks.corpora.corpus import some
from ser_tasks.errors import UserError

LIST = re.compile(r"(?P<name>\w+)_(?P<part>train|valid|test)_fold_(?P<fold>\d+)\.jsonl?")
PARTS = ("train", "valid", "test")
SPEAKERS = "data.seg.wrd.stm"  # key, channel, speaker, begin, end, <...>, text: keys and speakers may hold blanks
SPEAKER = re.compile(r"<id=(?P<key>.*),lang=[^,]*,spk=(?P<speaker>.*),emotion=[^>]*>")


@dataclass(frozen=True)
class Item:
    """One recording of a list."""

    key: str
    wav: str  # as its authors had it
    emotion: str  # as the corpus spells it
    start: str | None = None  # s in the file, where several recordings share one
    end: str | None = None


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
        """Digest of what is in which part of which fold, under which label: equal for files of the same content."""
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


def find_lists(folder: Path) -> dict[tuple[int, str], Path]:
    """{(fold, part): file}, of several with the same content the .jsonl; other names beside them are passed over."""
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
        items = tuple(
            Item(str(row["key"]), str(row["wav"]), str(row["emo"]), _time(row, "start_time"), _time(row, "end_time"))
            for row in rows
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{file}: not a list of EmoBox ({error!r}): key, wav and emo are read. Get it again."
        ) from error
    twice = [key for key, n in Counter(item.key for item in items).items() if n > 1]
    if twice:
        raise UserError(f"{file}: {len(twice)} keys stand there twice: {some(twice)}. Get it again.")
    return items


def _time(row: Mapping[str, object], name: str) -> str | None:
    return None if row.get(name) is None else str(row[name])


def read_speakers(folder: Path) -> dict[str, str]:
    """{key: speaker} of the table beside the folds; nothing where there is none."""
    file = folder / SPEAKERS
    if not file.is_file():
        return {}
    found = map(SPEAKER.search, file.read_text(encoding="utf-8-sig").splitlines())
    return {match["key"]: match["speaker"] for match in found if match}
