"""Predictions of a bundle, and signal statistics that decide whether a recording is fit for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import rfft

from ser_tasks.audio.channels import mixed_down, remark_on_channels
from ser_tasks.audio.recording import SHORTEST, AudioError, Recording

if TYPE_CHECKING:
    from ser_tasks.audio.recording import Recording
    from ser_tasks.bundles.bundle import Bundle

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
    remarks: tuple[str, ...]  # on the sound
    duration: float  # s


def recognise(bundle: Bundle, recording: Recording) -> Prediction:
    """The prediction of one recording, of any sampling rate and any number of channels.

    Raises:
        AudioError: no sampling rate, samples that are not finite, or too short
    """
    return recognise_all(bundle, [recording])[0]


def recognise_all(bundle: Bundle, recordings: Sequence[Recording]) -> list[Prediction]:
    """Predictions of several recordings: features one by one, the model once for all.

    Raises:
        AudioError: one of them has no sampling rate, samples that are not finite, or is too short
    """
    for recording in recordings:
        check_usable(recording)
    features = [bundle.features(model_signal(recording, bundle.card.sampling_rate)) for recording in recordings]
    posteriors = bundle.posteriors_from(features)
    return [
        _prediction(bundle, recording, values, bundle.unlikeness(frames))
        for recording, frames, values in zip(recordings, features, posteriors, strict=True)
    ]


def model_signal(recording: Recording, sampling_rate: int) -> NDArray[np.float32]:
    """Mixed down and resampled as the training utterances were, shape (n_samples,); see `audio.decode.read_mono`."""
    mono = mixed_down(recording.samples)
    if recording.sampling_rate == sampling_rate:
        return mono
    return np.asarray(soxr.resample(mono, recording.sampling_rate, sampling_rate, quality="HQ"), np.float32)


def _prediction(bundle: Bundle, recording: Recording, posteriors: NDArray[np.float64], unlikeness: float) -> Prediction:
    card, best = bundle.card, int(posteriors.argmax())
    remarks = remarks_on(recording.samples, recording.sampling_rate, durations=card.durations)
    remarks += tuple(Remark(note, unsure=False) for note in recording.notes)
    if unlikeness > card.farthest:
        times = unlikeness / card.farthest
        text = f"unlike the training set: {times:.1f} times the distance that its own utterances rarely exceed"
        remarks += (Remark(text, unsure=True),)
    confidence = float(posteriors[best])
    return Prediction(
        emotion=card.classes[best],
        probabilities=dict(zip(card.classes, map(float, posteriors), strict=True)),
        confidence=confidence,
        unsure=confidence < card.unsure_below or any(remark.unsure for remark in remarks),
        remarks=tuple(remark.text for remark in remarks),
        duration=recording.duration,
    )
