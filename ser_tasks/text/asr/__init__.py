"""Speech recognisers, for corpora without transcripts: a new one is a file beside this and a line in the table."""

from collections.abc import Mapping

from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Engine
from ser_tasks.text.asr.faster_whisper import FASTER_WHISPER
from ser_tasks.text.asr.pocketsphinx import POCKETSPHINX

ENGINES: Mapping[str, Engine] = {
    "pocketsphinx": POCKETSPHINX,
    "faster_whisper": FASTER_WHISPER,
}


def engine(name: str) -> Engine:
    """The engine that params.yaml calls `name`.

    Raises:
        UserError: no such entry
    """
    if name not in ENGINES:
        raise UserError(
            f"there is no speech recogniser '{name}', the table has {sorted(ENGINES)}. "
            "Fix the name in params.yaml, or add it to ENGINES in ser_tasks/text/asr/__init__.py."
        )
    return ENGINES[name]
