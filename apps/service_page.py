"""The description of the service for people: plain HTML made of its OpenAPI description."""

from html import escape
from typing import Any

from ser_tasks.params import RequestParams

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font: 600 1.1rem ui-monospace, monospace; margin: 2rem 0 0; overflow-wrap: anywhere; }
code { overflow-wrap: anywhere; }
"""


def service_page(openapi: dict[str, Any], limits: RequestParams) -> str:
    """One page: each address, what it takes and gives, and the limits."""
    parts = [
        _operation(path, method, operation)
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(openapi["info"]["title"])}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{STYLE}</style>'
        f"<main><h1>{escape(openapi['info']['title'])}</h1><p>{escape(openapi['info']['summary'])} "
        f'The same for programs: <a href="openapi.json">openapi.json</a>.</p>'
        f"<p>At most {limits.megabytes:g} MB and {limits.files} files in a request, {limits.seconds:g} s of sound in a "
        f"file.</p>{''.join(parts)}</main></html>"
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    takes = ", ".join(operation.get("requestBody", {}).get("content", {}))
    answers = "".join(
        f"<li>{status} {escape(answer['description'])}</li>" for status, answer in operation["responses"].items()
    )
    return (
        f"<h2>{method.upper()} {escape(path)}</h2><p>{escape(operation['description'])}</p>"
        + (f"<p>Takes <code>{escape(takes)}</code></p>" if takes else "")
        + f"<ul>{answers}</ul>"
    )
