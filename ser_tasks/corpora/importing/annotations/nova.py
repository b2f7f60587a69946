"""Annotations of NOVA as tiers: all of one role in one session are about one recording, each a tier of its own.

Scores of all annotators of a scheme become one tier, their mean at each time.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.nova_files import ENDING, KINDS, SCORED, NovaFile, read_header
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, Tier, beside, tier_of
from ser_tasks.corpora.importing.columns import RATING_OF
from ser_tasks.corpora.importing.source_table import SourceError, as_number
from ser_tasks.corpora.vocabulary import plain

NO_CLASS = "annotations of NOVA have parts without a class (-1) or text: they are no utterances"


def read_nova(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The one tier of an annotation."""
    own, notes = read_header(file), tuple[str, ...]()
    sound = recording_of(own, root)
    if own.kind not in KINDS:
        return Annotated(file, sound, (), notes=(f"annotations of NOVA are of a kind that is not read: {own.kind}",))
    if own.kind == SCORED:
        seconds, values = own.scores(encoding)
        rated = ~np.isnan(values)
        times = zip(seconds[rated].tolist(), values[rated].tolist(), strict=True)
        labels: Sequence[Label] = [(start, start + 1 / own.rate, repr(round(value, 6))) for start, value in times]
    else:
        labels = own.segments(encoding)
        notes = (NO_CLASS,) if not all(label for *_, label in labels) else ()
    scales = (own.scale,) if own.scale is not None and plain(own.scheme) in RATING_OF else ()
    return Annotated(file, sound, (tier_of(own.scheme, None, labels, own.annotator),), scales=scales, notes=notes)


def joined(read: Sequence[Annotated]) -> list[Annotated]:
    """All annotations of NOVA about one recording as one, in the place of the first of them."""
    about: dict[str, list[Annotated]] = defaultdict(list)
    for one in read:
        if one.file.suffix.lower() == ENDING:
            about[one.sound].append(one)
    of_first = {group[0].file: _as_one(group) for group in about.values()}
    others = (one for one in read if one.file.suffix.lower() != ENDING or one.file in of_first)
    return [of_first.get(one.file, one) for one in others]


def _as_one(group: Sequence[Annotated]) -> Annotated:
    """Of scores of valence and so on a tier of their mean, of any other scheme one for each annotator."""
    tiers = [replace(tier, file=one.file) for one in group for tier in one.tiers]
    of_scheme: dict[str, list[Tier]] = defaultdict(list)
    for tier in filter(_holds_ratings, tiers):
        of_scheme[plain(tier.name)].append(tier)
    return replace(
        group[0],
        tiers=(*(tier for tier in tiers if not _holds_ratings(tier)), *map(_mean, of_scheme.values())),
        scales=tuple(scale for one in group for scale in one.scales),
        notes=tuple(note for one in group for note in one.notes),
    )


def _holds_ratings(tier: Tier) -> bool:
    return plain(tier.name) in RATING_OF and all(as_number(label) for *_, label in tier.labels)


def _mean(tiers: Sequence[Tier]) -> Tier:
    """Over the annotators who have a score of that time."""
    scores: dict[tuple[float, float], list[float]] = defaultdict(list)
    for start, end, score in (label for tier in tiers for label in tier.labels):
        scores[round(start, 6), round(end, 6)].append(float(as_number(score) or 0))
    means = [(*span, repr(round(sum(own) / len(own), 6))) for span, own in scores.items()]
    return tier_of(tiers[0].name, None, means)


def recording_of(own: NovaFile, root: Path) -> str:
    """The sound of its role in its folder, relative to another; where none is there, as one would be called.

    Raises:
        SourceError: several
    """
    folder = own.file.parent
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries]
    of_role = sorted(filter(_is_sound, (name for name in names if own.role and name.startswith(f"{own.role}."))))
    named = [name for name in of_role if name.startswith(f"{own.role}.audio.")] or of_role
    named = named or [name for name in sorted(filter(_is_sound, names)) if not own.role or name.count(".") < 2]
    if len(named) > 1:
        stem = next((name for name in named if Path(name).stem == own.file.stem), None)
        if stem is None:
            raise SourceError(
                f"{own.file}: several sounds may be those of the role {own.role or '(none is stated)'!r}: "
                f"{some(named)}. Call the annotated one {own.role or 'ROLE'}.audio{Path(named[0]).suffix}."
            )
        named = [stem]
    if named:
        return (folder / named[0]).relative_to(root).as_posix()
    return (folder / f"{own.role}.audio").relative_to(root).as_posix() if own.role else beside(own.file, root)


def _is_sound(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES
