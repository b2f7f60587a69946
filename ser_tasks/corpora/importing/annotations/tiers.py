"""Labels of recordings on tiers, whatever program they were made with."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.encoding import Decoded
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.vocabulary import plain

Label = tuple[float, float, str]


@dataclass(frozen=True)
class Tier:
    """Labels of a recording that are no blanks.

    Attributes:
        name: of the tier
        participant: whom it is about; None: not stated
        labels: start and end in s, and what stands there, by start
        untimed: labels of points, of intervals without length, and of what ELAN has not aligned yet
        rater: who labelled it; None: not stated
        file: that it is from, where others are joined with it; None: the file of all
    """

    name: str
    participant: str | None
    labels: tuple[Label, ...]
    untimed: tuple[str, ...] = ()
    rater: str | None = None
    file: Path | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """All that stands on it."""
        return (*(label for *_, label in self.labels), *self.untimed)

    def between(self, start: float, end: float) -> tuple[Label, ...]:
        """Labels that share some time with this, in order."""
        first, last = bisect_left(self._starts, start - self._longest), bisect_right(self._starts, end)
        return tuple(one for one in self.labels[first:last] if min(one[1], end) > max(one[0], start))

    @cached_property
    def _starts(self) -> list[float]:
        return [start for start, *_ in self.labels]

    @cached_property
    def _longest(self) -> float:
        return max((end - start for start, end, _ in self.labels), default=0.0)


@dataclass(frozen=True)
class Annotated:
    """A file of annotations.

    Attributes:
        file: of annotations
        sound: the recording, as the file names it, or called as itself, relative to the folder that is imported
        tiers: each under a name of its own
        decoded: the text that it was read from; None: XML
        scales: that it states of its ratings, as --scale has them
        notes: what people should know, in words that follow the number of such files
    """

    file: Path
    sound: str
    tiers: tuple[Tier, ...]
    decoded: Decoded | None = None
    scales: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def shares(labels: Sequence[Label], start: float, end: float) -> dict[str, float]:
    """How long each label lasts between these, in s, in the order in which they begin."""
    found: dict[str, float] = defaultdict(float)
    for a, b, label in labels:
        found[label] += min(b, end) - max(a, start)
    return found


def tier_of(name: str, participant: str | None, found: Sequence[Label], rater: str | None = None) -> Tier:
    """What is labelled at all, in order."""
    timed = sorted((start, end, label) for start, end, label in found if label and end > start)
    untimed = tuple(label for start, end, label in found if label and end <= start)
    return Tier(name, participant, tuple(timed), untimed, rater)


def named_apart(tiers: Sequence[Tier]) -> tuple[Tier, ...]:
    """The second tier of a name is called NAME 2, and so on."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for tier in tiers:
        seen[plain(tier.name)] += 1
        number = seen[plain(tier.name)]
        name = tier.name if number == 1 else f"{tier.name} {number}"
        found.append(replace(tier, name=name))
    return tuple(found)


@cache
def recordings_in(folder: Path) -> Mapping[str, Sequence[str]]:
    """The names of the recordings in a folder, by what stands before their endings; listed once for each import."""
    named = defaultdict[str, list[str]](list)
    for one in folder.iterdir():
        if one.suffix.lower() in SUFFIXES:
            named[one.stem].append(one.name)
    return dict(named)


def beside(file: Path, root: Path) -> str:
    """The recording that is called as the file, but for its ending; without one, where there is none.

    Raises:
        SourceError: several
    """
    here = file.relative_to(root)
    endings = {Path(name).suffix for name in recordings_in(file.parent).get(file.stem, ())}
    if len(endings) > 1:
        raise SourceError(
            f"{file}: {len(endings)} recordings are called so ({some(sorted(endings))}). Leave the annotated one there."
        )
    return (here.with_suffix(endings.pop()) if endings else here.with_suffix("")).as_posix()
