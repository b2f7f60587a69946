"""The utterances that most models get wrong with confidence, to listen to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from pipelines.report.parts import UNKNOWN, Cell, Section, join, note, table
from ser_tasks.evaluation.comparison.confused import Confused, most_confused

if TYPE_CHECKING:
    from pipelines.report.block import Block

TOP = 12


def confused(block: Block) -> Section | None:
    """None where answers are not here, or nothing is wrong."""
    found = most_confused_of(block)
    if not found:
        return None
    models = [row.name for row in block.answered]
    heard = bool(block.clips)
    columns = ["utterance", *(["listen"] if heard else []), "truth", *models, "words"]
    caption = (
        f"The {len(found)} that most of {len(models)} models get wrong, the most confident first; ✗ wrong, ✓ right, "
        "with the confidence"
    )
    rows = [_row(one, block, models, heard=heard) for one in found]
    return Section(
        "confused", "What fools them", join(note(block.clips_said), table(caption, columns, rows, css="wide clips"))
    )


def most_confused_of(block: Block) -> list[Confused]:
    """Those of one chapter."""
    tables = {row.name: row.answers for row in block.answered if row.answers is not None}
    return most_confused(tables, block.classes, top=TOP)


def _row(one: Confused, block: Block, models: list[str], *, heard: bool) -> list[Cell | str]:
    words = block.utterances.transcript.get(one.utterance_id) if "transcript" in block.utterances else None
    speaker = block.speakers.get(one.utterance_id, UNKNOWN)
    name = Markup("{}<br><small>speaker {}</small>").format(one.utterance_id, speaker)
    listen = [Cell(_player(block.clips.get(one.utterance_id), one.utterance_id), css="clip")] if heard else []
    return [
        Cell(name),
        *listen,
        Cell(Markup("<strong>{}</strong>").format(one.truth), css="words"),
        *(_answer(*one.answers[model], truth=one.truth) for model in models),
        Cell(words if isinstance(words, str) else UNKNOWN, css="left"),
    ]


def _answer(emotion: str, probability: float, *, truth: str) -> Cell:
    sign = "✓" if emotion == truth else "✗"
    return Cell(Markup("{} {}<br><small>{:.0f} %</small>").format(sign, emotion, 100 * probability), css="words")


def _player(clip: str | None, name: str) -> Markup | str:
    if clip is None:
        return UNKNOWN
    return Markup('<audio controls preload="none" src="{}" aria-label="{}"></audio>').format(clip, name)
