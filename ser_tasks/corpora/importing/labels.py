"""From labels as the source spells them to classes: what is beyond doubt, and what a person says."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from ser_tasks.corpora.importing.options import DROP
from ser_tasks.corpora.importing.problem import option
from ser_tasks.corpora.importing.source_table import NO_MEANINGS, Meanings
from ser_tasks.corpora.vocabulary import VOCABULARY, class_of, plain

CLASS = re.compile(r"[a-z][a-z0-9_]*")
SLIP = 0.75  # a new class this like a known one is taken for a slip


@dataclass(frozen=True)
class LabelMap:
    """The class of every label, None where it is dropped; and what is wrong."""

    classes: dict[str, str | None]
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    words: Mapping[str, str] = field(default_factory=dict)  # what the source calls a label


def map_labels(counts: Counter[str], given: Mapping[str, str], meanings: Meanings = NO_MEANINGS) -> LabelMap:
    """Classes of these labels.

    Args:
        counts: label -> rows
        given: label -> class, or DROP; spelt as in the source, or but for case and blanks
        meanings: what the source says of them, which holds where nothing is given
    """
    words = {label: word for label in counts if (word := _in_words(label, meanings))}
    wanted = {label: class_or_drop(label, given, meanings) for label in counts}
    unknown = {label: counts[label] for label, name in wanted.items() if name is None}
    classes = {label: None if name == DROP else name for label, name in wanted.items() if name is not None}
    new = sorted({name for name in classes.values() if name is not None} - set(VOCABULARY))
    problems = [text for name in new if (text := _slip(name))]
    if unknown:
        problems.append(_unknown(unknown, words))
    if counts and (unused := sorted(label for label in given if plain(label) not in map(plain, counts))):
        problems.append(f"--label {unused[0]}=…: no row has this label. There are: {', '.join(sorted(counts))}.")
    if not counts:
        problems.append("no row is left: see what was left out, and why.")
    elif not unknown and len({name for name in classes.values() if name}) < 2:
        problems.append(
            f"fewer than two classes are left of the labels {', '.join(sorted(counts))}: nothing to tell apart."
        )
    notes = [f"the class {name!r} is none of the vocabulary: no other corpus here has it" for name in new]
    for label, word in words.items():
        own, name = class_of(label), classes.get(label)
        if own and name and own != name == class_of(word):
            text = f"{label!r} is {word} by {meanings.where}, so {name}, where the word alone means {own}"
            notes.append(f"{text}: {option('--label', f'{label}={own}')} for that")
    return LabelMap(classes, tuple(problems), tuple(notes), words)


def class_or_drop(label: str, given: Mapping[str, str], meanings: Meanings) -> str | None:
    """What a label is beyond doubt: as it was given, else as the source says, else as the vocabulary has it."""
    said = {plain(other): name for other, name in given.items()}
    word = _in_words(label, meanings)
    return (
        given.get(label)
        or said.get(plain(label))
        or meanings.classes.get(label)
        or (class_of(word) if word else None)
        or class_of(label)
    )


def _in_words(label: str, meanings: Meanings) -> str | None:
    """By the label as it is spelt, or but for case and blanks if only one is."""
    like = {word for other, word in meanings.words.items() if plain(other) == plain(label)}
    return meanings.words.get(label) or (like.pop() if len(like) == 1 else None)


def _slip(name: str) -> str | None:
    if not CLASS.fullmatch(name):
        return (
            f"--label …={name}: a class is a word in small letters, with underscores. Known: {', '.join(VOCABULARY)}."
        )
    near = difflib.get_close_matches(name, VOCABULARY, n=1, cutoff=SLIP)
    if near or class_of(name):
        return f"--label …={name}: no class of the vocabulary. Did you mean {near[0] if near else class_of(name)}?"
    return None


def _unknown(labels: Mapping[str, int], words: Mapping[str, str]) -> str:
    said = {label: f": {words[label]!r}" if label in words else "" for label in labels}
    named = ", ".join(f"{label!r}{said[label]} ({rows} row{'s' * (rows > 1)})" for label, rows in labels.items())
    mends = " ".join(option("--label", f"{label}={DROP}") for label in labels)
    return (
        f"{len(labels)} labels mean no class beyond doubt: {named}. Say what each is, or that it is left out: add "
        f"{mends}, with a class in place of {DROP} where you want one: {', '.join(VOCABULARY)}."
    )
