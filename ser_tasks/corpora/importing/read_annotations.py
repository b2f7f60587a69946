"""A row for each label on a tier of emotions, or of ratings, and what other tiers have at that time."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.annotations.files import PROGRAMS, read_annotated
from ser_tasks.corpora.importing.annotations.tiers import Annotated, Tier, recordings_in, shares
from ser_tasks.corpora.importing.columns import COLUMN_NAMES, RATING_OF
from ser_tasks.corpora.importing.options import NONE, ImportOptions
from ser_tasks.corpora.importing.source_table import ColumnChoice, SourceError, SourceTable, as_number, option
from ser_tasks.corpora.vocabulary import class_of, plain

FORMAT = f"annotations of {PROGRAMS}"
SOUND, START, END, LABEL, TIER, PARTICIPANT, ANNOTATOR = (
    *("annotated sound", "interval start", "interval end"),
    *("emotion label", "tier", "participant", "annotator"),
)
STATED = {PARTICIPANT: "speaker", ANNOTATOR: "rater"}  # columns of what a file may state -> role
OWN = (SOUND, START, END, LABEL, TIER, *STATED)
SHOWN = 3  # labels of a tier, in messages
SURE = re.compile(r"\d\.\d\d( unsure)?")  # as `ser predict` writes on a tier called confidence
WORDS = {*COLUMN_NAMES["transcript"].split()}
RATINGS = {*RATING_OF}


class NotOfEmotionsError(SourceError):
    """Nothing says that these annotations hold the emotions: something else beside them may.

    Attributes:
        unreadable: how many cannot be read, of which the message is about the first
    """

    def __init__(self, message: str, *, unreadable: int = 0) -> None:
        super().__init__(message)
        self.unreadable = unreadable


def read_annotations(files: Sequence[Path], path: Path, given: ImportOptions) -> SourceTable | None:
    """The rows; None: no tier of emotions.

    Args:
        files: of annotations
        path: that was given, a folder or the only file
        given: options, of which the column of emotions may be a tier, and labels may be explained

    Raises:
        NotOfEmotionsError: files that cannot be read where no other has such a tier; the one named is not there
        SourceError: files that cannot be read beside those of emotions; a file alone without a tier of emotions;
            several tiers in one file, and nobody says what they are
    """
    folder = path if path.is_dir() else path.parent
    root = folder.resolve()
    read, faults = read_annotated([root / file.relative_to(folder) for file in files], root, given.encoding)
    names = _wanted_or_fault(read, faults, path, given)
    if not names and path.is_dir() and "emotion" not in given.column:
        return None
    _check_named(path, read, names)
    kept = [tier for one in read for tier in one.tiers if plain(tier.name) in names]
    column = given.column.get("emotion") or (kept[0].name if len(names) == 1 else LABEL)
    column = kept[0].name if column == NONE else column
    rows = [row for one in read for row in _rows(one, root, names, column)]
    dropped = _without_length(path, kept, rows)
    table = _as_table(rows)
    _check_tiers(read, names, table, given)
    roles = _roles(table, given, column, kept)
    decoded = [one.decoded for one in read if one.decoded is not None and one.decoded.encoding is not None]
    return SourceTable(
        *(FORMAT, table, (root,)),
        roles=roles,
        notes=(*_notes(read, names, root), *(_without_annotation(read, root) if path.is_dir() else ())),
        dropped=dropped,
        encoding=given.encoding or next((one.encoding for one in decoded), None),
        scale=_scale(read) if {*map(plain, table)} & RATINGS else None,
    )


def _wanted_or_fault(
    read: Sequence[Annotated], faults: Sequence[SourceError], path: Path, given: ImportOptions
) -> set[str]:
    """The tiers of emotions; where a file cannot be read, its fault, whatever else is missing."""
    try:
        names = _wanted_tiers(read, given)
    except NotOfEmotionsError:
        if not faults:
            raise
        names = set()
    if faults:
        raise faults[0] if names or path.is_file() else NotOfEmotionsError(str(faults[0]), unreadable=len(faults))
    return names


def _without_length(path: Path, kept: Sequence[Tier], rows: Sequence[object]) -> dict[str, int]:
    """How many labels have none; all of them are refused."""
    untimed = sum(len(tier.untimed) for tier in kept)
    if not rows:
        raise SourceError(
            f"{path}: {untimed} labels of the tiers {', '.join(sorted({tier.name for tier in kept}))}, all without a "
            "length in time. Label intervals."
        )
    return {"have a label without a length in time, of a point or interval": untimed} if untimed else {}


def _check_named(path: Path, read: Sequence[Annotated], names: set[str]) -> None:
    if not names:
        raise SourceError(
            f"{path}: no tier whose labels are emotions; there are {_listed(read)}. Name the tier: add "
            f"{option('--column', 'emotion=TIER')}; and what its labels mean: {option('--label', 'LABEL=CLASS')}."
        )


def _roles(table: pd.DataFrame, given: ImportOptions, column: str, kept: Sequence[Tier]) -> dict[str, ColumnChoice]:
    why = "an annotation has it"
    roles = {"path": ColumnChoice(SOUND, why), "start": ColumnChoice(START, why), "end": ColumnChoice(END, why)}
    if given.column.get("emotion") != NONE:
        tiers = ", ".join(dict.fromkeys(tier.name for tier in kept))
        roles["emotion"] = ColumnChoice(column, f"a tier of emotions: {tiers}")
    return roles | {STATED[name]: ColumnChoice(name, "an annotation states it") for name in _stated(table)}


def _stated(table: pd.DataFrame) -> list[str]:
    """Columns of what every label has beside it."""
    return [name for name in STATED if name in table and table[name].notna().all()]


def _wanted_tiers(read: Sequence[Annotated], given: ImportOptions) -> set[str]:
    """Tiers most of whose labels are words for emotions, or those that were named; of ratings alone, the first."""
    labels: dict[str, list[str]] = defaultdict(list)
    for tier in (tier for one in read for tier in one.tiers):
        labels[plain(tier.name)] += tier.words
    named = given.column.get("emotion")
    if named == NONE:
        return {*[name for name, each in labels.items() if name in RATINGS and each][:1]}
    if named is not None and named != LABEL:
        wanted = [named] if plain(named) in labels else named.split(",")
        if unknown := [name for name in wanted if plain(name) not in labels]:
            raise NotOfEmotionsError(
                f"{option('--column', f'emotion={named}')}: no tier {unknown[0]!r}; there are {_listed(read)}."
            )
        return {*map(plain, wanted)}
    known = {*map(plain, given.label)}
    share = {
        name: sum(class_of(own) is not None or plain(own) in known for own in each) / len(each)
        for name, each in labels.items()
        if each
    }
    return {name for name, own in share.items() if own > 0.5}


def _check_tiers(read: Sequence[Annotated], names: set[str], table: pd.DataFrame, given: ImportOptions) -> None:
    """Two tiers of emotions in a file are speakers or raters, which nobody can see."""
    stated = {"speaker", "rater"} & {*given.column} or _stated(table)
    several = [one for one in read if sum(plain(own.name) in names and bool(own.labels) for own in one.tiers) > 1]
    if several and not stated:
        tiers = [own.name for own in several[0].tiers if plain(own.name) in names]
        raise SourceError(
            f"{several[0].file}: {len(tiers)} tiers have emotions: {', '.join(tiers)}. State what they are: speakers, "
            f"add {option('--column', f'speaker={TIER}')}; raters, add {option('--column', f'rater={TIER}')}; or that "
            f"one counts: add {option('--column', f'emotion={tiers[0]}')}."
        )


def _scale(read: Sequence[Annotated]) -> str | None:
    """That the files state."""
    stated = {scale: one.file for one in read for scale in one.scales}
    if len(stated) > 1:
        spelt = ", ".join(f"{scale} ({file.name})" for scale, file in stated.items())
        raise SourceError(f"the annotations state these scales of ratings: {spelt}. Import those of one scale alone.")
    return next(iter(stated), None)


def _notes(read: Sequence[Annotated], names: set[str], root: Path) -> Iterator[str]:
    labelled: dict[str, list[str]] = defaultdict(list)
    without = list[str]()
    for one in read:
        wanted = any(plain(own.name) in names and own.words for own in one.tiers)
        (labelled[one.sound] if wanted else without).append(one.file.relative_to(root).as_posix())
    if without:
        yield f"{len(without)} files of annotations have no label on such a tier: {some(without)}"
    if several := [files for files in labelled.values() if len(files) > 1]:
        yield (
            f"{len(several)} recordings have labels in several files, each of which counts ({', '.join(several[0])}): "
            "leave one there, if these are of the same labels"
        )
    if machine := sum(map(_is_machine, read)):
        yield (
            f"{machine} files have the tiers that `ser predict` writes, emotion and confidence: labels of a model, "
            "unless they were corrected by hand"
        )
    if divided := Counter(name for one in read for name in _divided(one, names)):
        tiers = some([f"{name} ({n})" for name, n in divided.items()])
        yield f"labels that share their time with several of another tier, of which the longest is taken: {tiers}"
    for note, count in Counter(note for one in read for note in one.notes).items():
        yield f"{count} {note}"
    yield from dict.fromkeys(one.decoded.note for one in read if one.decoded is not None and one.decoded.note)


def _without_annotation(read: Sequence[Annotated], root: Path) -> Iterator[str]:
    """Recordings that lie beside annotations of others, and are not imported; a video of an annotated sound is it."""
    annotated = {(root / one.sound).with_suffix("") for one in read}
    there = {folder: recordings_in(folder) for folder in {one.file.parent for one in read}}
    alone = sorted(
        (folder / name).relative_to(root).as_posix()
        for folder, named in there.items()
        for stem, names in named.items()
        for name in names
        if folder / stem not in annotated
    )
    if alone:
        yield f"{len(alone)} recordings have no annotation and are not imported: {some(alone)}"


def _divided(one: Annotated, names: set[str]) -> Iterator[str]:
    """The tier, for each label of emotion in whose time it has several labels, of which one is taken."""
    others = [tier for tier in one.tiers if plain(tier.name) not in names | WORDS | RATINGS]
    for start, end, _ in (label for tier in one.tiers if plain(tier.name) in names for label in tier.labels):
        yield from (tier.name for tier in others if len(shares(tier.between(start, end), start, end)) > 1)


def _is_machine(one: Annotated) -> bool:
    tiers = {tier.name: tier for tier in one.tiers}
    return {*tiers} == {"emotion", "confidence"} and all(map(SURE.fullmatch, tiers["confidence"].words))


def _listed(read: Sequence[Annotated]) -> str:
    """The tiers with some of their labels, for messages."""
    labels: dict[str, dict[str, None]] = defaultdict(dict)
    for tier in (tier for one in read for tier in one.tiers):
        labels[tier.name] |= dict.fromkeys(tier.words)
    return "; ".join(f"{name!r} ({some([*own], at_most=SHOWN)})" for name, own in labels.items()) or "no tiers"


def _as_table(rows: Sequence[tuple[str, dict[str, str | None]]]) -> pd.DataFrame:
    """In the columns of all rows, but for participants that nobody states, and one annotator alone, who is no rater."""
    columns = dict.fromkeys(name for _, row in rows for name in row)
    table = pd.DataFrame([row for _, row in rows], columns=[*columns], index=[place for place, _ in rows], dtype=object)
    table = table.where(table.notna(), None)
    without = [name for name, fewest in ((PARTICIPANT, 1), (ANNOTATOR, 2)) if table[name].nunique() < fewest]
    return table.drop(columns=without)


def _rows(one: Annotated, root: Path, names: set[str], column: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    """Where each row stands, and its cells; a tier called as a column that is made here is called tier NAME."""
    others = [tier for tier in one.tiers if plain(tier.name) not in names]
    for tier in one.tiers:
        place = (tier.file or one.file).relative_to(root).as_posix()
        for number, (start, end, label) in enumerate(tier.labels if plain(tier.name) in names else (), 1):
            cells: dict[str, str | None] = {}
            for other in others:
                name = f"tier {other.name}" if other.name in (*OWN, column) else other.name
                cells[name] = cells.get(name) or _in_this_time(other, start, end)
            yield (
                f"{place}, tier {tier.name}, label {number}",
                {
                    **{SOUND: one.sound, START: repr(round(start, 6)), END: repr(round(end, 6)), column: label},
                    **{TIER: tier.name, PARTICIPANT: tier.participant, ANNOTATOR: tier.rater},
                    **cells,
                },
            )


def _in_this_time(tier: Tier, start: float, end: float) -> str | None:
    """What a tier has in this time: of words those whose middle lies in it, of ratings the mean, else the longest."""
    labels = tier.between(start, end)
    lasting = shares(labels, start, end)
    if not labels:
        return None
    if plain(tier.name) in WORDS:
        inside = [label for a, b, label in labels if start <= (a + b) / 2 < end]
        return " ".join(inside or [max(lasting, key=lambda own: lasting[own])])
    numbers = {label: as_number(label) for label in lasting} if plain(tier.name) in RATINGS else {}
    if numbers and None not in numbers.values():
        mean = sum(float(numbers[own] or 0) * time for own, time in lasting.items()) / sum(lasting.values())
        return repr(round(mean, 6))
    return max(lasting, key=lambda own: lasting[own])
