"""From rows as they were brought to utterances: every row that is not used is counted, with its reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import pandas as pd

from ser_tasks.audio.decode import AudioError, open_sound, read_recording
from ser_tasks.corpora.finding import some
from ser_tasks.corpora.threads import map_files
from ser_tasks.corpora.vocabulary import plain
from ser_tasks.importing.brought import Taken
from ser_tasks.importing.parts import note_overlaps, place_parts
from ser_tasks.importing.problem import SourceError
from ser_tasks.importing.told import ROLES
from ser_tasks.importing.values import CLEAN


@dataclass
class Rows:
    """What is left, and what went, as the checks go over it; `problems` are what must be mended first."""

    table: pd.DataFrame  # the roles, and `file`
    drop: Sequence[str]  # reasons that the user lets rows go for
    dropped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spare: pd.DataFrame = field(default_factory=pd.DataFrame)  # columns without a role, as they were brought

    def let_go(self, rows: "pd.Series[bool]", reason: str) -> None:
        """Leave rows out, counted; reasons are sentences."""
        if rows.any():
            self.dropped[reason] += int(rows.sum())
            self.table = self.table[~rows]

    def refuse(self, rows: "pd.Series[bool]", kind: str, what: str, mend: str) -> None:
        """Leave rows out if the user said so, or say what is wrong with them."""
        if kind in self.drop:
            self.let_go(rows, what)
        elif rows.any():
            first = some(list(self.table.index[rows]))
            self.problems.append(
                f"{int(rows.sum())} rows {what}: {first}. {mend}, or leave them out: add --drop {kind}."
            )


def roles_of(table: pd.DataFrame, taken: Mapping[str, Taken]) -> tuple[pd.DataFrame, list[str]]:
    """The columns by role, cleaned, but for times; and what could not be read."""
    columns, notes = {}, list[str]()
    for role in ROLES:
        if role not in taken:
            columns[role] = pd.Series(None, index=table.index, dtype=object)
            continue
        values = table[taken[role].column]
        clean = CLEAN.get(role)
        cleaned = values if clean is None else [value and clean(value) for value in values]
        columns[role] = pd.Series(cleaned, index=table.index, dtype=object)
        lost = values[values.notna() & columns[role].isna()]
        if len(lost):
            text = f"{role}: {len(lost)} values are not understood and left empty: {some(sorted(set(lost)))}"
            notes.append(text)
            if role == "split":  # half a split is none
                columns[role] = pd.Series(None, index=table.index, dtype=object)
    return pd.DataFrame(columns), notes


def usable(rows: Rows, units: Mapping[str, str]) -> Rows:
    """All checks, in their order; what is wrong is collected. Units are those of the columns of times, by role."""
    rows.let_go(rows.table.emotion.isna(), "have no label")
    gone = rows.table.file.isna()
    first = next(iter(rows.table.path[gone]), None)
    mend = f"The first is {first!r}: put it there, add --audio DIR" if first else "The first names none: complete it"
    rows.refuse(gone, "missing", "name a file that is not there", mend)
    there = rows.table[rows.table.file.notna()]
    lengths = durations(list(dict.fromkeys(there.file)))
    unreadable = rows.table.file.map(lambda file: file is not None and lengths.get(file) is None)
    rows.refuse(unreadable, "unreadable", "name a file that is no sound", "Take them out, or mend them")
    if place_parts(rows, units, lengths):
        _once(rows)
        note_overlaps(rows)
    return rows


def durations(files: Sequence[Path]) -> dict[Path, float | None]:
    """Seconds of each file, by its header where that says; None: it is no sound."""

    def seconds(file: Path) -> float | None:
        try:
            return open_sound(file).duration or read_recording(file).duration
        except AudioError:
            return None

    return dict(zip(files, map_files(seconds, files), strict=True))


def _once(rows: Rows) -> None:
    """The same part of a file once; two labels for it contradict each other."""
    table = rows.table[rows.table.file.notna()]
    part = [table.file.map(str), table.start.fillna(""), table.end.fillna("")]
    labels = table.emotion.map(plain).groupby(part).transform("nunique")
    if (labels > 1).any():
        named = [f"{where} ({row.path}: {row.emotion})" for where, row in table[labels > 1].iterrows()]
        rows.problems.append(
            f"{len(named)} rows give the same sound different labels: {some(named)}. Keep one row for each sound: the "
            "label that its raters agree on; or give start and end, if these are parts of it."
        )
    for role in ("speaker", "split", "group"):
        if (differ := table[role].groupby(part).transform("nunique") > 1).any():
            rows.problems.append(
                f"{int(differ.sum())} rows give the same sound another {role}: {some(list(table.index[differ]))}. Keep "
                "one row for each sound; or give start and end, if these are parts of it."
            )
    again = pd.concat(part, axis=1).duplicated().reindex(rows.table.index, fill_value=False)
    rows.let_go(again & ~rows.table.file.isna(), "say again what another row says")


def speakers(rows: Rows, *, unknown: bool) -> None:
    """Every row with its speaker, or none of them."""
    table = rows.table
    if unknown:
        rows.table = table.assign(speaker=None)
        return
    if table.speaker.isna().all():
        return
    rows.refuse(table.speaker.isna(), "speakerless", "have no speaker", "Complete the column, add --speakers unknown")
    if len(table) > 1 and table.speaker.nunique() == len(table):
        rows.problems.append(
            "the speaker is another one in every row, which names utterances, not voices. Say which column says who "
            "speaks: add --column speaker=COLUMN; or that nobody knows: add --speakers unknown."
        )


def with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """`utterance_id`: the name of the file where no other has it, else its path; and the times of a part."""
    paths = sorted(set(table.path))
    name = {path: PurePosixPath(path).stem for path in paths}
    for longer in (lambda path: str(PurePosixPath(path).with_suffix("")), str):  # folders; a WAV and its FLAC
        twice = {one for one, n in Counter(name.values()).items() if n > 1}
        name = {path: longer(path) if one in twice else one for path, one in name.items()}
    times = [_times(start, end) for start, end in zip(table.start, table.end, strict=True)]
    return table.assign(utterance_id=[name[path] + time for path, time in zip(table.path, times, strict=True)])


def _times(start: str | None, end: str | None) -> str:
    if start is None and end is None:
        return ""
    first, last = (round(1000 * float(value)) if value else None for value in (start or "0", end))
    return f"_{first:07d}" + ("" if last is None else f"_{last:07d}")


def common_folder(files: Sequence[Path]) -> Path:
    """The deepest folder that holds all of these files."""
    parents = [file.parent.parts for file in files]
    shortest, longest = min(parents), max(parents)
    depth = next(
        (i for i, (a, b) in enumerate(zip(shortest, longest, strict=False)) if a != b), min(len(shortest), len(longest))
    )
    if depth == 0:
        raise SourceError("the sounds are on several drives. Put them below one folder.")
    return Path(*shortest[:depth])
