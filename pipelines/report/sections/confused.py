"""The utterances that most models get wrong with confidence, with their clips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.report.parts import UNKNOWN, Cell, Section, join, note, render, table
from ser_tasks.evaluation.comparison.confused import Confused, most_confused

if TYPE_CHECKING:
    from pipelines.report.block import Block

TOP = 12


def confused(block: Block) -> Section | None:
    """The section; None where no predictions are on this machine, or none is wrong."""
    found = most_confused_of(block)
    if not found:
        return None
    models = [row.name for row in block.predicted]
    with_clips = bool(block.clips)
    columns = ["utterance", *(["listen"] if with_clips else []), "truth", *models, "words"]
    caption = (
        f"The {len(found)} that most of {len(models)} models get wrong, the most confident first; ✗ wrong, ✓ right, "
        "with the confidence"
    )
    rows = [_row(one, block, models, with_clips=with_clips) for one in found]
    return Section(
        "confused", "Confident errors", join(note(block.clips_note), table(caption, columns, rows, css="wide clips"))
    )


def most_confused_of(block: Block) -> list[Confused]:
    """The utterances of one chapter."""
    tables = {row.name: row.answers for row in block.predicted if row.answers is not None}
    return most_confused(tables, block.classes, top=TOP)


def _row(one: Confused, block: Block, models: list[str], *, with_clips: bool) -> list[Cell | str]:
    words = block.utterances.transcript.get(one.utterance_id) if "transcript" in block.utterances else None
    speaker = block.speakers.get(one.utterance_id, UNKNOWN)
    name = render("over", one.utterance_id, f"speaker {speaker}")
    listen = [Cell(_player(block.clips.get(one.utterance_id), one.utterance_id), css="clip")] if with_clips else []
    return [
        Cell(name),
        *listen,
        Cell(render("strong", one.truth), css="words"),
        *(_answer(*one.answers[model], truth=one.truth) for model in models),
        Cell(words if isinstance(words, str) else UNKNOWN, css="left"),
    ]


def _answer(emotion: str, probability: float, *, truth: str) -> Cell:
    sign = "✓" if emotion == truth else "✗"
    return Cell(render("over", f"{sign} {emotion}", f"{100 * probability:.0f} %"), css="words")


def _player(clip: str | None, name: str) -> Markup | str:
    if clip is None:
        return UNKNOWN
    return render("player", clip, name)
