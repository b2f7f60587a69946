"""From rows of a source to utterances: every row that is not used is counted, with its reason."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd

from ser_tasks.audio.decode import AudioError, open_sound, read_recording
from ser_tasks.audio.recording import SHORTEST
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.columns import check_channels
from ser_tasks.corpora.importing.options import ROLES, SCALES, UNLABELLED, Speakers
from ser_tasks.corpora.importing.parts import place_parts
from ser_tasks.corpora.importing.source_table import CLEAN, NOBODY, ColumnChoice, Rows, SourceError, as_split, option
from ser_tasks.corpora.manifest import map_files
from ser_tasks.corpora.speaker_codes import DIFFER, KEPT_TOGETHER, alike, joined, named, spelling
from ser_tasks.corpora.vocabulary import plain


def roles_of(
    table: pd.DataFrame, taken: Mapping[str, ColumnChoice], parts: Mapping[str, str]
) -> tuple[pd.DataFrame, list[str]]:
    """The columns by role, cleaned, but for times; and what could not be read.

    Args:
        table: as it was imported
        taken: role -> its column
        parts: of a split, as the source spells them -> train, validation, test or DROP
    """
    columns, notes = {}, list[str]()
    for role in ROLES:
        if role not in taken:
            absent = UNLABELLED if role == "emotion" else None
            columns[role] = pd.Series(absent, index=table.index, dtype=object)
            continue
        values = table[taken[role].column]
        clean = _cleaner(role, parts)
        cleaned = values if clean is None else [value and clean(value) for value in values]
        columns[role] = pd.Series(cleaned, index=table.index, dtype=object)
        lost = values[values.notna() & columns[role].isna()]
        if role in ("speaker", "gender", "language"):  # there, nobody is what many tables write for an empty cell
            lost = lost[~lost.str.lower().isin(NOBODY)]
        if len(lost) and role != "split":  # left to `split_of`
            text = f"{role}: {len(lost)} values are not understood and left empty: {some(sorted(set(lost)))}"
            notes.append(text)
    return pd.DataFrame(columns), notes


def _cleaner(role: str, parts: Mapping[str, str]) -> Callable[[str], str | None] | None:
    if role != "split":
        return CLEAN.get(role)
    names = {plain(part): name for part, name in parts.items()}
    return lambda value: names.get(plain(value)) or as_split(value)


def _refuse_ambiguous(rows: Rows) -> None:
    """Rows whose name is that of several files."""
    alike = rows.table.path.isin(rows.ambiguous)
    if alike.any():
        value = rows.table.path[alike].iloc[0]
        files = some([str(file) for file in rows.ambiguous[value]])
        hint = f"The first, {value!r}, is {files}: write the folder before the name, or add --audio DIR of one of them"
        rows.refuse(alike, "missing", "name several files", hint)
        rows.table = rows.table[~rows.table.path.isin(rows.ambiguous)]  # or they would be called missing, too


def usable(rows: Rows, units: Mapping[str, str]) -> bool:
    """Checks of every row by itself, in their order; what is wrong is collected. False: a time was not understood.

    Args:
        rows: as they stand in the table
        units: of the columns of times, by role
    """
    rows.leave_out(rows.table.emotion.isna(), "have no label")
    _refuse_ambiguous(rows)
    gone = rows.table.file.isna()
    first = next(iter(rows.table.path[gone]), None)
    hint = f"The first is {first!r}: put it there, add --audio DIR" if first else "The first names none: complete it"
    rows.refuse(gone, "missing", "name a file that is not there", hint)
    there = rows.table[rows.table.file.notna()]
    lengths = durations(list(dict.fromkeys(there.file)))
    unreadable = rows.table.file.map(lambda file: file is not None and lengths.get(file) is None)
    rows.refuse(unreadable, "unreadable", "name a file that is no sound", "Take them out, or repair them")
    check_channels(rows)
    timed = place_parts(rows, units, lengths)
    if timed:
        _leave_out_short(rows, lengths)
    return timed


def _leave_out_short(rows: Rows, lengths: Mapping[Path, float | None]) -> None:
    """Leave out what is too short for a prediction: it is too short for training."""
    table = rows.table
    end = table.end.astype(float).fillna(table.file.map(lengths.get).astype(float))
    length = (end - table.start.astype(float).fillna(0.0)).round(6)
    rows.leave_out((length > 0) & (length < SHORTEST), f"last less than {SHORTEST} s")


def durations(files: Sequence[Path]) -> dict[Path, float | None]:
    """Seconds of each file, by its header where that states them; None: it is no sound."""

    def seconds(file: Path) -> float | None:
        try:
            return open_sound(file).duration or read_recording(file).duration
        except AudioError:
            return None

    return dict(zip(files, map_files(seconds, files), strict=True))


def part_of(table: pd.DataFrame) -> "list[pd.Series[str]]":
    """Columns that are the same in rows of the same audio: file, start, end, channel."""
    return [table.file.map(str), table.start.fillna(""), table.end.fillna(""), table.channel.fillna("")]


def one_owner(rows: Rows, given: Speakers | None, speaker: str | None) -> None:
    """The same part of a file has one speaker, however spelt, one transcript, and one place in split and dialog.

    Args:
        rows: with their parts
        given: whether speakers are known, and how they are spelt
        speaker: their column
    """
    table = rows.table[rows.table.file.notna()]
    if given is None:  # two spellings are a problem already
        table = table.assign(speaker=table.speaker.map(spelling, na_action="ignore"))
    for role in ("speaker", "split", "group", "turn", "transcript"):
        if (differ := table[role].groupby(part_of(table)).transform("nunique") > 1).any():
            listener = (
                f"; or, if they name who listened: add {option('--column', f'rater={speaker}')}" if speaker else ""
            )
            rows.problems.append(
                f"{int(differ.sum())} rows give the same sound another {role}: {some(list(table.index[differ]))}. Keep "
                "one row for each sound; or give start and end, if these are parts of it"
                f"{listener if role == 'speaker' else ''}."
            )


def once(rows: Rows) -> None:
    """The same part of a file once; two labels for it contradict each other."""
    table = rows.table[rows.table.file.notna()]
    part = part_of(table)
    labels = table.emotion.map(plain).groupby(part).transform("nunique")
    if (labels > 1).any():
        where = [f"{index} ({row.path}: {row.emotion})" for index, row in table[labels > 1].iterrows()]
        rows.problems.append(
            f"{len(where)} rows give the same sound different labels: {some(where)}. If each row is the label of one "
            "rater: add --votes majority, or --votes keep; else keep one row for each sound, or give start and end, if "
            "these are parts of it."
        )
    for role in SCALES:
        if (table[role].groupby(part).transform("nunique") > 1).any():
            rows.problems.append(
                f"rows give the same sound another {role}. If each row is the rating of one rater: add --votes "
                "majority, which takes the mean over them; else keep one row for each sound."
            )
    again = pd.concat(part, axis=1).duplicated().reindex(rows.table.index, fill_value=False)
    rows.leave_out(again & ~rows.table.file.isna(), "repeat another row")


def join_speakers(rows: Rows) -> None:
    """One code for each speaker whose codes differ in zeros, case or blanks only, as given."""
    one = joined(Counter(rows.table.speaker.dropna()))
    rows.table = rows.table.assign(speaker=rows.table.speaker.map(lambda code: one.get(code, code)))
    rows.notes += [
        f"speakers joined: {some([f'{code} -> {name}' for code, name in one.items() if code != name])}"
    ] * bool(one)


def speakers(rows: Rows, given: Speakers | None) -> None:
    """Every row with its speaker, or none of them."""
    table = rows.table
    if given == "unknown":
        rows.table = table.assign(speaker=None)
        return
    if table.speaker.isna().all():
        return
    rows.refuse(table.speaker.isna(), "speakerless", "have no speaker", "Complete the column, add --speakers unknown")
    if len(table) > 1 and table.speaker.nunique() == len(table):
        rows.problems.append(
            "the speaker is another one in every row, which names utterances, not voices. State which column is the "
            "speaker: add --column speaker=COLUMN; or that nobody knows: add --speakers unknown."
        )


def spelt_alike(rows: Rows, given: Speakers | None) -> None:
    """No speaker under two codes, unless given as two; of sessions and groups it is noted."""
    for role in KEPT_TOGETHER:
        counts = Counter(rows.table[role].dropna())
        if not (groups := alike(counts)) or (role == "speaker" and given == "unknown"):
            continue
        text = f"{sum(map(len, groups))} {role}s differ {DIFFER}: {named(groups, counts)}"
        if role == "speaker" and given is None:
            rows.problems.append(
                f"{text}. If they are one voice, it would stand on both sides of a split. Say that they are: add "
                "--speakers join; or that they are different people: add --speakers apart."
            )
        else:
            advice = "kept apart, as given" if role == "speaker" else "if they are one, spell them alike in the table"
            rows.notes.append(f"{text}; {advice}")


def with_ids(table: pd.DataFrame) -> pd.DataFrame:
    """`utterance_id`: the name of the file where no other has it, else its path; times and channel of a part."""
    paths = sorted(set(table.path))
    name = {path: PurePosixPath(path).stem for path in paths}
    for longer in (lambda path: str(PurePosixPath(path).with_suffix("")), str):  # folders; a WAV and its FLAC
        twice = {one for one, n in Counter(name.values()).items() if n > 1}
        name = {path: longer(path) if one in twice else one for path, one in name.items()}
    parts = [
        _times(start, end) + (f"_{channel}" if channel else "")
        for start, end, channel in zip(table.start, table.end, table.channel, strict=True)
    ]
    return table.assign(utterance_id=[name[path] + part for path, part in zip(table.path, parts, strict=True)])


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
