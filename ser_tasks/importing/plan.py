"""One import, thought through: what becomes what, what is left out, what must be mended. Nothing is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from ser_tasks.corpora.corpus import UNKNOWN
from ser_tasks.corpora.imported import COLUMNS, OPTIONAL, Description, label_maps
from ser_tasks.corpora.vocabulary import class_of, plain
from ser_tasks.importing.brought import Brought, Taken
from ser_tasks.importing.channel_column import sides_of
from ser_tasks.importing.class_columns import with_ballots
from ser_tasks.importing.columns import take_columns, take_path
from ser_tasks.importing.encoding import hint
from ser_tasks.importing.labels import LabelMap, class_or_drop, map_labels
from ser_tasks.importing.locate import Located, locate
from ser_tasks.importing.parts import note_overlaps
from ser_tasks.importing.pattern import compile_pattern
from ser_tasks.importing.protocol import Chosen, choose_protocol
from ser_tasks.importing.read_names import with_fields
from ser_tasks.importing.read_source import read_source
from ser_tasks.importing.rows import (
    Rows,
    common_folder,
    join_speakers,
    once,
    one_owner,
    roles_of,
    speakers,
    spelt_alike,
    usable,
    with_ids,
)
from ser_tasks.importing.source_split import split_of
from ser_tasks.importing.time_columns import open_ends, units_of, with_units
from ser_tasks.importing.told import DROP, Told
from ser_tasks.importing.votes import Tally, ballots_of, settle

ROWS_EACH = 4  # on average, of what might be a speaker


@dataclass(frozen=True)
class Import:
    """Everything that a preview shows, and that is written if `problems` is empty."""

    name: str
    told: Told
    format: str
    taken: dict[str, Taken]  # role -> its column
    first: pd.DataFrame  # rows as they were brought
    table: pd.DataFrame  # utterances, in the columns of an imported table
    sounds: Path  # folder that their paths begin at
    labels: LabelMap
    dropped: Counter[str]  # reason -> rows
    chosen: Chosen
    tally: Tally | None  # where several raters gave labels
    description: Description
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    emobox: Path | None

    @property
    def presets(self) -> tuple[str, ...]:
        """Names of the label maps, the one with all classes first."""
        return tuple(label_maps(self.description.labels))

    @property
    def section(self) -> dict[str, Any]:
        """The entry of params.yaml."""
        return {
            "preset": self.presets[0],
            "epochs": None,
            "balance": None,
            "emobox": None,
            "speaker_independent": self.chosen.section,
        }


def plan_import(name: str, told: Told) -> Import:
    """Read, guess, check.

    Args:
        name: of the corpus
        told: what the user said, now and before

    Raises:
        SourceError: what leaves nothing to preview: no table, no column of paths or of emotions
    """
    brought, column = with_ballots(_at(read_source(Path(told.path).expanduser(), told), told), told.column)
    brought = _with_names(brought, column, told.pattern)
    taken = take_columns(brought, column, partial(_look, folders=brought.folders))
    located = _look(brought.table[taken["path"].column], folders=brought.folders)
    table, unread = roles_of(brought.table, taken, {**brought.parts, **told.split})
    table["file"] = pd.Series(located.files, index=table.index, dtype=object)
    rows = Rows(table, told.drop, Counter(brought.dropped), notes=[*brought.notes, *unread])
    rows.table["channel"], counted, unclear = sides_of(rows.table.channel)
    rows.notes, rows.problems = [*rows.notes, *counted], [*rows.problems, *unclear]
    if "start" not in told.column:
        rows.spare = brought.table.drop(columns=[one.column for one in taken.values()])
    rows.problems += open_ends(brought.table, taken, told.column)
    split_of(rows, brought.table[taken["split"].column] if "split" in taken else None, told.split)
    units = units_of(taken, told.times)
    tally = _checked(rows, brought, told, units)
    labels = map_labels(Counter(rows.table.emotion.dropna()), _of_winners(told, tally), brought.meanings)
    utterances, sounds = _relative(rows.table)
    chosen = _choose(utterances, labels, told, _could_be_speakers(brought.table, taken))
    notes = [*([located.how] if located.how else []), *rows.notes, *labels.notes]
    return Import(
        name=name,
        told=told,
        format=brought.format,
        taken=with_units(taken, units),
        first=brought.table.head(3),
        table=utterances,
        sounds=sounds,
        labels=labels,
        dropped=rows.dropped,
        chosen=chosen,
        tally=tally,
        description=_describe(name, told, brought, labels, tally),
        notes=tuple(notes),
        problems=(*rows.problems, *(problem + hint(brought.encoding) for problem in labels.problems), *chosen.problems),
        emobox=brought.emobox,
    )


def _checked(rows: Rows, brought: Brought, told: Told, units: Mapping[str, str]) -> Tally | None:
    """All checks of the rows, in their order; and the votes, if there were any, and it is known of which parts."""
    if told.speakers == "join":
        join_speakers(rows)
    rows.table = _with_ballots(rows.table, brought, told)
    timed, tally = usable(rows, units), None
    spelt_alike(rows, told.speakers)
    if timed:
        one_owner(rows, told.speakers)
        tally = settle(rows, told.votes, cache(partial(_counted_as, told=told, brought=brought)))
        once(rows)
        note_overlaps(rows)
    speakers(rows, told.speakers)
    return tally


def _look(column: pd.Series, *, folders: tuple[Path, ...]) -> Located:
    return locate(list(column), folders)


def _at(brought: Brought, told: Told) -> Brought:
    """Paths may begin at the folder that was told, before any other."""
    if told.audio is None:
        return brought
    return replace(brought, folders=(Path(told.audio).expanduser().resolve(), *brought.folders))


def _with_names(brought: Brought, column: Mapping[str, str], pattern: str | None) -> Brought:
    """What a table does not say may stand in the names of its files, by the pattern that was told."""
    if pattern is None:
        return brought
    path = take_path(brought, column, partial(_look, folders=brought.folders))
    taken, why = {*path, *brought.roles, *column}, f"the pattern {pattern}"
    table, roles = with_fields(brought.table, path["path"].column, compile_pattern(pattern), taken, why)
    return replace(brought, table=table, roles={**brought.roles, **path, **roles})


def _with_ballots(table: pd.DataFrame, brought: Brought, told: Told) -> pd.DataFrame:
    """The rows with what each says that raters gave; a label that stands alone is the emotion at once."""
    known = {*map(plain, told.label), *map(plain, brought.meanings.words)}
    if brought.ballots is None:
        ballots = ballots_of(table.emotion, table.rater, lambda word: bool(class_of(word)) or plain(word) in known)
    else:
        ballots = [brought.ballots[row] for row in table.index]
    emotion = [one[0].label if len(one) == 1 else text for one, text in zip(ballots, table.emotion, strict=True)]
    return table.assign(ballots=pd.Series(ballots, index=table.index, dtype=object), emotion=emotion)


def _counted_as(label: str, told: Told, brought: Brought) -> str:
    """Votes are counted by class; for a label that has none by itself."""
    name = class_or_drop(label, told.label, brought.meanings)
    return plain(label) if name in (None, DROP) else str(name)


def _of_winners(told: Told, tally: Tally | None) -> dict[str, str]:
    """What was told of the labels that sounds are left with; a tie that is kept has no class."""
    if tally is None:
        return told.label
    spare = set(map(plain, tally.losing))
    return {label: name for label, name in told.label.items() if plain(label) not in spare} | tally.ties


def _relative(table: pd.DataFrame) -> tuple[pd.DataFrame, Path]:
    """Utterances whose sound is there, with paths below one folder, sorted; and the folder."""
    here = table[table.file.notna()]
    if here.empty:
        return pd.DataFrame(columns=[*COLUMNS]), Path()
    root = common_folder(list(here.file))
    here = here.assign(path=here.file.map(lambda file: file.relative_to(root).as_posix()))
    named = with_ids(here.where(here.notna(), None))
    columns = (*COLUMNS, *(name for name in OPTIONAL if named[name].notna().any()))
    return named[[*columns]].sort_values("utterance_id", ignore_index=True), root


def _could_be_speakers(table: pd.DataFrame, taken: dict[str, Taken]) -> list[str]:
    """Columns of a few values, each with several rows."""
    free = table.drop(columns=list({one.column for one in taken.values()}))
    return [str(column) for column in free if 2 <= free[column].nunique() <= len(free) / ROWS_EACH]


def _choose(utterances: pd.DataFrame, labels: LabelMap, told: Told, could_be: list[str]) -> Chosen:
    """By the utterances that have a class."""
    takes_part = utterances[utterances.emotion.map(lambda label: labels.classes.get(label) is not None)]
    if takes_part.empty:  # the labels are the problem, and said already
        return Chosen(None, "")
    return choose_protocol(takes_part, told.protocol, speakers_known=told.speakers != "unknown", could_be=could_be)


def _describe(name: str, told: Told, brought: Brought, labels: LabelMap, tally: Tally | None) -> Description:
    """From the source where it says something, from the user where it was said; else it is unknown."""
    said = brought.header
    return Description(
        title=told.title or said.title or name,
        kind=told.kind or "unknown",
        language=told.language or said.language or UNKNOWN,
        licence=told.licence or said.licence or UNKNOWN,
        citation=told.citation or said.citation or UNKNOWN,
        speakers_known=told.speakers != "unknown",
        labels={label: name for label, name in sorted(labels.classes.items()) if name is not None},
        dropped=sorted(label for label, name in labels.classes.items() if name is None),
        source=f"{told.path} ({brought.format})",
        told=told.stated(),
        agreement=tally.agreement if tally else None,
    )
