"""A folder of recordings whose labels are in the file names: a pattern such as {speaker}_{emotion}_{take}.wav, given or
guessed where one field is clearly the emotion and one the speaker.
"""

import difflib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from ser_tasks.audio.recording_files import SUFFIXES, gather
from ser_tasks.corpora.corpus import some
from ser_tasks.corpora.importing.options import ROLES, TIMES, ImportOptions
from ser_tasks.corpora.importing.source_table import PARTS, ColumnChoice, SourceError, SourceTable, option
from ser_tasks.corpora.speaker_codes import spelling
from ser_tasks.corpora.vocabulary import class_of

FORMAT = "folder of sounds with labels in their names"
FIELD = re.compile(r"\{(?P<name>[a-z_][a-z0-9_]*)(?::(?P<width>\d+))?\}")
READ = tuple(role for role in ROLES if role not in ("path", *TIMES))  # that a name can hold
ALIKE = 0.8  # a field's name this like a role is taken for a slip

SEPARATORS = re.compile(r"([_\-. /]+)")
SPEAKER = re.compile(r"(spk|spkr|speaker|actor|subject|subj|sub|participant|talker|person)[ _-]?\w*", re.IGNORECASE)
CODE = re.compile(r"([a-z]{0,3})(\d{1,4})|[a-z]{1,4}", re.IGNORECASE)  # s01, F3, 0012, DC
SHOWN = 3


@dataclass(frozen=True)
class Pattern:
    """Compiled; `depth` is the number of parts of a path that it is held against, from the end."""

    text: str
    regex: re.Pattern[str]
    depth: int

    def fields(self, path: str) -> dict[str, str] | None:
        """Fields of a path, for roles only; None: it is not like the pattern.

        Args:
            path: with slashes
        """
        tail = "/".join(PurePosixPath(path).parts[-self.depth :])
        match = self.regex.fullmatch(tail)
        return match and {name: value for name, value in match.groupdict().items() if name in READ}


def compile_pattern(text: str) -> Pattern:
    """A pattern of fields in braces and what stands between them.

    {name} reaches up to what follows it in the pattern, and over no slash; {name:2} is two characters.
    Fields that are no roles are passed over, {_} as often as one likes. The ending of a name may be left out.

    Raises:
        SourceError: no field, the same role twice, or a name that is nearly a role
    """
    parts, end = list[str](), 0
    for field in FIELD.finditer(text):
        parts += [re.escape(text[end : field.start()]), _group(field, text[field.end() : field.end() + 1], parts)]
        end = field.end()
    rest = text[end:]
    if not parts or "{" in re.sub(FIELD, "", text):
        raise SourceError(
            f"--pattern {text}: expected fields in braces, as {{speaker}}_{{emotion}}_{{take}}.wav; fields that are "
            f"read: {', '.join(READ)}."
        )
    ending = "" if PurePosixPath(rest).suffix.lower() in SUFFIXES or rest.endswith("*") else r"(\.[^./]+)?"
    if ending and not rest:  # a field that ends the pattern leaves the ending of the name alone
        parts[-1] = parts[-1].replace("]+)", "]+?)")
    if rest.lower() in SUFFIXES:  # names in a table may lack it
        regex = f"{''.join(parts)}(?:{re.escape(rest)})?"
    else:
        regex = "".join(parts) + re.escape(rest).replace(r"\*", "[^/]*") + ending
    return Pattern(text, re.compile(regex), text.count("/") + 1)


def _group(field: re.Match[str], following: str, before: Sequence[str]) -> str:
    name, width = field["name"], field["width"]
    stop = re.escape(following) if following not in ("", "{") else ""
    inner = f"[^/]{{{width}}}" if width else f"[^/{stop}]+"
    if name not in READ:
        near = difflib.get_close_matches(name, READ, n=1, cutoff=ALIKE)
        if near:
            raise SourceError(f"--pattern: the field {{{name}}} is not read. Did you mean {{{near[0]}}}?")
        return f"(?:{inner})"
    if any(f"(?P<{name}>" in part for part in before):
        raise SourceError(f"--pattern: {{{name}}} stands there twice. Call one of them {{_}}.")
    return f"(?P<{name}>{inner})"


