"""The words of a recording as a bundle reads them: its recogniser, and whether what it gives counts."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.text.asr import engine
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.card import SpeechRecognition
    from ser_tasks.text.asr.engine import Transcriber

SURE_OF_LANGUAGE = 0.5  # confidence from which another language than that of the training set is believed


@dataclass(frozen=True)
class RecognisedWords:
    """What was recognised, or given.

    Attributes:
        transcript: with its times, where the recogniser gave it
        doubt: why it does not count; None: it does
    """

    transcript: Transcript
    doubt: str | None

    @property
    def text(self) -> str | None:
        """The words that count; None: there are none."""
        return self.transcript.text if self.doubt is None else None


class SpeechToText:
    """The recogniser of a bundle; it is loaded when the first recording comes.

    Args:
        asr: of the card
        required: the model reads words alone, and without a recogniser there is no prediction at all
    """

    def __init__(self, asr: SpeechRecognition, *, required: bool) -> None:
        self.asr, self.required = asr, required
        self._one_at_a_time = Lock()  # a transcriber is for one thread, a service has several

    def __call__(self, signal: NDArray[np.float32], *, sampling_rate: int) -> RecognisedWords:
        """The words of one utterance; where no recogniser can be loaded, none, and the reason as the doubt.

        Args:
            signal: mono, shape (n_samples,), full scale [-1, 1]
            sampling_rate: in Hz

        Raises:
            UserError: no recogniser, and the model reads words alone
        """
        with self._one_at_a_time:
            found = self._transcriber
            if isinstance(found, str):
                return RecognisedWords(Transcript(""), found)
            transcript = found.transcribe(signal, sampling_rate=sampling_rate, language=None)
            if self._foreign(transcript) and not _believed(transcript):
                transcript = found.transcribe(signal, sampling_rate=sampling_rate, language=self.asr.languages[0])
        return self.judged(transcript)

    def judged(self, transcript: Transcript) -> RecognisedWords:
        """Whether these words count: the recogniser's, those of a part of a recording, or those that were given."""
        return RecognisedWords(transcript, self._doubt_about(transcript))

    def _doubt_about(self, transcript: Transcript) -> str | None:
        if not transcript.text.strip():
            return "no words were recognised"
        if self._foreign(transcript):
            trained = " or ".join(self.asr.languages)
            return f"the words are in another language ({transcript.language}) than those trained on ({trained})"
        if transcript.confidence is not None and transcript.confidence < self.asr.least_confidence:
            return f"the recogniser is unsure of the words ({100 * transcript.confidence:.0f} %)"
        return None

    def _foreign(self, transcript: Transcript) -> bool:
        known = self.asr.languages
        return bool(known) and transcript.language is not None and transcript.language not in known

    @cached_property
    def _transcriber(self) -> Transcriber | str:
        """Loaded; or the reason why there is none, found out once."""
        try:
            return self._loaded()
        except UserError as error:
            if self.required:
                raise
            return f"no words were recognised: {str(error).rstrip('.')}"

    def _loaded(self) -> Transcriber:
        line, asr = engine(self.asr.engine), self.asr
        if (here := line.versions()) != asr.versions:
            warnings.warn(
                f"the bundle was made with {_listed(asr.versions)}, but {_listed(here)} is installed. Its words may "
                "differ a little.",
                stacklevel=2,
            )
        found = line.weights(asr.settings)
        if asr.weights and found != asr.weights:
            model = asr.settings.get("model")
            where = "no such folder is here" if not found else "the files there are others"
            raise UserError(
                f"{asr.engine}: the bundle was made with the model in {model}, but {where}. Put the same model there: "
                "docs/words.md. Or give the words: --transcript"
            )
        return line.load(**asr.settings)


def _listed(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in versions.items())


def _believed(transcript: Transcript) -> bool:
    return transcript.language_confidence is None or transcript.language_confidence >= SURE_OF_LANGUAGE
