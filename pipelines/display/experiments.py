"""`ser experiments`: what runs of `dvc exp run` changed, and how the figures moved."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from rich.markup import escape

from pipelines.display.tables import CONSOLE, percent_points, show_rows
from ser_tasks.evaluation.result import percent
from ser_tasks.provenance.content_digest import flat

HEADLINES = {"uar": "UAR", "ccc": "CCC"}  # of classes and of dimensions
NONE_YET = "No experiments yet. Make one: dvc exp run -S 'svm.c=[1]' evaluate@demo-speaker_independent-svm"


class Experiment(NamedTuple):
    """One run beside the commit that it began from."""

    name: str
    base: str
    changed: tuple[str, ...]  # params: "svm.c: [3.0, 10.0] -> [1.0]"
    moved: tuple[dict[str, str], ...]  # rows of figures that are not what they were
    error: str


def experiments_of(shown: Sequence[Mapping[str, Any]]) -> Iterator[Experiment]:
    """Every experiment, commit by commit.

    Args:
        shown: what `dvc exp show --json` prints
    """
    for commit in shown:
        for own in commit.get("experiments") or ():
            (last, *_) = own["revs"]
            was, now = commit.get("data") or {}, last.get("data") or {}
            yield Experiment(
                name=own.get("name") or last["rev"][:7],
                base=commit.get("name") or commit["rev"][:7],
                changed=tuple(_changed(_values(was, "params"), _values(now, "params"))) if now else (),
                moved=tuple(_moved(was, now)),
                error=(last.get("error") or {}).get("msg", ""),
            )


def _values(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Dotted keys of all files of params or metrics."""
    return {
        key: value for file in (data.get(kind) or {}).values() for key, value in flat(file.get("data") or {}).items()
    }


def _changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) != now.get(key):
            yield f"{key}: {was.get(key)} -> {now.get(key)}"


def _moved(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """A line for each result whose headline differs."""
    before, after = ((data.get("metrics") or {}) for data in (was, now))
    for path, own in after.items():
        figures, old = own.get("data") or {}, (before.get(path) or {}).get("data") or {}
        for key, title in HEADLINES.items():
            if key in figures and figures[key] != old.get(key):
                *_, corpus, protocol, file = path.split("/")
                known = key in old
                yield {
                    "corpus": corpus,
                    "protocol": protocol,
                    "model": file.removesuffix(".json"),
                    "figure": title,
                    "was": percent(old[key]) if known else "–",
                    "is": percent(figures[key]),
                    "difference": percent_points(figures[key] - old[key]) if known else "",
                }


def show_experiments(found: Sequence[Experiment]) -> None:
    """Print each with its changed params, and a table of the figures that moved."""
    if not found:
        CONSOLE.print(NONE_YET)
    for own in found:
        CONSOLE.print(f"\n[bold]{escape(own.name)}[/]  [dim]from {escape(own.base)}[/]")
        for line in own.changed:
            CONSOLE.print(f"  {escape(line)}")
        if own.error:
            CONSOLE.print(f"  [red]{escape(own.error)}[/]")
        elif own.moved:
            show_rows([*own.moved], title="", dispensable=("protocol", "corpus"))
        else:
            CONSOLE.print("  no figure moved")
