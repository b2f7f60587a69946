"""Columns with times of parts of a file: by their names, the unit that a name states, and their cells in seconds."""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import NONE, TIMES
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, option

SAMPLES = "samples"
SECONDS_IN = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0}
NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
WITH_UNIT = re.compile(rf"({NUMBER})\s*(s|sec|ms|us|ns|min)?", re.IGNORECASE)
CLOCK = re.compile(r"(?:(\d+) days? )?(?:(\d+):)?(\d+):(\d\d?(?:[.,]\d+)?)")  # days: as pandas writes a timedelta
WHOLE = re.compile(r"\d+(?:\.0)?")  # 16000.0: a number that went through a column with gaps; 16.000 is another
EMPTY = ("", "-", "–", "nan", "nat", "na", "n/a", "<na>", "none", "null")  # what programs write; n/a is BIDS'

WORDS = {  # role -> words that a name is made of, beside those below
    "start": "start starttime begin begintime beginning onset xmin tmin anfang beginn startzeit début inicio inizio "
    "from von",
    "end": "end endtime ending stop stoptime finish xmax tmax ende endzeit fin to till until bis",
    "duration": "duration dur length len dauer länge laenge durée duración duração durata",
    "offset": "offset",  # where a part begins, beside its length; where it ends, beside its onset
}
UNITS = {  # unit -> words for it in a name
    "s": "s sec secs second seconds sek sekunden",
    "ms": "ms msec msecs millis millisecond milliseconds millisekunden",
    "us": "us µs μs microseconds",
    "min": "min minutes minuten",
    SAMPLES: "sample samples",
    "frames": "frame frames",  # samples to some, 10 ms to others
}
PASSED = {"t", "time", "times", "timestamp", "zeit", "at", "segment", "seg", "utterance", "utt", "turn", "part"}
OF_A_FILE = {"audio", "clip", "recording", "wav", "file"}  # times in it; a length is that of the whole file
WEAK = {"from", "von", "to", "till", "until", "bis", "fin"}  # times only if all their values are
NUMBER_OF = {"n", "num", "number"}
CLOCK_UNIT = re.compile(r"\b(?:h+:)?(?:m+:)?ss(?:[.,]m*s(?:ec)?)?\b")
ROLE_OF = {word: role for role, words in WORDS.items() for word in words.split()}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}


def is_empty(value: object) -> bool:
    """Whether a cell states no time; None and NaN do not."""
    return not isinstance(value, str) or value.strip().casefold() in EMPTY


def read_time(value: str, unit: str, *, rate: float | None) -> float | None:
    """Seconds, to the microsecond; None: not understood.

    Args:
        value: a number with a decimal point or comma, with a unit of its own or without; or [h:]m:s, 0:01.9
        unit: of a number without one: s, ms, us, ns, min or samples
        rate: samples in a second, where the unit is samples; None: not known
    """
    if unit == SAMPLES:
        return round(float(value) / rate, 6) if rate and WHOLE.fullmatch(value) else None
    if (found := WITH_UNIT.fullmatch(value)) is not None:
        own = (found[2] or unit).lower().replace("sec", "s")
        scale = SECONDS_IN.get(own)
        seconds = None if scale is None else float(found[1].replace(",", ".")) * scale
        return round(seconds, 6) if seconds is not None and math.isfinite(seconds) else None
    return _clock(value)


def _clock(value: str) -> float | None:
    """Days, hours, minutes, seconds; behind a larger one, minutes and seconds are below 60."""
    found = CLOCK.fullmatch(value)
    if found is None:
        return None
    days, hours, minutes = (int(part or 0) for part in found.groups()[:3])
    seconds = float(found[4].replace(",", "."))
    if seconds >= 60 or (found[2] is not None and minutes >= 60):
        return None
    return round(86_400 * days + 3600 * hours + 60 * minutes + seconds, 6)


@dataclass(frozen=True)
class Timed:
    """Role and unit by the name of a column."""

    role: str  # of TIMES, or offset
    unit: str | None  # None: not stated


def timed(column: str) -> Timed | None:
    """Role and unit by the words of a name, all of which must be known: start_ms, StartTime, Ende (s), n_samples."""
    words = name_words(column)
    if re.search(r"\d", column):
        return None
    roles = [ROLE_OF[word] for word in words if word in ROLE_OF]
    units = [UNIT_OF[word] for word in words if word in UNIT_OF]
    if not roles and units and units[0] in (SAMPLES, "frames") and NUMBER_OF & set(words):
        roles = ["duration"]
    if len(roles) != 1 or len(units) > 1:
        return None
    passed = PASSED | (NUMBER_OF if roles[0] == "duration" else OF_A_FILE)
    known = set(words) <= ROLE_OF.keys() | UNIT_OF.keys() | passed
    return Timed(roles[0], units[0] if units else None) if known else None


def name_words(column: str) -> list[str]:
    """StartTime_ms -> start, time, ms; hh:mm:ss.ms and ss.msec, as ELAN has them, are seconds."""
    spaced = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", unicodedata.normalize("NFC", column))
    return re.findall(r"[^\W\d_]+", CLOCK_UNIT.sub("s", spaced.casefold()))


