"""Whisper by CTranslate2, for who has a model: many languages, punctuation and case."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.provenance.file_digest import file_sha256
from ser_tasks.text.asr.engine import Engine, Transcript, Word, at_16_khz, library

INSTALL = "pip install faster-whisper"
NO_SPEECH = 0.6  # probability of no speech above which a segment has none
REPETITIVE = 2.4  # length of the text over that of its zlib compression, above which it goes round in a loop


class FasterWhisper:
    """A Whisper model in the library faster-whisper.

    Args:
        model: a folder that holds a converted model; or a name such as small.en or large-v3, or on the hub, which must
            be reachable once
        device: cpu, cuda, or auto
        compute_type: of CTranslate2: default, float32, float16, int8, int8_float16 ...
        beam_size: hypotheses kept

    Raises:
        UserError: the library is not installed, or it cannot load the model

    Source: Radford et al. (2022), arXiv:2212.04356
    """

    def __init__(self, *, model: str, device: str, compute_type: str, beam_size: int) -> None:
        load = library("faster_whisper", install=INSTALL).WhisperModel
        self._name, self._beam_size = model, beam_size
        try:
            self._model = load(model, device=device, compute_type=compute_type)
        except (OSError, RuntimeError, ValueError) as error:
            raise UserError(
                f"faster_whisper: cannot load the model '{model}' on {device} as {compute_type} ({error}). There is "
                f"{'a' if Path(model).is_dir() else 'no'} folder of that name. Give the folder of a model converted "
                "for CTranslate2, or the name of one on the hub, which must be reachable once."
            ) from None

    def transcribe(self, signal: NDArray[np.float32], *, sampling_rate: int, language: str | None) -> Transcript:
        """Words as they would be written; see `Transcriber`. Confidences are the probabilities of their tokens.

        Whisper writes words where nobody speaks. Its own rule leaves a segment out only where it is unsure of them,
        and in its loops it is not: here one is left out wherever no speech is the likelier, or it repeats itself.
        """
        if language is not None and language not in self._model.supported_languages:
            known = ", ".join(sorted(self._model.supported_languages))
            raise UserError(
                f"faster_whisper: the language is '{language}', the model '{self._name}' knows {known}. Set one of "
                "several languages: its name does not end in .en."
            )
        segments, about = self._model.transcribe(
            at_16_khz(signal, sampling_rate),
            language=language,
            beam_size=self._beam_size,
            temperature=0.0,  # no second try with drawn words: nothing by chance, nothing from the utterances before
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        spoken = [segment for segment in segments if _is_speech(segment)]
        words = tuple(_word(word) for segment in spoken for word in segment.words or ())
        found = language is None and len(self._model.supported_languages) > 1
        return Transcript(
            "".join(segment.text for segment in spoken).strip(),
            words,
            about.language,
            float(about.language_probability) if found else None,
        )


def _is_speech(segment: Any) -> bool:
    return bool(segment.no_speech_prob <= NO_SPEECH and segment.compression_ratio <= REPETITIVE)


def _word(word: Any) -> Word:
    return Word(word.word.strip(), float(word.start), float(word.end), float(word.probability))


def weights(settings: Mapping[str, Any]) -> dict[str, str]:
    """Sha256 of each file of a model's folder; none of a name, which is taken to mean the same weights for good."""
    folder = Path(settings["model"])
    files = sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    return {path.name: file_sha256(path) for path in files}


FASTER_WHISPER = Engine(FasterWhisper, ("faster-whisper", "ctranslate2"), INSTALL, languages=None, weights=weights)
