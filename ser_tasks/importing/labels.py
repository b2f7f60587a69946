"""From labels as the source spells them to classes: what is beyond doubt, and what a person says."""

import difflib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ser_tasks.corpora.vocabulary import VOCABULARY, class_of, plain
from ser_tasks.importing.problem import option
from ser_tasks.importing.told import DROP

CLASS = re.compile(r"[a-z][a-z0-9_]*")
SLIP = 0.75  # a new class this like a known one is taken for a slip


@dataclass(frozen=True)
class LabelMap:
    """The class of every label, None where it is dropped; and what is wrong."""

    classes: dict[str, str | None]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def map_labels(counts: Counter[str], told: Mapping[str, str]) -> LabelMap:
    """Classes of these labels.

    Args:
        counts: label -> rows
        told: label -> class, or DROP; spelt as in the source, or but for case and blanks
    """
    said = {plain(label): name for label, name in told.items()}
    wanted = {label: told.get(label) or said.get(plain(label)) or class_of(label) for label in counts}
    unknown = {label: counts[label] for label, name in wanted.items() if name is None}
    classes = {label: None if name == DROP else name for label, name in wanted.items() if name is not None}
    new = sorted({name for name in classes.values() if name is not None} - set(VOCABULARY))
    problems = [text for name in new if (text := _slip(name))]
    if unknown:
        problems.append(_unknown(unknown))
    if unused := sorted(label for label in told if plain(label) not in map(plain, counts)):
        problems.append(f"--label {unused[0]}=…: no row has this label. There are: {', '.join(sorted(counts))}.")
    if not unknown and len({name for name in classes.values() if name}) < 2:
        problems.append(
            f"fewer than two classes are left of the labels {', '.join(sorted(counts))}: nothing to tell apart."
        )
    notes = [f"the class {name!r} is none of the vocabulary: no other corpus here has it" for name in new]
    return LabelMap(classes, tuple(problems), tuple(notes))


def _slip(name: str) -> str | None:
    if not CLASS.fullmatch(name):
        return (
            f"--label …={name}: a class is a word in small letters, with underscores. Known: {', '.join(VOCABULARY)}."
        )
    near = difflib.get_close_matches(name, VOCABULARY, n=1, cutoff=SLIP)
    if near or class_of(name):
        return f"--label …={name}: no class of the vocabulary. Did you mean {near[0] if near else class_of(name)}?"
    return None


def _unknown(labels: Mapping[str, int]) -> str:
    named = ", ".join(f"{label!r} ({rows} row{'s' * (rows > 1)})" for label, rows in labels.items())
    mends = " ".join(option("--label", f"{label}={DROP}") for label in labels)
    return (
        f"{len(labels)} labels mean no class beyond doubt: {named}. Say what each is, or that it is left out: add "
        f"{mends}, with a class in place of {DROP} where you want one: {', '.join(VOCABULARY)}."
    )
