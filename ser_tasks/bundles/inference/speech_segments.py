"""Segments with speech of a long recording, cut at its pauses, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import webrtcvad  # type: ignore[import-untyped]
from numpy.typing import NDArray

from ser_tasks.bundles.inference.streaming import SignalStatistics, in_lengths, signal_statistics
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    from ser_tasks.params import VoiceParams

SAMPLING_RATE = 16_000  # Hz, of what the detector gets, whatever rate the model takes
LEVEL = 0.06  # of full scale: what the loudest second reaches in the copy that the detector gets, see `voiced_frames`
Samples = NDArray[np.float32]


def speech_of(
    blocks: Callable[[str], Iterator[Samples]], *, path: Path, voice: VoiceParams
) -> tuple[SignalStatistics, list[tuple[float, float]]]:
    """Signal statistics of a recording, and its segments with speech as (start, end) in s; two passes.

    Args:
        blocks: reads the recording from its beginning, mono at SAMPLING_RATE, for the pass "level" or "speech"
        path: for the error
        voice: the detector, and what makes a segment of its frames

    Raises:
        UserError: no speech in it, or settings of the detector that it does not know
    """
    statistics = signal_statistics(blocks("level"), sampling_rate=SAMPLING_RATE)
    spans = segments(blocks("speech"), loud=statistics.loud, duration=statistics.duration, voice=voice)
    if not spans:
        raise UserError(
            f"{path}: no speech in {statistics.duration:.1f} s (peak {statistics.peak:.4f} of full scale). "
            "Listen to it: speech that is hardly louder than steady noise is not found, and the less the higher "
            "timeline.voice.aggressiveness in params.yaml is."
        )
    return statistics, spans


def sentences_in(
    voiced: Sequence[bool],
    *,
    onset_frames: int,
    onset_share: float,
    back_up_frames: int,
    pause_frames: int,
    pause_share: float,
    longest_frames: int,
) -> list[tuple[int, int]]:
    """Sentences in a row of frames, each as (first frame, frame after the last).

    Args:
        voiced: whether each frame holds speech
        onset_frames, onset_share: a sentence is detected when more than this share of the last frames is voiced
        back_up_frames: it began this many frames before it was detected, but after the sentence before
        pause_frames, pause_share: it ends, pause included, when more than this share of the last frames is not voiced
        longest_frames: it also ends at this length; and with the recording

    Source: the slicer of seed 000 (RayanWang/Speech_emotion_recognition_BLSTM): 30 ms, aggressiveness 3, 13 frames
    at 80 %, back 20, 26 frames at 90 %, 10 s; here by the time in the recording, there by that of the clock
    """
    sentences: list[tuple[int, int]] = []
    begin: int | None = None
    recent: deque[bool] = deque(maxlen=onset_frames)
    for now, speech in enumerate(voiced, start=1):
        recent.append(speech)
        if begin is None and sum(recent) > onset_share * onset_frames:
            begin = max(now - back_up_frames, sentences[-1][1] if sentences else 0)
            recent = deque(maxlen=pause_frames)
        elif begin is not None and (recent.count(False) > pause_share * pause_frames or now - begin >= longest_frames):
            sentences.append((begin, now))
            begin, recent = None, deque(maxlen=onset_frames)
    return sentences if begin is None else [*sentences, (begin, len(voiced))]


def segments(
    blocks: Iterable[Samples], *, loud: float, duration: float, voice: VoiceParams
) -> list[tuple[float, float]]:
    """Segments with speech, (start, end) in s, in order and without overlap; longer ones than `voice.longest` cut.

    Args:
        blocks: mono at SAMPLING_RATE, one after the other
        loud: magnitude of their loudest second, `SignalStatistics.loud`
        duration: of all of them, in s
        voice: the detector, and what makes a segment of its frames: see `sentences_in`
    """
    voiced = list(
        voiced_frames(blocks, loud=loud, frame=voice.frame, aggressiveness=voice.aggressiveness, warm_up=voice.warm_up)
    )
    rules = voice.model_dump(include={"onset_frames", "onset_share", "back_up_frames", "pause_frames", "pause_share"})
    found = sentences_in(voiced, **rules, longest_frames=max(1, round(voice.longest / voice.frame)))
    return [(first * voice.frame, min(last * voice.frame, duration)) for first, last in found]


def voiced_frames(
    blocks: Iterable[Samples], *, loud: float, frame: float, aggressiveness: int, warm_up: float
) -> Iterator[bool]:
    """Whether each frame holds speech, by WebRTC's mixture of Gaussians over six bands.

    The detector knows absolute levels: steady noise above about -28 dB of full scale is speech to it, however long it
    lasts, whatever the aggressiveness. So it gets a copy in which a voice is far below that. The first `warm_up` s
    it gets twice, and the second time counts: by then it has adapted to the room.

    Args:
        blocks: mono at SAMPLING_RATE, one after the other
        loud: magnitude of their loudest second
        frame: 0.010, 0.020 or 0.030 s
        aggressiveness: 0 takes most for speech, 3 least
        warm_up: in s
    """
    detector = webrtcvad.Vad(aggressiveness)
    frames = _as_bytes(blocks, length=round(frame * SAMPLING_RATE), scale=LEVEL / loud if loud else 1.0)
    first = list(islice(frames, max(1, round(warm_up / frame))))
    for sound in first:
        detector.is_speech(sound, SAMPLING_RATE)
    for sound in chain(first, frames):
        yield detector.is_speech(sound, SAMPLING_RATE)


def _as_bytes(blocks: Iterable[Samples], *, length: int, scale: float) -> Iterator[bytes]:
    """Frames as the detector takes them: 16 bits, the last filled up with silence."""
    for piece in in_lengths(blocks, length):
        level = np.clip(np.asarray(piece, np.float64) * scale, -1, 1)  # a click may be beyond
        yield np.round(np.pad(level, (0, length - len(piece))) * (2**15 - 1)).astype("<i2").tobytes()
