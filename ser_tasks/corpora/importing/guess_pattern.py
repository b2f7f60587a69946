"""A pattern from the file names themselves, where one field is clearly the emotion and one the speaker."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import pandas as pd

from ser_tasks.corpora.importing.problem import SourceError, option
from ser_tasks.corpora.importing.values import PARTS
from ser_tasks.corpora.speaker_codes import spelling
from ser_tasks.corpora.vocabulary import class_of

SEPARATORS = re.compile(r"([_\-. /]+)")
SPEAKER = re.compile(r"(spk|spkr|speaker|actor|subject|subj|sub|participant|talker|person)[ _-]?\w*", re.IGNORECASE)
CODE = re.compile(r"([a-z]{0,3})(\d{1,4})|[a-z]{1,4}", re.IGNORECASE)  # s01, F3, 0012, DC
SHOWN = 3


def guess_pattern(paths: Sequence[str]) -> tuple[str, str]:
    """A pattern for all of these paths, and why.

    Args:
        paths: relative to the folder, with slashes

    Raises:
        SourceError: names of several shapes, no field of emotions, or several that could be the speaker
    """
    pieces = [SEPARATORS.split(str(PurePosixPath(path).with_suffix(""))) for path in paths]
    shapes = {tuple(one[1::2]) for one in pieces}
    if len(shapes) > 1:
        raise SourceError(
            f"the names of the {len(paths)} sounds are not of one shape, as {_some(_of_each_shape(paths, pieces))}. "
            f"Say where in a name things stand: {_example(pieces[0])}."
        )
    fields, between = pd.DataFrame([one[::2] for one in pieces]), pieces[0][1::2]
    emotion = _emotion(fields, pieces[0])
    speaker, why = _speaker(fields, emotion, between)
    roles = {emotion: "emotion"} | ({speaker: "speaker"} if speaker is not None else {}) | _split(fields, between)
    named = [f"{{{roles.get(i, '_')}}}" for i in range(fields.shape[1])]
    pattern = "".join(x for pair in zip(named, [*between, ""], strict=True) for x in pair)
    return pattern, f"{{emotion}} holds emotions{why}"


def _emotion(fields: pd.DataFrame, first: Sequence[str]) -> int:
    found = [i for i in range(fields.shape[1]) if fields[i].nunique() > 1 and all(map(class_of, fields[i].unique()))]
    alike = [i for i in found if fields[i].map(class_of).equals(fields[found[0]].map(class_of))]
    if not found:
        raise SourceError(
            "no part of the file names is an emotion that is known here in every file. Say where it stands, and what "
            f"its codes mean: {_example(first)}, and --label CODE=CLASS."
        )
    if len(alike) < len(found):
        raise SourceError(f"{len(found)} parts of the file names could be the emotion. Say which: {_example(first)}.")
    return found[-1]


def _speaker(fields: pd.DataFrame, emotion: int, between: Sequence[str]) -> tuple[int | None, str]:
    """The field that says who speaks: one that says so, or the only one that is regular, and crossed with emotions."""
    others = [i for i in range(fields.shape[1]) if i != emotion]
    said = [i for i in others if all(SPEAKER.fullmatch(value) for value in fields[i].unique())]
    regular = [i for i in others if _regular(fields, i, emotion)]
    for found, why in ((said, "says that it is one"), (regular, "is the only one with few codes of one shape")):
        if len(found) == 1:
            return found[0], f"; {{speaker}} {why}: {_some(sorted(fields[found[0]].unique()))}"
        if len(found) > 1:
            patterns = " or ".join(option("--pattern", _marked(fields.shape[1], between, emotion, i)) for i in found)
            values = "; ".join(_some(sorted(fields[i].unique())) for i in found)
            raise SourceError(
                f"{len(found)} parts of the file names could be the speaker ({values}). Say which: add {patterns}; or "
                "that nobody knows: add --speakers unknown with one of these, {speaker} written {_}."
            )
    return None, ""


def _regular(fields: pd.DataFrame, i: int, emotion: int) -> bool:
    values = fields[i]
    one_shape = any(len({_shape(as_(value)) for value in values.unique()}) == 1 for as_ in (str, spelling))
    enough = 2 <= values.nunique() <= max(2, len(values) // 4)
    crossed = bool((fields.groupby(i)[emotion].nunique() > 1).all())
    return enough and crossed and one_shape and all(CODE.fullmatch(value) for value in values.unique())


def _shape(value: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[A-Za-z]", "a", value))


def _split(fields: pd.DataFrame, between: Sequence[str]) -> dict[int, str]:
    """A folder called train, test ..."""
    folders = [i for i, gap in enumerate(between) if "/" in gap]
    return {
        int(i): "split"
        for i in folders
        if fields[i].nunique() > 1 and all(v.lower() in PARTS for v in fields[i].unique())
    }


def _marked(n: int, between: Sequence[str], emotion: int, speaker: int) -> str:
    named = ["{emotion}" if i == emotion else "{speaker}" if i == speaker else "{_}" for i in range(n)]
    return "".join(x for pair in zip(named, [*between, ""], strict=True) for x in pair)


def _example(first: Sequence[str]) -> str:
    """An option for names like this one, its fields to be called."""
    if len(first) == 1:
        return f"add {option('--pattern', '{speaker:2}{_:3}{emotion:1}{_}')}, or the like: numbers are characters"
    text = "".join(x for gap in [*first[1::2], ""] for x in ("{_}", gap))
    return f"add {option('--pattern', text)} with {{emotion}} and {{speaker}} where they stand"


def _of_each_shape(paths: Sequence[str], pieces: Sequence[Sequence[str]]) -> list[str]:
    return list({tuple(one[1::2]): path for path, one in zip(paths, pieces, strict=True)}.values())


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")
