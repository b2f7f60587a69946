"""Change values in the text of params.yaml, and nothing else: comments, order and layout stay to the byte."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import yaml

from ser_tasks.atomic import atomic_path
from ser_tasks.errors import UserError


def change_file(path: Path, change: Callable[[str], str]) -> None:
    """Write the file anew as `change` makes it, with the line ends that it has."""
    before = path.read_bytes().decode("utf-8")
    windows = "\r\n" in before
    text = change(before.replace("\r\n", "\n"))
    with atomic_path(path) as temporary:
        temporary.write_bytes((text.replace("\n", "\r\n") if windows else text).encode("utf-8"))


def with_values(text: str, values: Mapping[str, Any]) -> str:
    """The text with these values; a key that is not there yet is put behind the last of its section.

    A comment behind a value keeps its column where there is room.

    Args:
        text: of a YAML file
        values: by dotted key; of an item of a list, its index: evaluations.0.model

    Raises:
        UserError: a value that is written over several lines, or a section that is none
    """
    for key, value in values.items():
        text = _with_value(text, key.split("."), value)
    return text


def _with_value(text: str, keys: list[str], value: Any) -> str:
    node: Any = yaml.compose(text)
    missing = list(keys)
    while missing and isinstance(node, yaml.CollectionNode):
        below = _below_key(node, missing[0])
        if below is None:
            return _inserted(text, node, _written(_nested(missing, value))[1:-1])
        node, missing = below, missing[1:]
    if missing or not _in_line(node):
        raise UserError(
            f"params.yaml: {'.'.join(keys)}: line {node.start_mark.line + 1} holds no value that can be replaced in "
            "place. Write it in one line, as [1, 2] or {key: value}, or change it by hand."
        )
    return _replaced(text, node.start_mark.index, node.end_mark.index, _written(value))


def _below_key(node: yaml.CollectionNode, key: str) -> yaml.Node | None:
    """The value of a key, or the item of an index."""
    if isinstance(node, yaml.SequenceNode):
        return cast("yaml.Node", node.value[int(key)])
    return next((own for name, own in node.value if name.value == key), None)


def with_item(text: str, key: str, item: Mapping[str, Any]) -> str:
    """The text with one line more, `- {...}`, at the end of a list.

    Args:
        text: of a YAML file
        key: of a list at the top of the file, each of whose items stands on a line of its own; or of an empty one, []
        item: written in braces

    Raises:
        UserError: no such list, or one that is written in brackets
    """
    top: Any = yaml.compose(text)
    found = next((own for name, own in top.value if name.value == key), None)
    line = f"  - {_written(item)}"
    if isinstance(found, yaml.SequenceNode) and not found.value:
        return f"{text[: found.start_mark.index].rstrip(' ')}{_rest_of_line(text, found)}\n{line}{_below(text, found)}"
    if not isinstance(found, yaml.SequenceNode) or found.flow_style:
        raise UserError(
            f"params.yaml: {key}: expected a list with a line, - {{...}}, for each item. Write it like that."
        )
    indent = " " * found.start_mark.column
    end = _end_of_line(text, _last_index(found))
    return f"{text[:end]}\n{indent}- {_written(item)}{text[end:]}"


def _end_of_line(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _rest_of_line(text: str, node: yaml.Node) -> str:
    """The comment behind a value, if there is one."""
    rest = text[node.end_mark.index :].partition("\n")[0].strip()
    return f"  {rest}" if rest else ""


def _below(text: str, node: yaml.Node) -> str:
    return text[_end_of_line(text, node.end_mark.index) :] or "\n"


def _in_line(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) or bool(getattr(node, "flow_style", False))


def _replaced(text: str, start: int, end: int, new: str) -> str:
    if start == end:  # a key with nothing behind its colon
        new = f" {new}"
    gap = re.match(r" {2,}(?=#)", text[end:])
    if not gap:
        return text[:start] + new + text[end:]
    width = max(1, len(gap[0]) + (end - start) - len(new))
    return text[:start] + new + " " * width + text[end + len(gap[0]) :]


def _inserted(text: str, section: yaml.CollectionNode, entry: str) -> str:
    """Behind the last entry: in the braces, or on a line of its own."""
    if section.flow_style:
        last = section.value[-1][1].end_mark.index if section.value else section.start_mark.index + 1
        return f"{text[:last]}{', ' * bool(section.value)}{entry}{text[last:]}"
    indent = " " * section.value[0][0].start_mark.column
    end = _end_of_line(text, _last_index(section))
    return f"{text[:end]}\n{indent}{entry}{text[end:]}"


def _last_index(node: yaml.Node) -> int:
    """Where the last value of a node ends; what YAML takes for the end of a block lies behind its comments."""
    if _in_line(node):
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last_index(last[1] if isinstance(node, yaml.MappingNode) else last)


def _nested(keys: list[str], value: Any) -> dict[str, Any]:
    return {keys[0]: _nested(keys[1:], value) if keys[1:] else value}


def _written(value: Any) -> str:
    """In one line, as it stands inside brackets."""
    return yaml.safe_dump([value], default_flow_style=True, width=float("inf"), sort_keys=False).strip()[1:-1]
