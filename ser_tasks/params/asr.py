"""Sections on speech recognition."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from pydantic import PositiveFloat, PositiveInt

from ser_tasks.params.base import Fraction, Section


class PocketsphinxParams(Section):
    """The embedded recogniser of English."""

    grammar: str | None  # all that can be said, as the right-hand side of a JSGF rule; null: any English


class FasterWhisperParams(Section):
    """Whisper by CTranslate2."""

    model: str  # folder of a converted model, as ser fetch-encoder writes it, or name on the hub
    device: str  # cpu, cuda, auto
    compute_type: str  # default, float32, float16, int8, int8_float16 ...
    beam_size: PositiveInt  # hypotheses kept while it decodes


class AsrParams(Section):
    """Transcripts from speech: which engine, and the settings of each."""

    engine: Literal["auto", "pocketsphinx", "faster_whisper"]  # auto: faster_whisper where it and its model are here
    shard_minutes: PositiveFloat  # audio in one task: what a killed run repeats at most
    least_confidence: Fraction  # mean over recognised words below which a bundle does not use them
    pocketsphinx: PocketsphinxParams
    faster_whisper: FasterWhisperParams

    @property
    def engine_here(self) -> str:
        """The engine that is set; of auto, the best one that is installed and has its model in a folder."""
        if self.engine != "auto":
            return self.engine
        ready = find_spec("faster_whisper") is not None and Path(self.faster_whisper.model).is_dir()
        return "faster_whisper" if ready else "pocketsphinx"

    @property
    def settings(self) -> dict[str, Any]:
        """Those of this engine."""
        chosen: Section = getattr(self, self.engine_here)
        return chosen.model_dump(mode="json")
