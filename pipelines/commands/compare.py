"""`ser compare`: which model, and how sure: on the terminal, and as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from pipelines.display.compare import show_blocks
from pipelines.evaluations.run_tags import provenance
from pipelines.report.block import Block
from pipelines.report.clips import clips_of
from pipelines.report.gather import gather
from pipelines.report.noise import snr_of
from pipelines.report.report import write_report
from pipelines.report.sections.confused import most_confused_of
from pipelines.settings import project_params
from ser_tasks.errors import UserError

MEGABYTE = 1e6


def compare(corpora: Sequence[str], *, to: Path | None, audio: bool | None) -> None:
    """Show the comparison, and write the report if it is asked for.

    Args:
        corpora: names; none: all that have results
        to: HTML file
        audio: clips in the file: True, False, or None: as each licence says
    """
    if to is not None and to.suffix.lower() not in {".html", ".htm"}:
        raise UserError(f"--to {to}: the report is HTML. Name a file that ends in .html.")
    with Console(stderr=True).status("reading results") as status:
        blocks = gather(corpora, project_params())
        status.update("testing models against each other")
        for block in blocks:
            assert block.verdict
    show_blocks(blocks)
    if to is None:
        return
    with Console(stderr=True).status("listening") as status:
        whole = []
        for block in blocks:

            def heard(done: int, of: int, name: str = block.name) -> None:
                status.update(f"{name}: noise of {done} of {of} recordings")

            whole.append(_with_sound(block, audio, heard))
            status.update("drawing")
        write_report(whole, to, made_from=_made_from())
    Console(highlight=False, soft_wrap=True).print(
        f"\n{to}: {to.stat().st_size / MEGABYTE:.1f} MB. Open it in a browser."
    )


def _with_sound(block: Block, audio: bool | None, heard: object) -> Block:
    """The block with what its recordings add."""
    ids = sorted({name for row in block.answered for name in row.answers.utterance_id})  # type: ignore[union-attr]
    snr = snr_of(block.comparison.corpus, block.utterances.reindex(ids), heard)  # type: ignore[arg-type]
    names = [one.utterance_id for one in most_confused_of(block)]
    clips, said = clips_of(block.corpus, block.utterances, names, audio=audio)
    return replace(block, snr=snr, clips=clips, clips_said=said)


def _made_from() -> dict[str, str]:
    """For the last line of the report."""
    known = provenance()
    changed = " (with changes)" if known["git.dirty"] == "true" else ""
    return {
        f"commit{changed}": known["git.commit"],
        "dvc.lock": known["dvc.lock"],
        "requirements.lock": known["requirements.lock"],
    }
