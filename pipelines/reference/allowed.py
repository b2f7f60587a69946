"""What a key may be, in words, from the JSON schema of its section."""

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.reference.markdown import code, codes

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
