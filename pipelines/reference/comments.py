"""The comments beside the keys: those of params.yaml, and those of the fields that declare them."""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Iterator
from contextlib import suppress

import yaml
from pydantic import BaseModel


def field_comments(section: type[BaseModel]) -> dict[str, str]:
    """{field: the comment behind its declaration}, inherited fields too."""
    comments: dict[str, str] = {}
    for base in reversed(section.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            with suppress(OSError):  # a class made from the tables has no text
                comments |= _declared(textwrap.dedent(inspect.getsource(base)))
    return comments


def _declared(source: str) -> dict[str, str]:
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    beside = {token.start[0]: _text(token.string) for token in tokens if token.type == tokenize.COMMENT}
    fields = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AnnAssign)]
    return {ast.unparse(node.target): beside[node.end_lineno or 0] for node in fields if node.end_lineno in beside}


def file_comments(text: str) -> dict[str, str]:
    """{dotted key of a YAML file: the comment in its line}; lines of nothing else continue it.

    A line that has several keys gives its comment to the first, which holds the others.
    """
    begins: dict[int, str] = {}
    for own, line in _keys(yaml.compose(text)):
        begins.setdefault(line, own)
    comments: dict[str, list[str]] = {}
    key = ""
    for line, comment in _line_comments(text):
        key = begins.get(line, key)
        if key and comment:
            comments.setdefault(key, []).append(comment)
    return {name: " ".join(parts) for name, parts in comments.items()}


def _keys(node: yaml.Node | None, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Every dotted key with its line, from 0, a section before what it holds."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        yield prefix + key.value, key.start_mark.line
        yield from _keys(value, f"{prefix}{key.value}.")


def _line_comments(text: str) -> Iterator[tuple[int, str]]:
    """Every line with what stands behind its last token."""
    ends: dict[int, int] = {}
    for token in yaml.scan(text):
        mark = token.end_mark
        if token.start_mark.index < mark.index:  # not those that only say where a block begins or ends
            ends[mark.line] = max(ends.get(mark.line, 0), mark.column)
    for number, line in enumerate(text.splitlines()):
        rest = line[ends.get(number, 0) :].strip()
        yield number, _text(rest) if rest.startswith("#") else ""


def _text(comment: str) -> str:
    return " ".join(comment.lstrip("# ").split())
