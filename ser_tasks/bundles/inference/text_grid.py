"""Timelines as annotations for Praat and ELAN: a TextGrid, whose labels can be corrected by hand and imported again.

The tiers are whole: Praat (6.1) reads gaps without a word, but shows none, and of two intervals that begin together it
keeps the first. So every moment has an interval, empty where nothing was decided, and none is without length.
Source: Boersma & Weenink, Praat manual, "TextGrid file formats"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ser_tasks.bundles.inference.rating_timeline import RatingTimeline
from ser_tasks.bundles.inference.timeline import Timeline

Interval: TypeAlias = tuple[float, float, str]
"""Start and end in s, and the label."""

DIGITS = 6  # of times


def emotion_grid(timeline: Timeline) -> list[str]:
    """A tier with the decided emotions, and one with how sure they are."""
    segments = timeline.emotion_segments
    sure = ((one.start, one.end, f"{one.confidence:.2f}{' unsure' * one.unsure}") for one in segments)
    tiers = {"emotion": ((one.start, one.end, one.emotion) for one in segments), "confidence": sure}
    return text_grid(tiers, duration=timeline.statistics.duration)


def rating_grid(timeline: RatingTimeline) -> list[str]:
    """A tier for each dimension with the rating of every window, and one that marks those that are unsure."""
    windows = timeline.windows
    dimensions = tuple(windows[0].dimensions) if windows else ()
    tiers: dict[str, Iterable[Interval]] = {
        name: [(one.start, one.end, f"{one.dimensions[name].value:.2f}") for one in windows] for name in dimensions
    }
    tiers["unsure"] = [(one.start, one.end, "unsure") for one in windows if one.unsure]
    return text_grid(tiers, duration=timeline.statistics.duration)


def text_grid(tiers: Mapping[str, Iterable[Interval]], *, duration: float) -> list[str]:
    """The lines of a TextGrid in Praat's long format.

    Args:
        tiers: by name, intervals in order that do not overlap
        duration: of the recording in s
    """
    end = round(duration, DIGITS)
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {end}"]
    lines += ["tiers? <exists>", f"size = {len(tiers)}", "item []:"]
    for number, (name, intervals) in enumerate(tiers.items(), 1):
        whole = filled(intervals, end=end)
        lines += [f"    item [{number}]:", '        class = "IntervalTier"', f"        name = {_quoted(name)}"]
        lines += ["        xmin = 0", f"        xmax = {end}", f"        intervals: size = {len(whole)}"]
        for place, (start, until, label) in enumerate(whole, 1):
            lines += [f"        intervals [{place}]:", f"            xmin = {start}", f"            xmax = {until}"]
            lines += [f"            text = {_quoted(label)}"]
    return lines


def filled(intervals: Iterable[Interval], *, end: float) -> Sequence[Interval]:
    """The intervals, and empty ones between them, from 0 to the end; those without length are left out."""
    found: list[Interval] = []
    at = 0.0
    for start, until, label in intervals:
        begins, ends = max(round(start, DIGITS), at), min(round(until, DIGITS), end)
        if ends <= begins:
            continue
        if begins > at:
            found.append((at, begins, ""))
        found.append((begins, ends, label))
        at = ends
    return [*found, (at, end, "")] if at < end else found


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
