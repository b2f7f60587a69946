"""Predictions of a bundle, and signal statistics that decide whether a recording is fit for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import rfft

from ser_tasks.audio.channels import mixed_down, remark_on_channels
from ser_tasks.audio.recording import SHORTEST, AudioError, Recording
from ser_tasks.bundles.model_bundle import Answer, Utterance
from ser_tasks.bundles.speech_to_text import RecognisedWords
from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle, Bundle

QUIET, INAUDIBLE = -60.0, -75.0  # dBFS, RMS; RAVDESS reaches down to -60
CLIPPED, BADLY_CLIPPED = 0.001, 0.01  # of the samples
SILENT = 0.5  # of the samples, exactly 0
MUTE = 0.010  # s of samples of exactly 0 in a row: shorter ones are rounding
NARROW = 5_000.0  # Hz: speech of the telephone ends at 3400, of wide-band calls at 7000
ABSENT = 1e-6  # of the power: what lies above the bandwidth
N_FFT = 1024  # samples, half of them anew in each frame

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Remark:
    """One fact on the sound of a recording that bears on its prediction."""

    text: str
    unsure: bool  # it makes the prediction unsure


def check_usable(recording: Recording) -> None:
    """Raise AudioError for sound that cannot be predicted.

    Raises:
        AudioError: no sampling rate, NaN or infinite samples, or less than SHORTEST
    """
    if recording.sampling_rate <= 0:
        raise AudioError(f"the sampling rate is {recording.sampling_rate}. Expected that of the recording, in Hz.")
    broken = np.count_nonzero(~np.isfinite(recording.samples))
    if broken:
        raise AudioError(f"{broken} samples are NaN or infinite. Export the recording again as 16-bit PCM.")
    if recording.duration < SHORTEST:
        raise AudioError(
            f"the recording is {recording.duration:.3f} s long, expected at least {SHORTEST} s. Take a whole sentence."
        )


def remarks_on(
    signal: Samples, sampling_rate: int, *, durations: tuple[float, float] | None = None
) -> tuple[Remark, ...]:
    """Remarks on the sound of a recording: level, clipping, bandwidth, duration, digital silence.

    Args:
        signal: before any resampling, full scale [-1, 1], shape (n_samples,), or (n_samples, n_channels)
        sampling_rate: in Hz
        durations: shortest and longest training utterance, in s; None: the duration is not checked
    """
    channels = signal[:, None] if signal.ndim == 1 else signal
    mono = mixed_down(channels)
    silent = silent_share(mono, sampling_rate)
    found = [_channels(channels), _silence(silent)]
    if silent < 1:
        found += [_level(mono), _clipping(channels), _bandwidth(mono, sampling_rate)]
    if durations is not None:
        found.append(_duration(len(mono) / sampling_rate, durations))
    return tuple(remark for remark in found if remark is not None)


def level(signal: Samples) -> float:
    """RMS level in dBFS: a sine of full scale has -3."""
    return float(10 * np.log10(np.mean(np.square(signal, dtype=np.float64)) + 1e-20))


def clipped_share(channel: Samples) -> float:
    """Samples that stand, three or more in a row, at the largest magnitude of the recording: (n_samples,) -> share.

    Not only at full scale: clipping stays visible when the level is lowered afterwards.
    """
    peak = np.abs(channel).max()
    if peak == 0:
        return 0.0
    top = np.abs(channel) >= (1 - 1e-4) * peak
    return _share_in_runs(top, shortest=3)


def silent_share(signal: Samples, sampling_rate: int) -> float:
    """Samples of exactly 0, MUTE or more of them in a row: (n_samples,) -> share."""
    return _share_in_runs(signal == 0, shortest=min(MUTE * sampling_rate, len(signal)))


def bandwidth(signal: Samples, sampling_rate: int) -> float:
    """The frequency, in Hz, above which less than ABSENT of the power lies: (n_samples,) -> Hz."""
    n_fft = min(N_FFT, len(signal))
    frames = sliding_window_view(signal, n_fft)[:: n_fft // 2] * np.hanning(n_fft).astype(np.float32)
    power = np.square(np.abs(rfft(frames - frames.mean(axis=1, keepdims=True)))).sum(axis=0, dtype=np.float64)
    above = np.cumsum(power[::-1])[::-1]  # of this bin and all higher ones
    present = np.flatnonzero(above > ABSENT * above[0])
    return float(present[-1] * sampling_rate / n_fft) if len(present) else 0.0


def _channels(channels: Samples) -> Remark | None:
    text = remark_on_channels(channels)
    return None if text is None else Remark(text, unsure=True)


def _silence(share: float) -> Remark | None:
    if share < SILENT:
        return None
    return Remark(f"{share:.0%} of the recording is digital silence".replace("%", " %"), unsure=True)


def _level(mono: Samples) -> Remark | None:
    found = level(mono)
    return Remark(f"very quiet: {found:.0f} dBFS", unsure=found < INAUDIBLE) if found < QUIET else None


def _clipping(channels: Samples) -> Remark | None:
    share = max(clipped_share(channel) for channel in channels.T)
    if share < CLIPPED:
        return None
    return Remark(f"{100 * share:.1f} % of the samples clip", unsure=share > BADLY_CLIPPED)


def _bandwidth(mono: Samples, sampling_rate: int) -> Remark | None:
    found = bandwidth(mono, sampling_rate)
    if found >= NARROW:
        return None
    return Remark(f"nothing above {found / 1000:.1f} kHz, as from a telephone", unsure=True)


def _duration(found: float, durations: tuple[float, float]) -> Remark | None:
    shortest, longest = durations
    if shortest / 2 <= found <= 2 * longest:
        return None
    text = f"{found:.1f} s long, but the training set has utterances of {shortest:.1f} to {longest:.1f} s"
    return Remark(text, unsure=True)


def _share_in_runs(marked: NDArray[np.bool_], *, shortest: float) -> float:
    """Share of all samples that are in runs of at least `shortest` marked ones."""
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    lengths = np.diff(edges)[::2]
    return float(lengths[lengths >= shortest].sum() / len(marked))


@dataclass(frozen=True)
class Prediction:
    """Posteriors of one recording or window, and whether they can be relied on."""

    emotion: str  # the likeliest class
    probabilities: Mapping[str, float]  # class -> probability, sums to 1, in the bundle's order
    confidence: float  # of the likeliest
    unsure: bool  # low confidence, too far from the training data, or unfit sound
    remarks: tuple[str, ...]  # on the sound, and on the words
    duration: float  # s
    transcript: Transcript | None = None  # None: the bundle reads no words
    members: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # of an ensemble: those that answered


def recognise(bundle: Bundle, recording: Recording, *, transcript: Transcript | None = None) -> Prediction:
    """The prediction of one recording, of any sampling rate and any number of channels.

    Args:
        bundle: the model
        recording: the sound
        transcript: its words, for a bundle that reads them; None: its recogniser finds them

    Raises:
        AudioError: no sampling rate, samples that are not finite, or too short
        UserError: no recogniser, and the bundle reads words alone; or words for a bundle that reads none
    """
    return recognise_all(bundle, [recording], transcripts=[transcript])[0]


def recognise_all(
    bundle: Bundle, recordings: Sequence[Recording], *, transcripts: Sequence[Transcript | None] | None = None
) -> list[Prediction]:
    """Predictions of several recordings: features one by one, the model once for all; see `recognise`.

    Args:
        bundle: the model
        recordings: the sound of each
        transcripts: the words of each; None, or None among them: the recogniser of the bundle finds them
    """
    utterances, words = read_utterances(bundle, recordings, transcripts)
    return [
        _prediction(bundle, recording, answer, found)
        for recording, answer, found in zip(recordings, bundle.answers(utterances), words, strict=True)
    ]


def read_utterances(
    bundle: AnyBundle, recordings: Sequence[Recording], transcripts: Sequence[Transcript | None] | None
) -> tuple[list[Utterance], list[RecognisedWords | None]]:
    """What a bundle predicts from; and of each recording its words, None for a bundle that reads none.

    Raises:
        AudioError, UserError: as `recognise`
    """
    for recording in recordings:
        check_usable(recording)
    rate = bundle.card.sampling_rate
    signals = [model_signal(recording, rate) for recording in recordings]
    given = transcripts or [None] * len(recordings)
    words = [_words(bundle, signal, text) for signal, text in zip(signals, given, strict=True)]
    utterances = [
        Utterance(signal, None if found is None else found.text) for signal, found in zip(signals, words, strict=True)
    ]
    return utterances, words


def _words(bundle: AnyBundle, signal: Samples, given: Transcript | None) -> RecognisedWords | None:
    """Of one utterance: given, or recognised; None for a bundle that reads none."""
    if bundle.speech_to_text is not None:
        found = (
            bundle.speech_to_text(signal, sampling_rate=bundle.card.sampling_rate)
            if given is None
            else bundle.speech_to_text.judged(given)
        )
        if found.text is not None and not bundle.knows(found.text):
            return replace(found, doubt="none of the words occurs in the training set")
        return found
    if given is not None:
        raise UserError(
            f"{bundle.folder}: {bundle.card.model} reads no words, but a transcript was given. Leave it out, or take a "
            "bundle whose model reads them."
        )
    return None


def model_signal(recording: Recording, sampling_rate: int) -> NDArray[np.float32]:
    """Mixed down and resampled as the training utterances were, shape (n_samples,); see `audio.decode.read_mono`."""
    mono = mixed_down(recording.samples)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _prediction(bundle: Bundle, recording: Recording, answer: Answer, words: RecognisedWords | None) -> Prediction:
    card, best = bundle.card, int(answer.posteriors.argmax())
    remarks = remarks_for(bundle, recording, words, unlikeness=answer.unlikeness)
    confidence = float(answer.posteriors[best])
    return Prediction(
        emotion=card.classes[best],
        probabilities=_by_class(card.classes, answer.posteriors),
        confidence=confidence,
        unsure=confidence < card.unsure_below or any(remark.unsure for remark in remarks),
        remarks=tuple(remark.text for remark in remarks),
        duration=recording.duration,
        transcript=None if words is None else words.transcript,
        members={name: _by_class(card.classes, row) for name, row in answer.members.items()},
    )


def remarks_for(
    bundle: AnyBundle, recording: Recording, words: RecognisedWords | None, *, unlikeness: float
) -> tuple[Remark, ...]:
    """Remarks on its sound, on how it was read, on its distance from the training set of a bundle, on its words."""
    sound = remarks_on(recording.samples, recording.sampling_rate, durations=bundle.card.durations)
    notes = tuple(Remark(note, unsure=False) for note in recording.notes)
    more = (_unlike(unlikeness, bundle.card.farthest), _without_words(bundle, words))
    return sound + notes + tuple(filter(None, more))


def _unlike(unlikeness: float, farthest: float) -> Remark | None:
    if unlikeness <= farthest:
        return None
    times = unlikeness / farthest
    text = f"unlike the training set: {times:.1f} times the distance that its own utterances rarely exceed"
    return Remark(text, unsure=True)


def _without_words(bundle: AnyBundle, words: RecognisedWords | None) -> Remark | None:
    """Sound alone is a prediction like another; a model that reads words alone has nothing to go by."""
    if words is None or words.doubt is None:
        return None
    text = f"{words.doubt}, the sound alone decides" if bundle.acoustic else words.doubt
    return Remark(text, unsure=not bundle.acoustic)


def _by_class(classes: Sequence[str], posteriors: NDArray[np.float64]) -> dict[str, float]:
    return dict(zip(classes, map(float, posteriors), strict=True))
