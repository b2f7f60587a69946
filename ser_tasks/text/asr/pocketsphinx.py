"""The embedded speech recogniser: English, small enough to come with its package, far from the state of the art."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Engine, Transcript, Word, at_16_khz, library

INSTALL = "make setup-all"
LANGUAGE = "en"
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
FILLER = re.compile(r"<.*>|\[.*\]")  # <s>, <sil>, [NOISE]: what the dictionary of fillers holds
VARIANT = re.compile(r"\(\d+\)$")
FRAME_RATE = 100  # frames a second of the decoder


class Pocketsphinx:
    """CMU PocketSphinx with the acoustic model, dictionary and trigrams (US English) of its package.

    Args:
        grammar: all that can be recognised, as the right-hand side of a JSGF rule: "yes | no", "(left | right)+";
            the nearest of that is recognised in any speech. None: the trigrams

    Raises:
        UserError: pocketsphinx is not installed, or a word or the form of the grammar is not known

    Source: Huggins-Daines et al. (2006), doi:10.1109/ICASSP.2006.1659988
    """

    def __init__(self, *, grammar: str | None) -> None:
        build = library("pocketsphinx", install=INSTALL).Decoder
        quiet = {"loglevel": "FATAL", "cmn": "batch"}  # cepstral means of the utterance, not of those before
        self._decoder = build(**quiet) if grammar is None else build(lm=None, **quiet)
        if grammar is not None:
            _constrain(self._decoder, grammar)

    def transcribe(self, signal: NDArray[np.float32], *, sampling_rate: int, language: str | None) -> Transcript:
        """Words in lower case without punctuation; see `Transcriber`.

        Confidences are posteriors of the word lattice (Wessel et al. 2001, doi:10.1109/89.906002), as the decoder
        states them.
        """
        if language not in (None, LANGUAGE):
            raise UserError(
                f"pocketsphinx: the language is '{language}', its model knows '{LANGUAGE}'. "
                "Set the engine faster_whisper with a model of that language."
            )
        samples = np.round(np.clip(at_16_khz(signal, sampling_rate), -1, 1) * (2**15 - 1)).astype("<i2")
        if not samples.any():  # of digital silence it makes a word, another one after each recording before
            return Transcript("", (), LANGUAGE)
        self._decoder.reinit_feat()  # forgets the noise of the utterances before
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()
        segments = self._decoder.seg() if self._decoder.hyp() is not None else None
        longest = len(signal) / sampling_rate
        words = tuple(_word(one, longest) for one in segments or () if FILLER.fullmatch(one.word) is None)
        return Transcript(" ".join(word.text for word in words), words, LANGUAGE)


def _word(segment: Any, longest: float) -> Word:
    """The last frame is part of it, and may be longer than the signal; (2) behind a word names a pronunciation."""
    start, end = segment.start_frame / FRAME_RATE, (segment.end_frame + 1) / FRAME_RATE
    return Word(VARIANT.sub("", segment.word), start, min(end, longest), min(1.0, float(segment.prob)))


def _constrain(decoder: Any, grammar: str) -> None:
    unknown = sorted({word for word in WORD.findall(grammar) if decoder.lookup_word(word) is None})
    if unknown:
        raise UserError(
            f"pocketsphinx: the grammar {grammar!r} has words that its dictionary lacks: {', '.join(unknown)}. "
            "Write them in lower case, or as words that sound alike."
        )
    try:
        decoder.add_jsgf_string("said", f"#JSGF V1.0; grammar said; public <utterance> = {grammar};")
    except ValueError:
        raise UserError(
            f"pocketsphinx: {grammar!r} is not the right-hand side of a JSGF rule. Write it like 'yes | no'."
        ) from None
    decoder.activate_search("said")


POCKETSPHINX = Engine(Pocketsphinx, ("pocketsphinx",), INSTALL, languages=(LANGUAGE,))