def guess_pattern(paths: Sequence[str]) -> tuple[str, str]:
    """A pattern for all of these paths, and why.

    Args:
        paths: relative to the folder, with slashes

    Raises:
        SourceError: names of several shapes, no field of emotions, or several that could be the speaker
    """
    fields, between, emotion = _emotions_in(paths)
    speaker, why = _speaker(fields, emotion, between)
    roles = {emotion: "emotion"} | ({speaker: "speaker"} if speaker is not None else {}) | _split(fields, between)
    return _pattern(roles, fields, between), f"{{emotion}} holds emotions{why}"


def pattern_of_emotions(folder: Path) -> str | None:
    """A pattern that reads emotions alone from the names of the sounds below a folder; None: they have none."""
    try:
        fields, between, emotion = _emotions_in(_sounds(folder.resolve()))
    except SourceError:
        return None
    return _pattern({emotion: "emotion"}, fields, between)


def _emotions_in(paths: Sequence[str]) -> tuple[pd.DataFrame, Sequence[str], int]:
    """The fields of names of one shape, what stands between them, and which of them is the emotion."""
    pieces = [SEPARATORS.split(str(PurePosixPath(path).with_suffix(""))) for path in paths]
    shapes = {tuple(one[1::2]) for one in pieces}
    if len(shapes) > 1:
        raise SourceError(
            f"the names of the {len(paths)} sounds are not of one shape, as {_some(_of_each_shape(paths, pieces))}. "
            f"Say where in a name things stand: {_example(pieces[0])}."
        )
    fields = pd.DataFrame([one[::2] for one in pieces])
    return fields, pieces[0][1::2], _emotion(fields, pieces[0])


def _pattern(roles: Mapping[int, str], fields: pd.DataFrame, between: Sequence[str]) -> str:
    named = [f"{{{roles.get(i, '_')}}}" for i in range(fields.shape[1])]
    return "".join(x for pair in zip(named, [*between, ""], strict=True) for x in pair)


def _emotion(fields: pd.DataFrame, first: Sequence[str]) -> int:
    found = [i for i in range(fields.shape[1]) if fields[i].nunique() > 1 and all(map(class_of, fields[i].unique()))]
    alike = [i for i in found if fields[i].map(class_of).equals(fields[found[0]].map(class_of))]
    if not found:
        raise SourceError(
            "no part of the file names is an emotion that is known here in every file. Say where it stands, and what "
            f"its codes mean: {_example(first)}, and --label CODE=CLASS."
        )
    if len(alike) < len(found):
        raise SourceError(f"{len(found)} parts of the file names could be the emotion. Say which: {_example(first)}.")
    return found[-1]


def _speaker(fields: pd.DataFrame, emotion: int, between: Sequence[str]) -> tuple[int | None, str]:
    """The field of the speaker: one that is named so, or the only one that is regular, and crossed with emotions."""
    others = [i for i in range(fields.shape[1]) if i != emotion]
    named = [i for i in others if all(SPEAKER.fullmatch(value) for value in fields[i].unique())]
    regular = [i for i in others if _regular(fields, i, emotion)]
    for found, why in ((named, "is named so"), (regular, "is the only one with few codes of one shape")):
        if len(found) == 1:
            return found[0], f"; {{speaker}} {why}: {_some(sorted(fields[found[0]].unique()))}"
        if len(found) > 1:
            marked = [_pattern({emotion: "emotion", i: "speaker"}, fields, between) for i in found]
            patterns = " or ".join(option("--pattern", one) for one in marked)
            values = "; ".join(_some(sorted(fields[i].unique())) for i in found)
            raise SourceError(
                f"{len(found)} parts of the file names could be the speaker ({values}). State which: add {patterns}; "
                "or that nobody knows: add --speakers unknown with one of these, {speaker} written {_}."
            )
    return None, ""


