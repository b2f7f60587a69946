"""Where somebody speaks in a long recording, block by block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np
import webrtcvad  # type: ignore[import-untyped]
from numpy.typing import NDArray

from ser_tasks.audio.sentences import sentences_in
from ser_tasks.audio.vad import PEAK
from ser_tasks.bundles.inference.survey import in_lengths

if TYPE_CHECKING:
    from ser_tasks.params import VoiceParams

SAMPLING_RATE = 16_000  # Hz, of what the detector hears, whatever the model hears
Samples = NDArray[np.float32]


def segments(
    blocks: Iterable[Samples], *, peak: float, duration: float, voice: VoiceParams
) -> list[tuple[float, float]]:
    """Stretches with speech, (start, end) in s, in order and without overlap; longer ones than `voice.longest` cut.

    Args:
        blocks: mono at SAMPLING_RATE, one after the other
        peak: largest magnitude of all of them
        duration: of all of them, in s
        voice: the detector, and what makes a stretch of its frames: see `ser_tasks.audio.sentences`
    """
    voiced = list(
        voiced_frames(blocks, peak=peak, frame=voice.frame, aggressiveness=voice.aggressiveness, warm_up=voice.warm_up)
    )
    rules = voice.model_dump(include={"onset_frames", "onset_share", "back_up_frames", "pause_frames", "pause_share"})
    found = sentences_in(voiced, **rules, longest_frames=max(1, round(voice.longest / voice.frame)))
    return [(first * voice.frame, min(last * voice.frame, duration)) for first, last in found]


def voiced_frames(
    blocks: Iterable[Samples], *, peak: float, frame: float, aggressiveness: int, warm_up: float
) -> Iterator[bool]:
    """Whether each frame holds speech: `ser_tasks.audio.vad.speech_mask` for what does not fit into memory.

    The detector hears only the first `warm_up` s twice, not all: until then it has adapted to the room. Of recordings
    that are no longer, the answer is that of `speech_mask`.

    Args:
        blocks: mono at SAMPLING_RATE, one after the other
        peak: largest magnitude of all of them
        frame: 0.010, 0.020 or 0.030 s
        aggressiveness: 0 takes most for speech, 3 least
        warm_up: in s
    """
    detector = webrtcvad.Vad(aggressiveness)
    heard = _as_bytes(blocks, length=round(frame * SAMPLING_RATE), scale=PEAK / peak if peak else 1.0)
    first = list(islice(heard, max(1, round(warm_up / frame))))
    for sound in first:
        detector.is_speech(sound, SAMPLING_RATE)
    for sound in chain(first, heard):
        yield detector.is_speech(sound, SAMPLING_RATE)


def _as_bytes(blocks: Iterable[Samples], *, length: int, scale: float) -> Iterator[bytes]:
    """Frames as the detector takes them: 16 bits, the last filled up with silence."""
    for piece in in_lengths(blocks, length):
        level = np.asarray(np.asarray(piece, np.float64) * scale, np.float32)
        yield np.round(np.pad(level, (0, length - len(piece))) * (2**15 - 1)).astype("<i2").tobytes()
