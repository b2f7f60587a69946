"""A long recording cut into sentences at its pauses."""

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.vad import speech_mask


def sentence_spans(
    signal: NDArray[np.floating],
    *,
    sampling_rate: int,
    frame: float,
    aggressiveness: int,
    onset_frames: int,
    onset_share: float,
    back_up_frames: int,
    pause_frames: int,
    pause_share: float,
    longest: float,
) -> list[tuple[float, float]]:
    """Sentences of a recording as (start, end) in s, in order and without overlap.

    Args:
        signal, sampling_rate, frame, aggressiveness: as in `speech_mask`
        onset_frames, onset_share, back_up_frames, pause_frames, pause_share: as in `sentences_in`
        longest: length in s at which a sentence is cut although it goes on

    Source: the slicer of seed 000 (RayanWang/Speech_emotion_recognition_BLSTM): 30 ms, aggressiveness 3, 13 frames
    at 80 %, back 20, 26 frames at 90 %, 10 s; here by the time in the recording, there by that of the clock
    """
    sentences = sentences_in(
        speech_mask(signal, sampling_rate=sampling_rate, frame=frame, aggressiveness=aggressiveness).tolist(),
        onset_frames=onset_frames,
        onset_share=onset_share,
        back_up_frames=back_up_frames,
        pause_frames=pause_frames,
        pause_share=pause_share,
        longest_frames=max(1, round(longest / frame)),
    )
    duration = len(signal) / sampling_rate
    return [(first * frame, min(last * frame, duration)) for first, last in sentences]


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
        onset_frames, onset_share: a sentence is heard when more than this share of the last frames is voiced
        back_up_frames: it began this many frames before it was heard, but after the sentence before
        pause_frames, pause_share: it ends, pause included, when more than this share of the last frames is not voiced
        longest_frames: it also ends at this length; and with the recording
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
