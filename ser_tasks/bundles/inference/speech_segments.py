"""Segments with speech of a long recording, cut at its pauses, block by block."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
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
LEVEL = 0.9  # of full scale: what the loudest second reaches in the copy that the detector gets
BANDS = (100, 400, 800, 1600, 3200, 7600)  # Hz, edges of those whose level must move
STEP = 480  # samples, 30 ms: shorter ones do not tell the bands apart
HERTZ = np.fft.rfftfreq(STEP, 1 / SAMPLING_RATE)  # of its bins
IN_BAND = [(low <= HERTZ) & (high > HERTZ) for low, high in pairwise(BANDS)]
N_BINS = np.array([inside.sum() for inside in IN_BAND])
AVERAGED, AROUND = 3, 41  # steps: a level is that of so many, and moves within so many
QUIET = 1e-10  # of the power of full scale in that copy, about a step of 16 bits: below it no level moves
AT_ONCE = 512  # steps
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
            "Listen to it: a voice that steady noise covers is not found, and the less the higher aggressiveness and "
            "least_variation under timeline.voice in params.yaml are."
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

    Frames count that WebRTC's detector takes for speech and whose surroundings vary as a voice does: to the detector
    any noise that is loud enough is speech for as long as it lasts.

    Args:
        blocks: mono at SAMPLING_RATE, one after the other
        loud: magnitude of their loudest second, `SignalStatistics.loud`
        duration: of all of them, in s
        voice: the detector, and what makes a segment of its frames: see `sentences_in`
    """
    powers: list[NDArray[np.float64]] = []

    def looked_at() -> Iterator[Samples]:
        for block in in_lengths(blocks, AT_ONCE * STEP):
            powers.append(band_powers(block))
            yield block

    asked = voice.model_dump(include={"frame", "aggressiveness", "warm_up"})
    detected = list(voiced_frames(looked_at(), loud=loud, **asked))
    varied = variation(powers, quiet=QUIET * (loud / LEVEL) ** 2) >= voice.least_variation
    steps = (np.arange(len(detected)) * round(voice.frame * SAMPLING_RATE)) // STEP
    voiced = [bool(one and other) for one, other in zip(detected, varied[steps], strict=True)]
    rules = voice.model_dump(include={"onset_frames", "onset_share", "back_up_frames", "pause_frames", "pause_share"})
    found = sentences_in(voiced, **rules, longest_frames=max(1, round(voice.longest / voice.frame)))
    return [(first * voice.frame, min(last * voice.frame, duration)) for first, last in found]


def voiced_frames(
    blocks: Iterable[Samples], *, loud: float, frame: float, aggressiveness: int, warm_up: float
) -> Iterator[bool]:
    """Whether each frame holds speech, by WebRTC's mixture of Gaussians over six bands.

    The first `warm_up` s it gets twice, and the second time counts: by then it has adapted to the room. It knows
    absolute levels: steady noise above about -28 dB of full scale is speech to it, whatever the aggressiveness.

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


def band_powers(block: Samples) -> NDArray[np.float64]:
    """Mean over the bins of each band of BANDS of the power, and of its square, in each STEP: (n_steps, 2, n_bands)."""
    steps = np.pad(np.asarray(block, np.float64), (0, -len(block) % STEP)).reshape(-1, STEP) * np.hanning(STEP)
    power = np.abs(np.fft.rfft(steps)) ** 2 / STEP
    bands = [power[:, inside] for inside in IN_BAND]
    return np.stack([[own.mean(axis=1), (own**2).mean(axis=1)] for own in bands]).transpose(2, 1, 0)


def variation(powers: Sequence[NDArray[np.float64]], *, quiet: float) -> NDArray[np.float64]:
    """How far the level moves around each step, in dB, in the band where it moves most: shape (n_steps,).

    From the 15th percentile of AROUND steps, 1.2 s, to the 85th; less where the sound of a band is in few of its bins,
    whose level moves by chance. Of steady noise it is below 4 nearly everywhere, whatever its colour; of a voice it is
    more, up to where the noise has the power of the voice.

    Args:
        powers: of all steps, as `band_powers` gives them
        quiet: power below which no level moves
    """
    from scipy.ndimage import percentile_filter, uniform_filter1d  # noqa: PLC0415  dear, and short clips need it not

    if not powers:
        return np.zeros(0)
    power, squares = np.concatenate(powers).transpose(1, 0, 2)
    averaged = uniform_filter1d(power, AVERAGED, axis=0, mode="mirror")
    levels = 10 * np.log10(averaged + max(quiet, np.finfo(np.float64).tiny))
    low, high = (percentile_filter(levels, share, (AROUND, 1), mode="mirror") for share in (15, 85))
    mean, spread = (uniform_filter1d(values, AROUND, axis=0, mode="mirror") for values in (power**2, squares))
    filled = 2 * N_BINS * np.divide(mean, spread, out=np.ones_like(mean), where=spread > 0) - 1  # bins, if it is noise
    return np.asarray(((high - low) * np.sqrt(np.clip(filled, 1, N_BINS[0]) / N_BINS[0])).max(axis=1))


def _as_bytes(blocks: Iterable[Samples], *, length: int, scale: float) -> Iterator[bytes]:
    """Frames as the detector takes them: 16 bits, the last filled up with silence."""
    for piece in in_lengths(blocks, length):
        level = np.clip(np.asarray(piece, np.float64) * scale, -1, 1)  # a click may be beyond
        yield np.round(np.pad(level, (0, length - len(piece))) * (2**15 - 1)).astype("<i2").tobytes()
