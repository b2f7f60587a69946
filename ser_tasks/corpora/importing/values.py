"""What cells say, in the words that the table of utterances has."""

import json
import re
from collections.abc import Callable

from ser_tasks.corpora.vocabulary import plain

PARTS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev", "development", "devel"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}
GENDERS = {
    **dict.fromkeys(("female", "f", "woman", "w", "weiblich", "femme", "donna", "mujer"), "female"),
    **dict.fromkeys(("male", "m", "man", "männlich", "homme", "uomo", "hombre"), "male"),
}
LANGUAGE = re.compile(r"[a-z]{2}")
NOBODY = ("", "nan", "na", "n/a", "<na>", "none", "null", "unknown", "?")  # what programs write for an empty cell
WHOLE = re.compile(r"(\d+)\.0+")  # 3.0: a number that went through a column with gaps
NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")


def as_split(value: str) -> str | None:
    """Train, validation or test."""
    return PARTS.get(plain(value))


def as_gender(value: str) -> str | None:
    """Female or male."""
    return GENDERS.get(plain(value))


def as_language(value: str) -> str | None:
    """ISO 639-1: two letters, a region behind them cut off."""
    code = re.split(r"[-_]", value.strip().lower())[0]
    return code if LANGUAGE.fullmatch(code) else None


def as_speaker(value: str) -> str | None:
    """A name; 3 and 3.0 are the same one."""
    return None if value.strip().lower() in NOBODY else WHOLE.sub(r"\1", value) if WHOLE.fullmatch(value) else value


def as_number(value: str) -> str | None:
    """A number with a decimal point, as text."""
    return value.replace(",", ".") if NUMBER.fullmatch(value) else None


def as_votes(value: str) -> str | None:
    """JSON, as an imported table has it: a list for each rater, of the rater and the labels given."""
    try:
        raters = json.loads(value)
    except ValueError:
        return None
    return value if isinstance(raters, list) and all(_is_vote(one) for one in raters) else None


def _is_vote(one: object) -> bool:
    return isinstance(one, list) and len(one) > 1 and all(isinstance(word, str) for word in one)


CLEAN: dict[str, Callable[[str], str | None]] = {
    "speaker": as_speaker,
    "split": as_split,
    "gender": as_gender,
    "language": as_language,
    "valence": as_number,
    "activation": as_number,
    "dominance": as_number,
    "votes": as_votes,
}
