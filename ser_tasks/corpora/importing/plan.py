"""Plan of an import: what becomes what, what is left out, what must be fixed. Nothing is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import pandas as pd

from ser_tasks.corpora.corpus import UNKNOWN, some
from ser_tasks.corpora.imported import COLUMNS, OPTIONAL, Description, label_maps
from ser_tasks.corpora.importing.annotations.tiers import recordings_in
from ser_tasks.corpora.importing.classes import LabelMap, class_or_drop, map_labels, with_ballots
from ser_tasks.corpora.importing.columns import has_raters, sides_of, take_columns, take_path
from ser_tasks.corpora.importing.encoding import hint
from ser_tasks.corpora.importing.locate import Located, locate
from ser_tasks.corpora.importing.options import DROP, UNLABELLED, ImportOptions
from ser_tasks.corpora.importing.parts import note_overlaps
from ser_tasks.corpora.importing.protocol import Chosen, choose_protocol, split_of
from ser_tasks.corpora.importing.read_names import compile_pattern, with_fields
from ser_tasks.corpora.importing.read_source import read_source
from ser_tasks.corpora.importing.rows import (
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
from ser_tasks.corpora.importing.scales import mean_of_raters, note_partly_rated, to_one_scale
from ser_tasks.corpora.importing.source_table import ColumnChoice, Meanings, Rows, SourceError, SourceTable
from ser_tasks.corpora.importing.time_columns import open_ends, units_of, with_units
from ser_tasks.corpora.importing.votes import Tally, ballots_of, cast, settle
from ser_tasks.corpora.importing.words_alone import id_questions, ids_alike, named_utterances, usable_words
from ser_tasks.corpora.vocabulary import class_of, plain

ROWS_EACH = 4  # on average, of what might be a speaker


@dataclass(frozen=True)
class Import:
    """Everything that a preview shows, and that is written if `problems` is empty."""

    name: str
    given: ImportOptions
    format: str
    taken: dict[str, ColumnChoice]  # role -> its column
    first: pd.DataFrame  # rows as they were imported
    table: pd.DataFrame  # utterances, in the columns of an imported table
    sounds: Path | None  # folder that their paths begin at; None: there is no sound
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


def plan_import(name: str, given: ImportOptions) -> Import:
    """Plan of an import: read, guessed, checked.

    Args:
        name: of the corpus
        given: options, of now and before

    Raises:
        SourceError: what leaves nothing to preview: no table, no column of paths or of emotions
    """
    source, column = _read(given)
    taken, located, unclear = _taken(source, column, given)
    rows = _rows(source, given, taken, located)
    rows.problems += unclear
    units = units_of(source.table, taken, given.times)
    tally = _checked(rows, source, given, units, taken)
    labels = _classes(rows.table, taken, _of_winners(given, tally), source.meanings)
    utterances, sounds = _texts(rows.table) if given.words_alone else _relative(rows.table)
    chosen = _choose(utterances, labels, given, _could_be_speakers(source.table, taken))
    notes = (*filter(None, [located.how]), *rows.notes, *labels.notes, *_uncounted(labels, given, source, tally))
    return Import(
        name=name,
        given=given,
        format=source.format,
        taken=with_units(taken, units),
        first=source.table.head(3),
        table=utterances,
        sounds=sounds,
        labels=labels,
        dropped=rows.dropped,
        chosen=chosen,
        tally=tally,
        description=_describe(name, given, source, labels, tally),
        notes=notes,
        problems=(*rows.problems, *(problem + hint(source.encoding) for problem in labels.problems), *chosen.problems),
        emobox=source.emobox,
    )


def _read(given: ImportOptions) -> tuple[SourceTable, dict[str, str]]:
    """The source, and which of its columns are stated to be what."""
    recordings_in.cache_clear()  # of the import before
    found = _at(read_source(Path(given.path).expanduser(), given), given)
    source, column = with_ballots(found, {**given.column, **found.implied})
    return _with_names(source, column, given.pattern, words_alone=given.words_alone), column


def _taken(
    source: SourceTable, column: Mapping[str, str], given: ImportOptions
) -> tuple[dict[str, ColumnChoice], Located, list[str]]:
    """The column of each role, the files of the rows, or the ids of words alone, and what is unclear about these."""
    look = None if given.words_alone else partial(_look, folders=source.folders)
    rated = given.words_alone and (given.votes is not None or has_raters(source.table, column))
    taken = take_columns(source, column, look, rated=rated)
    if look is not None:
        return taken, look(source.table[taken["path"].column]), []
    located = named_utterances(source.table, taken)
    asked = [] if "path" in column else id_questions(source.table, taken, rated=rated)
    return taken, located, [*asked, *ids_alike(located.files)]


def _rows(source: SourceTable, given: ImportOptions, taken: Mapping[str, ColumnChoice], located: Located) -> Rows:
    """All rows by role, with their files and channels; and what could not be read of them."""
    table, unread = roles_of(source.table, taken, {**source.parts, **given.split})
    table["file"] = pd.Series(located.files, index=table.index, dtype=object)
    table["channel"], counted, unclear = sides_of(table.channel)
    notes = [*source.notes, *unread, *counted]
    rows = Rows(table, given.drop, Counter(source.dropped), unclear, notes, ambiguous=located.several)
    if "start" not in given.column:
        rows.spare = source.table.drop(columns=[one.column for one in taken.values()])
    return rows


def _checked(
    rows: Rows,
    source: SourceTable,
    given: ImportOptions,
    units: Mapping[str, str],
    taken: Mapping[str, ColumnChoice],
) -> Tally | None:
    """All checks of the rows, in their order; and the votes, if there were any, and it is known of which parts."""
    to_one_scale(rows, given.scale or source.scale, taken)
    rows.problems += open_ends(source.table, taken, given.column)
    split_of(rows, source.table[taken["split"].column] if "split" in taken else None, given.split)
    mean_of_raters(rows, voted=given.votes is not None)
    if given.speakers == "join":
        join_speakers(rows)
    rows.table = _with_ballots(rows, source, given)
    timed, tally = usable_words(rows) if given.words_alone else usable(rows, units), None
    spelt_alike(rows, given.speakers)
    if timed:
        one_owner(rows, given.speakers, taken["speaker"].column if "speaker" in taken else None)
        tally = settle(rows, given.votes, cache(partial(_counted_as, given=given, source=source)))
        once(rows)
        note_overlaps(rows)
    note_partly_rated(rows)
    speakers(rows, given.speakers)
    if "emotion" in taken:
        return tally
    rows.table = rows.table.assign(votes=None)  # of raters of whom none named one
    return None


def _look(column: pd.Series, *, folders: tuple[Path, ...]) -> Located:
    return locate(list(column), folders)


def _at(source: SourceTable, given: ImportOptions) -> SourceTable:
    """Paths may begin at the folder that was given, before any other."""
    if given.audio is None or given.words_alone:
        return source
    return replace(source, folders=(Path(given.audio).expanduser().resolve(), *source.folders))


def _with_names(
    source: SourceTable, column: Mapping[str, str], pattern: str | None, *, words_alone: bool
) -> SourceTable:
    """The source, and what the names of its files hold by the pattern that was given."""
    if pattern is None:
        return source
    if words_alone:
        raise SourceError(
            "--pattern reads names of files, but with --audio none there are none. Leave one of them out."
        )
    path = take_path(source, column, partial(_look, folders=source.folders))
    taken, why = {*path, *source.roles, *column}, f"the pattern {pattern}"
    table, roles = with_fields(source.table, path["path"].column, compile_pattern(pattern), taken, why)
    return replace(source, table=table, roles={**source.roles, **path, **roles})


def _with_ballots(rows: Rows, source: SourceTable, given: ImportOptions) -> pd.DataFrame:
    """The rows with their votes; a label that stands alone is the emotion at once."""
    table, known = rows.table, {*map(plain, given.label), *map(plain, source.meanings.words)}
    if source.ballots is None:
        is_known = cache(lambda word: bool(class_of(word)) or plain(word) in known)
        ballots = ballots_of(table.emotion, table.rater, is_known, source.separator)
    else:
        ballots = cast(rows, source.ballots)
    emotion = [one[0].label if len(one) == 1 else text for one, text in zip(ballots, table.emotion, strict=True)]
    return table.assign(ballots=pd.Series(ballots, index=table.index, dtype=object), emotion=emotion)


def _counted_as(label: str, given: ImportOptions, source: SourceTable) -> str:
    """Votes are counted by class; for a label that has none by itself."""
    name = class_or_drop(label, given.label, source.meanings)
    return plain(label) if name in (None, DROP) else str(name)


def _of_winners(given: ImportOptions, tally: Tally | None) -> dict[str, str]:
    """Classes given for the labels that sounds are left with; a tie that is kept has none."""
    if tally is None:
        return given.label
    spare = set(map(plain, tally.losing))
    return {label: name for label, name in given.label.items() if plain(label) not in spare} | tally.ties


def _classes(
    table: pd.DataFrame, taken: Mapping[str, ColumnChoice], given: Mapping[str, str], meanings: Meanings
) -> LabelMap:
    """Of the labels; where ratings stand alone, there is none."""
    if "emotion" in taken:
        return map_labels(Counter(table.emotion.dropna()), given, meanings)
    note = "ratings alone: models of valence, activation and dominance can be evaluated, models of classes cannot"
    return LabelMap({UNLABELLED: None}, (), (note,))


def _known(labels: LabelMap) -> dict[str, str]:
    return {label: name for label, name in labels.classes.items() if name is not None}


def _counted_losers(labels: LabelMap, given: ImportOptions, source: SourceTable, tally: Tally | None) -> dict[str, str]:
    """Labels that no sound is left with, but whose votes are kept: of classes that other labels have."""
    kept = tally.losing if tally is not None and given.votes == "keep" else {}
    classes = {label: class_or_drop(label, given.label, source.meanings) for label in kept}
    there = set(_known(labels).values())
    return {label: name for label, name in classes.items() if name is not None and name in there}


def _uncounted(labels: LabelMap, given: ImportOptions, source: SourceTable, tally: Tally | None) -> list[str]:
    """Note of the votes that are kept and count for no class."""
    if tally is None or given.votes != "keep":
        return []
    counted = _counted_losers(labels, given, source, tally)
    rest = [f"{label} ({votes})" for label, votes in sorted(tally.losing.items()) if label not in counted]
    hint = "--label LABEL=CLASS counts them for a class that there is"
    return [f"votes for labels of no class here, kept and not counted: {some(rest)}; {hint}"] if rest else []


def _relative(table: pd.DataFrame) -> tuple[pd.DataFrame, Path]:
    """Utterances whose sound is there, with paths below one folder, sorted; and the folder."""
    here = table[table.file.notna()]
    if here.empty:
        return pd.DataFrame(columns=[*COLUMNS]), Path()
    files = list(dict.fromkeys(here.file))  # many rows may be parts of one
    root = common_folder(files)
    path = {file: file.relative_to(root).as_posix() for file in files}
    here = here.assign(path=[path[file] for file in here.file])
    named = with_ids(here.where(here.notna(), None))
    columns = (*COLUMNS, *(name for name in OPTIONAL if named[name].notna().any()))
    return named[[*columns]].sort_values("utterance_id", ignore_index=True), root


def _texts(table: pd.DataFrame) -> tuple[pd.DataFrame, None]:
    """Utterances of words alone, sorted; ids stand in the place of files, and there is no folder."""
    named = table.assign(utterance_id=table.file.map(str), path=None)
    columns = (*COLUMNS, *(name for name in OPTIONAL if named[name].notna().any()))
    there = named.where(named.notna(), None)[[*columns]]
    return there.sort_values("utterance_id", ignore_index=True), None


def _could_be_speakers(table: pd.DataFrame, taken: dict[str, ColumnChoice]) -> list[str]:
    """Columns of a few values, each with several rows."""
    free = table.drop(columns=list({one.column for one in taken.values()}))
    return [str(column) for column in free if 2 <= free[column].nunique() <= len(free) / ROWS_EACH]


def _choose(utterances: pd.DataFrame, labels: LabelMap, given: ImportOptions, could_be: list[str]) -> Chosen:
    """Protocol by the utterances that have a class."""
    of_a_class = utterances.emotion.map(lambda label: labels.classes.get(label) is not None)
    takes_part = utterances if [*labels.classes] == [UNLABELLED] else utterances[of_a_class]
    if takes_part.empty:  # the labels are the problem, noted already
        return Chosen(None, "")
    return choose_protocol(takes_part, given.protocol, speakers_known=given.speakers != "unknown", could_be=could_be)


def _describe(
    name: str, given: ImportOptions, source: SourceTable, labels: LabelMap, tally: Tally | None
) -> Description:
    """Description as given, else from the source, else unknown."""
    header = source.header
    return Description(
        title=given.title or header.title or name,
        kind=given.kind or "unknown",
        language=given.language or header.language or UNKNOWN,
        licence=given.licence or header.licence or UNKNOWN,
        citation=given.citation or header.citation or UNKNOWN,
        speakers_known=given.speakers != "unknown",
        labels=dict(sorted((_known(labels) | _counted_losers(labels, given, source, tally)).items())),
        dropped=sorted(label for label, name in labels.classes.items() if name is None),
        source=f"{given.path} ({source.format})",
        told=given.stated(),
        agreement=tally.agreement if tally else None,
    )
