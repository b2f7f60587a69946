"""`ser compare`: which model, and how sure: on the terminal, and as one HTML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from pipelines.display.tables import CONSOLE, show_rows
from pipelines.evaluations.dimension_answers import dimension_answers
from pipelines.report.block import Block
from pipelines.report.gather import RESULTS, clips_of, gather, snr_of
from pipelines.report.settings import comparison_params
from pipelines.report.spread import over_folds
from ser_tasks.errors import UserError
from ser_tasks.evaluation.comparison.verdict import p_value
from ser_tasks.evaluation.dimensions.agreement import mean_concordance
from ser_tasks.evaluation.dimensions.comparison import against_best
from ser_tasks.evaluation.dimensions.rated import DIMENSIONS
from ser_tasks.evaluation.result import percent, read_results, with_interval

if TYPE_CHECKING:
    from pipelines.report.block import Block
    from ser_tasks.evaluation.comparison.rows import Row
    from ser_tasks.evaluation.dimensions.agreement import Rated


MEGABYTE = 1e6


def compare(corpora: Sequence[str], *, to: Path | None, audio: bool | None) -> None:
    """Print the comparison, and write the report if `to` is given.

    Args:
        corpora: names; none: all that have results
        to: HTML file
        audio: clips in the file: True, False, or None: as each licence allows
    """
    if to is not None and to.suffix.lower() not in {".html", ".htm"}:
        raise UserError(f"--to {to}: the report is HTML. Name a file that ends in .html.")
    dimensions = dimension_answers(corpora)
    there = {result["corpus"] for result in read_results(RESULTS, required=not dimensions)}
    of_classes = [name for name in corpora if name in there or name not in {corpus for corpus, _ in dimensions}]
    if of_classes or (there and not corpora) or to is not None:
        with Console(stderr=True).status("reading results") as status:
            blocks = gather(of_classes, comparison_params())
            status.update("testing models against each other")
            for block in blocks:
                assert block.verdict
        show_blocks(blocks)
    show_dimensions(dimensions)
    if to is None:
        return
    from pipelines.report.report import write_report  # noqa: PLC0415  with templates, and codecs of sound

    with Console(stderr=True).status("estimating noise") as status:
        whole = []
        for block in blocks:

            def report(done: int, of: int, name: str = block.name) -> None:
                status.update(f"{name}: noise of {done} of {of} recordings")

            whole.append(_with_sound(block, audio, report))
            status.update("drawing")
        write_report(whole, to, made_from=_made_from())
    Console(highlight=False, soft_wrap=True).print(
        f"\n{to}: {to.stat().st_size / MEGABYTE:.1f} MB. Open it in a browser."
    )


def _with_sound(block: Block, audio: bool | None, report: object) -> Block:
    """The block with noise estimates and clips of its recordings."""
    from pipelines.report.sections.confused import most_confused_of  # noqa: PLC0415

    ids = sorted({name for row in block.predicted for name in row.answers.utterance_id})  # type: ignore[union-attr]
    snr = snr_of(block.comparison.corpus, block.utterances.reindex(ids), report)  # type: ignore[arg-type]
    names = [one.utterance_id for one in most_confused_of(block)]
    clips, clips_note = clips_of(block.corpus, block.utterances, names, audio=audio)
    return replace(block, snr=snr, clips=clips, clips_note=clips_note)


def _made_from() -> dict[str, str]:
    """Versions of code and data, for the last line of the report."""
    from pipelines.evaluations.run_tags import provenance  # noqa: PLC0415

    known = provenance()
    changed = " (with changes)" if known["git.dirty"] == "true" else ""
    return {
        f"commit{changed}": known["git.commit"],
        "dvc.lock": known["dvc.lock"],
        "requirements.lock": known["requirements.lock"],
    }


def show_dimensions(answers_of: Mapping[tuple[str, str], Mapping[str, Rated]]) -> None:
    """Print, for each corpus and protocol, every model of dimensions whose predictions are here against the best."""
    for (corpus, protocol), answers in answers_of.items():
        found = against_best(answers, comparison_params().evaluation)
        rows = [
            {
                "model": name,
                "mean CCC": f"{mean_concordance(answers[name]):.3f}",
                "best less it [95 %]": f"{own.difference:.3f} [{own.interval.low:.3f}, {own.interval.high:.3f}]",
                "p": p_value(own.p).removeprefix("p ").removeprefix("= "),
            }
            for name, own in found.items()
        ]
        rows[0] |= {"best less it [95 %]": "best", "p": ""}
        CONSOLE.print()
        show_rows(rows, title=escape(f"{corpus} · {protocol} · {', '.join(DIMENSIONS)}"))


SIGNS = {
    "best": "● best",
    "tied": "◆ tied",
    "worse": "○ worse",
    "not tested": "□ not tested",
    "adapted": "▲ needs the speaker first",
}


def show_blocks(blocks: Sequence[Block]) -> None:
    """Print a table and the conclusion for each comparison."""
    for block in blocks:
        CONSOLE.print()
        show_rows([_line(block, row) for row in block.rows], title=escape(block.title))
        for sentence in block.verdict:
            CONSOLE.print(f"  {escape(sentence)}")
    CONSOLE.print(
        "\n[dim]UAR in %, 95 % interval over speakers. Tied: a paired test over speakers, corrected for the number of "
        "models (Holm), finds no significant difference from the best.[/]"
    )


def _line(block: Block, row: Row) -> dict[str, str]:
    result = row.result
    dependent = block.dependent.get(row.name)
    return {
        "model": row.name,
        "status": SIGNS[block.mark(row)],
        "p": _p(block, row),
        "UAR [95 %]": with_interval(result),
        "fold mean ± sd": over_folds(result),
        "WA": percent(result["accuracy"]),
        "F1": percent(result["macro_f1"]),
        "speaker-dependent": percent(dependent["uar"]) if dependent else "–",
    }


def _p(block: Block, row: Row) -> str:
    found = block.adapted_standing if row.needs_test_speakers else block.standing
    if found is None or row.name not in found.tests:
        return ""
    return p_value(found.tests[row.name].p).removeprefix("p ").removeprefix("= ")
