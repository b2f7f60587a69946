"""The role of each column of a table, by its name and its values; and the channel of its file that a row stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from ser_tasks.audio.channels import NAMES
from ser_tasks.audio.decode import AudioError, open_sound
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.encoding import hint
from ser_tasks.corpora.importing.locate import Located
from ser_tasks.corpora.importing.options import NONE, ROLES, SCALES, TIMES
from ser_tasks.corpora.importing.source_table import ColumnChoice, Rows, SourceError, SourceTable, option
from ser_tasks.corpora.importing.time_columns import take_times
from ser_tasks.corpora.importing.words_alone import id_column, without_sound
from ser_tasks.corpora.vocabulary import class_of, plain
from ser_tasks.params.reading import nearest

if TYPE_CHECKING:
    from pathlib import Path


SIDES = {"left": "left", "l": "left", "a": "left", "right": "right", "r": "right", "b": "right", "mix": "", "both": ""}
"""As tables spell them; A and B are the sides of a call in the corpora of the LDC."""

COLUMN_NAMES = {  # role -> names of columns, as `plain` has them
    "path": "path file filename file_name filepath file_path wav wav_path wav_file audio audio_path audio_file "
    "audio_filepath clip clip_path recording sound utterance_path",
    "emotion": "emotion emo emotion_label label class category emotion_class emotion_category categorical_emotion "
    "target major_emotion emotion_name emoclass emoclass_major",
    "speaker": "speaker speaker_id speakerid spk spk_id spkid spkr actor actor_id actorid subject subject_id "
    "participant participant_id talker speaker_name spkrid",
    "gender": "gender sex speaker_gender",
    "transcript": "transcript transcription text sentence words utterance_text",
    "language": "language lang",
    "split": "split subset partition dataset_split set split_set",
    "session": "session session_id",
    "group": "group group_id dialog dialog_id dialogue dialogue_id conversation conversation_id",
    "turn": "turn turn_id turn_number turn_no utterance_number utterance_no",
    "intensity": "intensity emotion_intensity strength emotional_intensity",
    "valence": "valence",
    "activation": "activation arousal",
    "dominance": "dominance",
    "rater": "rater rater_id annotator annotator_id annotatorid worker worker_id workerid workers coder coder_id "
    "evaluator evaluator_id judge judge_id listener listener_id labeler labeller",
    "votes": "votes",  # as an imported table has them
    "channel": "channel channel_id chan side audio_channel kanal",
}
RATING_OF = {name: role for role in SCALES for name in COLUMN_NAMES[role].split()}
WHO_LISTENS = {"subject", "subject_id", "participant", "participant_id"}  # and who speaks, in other tables
OF_AN_EXPERIMENT = {  # columns that programs for experiments write (Praat, PsychoPy, jsPsych, Gorilla)
    *("response", "rt", "reactiontime", "reaction_time", "stimulus", "key_resp_keys", "key_resp_rt", "mouse_time"),
    *("trial_type", "trial_index", "time_elapsed", "trials_thisn", "trials_thistrialn", "thisrow_t"),
    "psychopyversion",
}
OF_LISTENERS = ("session", "gender")  # what such tables say is of them, not of speakers
MOST_LABELS = 60  # distinct values of a column of labels
WORDS = 0.5  # of its distinct values that are words of the vocabulary

Look = Callable[[pd.Series], Located]


WORD = "ch(?:an(?:nel)?)?"
SPELT = re.compile(rf"(?:{WORD}_?)?(.*?)(?:_?{WORD})?(?:\.0)?")
"""ch1, Left channel; and 1.0, a number that went through a column with gaps."""


def sides_of(values: pd.Series) -> tuple[pd.Series, list[str], list[str]]:
    """Left, right, a number from 1, or None for the mix; notes; and problems.

    Args:
        values: of the column, as they stand in the table
    """
    spelt = {value: _spelt(value) for value in values.dropna().unique()}
    first = 0 if "0" in spelt.values() else 1  # of the numbers
    read = {value: _side(name, first) for value, name in spelt.items()}
    lost = sorted(str(value) for value, side in read.items() if side is None)
    problems = [
        f"{len(lost)} values of the channel are not understood: {some(lost)}. Expected left, right, A, B, mix, or the "
        "number of a channel. Fix them, or take the column away: add --column channel=none."
    ]
    notes = ["channels are counted from 0 in the table: 0 is the left one"]
    sides = values.map(lambda value: None if pd.isna(value) else read[value] or None)
    return sides.astype(object).where(sides.notna(), None), notes[: 1 - first], problems[: len(lost)]


def check_channels(rows: Rows) -> None:
    """No row may speak of a channel that its file does not have."""
    stated = rows.table[rows.table.channel.notna() & rows.table.file.notna()]
    there = {file: _n_channels(file) for file in stated.file.unique()}
    absent = stated.index[[there[file] < _place(side) for file, side in zip(stated.file, stated.channel, strict=True)]]
    wrong = pd.Series(rows.table.index.isin(absent), index=rows.table.index)
    rows.refuse(wrong, "segments", "name a channel that their file does not have", "Fix them, or the sounds")


def _spelt(value: str) -> str:
    found = SPELT.fullmatch(plain(value))
    return found[1] if found else ""


def _side(value: str, first: int) -> str | None:
    if value.isdecimal():
        return str(int(value) - first + 1) if int(value) >= first else None
    return SIDES.get(value)


def _place(channel: str) -> int:
    return NAMES[channel] + 1 if channel in NAMES else int(channel)


def _n_channels(file: Path) -> int:
    try:
        return open_sound(file).n_channels
    except AudioError:
        return 0


def take_columns(
    source: SourceTable, given: Mapping[str, str], look: Look | None, *, rated: bool = False
) -> dict[str, ColumnChoice]:
    """The column of each role; a role that none has is left out.

    Args:
        source: the rows
        given: role -> column, or NONE, as the command line has it
        look: for the files that a column names; None: there is no sound, and the path is an id, if there is one
        rated: without sound, whether ids stand in a row for each of several raters

    Raises:
        SourceError: no column, or several, could be the path or the emotion; or a column that is not there
    """
    path = _ids(source, given, rated=rated) if look is None else take_path(source, given, look)
    taken = path | dict(source.roles) | _given(source.table, given)
    taken = {role: one for role, one in taken.items() if given.get(role) != NONE}
    answers = _answers(source.table)
    for role in ROLES[1:]:
        if role in (*taken, *TIMES) or given.get(role) == NONE or (answers and role in OF_LISTENERS):
            continue
        free = source.table.drop(columns=[one.column for one in taken.values()])
        found = emotion_column(free) if role == "emotion" else _named(free, role)
        if found is not None:
            taken[role] = found
    if answers and "rater" not in taken and "speaker" in taken:
        _check_listeners(answers, taken["speaker"])
    taken |= take_times(source.table, given, taken)
    if "emotion" not in taken and not (given.get("emotion") == NONE and {*SCALES} & {*taken}):
        raise SourceError(
            f"no column holds emotions that are known here, or has the name for it. Columns: "
            f"{', '.join(source.table.columns)}. State which one: add --column emotion=COLUMN; or, where there are "
            f"ratings of {', '.join(SCALES)} alone: add --column emotion=none."
            f"{hint(source.encoding)}{_unread(source.notes)}"
        )
    in_order = {role: taken[role] for role in ROLES if role in taken}
    return without_sound(in_order, source.table) if look is None else in_order


def _unread(notes: Sequence[str]) -> str:
    return "".join(f" Note: {note}." for note in notes if "not read" in note)


def _answers(table: pd.DataFrame) -> list[str]:
    """Columns of a listening experiment."""
    return [name for name in map(str, table) if plain(name).replace(".", "_") in OF_AN_EXPERIMENT]


def _check_listeners(answers: Sequence[str], speaker: ColumnChoice) -> None:
    """Raise SourceError where the column of speakers has a word for both, in a table of a listening experiment."""
    if speaker.why != "given" and plain(speaker.column) in WHO_LISTENS:
        both = " or ".join(option("--column", f"{role}={speaker.column}") for role in ("rater", "speaker"))
        raise SourceError(
            f"the column {speaker.column} could be who listened, since {some(answers)} are of a listening experiment, "
            f"or who speaks. State which: add {both}."
        )


def has_raters(table: pd.DataFrame, given: Mapping[str, str]) -> bool:
    """Whether a column names raters, or was given for one."""
    return given.get("rater") != NONE and ("rater" in given or bool(_by_name(table, "rater")))


def _ids(source: SourceTable, given: Mapping[str, str], *, rated: bool) -> dict[str, ColumnChoice]:
    if given.get("path") == NONE:
        return {}
    found = id_column(source.table, COLUMN_NAMES["path"].split(), rated=rated)
    return {} if found is None else {"path": found}


def take_path(source: SourceTable, given: Mapping[str, str], look: Look) -> dict[str, ColumnChoice]:
    """The column of paths alone.

    Raises:
        SourceError: none, or several, name files that are there
    """
    chosen = dict(source.roles) | _given(source.table, given)
    found = chosen.get("path") or _path(source.table, look)
    if found is None:
        looked, first = ", ".join(map(str, source.folders)), source.table.iloc[0].to_dict()
        raise SourceError(
            f"no column names files that are there. The first row: {first}; looked in {looked}. Say where the sounds "
            "are: add --audio DIR; or which column it is: add --column path=COLUMN. For words alone, add --audio none."
            f"{hint(source.encoding)}"
        )
    return {"path": found}


def _given(table: pd.DataFrame, given: Mapping[str, str]) -> dict[str, ColumnChoice]:
    check_columns(table, given)
    return {role: ColumnChoice(column, "given") for role, column in given.items() if column != NONE}


def check_columns(table: pd.DataFrame, given: Mapping[str, str]) -> None:
    """Refuse a role, or a column, that is not there.

    Raises:
        SourceError: with the nearest one
    """
    for role, column in given.items():
        if role not in ROLES:
            raise SourceError(f"--column {role}=…: no such role{nearest(role, ROLES)} There are: {', '.join(ROLES)}.")
        if column != NONE and column not in table.columns:
            raise SourceError(
                f"--column {role}={column}: no such column{nearest(column, list(table.columns))} There are: "
                f"{', '.join(table.columns)}."
            )


def _path(table: pd.DataFrame, look: Look) -> ColumnChoice | None:
    named = _by_name(table, "path")
    share = {column: look(table[column]).share for column in table.columns}
    best = max(share.values(), default=0.0)
    found = [column for column in [*named, *table.columns] if share[column] == best]
    if best == 0 or not found:
        return None
    if len(set(found)) > 1 and found[0] not in named:
        several = _several("path", found, "name sounds that are there")
        raise SourceError(f"{several} If a row is about all of these sounds, write a row for each.")
    why = "its name, and its values are files" if found[0] in named else "its values are files"
    return ColumnChoice(found[0], why)


def emotion_column(table: pd.DataFrame) -> ColumnChoice | None:
    """The column of labels, by its name or by what stands in it; None: there is none.

    Raises:
        SourceError: several could be it
    """
    named = _by_name(table, "emotion")
    worded = [column for column in table.columns if _are_emotions(table[column])]
    both = [column for column in named if column in worded]
    for candidates, why in ((both, "its name, and its values are emotions"), (worded, "its values are emotions")):
        if candidates:
            if not _say_the_same(table[candidates]):
                raters = option("--column", f"emotion={','.join(dict.fromkeys(candidates))}")
                several = _several("emotion", candidates, "hold emotions, and they differ")
                raise SourceError(f"{several} Or, if each is the label of a rater: add {raters} --votes majority.")
            return ColumnChoice(candidates[0], why)
    if len(named) > 1:
        raise SourceError(_several("emotion", named, "have the name for it, and none holds known words"))
    return ColumnChoice(named[0], "its name") if named else None


def _are_emotions(column: pd.Series) -> bool:
    values = {plain(value) for value in column.dropna()}
    classes = {name for value in values if (name := class_of(value))}
    return 2 <= len(values) <= MOST_LABELS and len(classes) >= 2 and len(classes) >= WORDS * len(values)


def _say_the_same(table: pd.DataFrame) -> bool:
    classes = table.map(lambda value: value and (class_of(value) or plain(value)))
    return all(classes[column].equals(classes.iloc[:, 0]) for column in classes)


def _named(table: pd.DataFrame, role: str) -> ColumnChoice | None:
    """The column by name alone; several that divide the rows alike are one and the same."""
    named = [column for column in _by_name(table, role) if table[column].notna().any()]
    if not named or (role == "channel" and table[named[0]].nunique() == 1):  # else it is how many there are
        return None
    alike = all(_divides_alike(table[named[0]], table[other]) for other in named[1:])
    if not alike and role == "speaker":
        raise SourceError(_several(role, named, "have the name for it, and they differ"))
    return ColumnChoice(named[0], "its name")


def _divides_alike(one: pd.Series, other: pd.Series) -> bool:
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == one.nunique(dropna=False) == other.nunique(dropna=False)


def _by_name(table: pd.DataFrame, role: str) -> list[str]:
    """Columns in the order of the table of names."""
    names = {plain(column).replace(".", "_"): column for column in reversed(list(table.columns))}
    return [names[name] for name in COLUMN_NAMES[role].split() if name in names]


def _several(role: str, columns: Sequence[str], what: str) -> str:
    distinct = list(dict.fromkeys(columns))
    hints = " or ".join(option("--column", f"{role}={column}") for column in distinct)
    return f"{len(distinct)} columns {what}: {', '.join(distinct)}. State which one: add {hints}."