def _regular(fields: pd.DataFrame, i: int, emotion: int) -> bool:
    values = fields[i]
    one_shape = any(len({_shape(as_(value)) for value in values.unique()}) == 1 for as_ in (str, spelling))
    enough = 2 <= values.nunique() <= max(2, len(values) // 4)
    crossed = bool((fields.groupby(i)[emotion].nunique() > 1).all())
    return enough and crossed and one_shape and all(CODE.fullmatch(value) for value in values.unique())


def _shape(value: str) -> str:
    return re.sub(r"\d", "9", re.sub(r"[A-Za-z]", "a", value))


def _split(fields: pd.DataFrame, between: Sequence[str]) -> dict[int, str]:
    """A folder called train, test ..."""
    folders = [i for i, gap in enumerate(between) if "/" in gap]
    return {
        int(i): "split"
        for i in folders
        if fields[i].nunique() > 1 and all(v.lower() in PARTS for v in fields[i].unique())
    }


def _example(first: Sequence[str]) -> str:
    """An option for names like this one, its fields to be called."""
    if len(first) == 1:
        return f"add {option('--pattern', '{speaker:2}{_:3}{emotion:1}{_}')}, or the like: numbers are characters"
    text = "".join(x for gap in [*first[1::2], ""] for x in ("{_}", gap))
    return f"add {option('--pattern', text)} with {{emotion}} and {{speaker}} where they stand"


def _of_each_shape(paths: Sequence[str], pieces: Sequence[Sequence[str]]) -> list[str]:
    return list({tuple(one[1::2]): path for path, one in zip(paths, pieces, strict=True)}.values())


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (" ..." if len(names) > SHOWN else "")


def read_names(folder: Path, given: ImportOptions) -> SourceTable:
    """Every sound below a folder, and the fields of its path by the given pattern, or else by one that fits all.

    Raises:
        SourceError: no sound, no clear pattern, or names that are not like it
    """
    root = folder.resolve()
    paths = _sounds(root)
    text, why = (given.pattern, "given") if given.pattern else guess_pattern(paths)
    table = pd.DataFrame({"path": paths}, index=paths, dtype=object)
    table, roles = with_fields(table, "path", compile_pattern(text), (), "the names")
    unlike = table[_no_field(table, roles)].index
    if len(unlike) and "unmatched" not in given.drop:
        raise SourceError(
            f"{len(unlike)} of {len(paths)} names are not like the pattern {text}: {some(list(unlike))}. Fix the "
            "pattern, or leave them out: add --drop unmatched."
        )
    return SourceTable(
        FORMAT,
        table.drop(index=unlike),
        (root,),
        roles={"path": ColumnChoice("path", "the files of the folder"), **roles},
        notes=(f"names are read as {text}: {why}",),
        dropped={"have a name that is not like the pattern": len(unlike)} if len(unlike) else {},
    )


def _sounds(root: Path) -> list[str]:
    """Every sound below it, relative to it."""
    paths = [path.relative_to(root).as_posix() for path in gather([str(root)], []).paths if path.is_file()]
    if not paths:
        raise SourceError(
            f"{root}: no sound below it ({', '.join(sorted(SUFFIXES))}). Give the folder that holds them."
        )
    return paths


def with_fields(
    table: pd.DataFrame, column: str, pattern: Pattern, taken: Collection[str], why: str
) -> tuple[pd.DataFrame, dict[str, ColumnChoice]]:
    """The table with a column for each role that the pattern reads and that is not taken yet; and these roles."""
    fields = [pattern.fields(path.replace("\\", "/")) or {} if path else {} for path in table[column]]
    names = [name for name in pattern.regex.groupindex if name not in taken]
    if names and not any(fields) and table[column].notna().any():
        raise SourceError(
            f"--pattern {pattern.text}: no name is like it; the first is {table[column].dropna().iloc[0]}."
        )
    roles = {name: ColumnChoice(f"{name} in the name", why) for name in names}
    new = {roles[name].column: [one.get(name) for one in fields] for name in names}
    return pd.concat([table, pd.DataFrame(new, index=table.index, dtype=object)], axis=1), roles


def _no_field(table: pd.DataFrame, roles: dict[str, ColumnChoice]) -> "pd.Series[bool]":
    return table[[one.column for one in roles.values()]].isna().all(axis=1)
