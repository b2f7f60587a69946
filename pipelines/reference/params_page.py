"""Every parameter: its section, its value in params.yaml, what is allowed, what it means, and which stages read it."""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from pipelines.reference.markdown import code, codes, plain, table, value
from pipelines.reference.stages_page import Stage, readers, stages_of
from ser_tasks.params import Section, TrainingParams
from ser_tasks.params.project import ProjectNetworks, ProjectParams
from ser_tasks.params.reading import PARAMS_FILE


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
    beside = {token.start[0]: _comment_text(token.string) for token in tokens if token.type == tokenize.COMMENT}
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
    for key, child in node.value if isinstance(node, yaml.MappingNode) else ():
        yield prefix + key.value, key.start_mark.line
        yield from _keys(child, f"{prefix}{key.value}.")


def _line_comments(text: str) -> Iterator[tuple[int, str]]:
    """Every line with what stands behind its last token."""
    ends: dict[int, int] = {}
    for token in yaml.scan(text):
        mark = token.end_mark
        if token.start_mark.index < mark.index:  # not those that only mark where a block begins or ends
            ends[mark.line] = max(ends.get(mark.line, 0), mark.column)
    for number, line in enumerate(text.splitlines()):
        rest = line[ends.get(number, 0) :].strip()
        yield number, _comment_text(rest) if rest.startswith("#") else ""


def _comment_text(comment: str) -> str:
    return " ".join(comment.lstrip("# ").split())


Schema = Mapping[str, Any]
REF = "#/$defs/"


def allowed(schema: Schema) -> str:
    """One phrase: type, range, length, or the words that may stand there."""
    if "oneOf" in schema:
        return "one of the kinds below"
    if "anyOf" in schema:
        return " or ".join(allowed(each) for each in schema["anyOf"])
    if "const" in schema or "enum" in schema:
        return codes(str(word) for word in schema.get("enum", [schema.get("const")]))
    return PHRASES[schema.get("type", "section")](schema)


def section_in(schema: Schema) -> str | None:
    """The name of the one section class that may stand here."""
    refs = [each["$ref"].removeprefix(REF) for each in (schema, *schema.get("anyOf", ())) if "$ref" in each]
    return refs[0] if refs else None


def _number(schema: Schema) -> str:
    whole = schema["type"] == "integer"
    bounds = []
    if "exclusiveMinimum" in schema:
        low = schema["exclusiveMinimum"]
        bounds.append(f"at least {low + 1}" if whole else f"above {low}")
    if "minimum" in schema:
        bounds.append(f"at least {schema['minimum']}")
    if "exclusiveMaximum" in schema:
        bounds.append(f"below {schema['exclusiveMaximum']}")
    if "maximum" in schema:
        bounds.append(f"at most {schema['maximum']}")
    return ", ".join(["whole number" if whole else "number", *bounds])


