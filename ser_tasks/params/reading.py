"""Read params.yaml, or report each mistake: the line, the key, the nearest and the allowed names."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ser_tasks.errors import UserError
from ser_tasks.params import Params

PARAMS_FILE = Path("params.yaml")
PROTOCOL_KINDS = ("loso", "speaker_kfold", "speaker_folds", "speaker_pairs", "leave_session_out", "official")
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where PyYAML was built with it: a tenth of the time
MOST = 30  # names in a message
EMPTY = {"tuple_type": "[]", "dict_type": "{}"}  # what pydantic expects -> how it is written empty
Place = tuple[str | int, ...]


class ParamsError(UserError):
    """A key or value of params.yaml that no section allows."""


def read_params(path: Path = PARAMS_FILE) -> Params:
    """params.yaml, validated.

    Raises:
        ParamsError: one line for each thing that is wrong
    """
    try:
        loader = LOADER(path.read_text(encoding="utf-8"))
        tree = loader.get_single_node()
    except FileNotFoundError as error:
        raise ParamsError(f"{path.resolve()}: no such file. Run from the project's folder.") from error
    except UnicodeDecodeError as error:
        raise ParamsError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    except yaml.YAMLError as error:
        raise ParamsError(f"{path} is not YAML: {error}. Fix the line it names.") from error
    if tree is None:
        raise ParamsError(f"{path}: the file is empty. Restore it: git checkout {path}")
    _check_repeated_keys(tree, path)
    from ser_tasks.params.project import ProjectParams  # noqa: PLC0415  with the tables of features and models

    try:
        return ProjectParams.model_validate(loader.construct_document(tree))
    except ValidationError as error:
        messages = [f"{path}:{_line(tree, e['loc'])}: {_message(e)}" for e in _stated_once(error.errors())]
        raise ParamsError("\n".join(messages)) from error


def _stated_once(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what each network inherited from a wrong `training` section."""
    common = {(error["loc"][1:], error["type"]) for error in errors if error["loc"][:1] == ("training",)}
    return [
        error
        for error in errors
        if error["loc"][:1] != ("networks",) or (error["loc"][3:], error["type"]) not in common
    ]


def check_known(name: str, known: Collection[str], *, place: str, hint: str) -> None:
    """Raise ParamsError unless `name` is one of `known`."""
    if name not in known:
        raise ParamsError(
            f"{PARAMS_FILE}: {place}: {name!r} is not known{nearest(name, known)} "
            f"Allowed: {listed(sorted(known))}. {hint}"
        )


def _check_repeated_keys(node: yaml.Node, path: Path) -> None:
    """YAML readers differ on a key that stands twice: one takes the last, another fails."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise ParamsError(
                    f"{path}:{line}: a key must be a name. Delete what stands before the colon, or quote it."
                )
            if key.value in seen:
                raise ParamsError(
                    f"{path}:{line}: the key {key.value!r} stands in line {seen[key.value]} already. Keep one of them."
                )
            seen[key.value] = line
            _check_repeated_keys(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_repeated_keys(value, path)


def _message(error: ErrorDetails) -> str:
    place = _place(error["loc"])
    key = ".".join(str(step) for step in place)
    if error["type"] == "extra_forbidden":
        known = _keys_beside(place)
        return f"unknown key {key!r}{nearest(str(place[-1]), known)} Allowed here: {', '.join(known)}."
    if error["type"] == "missing":
        return f"the key {key!r} is missing. Add it; git diff params.yaml shows what it was."
    if error["type"].startswith("union_tag"):
        found = str(dict(error["input"]).get("kind", ""))
        return f"{key}.kind: found {found!r}{nearest(found, PROTOCOL_KINDS)} Allowed: {', '.join(PROTOCOL_KINDS)}."
    if error["input"] is None and error["type"] in EMPTY:
        return f"{key}: nothing stands below it. Write {key}: {EMPTY[error['type']]}"
    found = "" if error["type"] == "value_error" else f" found {error['input']!r}."
    return f"{key or 'the file'}:{found} {error['msg'].removeprefix('Value error, ')}."


def nearest(name: str, known: Collection[str]) -> str:
    """The end of a sentence on a name that is not known: the one that was probably meant."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f". Did you mean {close[0]!r}?" if close else "."


def listed(names: Sequence[str]) -> str:
    """All of them, or as many as people read."""
    more = len(names) - MOST
    return ", ".join(names[:MOST]) + (f" and {more} more" if more > 0 else "")


def _place(location: Sequence[str | int]) -> Place:
    """The path of keys in the file: pydantic also names the member of a union, which is no key."""
    return tuple(step for step in location if step not in (*PROTOCOL_KINDS, "[key]"))


def _keys_beside(place: Place) -> list[str]:
    """Names that the section holding the last key of `place` allows."""
    from ser_tasks.params.project import ProjectParams  # noqa: PLC0415  with the tables of features and models

    names: set[str] = set()
    for section in _sections(ProjectParams, place[:-1]):
        names |= set(section.model_fields)
    return sorted(names)


def _sections(annotation: Any, place: Place) -> Iterator[type[BaseModel]]:
    """Every section class that `place` can lead to, through dicts, tuples and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not place:
            yield annotation
        elif place[0] in annotation.model_fields:
            yield from _sections(annotation.model_fields[str(place[0])].annotation, place[1:])
        return
    inner = [a for a in getattr(annotation, "__args__", ()) if a is not Ellipsis]
    is_mapping = getattr(annotation, "__origin__", None) is dict
    for member in inner[1:] if is_mapping else inner:
        yield from _sections(member, place[1:] if is_mapping else place)


def _line(tree: yaml.Node, location: Sequence[str | int]) -> int:
    """The line, from 1, of the deepest key of `location` that stands in the file."""
    node, line = tree, 1
    for step in _place(location):
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(step)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line
