"""Every knob: its section, its value in params.yaml, what it may be, what it means, and which stages read it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.reference.allowed import REF, Schema, allowed, section_in
from pipelines.reference.comments import field_comments, file_comments
from pipelines.reference.markdown import code, plain, table, value
from pipelines.reference.stages import Stage, readers, stages_of
from ser_tasks.params import Section, TrainingParams
from ser_tasks.params.project import ProjectNetworks, ProjectParams
from ser_tasks.params.reading import PARAMS_FILE

HEAD = """# Parameters

Every key of `params.yaml`, with the value that stands there. Keys without a default are required; unknown ones are
refused with the nearest name, and a mistake is reported with its line. *Read by*: the [stages](stages.md) that a
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
    said = [page.beside[section].get(own), page.about(inner) if inner else None, page.comments.get(key)]
    means = "; ".join(plain(text) for text in _once([text for text in said if text]))
    in_rows_below = inner and inner != TRAINING and isinstance(found, dict)
    default = f"{value(schema['default'])} (default)" if "default" in schema else "–"
    shown = default if found is ABSENT else "–" if in_rows_below else value(found)
    return code(_below_heading(key)), shown, allowed(schema), means


def _below_heading(key: str) -> str:
    """training.augmentation.tempo -> augmentation.tempo; networks.mlp.units -> units."""
    heading, _, rest = key.partition(".")
    return rest.partition(".")[2] if heading in ("networks", *NAMED) else rest or heading


def _once(texts: list[str]) -> list[str]:
    """Without those that another one says too."""
    return [text for place, text in enumerate(texts) if not any(text in other for other in texts[place + 1 :])]


def _member(schema: Schema) -> str:
    """The section class of each entry of a mapping or a list."""
    entry = schema["items"] if "items" in schema else next(iter(schema["patternProperties"].values()))
    return str(entry["$ref"]).removeprefix(REF)


def _kinds(section: str, page: Page) -> Iterator[str]:
    """The kinds of a section that has several, and what each asks for."""
    for own, schema in page.schemas[section]["properties"].items():
        names = [each["$ref"].removeprefix(REF) for each in schema.get("oneOf", ())]
        kinds = [page.schemas[name]["properties"]["kind"]["const"] for name in names]
        rows = [(code(kind), page.about(name), _asks(name, page)) for kind, name in zip(kinds, names, strict=True)]
        if rows:
            yield f"`{own}` is one of these kinds:\n\n{table(('kind', 'is', 'keys besides kind'), rows)}"


def _asks(name: str, page: Page) -> str:
    keys = {key: schema for key, schema in page.schemas[name]["properties"].items() if key != "kind"}
    said = [f"{code(key)}: {page.beside[name].get(key) or allowed(schema)}" for key, schema in keys.items()]
    return "; ".join(said) or "–"


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
