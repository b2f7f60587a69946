"""Annotations of NOVA as tiers: all of one role in one session are about one recording, each a tier of its own.

Scores of all annotators of a scheme become one tier, their mean at each time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ser_tasks.audio.recording_files import SUFFIXES
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Label, Tier, beside, tier_of
from ser_tasks.corpora.importing.columns import RATING_OF
from ser_tasks.corpora.importing.nova_files import ENDING, SCORED, NovaFile, read_header
from ser_tasks.corpora.importing.source_table import SourceError
from ser_tasks.corpora.vocabulary import plain


def of_role(file: Path) -> list[NovaFile]:
    """The annotations beside a file that are about the same role, it among them."""
    headers = [read_header(own) for own in sorted(file.parent.glob(f"[!.]*{ENDING}"))]
    role = read_header(file).role
    return [own for own in headers if own.role == role]


def is_first_of_role(file: Path) -> bool:
    """Whether the file stands for all that are about its role."""
    return of_role(file)[0].file == file


def read_nova(file: Path, root: Path, encoding: str | None) -> Annotated:
    """The tiers of all annotations of the role of a file."""
    headers, tiers = of_role(file), list[Tier]()
    named = set[str]()
    for own in (own for own in headers if own.kind != SCORED):
        name = own.scheme if plain(own.scheme) not in named else f"{own.scheme} of {own.annotator}"
        named.add(plain(name))
        tiers.append(tier_of(name, None, own.segments(encoding), own.annotator))
    scored = [own for own in headers if own.kind == SCORED]
    scales = {own.scale for own in scored if plain(own.scheme) in RATING_OF and own.scale is not None}
    if len(scales) > 1:
        raise SourceError(f"{file.parent}: ratings have the scales {some(sorted(scales))}. Keep those of one.")
    tiers += _means(scored, encoding)
    return Annotated(file, recording_of(headers[0], root), tuple(tiers), scale=next(iter(scales), None))


def _means(headers: Sequence[NovaFile], encoding: str | None) -> Iterator[Tier]:
    of_scheme: dict[tuple[str, float], list[NovaFile]] = defaultdict(list)
    for own in headers:
        of_scheme[own.scheme, own.rate].append(own)
    for (scheme, rate), group in of_scheme.items():
        every = [own.scores(encoding)[1] for own in group]
        table = np.full((len(every), max(map(len, every))), np.nan)
        for row, values in zip(table, every, strict=True):
            row[: len(values)] = values
        rated = ~np.isnan(table)
        sums, counts = np.where(rated, table, 0).sum(axis=0), rated.sum(axis=0)
        found: list[Label] = [
            (place / rate, (place + 1) / rate, repr(round(float(sums[place] / counts[place]), 6)))
            for place in np.flatnonzero(counts).tolist()
        ]
        yield tier_of(scheme, None, found)


def recording_of(own: NovaFile, root: Path) -> str:
    """The sound of its role in its folder, relative to another; where none is there, as one would be called.

    Raises:
        SourceError: several
    """
    folder = own.file.parent
    sounds = sorted(one.name for one in folder.iterdir() if one.suffix.lower() in SUFFIXES)
    of_role = [name for name in sounds if own.role and name.startswith(f"{own.role}.")]
    named = [name for name in of_role if name.startswith(f"{own.role}.audio.")] or of_role or sounds
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
    here = beside(own.file, root)
    return (folder / f"{own.role}.audio").relative_to(root).as_posix() if own.role else here
