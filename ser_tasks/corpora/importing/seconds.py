"""What a cell of a column of times says, in seconds."""

import math
import re

SAMPLES = "samples"
SECONDS_IN = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "min": 60.0}
NUMBER = r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?"
WITH_UNIT = re.compile(rf"({NUMBER})\s*(s|sec|ms|us|ns|min)?", re.IGNORECASE)
CLOCK = re.compile(r"(?:(\d+) days? )?(?:(\d+):)?(\d+):(\d\d?(?:[.,]\d+)?)")  # days: as pandas writes a timedelta
WHOLE = re.compile(r"\d+(?:\.0)?")  # 16000.0: a number that went through a column with gaps; 16.000 is another
EMPTY = ("", "-", "–", "nan", "nat", "na", "n/a", "<na>", "none", "null")  # what programs write; n/a is BIDS'


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
