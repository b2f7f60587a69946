"""Sections on speech recognition."""

from typing import Any, Literal

from pydantic import PositiveFloat, PositiveInt

from ser_tasks.params.base import Section


class PocketsphinxParams(Section):
    """The embedded recogniser of English."""

    grammar: str | None  # all that can be said, as the right-hand side of a JSGF rule; null: any English


class FasterWhisperParams(Section):
    """Whisper by CTranslate2."""

    model: str  # folder of a converted model, or name on the hub
    device: str  # cpu, cuda, auto
    compute_type: str  # default, float32, float16, int8, int8_float16 ...
    beam_size: PositiveInt  # hypotheses kept while it decodes


class AsrParams(Section):
    """Transcripts from speech: which engine, and the settings of each."""

    engine: Literal["pocketsphinx", "faster_whisper"]
    shard_minutes: PositiveFloat  # audio in one task: what a killed run hears again at most
    pocketsphinx: PocketsphinxParams
    faster_whisper: FasterWhisperParams

    @property
    def settings(self) -> dict[str, Any]:
        """Those of the engine that is set."""
        chosen: Section = getattr(self, self.engine)
        return chosen.model_dump(mode="json")