def _list(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"list: {'; '.join(allowed(item) for item in schema['prefixItems'])}"
    least = schema.get("minItems")
    return f"list{f', at least {least} long' if least else ''}: {allowed(schema['items'])}"


def _text(schema: Schema) -> str:
    return f"text matching {code(schema['pattern'])}" if "pattern" in schema else "text"


PHRASES: Mapping[str, Callable[[Schema], str]] = {
    "null": lambda schema: "`null`",
    "boolean": lambda schema: "`true`, `false`",
    "integer": _number,
    "number": _number,
    "array": _list,
    "string": _text,
    "object": lambda schema: "words by name",
    "section": lambda schema: "a section",
}


HEAD = """# Parameters

Every key of `params.yaml`, with the value that stands there. Keys without a default are required; unknown ones are
rejected with the nearest name, and a mistake is reported with its line. *Read by*: the [stages](stages.md) that a
change makes stale. What no stage reads is read by commands. To try a value without keeping it:
`dvc exp run -S training.epochs=20`.

"""
COLUMNS = ("key", "value", "allowed", "means")
NAMED = ("corpus", "evaluations", "ensembles", "bundles", "cross")  # sections of entries that have names of their own
ABSENT = object()
TRAINING = TrainingParams.__name__  # of a network: what differs from the section training, so not spelt out again


class Page:
    """What all parts of the page look things up in."""

    def __init__(self, text: str, stages: Mapping[str, Stage]) -> None:
        self.values, self.comments, self.stages = yaml.safe_load(text), file_comments(text), stages
        schema = ProjectParams.model_json_schema()
        self.keys = {key: schema["properties"][key] for key in self.values}  # in the order of the file
        self.schemas = schema["$defs"]
        self.beside = {each.__name__: field_comments(each) for each in _sections(Section)}

    def read_by(self, key: str) -> str:
        """The stages, linked."""
        names = readers(self.stages, key)
        return ", ".join(f"[{name}](stages.md#{name})" for name in names) or "no stage"

    def about(self, name: str) -> str:
        """The docstring of a section class."""
        return plain(self.schemas[name].get("description", ""))


def params_page(project: Path) -> str:
    """The whole page, of the params.yaml and dvc.yaml of a project's folder."""
    stages = stages_of(yaml.safe_load((project / "dvc.yaml").read_text(encoding="utf-8")))
    page = Page((project / PARAMS_FILE).read_text(encoding="utf-8"), stages)
    return "\n".join([HEAD, *(_section(key, schema, page) for key, schema in page.keys.items())])


def _section(key: str, schema: Schema, page: Page) -> str:
    """A heading, what the section is for, and a table of its keys."""
    name = section_in(schema) or _member(schema)
    lines = [f"## {key}\n", page.about(name)]
    if (comment := page.comments.get(key, "")) and comment.lower() not in lines[-1].lower():
        lines.append(f"In the file: *{plain(comment)}*")
    if key == "networks":
        return "\n\n".join([*lines, *(_network(own, page) for own in page.schemas[name]["properties"])])
    lines.append(f"Read by: {page.read_by(key)}.")
    if name == section_in(schema):
        return "\n\n".join([*lines, table(COLUMNS, _rows(key, name, page.values[key], page))])
    each, values = ("line", dict(enumerate(page.values[key], 1))) if "items" in schema else ("name", page.values[key])
    lines += [f"Each {each} has these keys:\n\n{table(COLUMNS, _rows(f'{key}.NAME', name, ABSENT, page))}"]
    return "\n\n".join([*lines, *_kinds(name, page), _named(values, each)])


def _network(own: str, page: Page) -> str:
    """One network, under a heading of its own."""
    key, name = f"networks.{own}", section_in(page.schemas[ProjectNetworks.__name__]["properties"][own]) or ""
    rows = table(COLUMNS, _rows(key, name, page.values["networks"].get(own, {}), page))
    comment = f" *{plain(page.comments[key])}*" if key in page.comments else ""
    return f"### {key}\n\n{page.about(name)}{comment}\n\nRead by: {page.read_by(key)}.\n\n{rows}"


def _rows(prefix: str, section: str, values: Any, page: Page) -> Iterator[tuple[str, ...]]:
    """A row for each key, those of sections inside it below it."""
    for own, schema in page.schemas[section]["properties"].items():
        key, inner = f"{prefix}.{own}", section_in(schema)
        found = values.get(own, ABSENT) if isinstance(values, dict) else ABSENT
        yield _row(key, schema, section, found, page)
        if inner and inner != TRAINING:
            yield from _rows(key, inner, found, page)


def _row(key: str, schema: Schema, section: str, found: Any, page: Page) -> tuple[str, ...]:
    """Key, value, what is allowed, and both comments."""
    own, inner = key.rpartition(".")[2], section_in(schema)
    texts = [page.beside[section].get(own), page.about(inner) if inner else None, page.comments.get(key)]
    means = "; ".join(plain(text) for text in _once([text for text in texts if text]))
    in_rows_below = inner and inner != TRAINING and isinstance(found, dict)
    default = f"{value(schema['default'])} (default)" if "default" in schema else "–"
    shown = default if found is ABSENT else "–" if in_rows_below else value(found)
    return code(_below_heading(key)), shown, allowed(schema), means


def _below_heading(key: str) -> str:
    """training.augmentation.tempo -> augmentation.tempo; networks.mlp.units -> units."""
    heading, _, rest = key.partition(".")
    return rest.partition(".")[2] if heading in ("networks", *NAMED) else rest or heading


def _once(texts: list[str]) -> list[str]:
    """The texts without those that are part of another."""
    return [text for place, text in enumerate(texts) if not any(text in other for other in texts[place + 1 :])]


def _member(schema: Schema) -> str:
    """The section class of each entry of a mapping or a list."""
    entry = schema["items"] if "items" in schema else next(iter(schema["patternProperties"].values()))
    return str(entry["$ref"]).removeprefix(REF)


def _kinds(section: str, page: Page) -> Iterator[str]:
    """The kinds of a section that has several, and the keys of each."""
    for own, schema in page.schemas[section]["properties"].items():
        names = [each["$ref"].removeprefix(REF) for each in schema.get("oneOf", ())]
        kinds = [page.schemas[name]["properties"]["kind"]["const"] for name in names]
        rows = [
            (code(kind), page.about(name), _keys_of_kind(name, page)) for kind, name in zip(kinds, names, strict=True)
        ]
        if rows:
            yield f"`{own}` is one of these kinds:\n\n{table(('kind', 'is', 'keys besides kind'), rows)}"


def _keys_of_kind(name: str, page: Page) -> str:
    keys = {key: schema for key, schema in page.schemas[name]["properties"].items() if key != "kind"}
    entries = [f"{code(key)}: {page.beside[name].get(key) or allowed(schema)}" for key, schema in keys.items()]
    return "; ".join(entries) or "–"


def _named(entries: Mapping[Any, Mapping[str, Any]], each: str) -> str:
    """The entries that params.yaml has."""
    keys = list(dict.fromkeys(key for entry in entries.values() for key in entry))
    rows = [(code(str(name)), *(value(entry.get(key)) for key in keys)) for name, entry in entries.items()]
    return f"In params.yaml:\n\n{table((each, *keys), rows)}" if rows else "In params.yaml: none."


def _sections(base: type[Section]) -> Iterator[type[Section]]:
    for each in base.__subclasses__():
        yield each
        yield from _sections(each)
    if base is Section:
        yield ProjectParams
