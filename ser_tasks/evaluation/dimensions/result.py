"""results/dimensions/<corpus>/<protocol>/<model>.json: read, and as rows of a table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ser_tasks.evaluation.result import read_json_result

FOLDER = "dimensions"  # below results/


def read_dimension_results(folder: Path) -> list[dict[str, Any]]:
    """Every result of dimensions below results/, by corpus, protocol and model; there may be none.

    Raises:
        UserError: a file is not a result
    """
    return [read_dimension_result(file) for file in sorted(folder.glob(f"{FOLDER}/*/*/*.json"))]


def read_dimension_result(file: Path) -> dict[str, Any]:
    """One result.

    Raises:
        UserError: the file is not one
    """
    return read_json_result(file, "ccc", "dimensions")


def dimensions_table(results: list[dict[str, Any]]) -> list[dict[str, str]]:
    """One row for each corpus, model and protocol; columns as text."""
    names = list(dict.fromkeys(name for result in results for name in result["dimensions"]))
    return [
        {
            "corpus": result["corpus"] + (" (synthetic)" if result["corpus_kind"] == "synthetic" else ""),
            "model": result["model"],
            "protocol": result["protocol_kind"],
            "mean CCC [95 %]": ccc_with_interval(result),
            **{name: _own(result, name) for name in names},
        }
        for result in results
    ]


def ccc_with_interval(figures: Mapping[str, Any]) -> str:
    """.613 [.570, .652]."""
    return f"{short(figures['ccc'])} [{short(figures['ccc_low'])}, {short(figures['ccc_high'])}]"


def _own(result: Mapping[str, Any], name: str) -> str:
    own = result["dimensions"].get(name)
    return "–" if own is None else short(own["ccc"])


def short(value: float) -> str:
    """0.6134 -> .613; a figure that cannot be above 1 needs no digit before the point."""
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 else text