def take_times(
    table: pd.DataFrame, given: Mapping[str, str], taken: Mapping[str, ColumnChoice]
) -> dict[str, ColumnChoice]:
    """The columns of start, end and duration among those that have no role yet.

    Args:
        table: all rows
        given: role -> column, or NONE, as the command line has it
        taken: the roles so far

    Raises:
        SourceError: two columns for one role that differ, or an offset that could be either end
    """
    used = {one.column for one in taken.values()}
    named = {
        column: timing for column in map(str, table) if column not in used and (timing := timed(column)) is not None
    }
    named = {column: timing for column, timing in named.items() if _are_times(table[column], column, timing)}
    found: dict[str, ColumnChoice] = {}
    for role in TIMES:
        columns = [column for column, timing in named.items() if _role(timing, named, taken) == role]
        if role == "end" and "start" not in {*found, *taken} and table[columns].isna().all(axis=None):
            continue
        if columns and role not in taken and given.get(role) != NONE:
            needed = role != "duration" or ("start" in {*found, *taken} and "end" not in {*found, *taken})
            found[role] = ColumnChoice(_one(table, role, columns, needed=needed), "its name")
    for column, timing in named.items():
        if _role(timing, named, taken) == "offset":
            _check_offset(column, given, {*found, *taken})
    return found


def _check_offset(column: str, given: Mapping[str, str], have: set[str]) -> None:
    roles = ("start", *(("end",) if "duration" not in have else ()))
    possible = [role for role in roles if role not in have and given.get(role) != NONE]
    if possible:
        hints = " or ".join(option("--column", f"{role}={column}") for role in possible)
        nothing = " ".join(f"--column {role}=none" for role in possible)
        raise SourceError(
            f"the column {column} may hold where a part begins, or where it ends. State which: add {hints}; or that it "
            f"does neither: add {nothing}."
        )


def _are_times(column: pd.Series, name: str, timing: Timed) -> bool:
    """A length in words is none; an empty column of ends means that all are open; a start must be understood, later."""
    values = column.dropna()
    if WEAK & set(name_words(name)):
        return _are_numbers(values)
    if timing.role in ("start", "end"):
        return timing.role == "end" or len(values) > 0
    return any(read_time(value, "s", rate=None) is not None for value in values)


def _role(timing: Timed, named: Mapping[str, Timed], taken: Mapping[str, ColumnChoice]) -> str:
    """An offset is the end beside an onset, and the start beside an end or a length."""
    if timing.role != "offset":
        return timing.role
    if any("onset" in name_words(column) for column in named):
        return "end"
    others = {one.role for one in named.values()} | set(taken)
    return "start" if "start" not in others and others & {"end", "duration"} else "offset"


def _one(table: pd.DataFrame, role: str, columns: list[str], *, needed: bool) -> str:
    """The first of several columns, if they agree; samples depend on a rate, and come last."""
    columns = sorted(columns, key=lambda column: _unit(column) in (SAMPLES, "frames"))
    if len(columns) == 1 or not needed:
        return columns[0]
    times = [_seconds(table[column], _unit(column)) for column in columns if _unit(column) != SAMPLES]
    if any(other != times[0] for other in times[1:]):
        hints = " or ".join(option("--column", f"{role}={column}") for column in columns)
        raise SourceError(
            f"{len(columns)} columns could be the {role} of parts, and they differ: {', '.join(columns)}. Say which "
            f"one: add {hints}."
        )
    return columns[0]


def _seconds(column: pd.Series, unit: str) -> list[float | None]:
    return [None if is_empty(value) else read_time(value, unit, rate=None) for value in column]


def _unit(column: str) -> str:
    timing = timed(column)
    return (timing and timing.unit) or "s"


def units_of(table: pd.DataFrame, taken: Mapping[str, ColumnChoice], given: str | None) -> dict[str, str]:
    """Role -> unit of its numbers: as given, by the name, else s.

    A length beside both ends, which is only compared, is in samples where it is what lies between them.
    """
    units = {role: given or _unit(one.column) for role, one in taken.items() if role in TIMES}
    if given == SAMPLES and {*TIMES} <= units.keys():
        numbers = table[[taken[role].column for role in TIMES]].apply(pd.to_numeric, errors="coerce")
        start, end, length = (numbers.iloc[:, place] for place in range(len(TIMES)))
        if not (end - start == length).any():
            units["duration"] = _unit(taken["duration"].column)
    return units


def with_units(taken: Mapping[str, ColumnChoice], units: Mapping[str, str]) -> dict[str, ColumnChoice]:
    """The same columns; those of times have their unit, and a length of whole files that it is one."""
    whole = "; compared with the sound" if "start" not in units or "end" in units else ""
    why = {role: f", in {unit}{whole if role == 'duration' else ''}" for role, unit in units.items()}
    return {role: replace(one, why=one.why + why.get(role, "")) for role, one in taken.items()}


def open_ends(table: pd.DataFrame, taken: Mapping[str, ColumnChoice], given: Mapping[str, str]) -> list[str]:
    """A question, if parts begin somewhere and no column has where they end; unless it was given."""
    if "start" not in taken or {"end", "duration"} & taken.keys() or given.get("end") == NONE:
        return []
    begin = taken["start"].column
    if all(is_empty(value) or read_time(value, "s", rate=1) == 0 for value in table[begin]):
        return []
    used = {one.column for one in taken.values()}
    like = [str(column) for column in table if column not in used and _are_numbers(table[column])]
    beside = f" ({some(like)} hold numbers)" if like else ""
    return [
        f"parts begin by {begin}, and no column is known to hold where they end{beside}. State which: add "
        "--column end=COLUMN or --column duration=COLUMN; or that each runs to the end of its file: add --column "
        "end=none."
    ]


def _are_numbers(column: pd.Series) -> bool:
    values = [value for value in column if not is_empty(value)]
    return bool(values) and all(read_time(value, "s", rate=None) is not None for value in values)
