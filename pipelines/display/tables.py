"""Tables on the terminal."""

from collections.abc import Mapping, Sequence
from shutil import get_terminal_size
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ser_tasks.evaluation.dimensions.result import ccc_with_interval
from ser_tasks.evaluation.result import EACH_SEED, each_seed, fold_means, percent, with_interval

WIDEST = 160  # columns of a table of predictions in a file
UNLIMITED = 10_000  # columns of a file or a pipe
CONSOLE = Console(highlight=False, soft_wrap=True, width=UNLIMITED)  # no line of a file or a pipe is cropped
OF_RESULTS = ("fold mean ± sd", "F1", "WA", EACH_SEED, "classes", "protocol")  # what a table of results can do without
OF_DIMENSIONS = ("protocol",)

FOLDED = "model"  # column whose names are broken where nothing else helps


def show_rows(rows: list[dict[str, str]], *, title: str, dispensable: Sequence[str] = ()) -> None:
    """Print a table, one line a row; where the terminal is too narrow for it, columns are left out, and named.

    Args:
        rows: column -> text
        title: above the table
        dispensable: columns that may be left out, the first one first; then long names of models take several lines
    """
    left_out: list[str] = []
    table = _table(rows, title, left_out)
    for column in filter(rows[0].__contains__, dispensable):
        if CONSOLE.measure(table).maximum <= columns_here():
            break
        left_out.append(column)
        table = _table(rows, title, left_out)
    too_wide = CONSOLE.measure(table).maximum - columns_here()
    if too_wide > 0 and FOLDED in rows[0]:
        longest = max(len(row[FOLDED]) for row in rows) - too_wide
        table = _table([row | {FOLDED: _in_lines(row[FOLDED], longest)} for row in rows], title, left_out)
    CONSOLE.print(table)
    if left_out:
        CONSOLE.print(f"Left out, for want of width: {', '.join(left_out)}.")


def _in_lines(name: str, longest: int) -> str:
    """A name that is longer, broken behind underscores, if it has some."""
    at = name.rfind("_", 1, longest) + 1
    return name if len(name) <= longest or not at else f"{name[:at]}\n{_in_lines(name[at:], longest)}"


def _table(rows: Sequence[Mapping[str, str]], title: str, left_out: Sequence[str]) -> Table:
    shown = [column for column in rows[0] if column not in left_out]
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0)
    )
    for column in shown:
        table.add_column(_header(column), no_wrap=True)
    for row in rows:
        table.add_row(*(row[column] for column in shown))
    return table


def columns_here() -> int:
    """Width of the terminal, or COLUMNS; a file or a pipe has room for every table."""
    return get_terminal_size((UNLIMITED, 24)).columns


def _header(column: str) -> str:
    """A long one in two lines: speaker-dependent is five characters of figures."""
    return column.replace("speaker-", "speaker-\n")


def percent_points(difference: float) -> str:
    """0.0123 -> +1.2."""
    return f"{100 * difference:+.1f}"


def tested(result: Mapping[str, Any]) -> str:
    """224 utterances; of a test part, 2610 of 13708 utterances; 1695 predictions of 339 where folds overlap."""
    first_seed = min(fold["seed"] for fold in result["folds"])
    count = sum(fold["test_utterances"] for fold in result["folds"] if fold["seed"] == first_seed)
    if count > result["utterances"]:
        return f"{count} predictions of {result['utterances']} utterances"
    return f"{count} utterances" if count == result["utterances"] else f"{count} of {result['utterances']} utterances"


def in_folds(result: Mapping[str, Any]) -> str:
    """6 folds; with several seeds, 6 folds × 3 seeds (UAR 80.9, 81.4, 82.0)."""
    folds, seeds = ({fold[key] for fold in result["folds"]} for key in ("fold", "seed"))
    several = f" × {len(seeds)} seeds (UAR {each_seed(result)})" if len(seeds) > 1 else ""
    return f"{len(folds)} fold{'s' * (len(folds) > 1)}{several}"


def _show_title(result: Mapping[str, Any]) -> None:
    kind = "  (synthetic speech)" if result["corpus_kind"] == "synthetic" else ""
    CONSOLE.print(f"\n[bold]{result['corpus']} · {result['protocol']} · {result['model']}[/]{kind}")


def show_dimensions(result: Mapping[str, Any]) -> None:
    """Print one evaluation of dimensions: a line for all, and one for each."""
    _show_title(result)
    CONSOLE.print(
        f"  mean CCC {ccc_with_interval(result)}   {tested(result)}, {result['speakers'] or 'unknown'} speakers, "
        f"{in_folds(result)}"
    )
    show_each_dimension(result)
    if result.get("dropped"):
        CONSOLE.print(f"  Left out: {', '.join(f'{count} × {reason}' for reason, count in result['dropped'].items())}")
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")


def show_each_dimension(result: Mapping[str, Any]) -> None:
    """Print a line for each dimension."""
    for name, own in result["dimensions"].items():
        CONSOLE.print(
            f"  {name:<10} CCC {ccc_with_interval(own)}   r {own['pearson']:.3f}   RMSE {own['rmse']:.2f}   "
            f"MAE {own['mae']:.2f}   {percent(own['interval_coverage'])} % within ± {own['interval_width'] / 2:.2f}"
        )


def show_result(result: Mapping[str, Any]) -> None:
    """Print one evaluation in three lines."""
    _show_title(result)
    CONSOLE.print(
        f"  UAR {with_interval(result)}   WA {percent(result['accuracy'])}   macro F1 {percent(result['macro_f1'])}"
        f"   weighted F1 {percent(result['weighted_f1'])}"
        f"   {tested(result)}, {result['speakers'] or 'unknown'} speakers, {in_folds(result)}"
    )
    if result["protocol"] == "emobox":
        means = fold_means(result)
        CONSOLE.print(
            f"  fold means, to compare with EmoBox: UA {percent(means['uar'])}   WA {percent(means['accuracy'])}"
            f"   F1 {percent(means['macro_f1'])}"
        )
    if "emotion" in result:
        own = result["emotion"]
        CONSOLE.print(f"  emotion alone: UAR {with_interval(own)}   WA {percent(own['accuracy'])}")
    CONSOLE.print("  recall  " + "   ".join(f"{name} {percent(r)}" for name, r in result["recall"].items()))
    for warning in result["warnings"]:
        CONSOLE.print(f"  [yellow]{warning}[/]")
