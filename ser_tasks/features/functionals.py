"""Functionals: ten statistics over time of every descriptor, one row per utterance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat, PositiveInt

from ser_tasks.features.deltas import regression_deltas
from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.framing import frames_centred, frames_inside, samples_of
from ser_tasks.features.lld import LLD
from ser_tasks.features.log_mel import LOG_MEL
from ser_tasks.features.mfcc import MFCC, cepstral_coefficients
from ser_tasks.features.pitch import PITCH, pitch_where
from ser_tasks.features.py_audio_analysis import LLD_BY_LIBRARY
from ser_tasks.params.base import Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.features.feature_set import Settings
    from ser_tasks.params import Section

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Framing = Callable[..., NDArray[Any]]

STATISTICS = ("mean", "std", "median", "kurtosis", "skewness", "q01", "q99", "min", "max", "range")
CONSTANT = 1e-10  # a column whose std is below this share of its largest value does not vary: it has no shape
A0_HZ = 27.5
SLOPE_REACH = 4  # frames on each side that decide the slope of a mel band
QUIETEST = 1e-12  # mean square of a frame, -120 dB: digital silence is no quieter


class FunctionalsParams(Section):
    """Statistics over time: which descriptors they summarise."""

    over: Annotated[tuple[Literal["lld", "mfcc", "log_mel", "pitch"], ...], Field(min_length=1)]  # descriptors
    n_mels: PositiveInt  # bands of mfcc and log_mel here: statistics need fewer than networks do
    loudness_range: PositiveFloat  # dB below the loud frames of a clip that still count as speech


def statistics(frames: NDArray[np.floating]) -> Array:
    """The ten STATISTICS of every column.

    Args:
        frames: shape (n_frames, n_dims), at least one frame

    Returns:
        shape (n_dims, 10), finite: population std, excess kurtosis and skewness (0 for a column that does not
        vary), quantiles with linear interpolation, range = q99 - q01

    Source: the ten of Fabien (maelfabien/Multimodal-Emotion-Recognition); moments g1, g2:
    Joanes & Gill (1998), doi:10.1111/1467-9884.00122
    """
    columns = np.sort(np.asarray(frames, np.float64).T, axis=1)
    mean = columns.mean(axis=1)
    std, skewness, kurtosis = shape_of(columns, mean)
    q01, median, q99 = (quantile(columns, share) for share in (0.01, 0.5, 0.99))
    return np.stack([mean, std, median, kurtosis, skewness, q01, q99, columns[:, 0], columns[:, -1], q99 - q01], axis=1)


def shape_of(columns: Array, mean: Array) -> tuple[Array, Array, Array]:
    """Standard deviation, skewness and excess kurtosis of every row of (n_dims, n_frames)."""
    deviation = columns - mean[:, None]
    square = deviation**2
    variance = square.mean(axis=1)
    std = np.sqrt(variance)
    varies = std > CONSTANT * np.abs(columns[:, [0, -1]]).max(axis=1)
    scale = np.where(varies, std, 1.0)
    skewness = np.where(varies, (square * deviation).mean(axis=1) / scale**3, 0.0)
    kurtosis = np.where(varies, np.einsum("ij,ij->i", square, square) / square.shape[1] / scale**4 - 3, 0.0)
    return np.where(varies, std, 0.0), skewness, kurtosis


def quantile(columns: Array, share: float) -> Array:
    """Quantile of every sorted row of (n_dims, n_frames), between two frames by linear interpolation."""
    position = share * (columns.shape[1] - 1)
    below = int(position)
    above = min(below + 1, columns.shape[1] - 1)
    return np.asarray(columns[:, below] + (position - below) * (columns[:, above] - columns[:, below]))


def statistics_where_loud(frames: NDArray[np.floating], loud: Mask) -> Array:
    """The ten statistics over the loud frames: (n_frames, n_dims) -> (n_dims, 10)."""
    return statistics(frames[loud])


def as_they_are(frames: NDArray[np.floating], _: Settings) -> NDArray[np.floating]:
    """Nothing but the descriptors."""
    return frames


def cepstrum(log_mel: NDArray[np.floating], sections: Settings) -> NDArray[np.floating]:
    """MFCC and their deltas from the log-mel spectrogram: (n_frames, n_mels) -> (n_frames, n_dims)."""
    return cepstral_coefficients(log_mel, **sections["mfcc"].model_dump())


def with_slopes(frames: NDArray[np.floating], _: Settings) -> Array:
    """Every column and its regression slope: (n_frames, n_dims) -> (n_frames, 2 * n_dims)."""
    frames = frames.astype(np.float64, copy=False)
    return np.hstack([frames, regression_deltas(frames, reach=SLOPE_REACH)])


def level_and_slope_names(dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Names of the statistics of `with_slopes`, column by column."""
    return statistics_names((*dimensions, *(f"delta {dimension}" for dimension in dimensions)))


def pitch_statistics(frames: NDArray[np.floating], loud: Mask) -> Array:
    """Statistics of pitch over the loud frames, F0 over those of them that are voiced.

    Args:
        frames: harmonic ratio, and F0 in Hz (0: unvoiced), shape (n_frames, 2)
        loud: which of them count

    Returns:
        shape (22,), as in `pitch_statistics_names`; F0 in semitones above 27.5 Hz, 0 if nothing is voiced
    """
    ratio, f0 = frames[loud].T
    voiced = f0 > 0
    semitones = 12 * np.log2(f0[voiced] / A0_HZ) if voiced.any() else np.zeros(1)
    onsets = np.count_nonzero(np.diff(voiced, prepend=False) & voiced)
    rhythm = [voiced.mean(), voiced.sum() / max(1, onsets)]
    return np.concatenate([*statistics(ratio[:, None]), *statistics(semitones[:, None]), rhythm])


def pitch_statistics_names(_: tuple[str, ...]) -> tuple[str, ...]:
    """Names of what `pitch_statistics` returns."""
    return (*statistics_names(("harmonic_ratio", "f0_semitones")), "voiced.fraction", "voiced.mean_frames")


def statistics_names(dimensions: tuple[str, ...]) -> tuple[str, ...]:
    """Names of what `statistics` returns, row by row."""
    return tuple(f"{dimension}.{statistic}" for dimension in dimensions for statistic in STATISTICS)


def loud_frames(signal: NDArray[np.floating], frames: Framing, *, window: int, hop: int, loudness_range: float) -> Mask:
    """Where somebody speaks: frames less than `loudness_range` dB below the loud ones (98th percentile) of the clip.

    Recordings begin and end with as much silence as the studio left, up to half of a RAVDESS file.

    Args:
        signal: shape (n_samples,)
        frames: how the descriptors cut it, into frames of `window` samples every `hop`
        loudness_range: in dB

    Returns:
        shape (n_frames,), at least one of them true
    """
    power = frames(np.asarray(signal, np.float64) ** 2, window=window, hop=hop).mean(axis=1)
    level = 10 * np.log10(np.maximum(power, QUIETEST))
    return np.asarray(level >= np.quantile(level, 0.98) - loudness_range)


class Measured(NamedTuple):
    """The descriptors of one utterance, (n_frames, n_dims), and which of its frames are loud, (n_frames,)."""

    frames: NDArray[np.floating]
    loud: Mask


class Descriptors(NamedTuple):
    """A feature set whose frames are summarised, and how they lie."""

    features: FeatureSet
    framing: str  # the section that holds their window and hop
    frames: Framing
    extract_where: Callable[..., Array] | None = None  # (signal, frames that count, **settings); the others are 0

    def measured(self, signal: NDArray[np.float32], functionals: FunctionalsParams, sections: Settings) -> Measured:
        """Them of one utterance."""
        settings: Mapping[str, Any] = self.features.settings(sections)
        framing, rate = settings[self.framing], settings["audio"].sampling_rate
        loud = loud_frames(
            signal,
            self.frames,
            window=samples_of(framing.window, rate),
            hop=samples_of(framing.hop, rate),
            loudness_range=functionals.loudness_range,
        )
        if self.extract_where:
            return Measured(self.extract_where(signal, loud, **settings), loud)
        return Measured(self.features.extract(signal, **settings), loud)


class Part(NamedTuple):
    """A group of columns, what they are made from, and how they are summarised over time."""

    source: str  # entry of DESCRIPTORS
    columns: Callable[[NDArray[np.floating], Settings], NDArray[np.floating]]  # what is summarised
    summary: Callable[[NDArray[np.floating], Mask], Array]  # of the columns over the frames, and which of them are loud
    names: Callable[[tuple[str, ...]], tuple[str, ...]]  # of what the summary returns, from those of
    features: FeatureSet  # what is summarised

    def dimensions(self, sections: Settings) -> tuple[str, ...]:
        """Names of the statistics of one utterance."""
        return self.names(self.features.names(sections))


DESCRIPTORS: Mapping[str, Descriptors] = {
    "lld": Descriptors(LLD, "lld", frames_inside),
    "log_mel": Descriptors(LOG_MEL, "log_mel", frames_centred),
    "pitch": Descriptors(PITCH, "pitch", frames_inside, pitch_where),
}

PARTS: Mapping[str, Part] = {
    "lld": Part("lld", as_they_are, statistics_where_loud, statistics_names, LLD),
    "mfcc": Part("log_mel", cepstrum, statistics_where_loud, statistics_names, MFCC),
    "log_mel": Part("log_mel", with_slopes, statistics_where_loud, level_and_slope_names, LOG_MEL),
    "pitch": Part("pitch", as_they_are, pitch_statistics, pitch_statistics_names, PITCH),
}


def with_n_mels(sections: Settings, n_mels: int) -> dict[str, Section]:
    """The same sections with another number of log-mel bands."""
    return {**sections, "log_mel": sections["log_mel"].model_copy(update={"n_mels": n_mels})}


def values(
    signal: NDArray[np.float32],
    functionals: FunctionalsParams,
    sections: Settings,
    *,
    descriptors: Mapping[str, Descriptors],
) -> Array:
    """All statistics of one utterance, shape (1, n). Descriptors that two parts read are measured once."""
    fewer = with_n_mels(sections, functionals.n_mels)
    parts = [PARTS[name] for name in functionals.over]
    measured = {
        source: descriptors[source].measured(signal, functionals, fewer) for source in {p.source for p in parts}
    }
    summaries = [
        part.summary(part.columns(measured[part.source].frames, fewer), measured[part.source].loud) for part in parts
    ]
    return np.concatenate([summary.ravel() for summary in summaries])[None]


def _extract(signal: NDArray[np.float32], *, functionals: FunctionalsParams, **sections: Section) -> Array:
    return values(signal, functionals, sections, descriptors=DESCRIPTORS)


def _dimensions(*, functionals: FunctionalsParams, **sections: Section) -> tuple[str, ...]:
    fewer = with_n_mels(sections, functionals.n_mels)
    return tuple(f"{name}.{dimension}" for name in functionals.over for dimension in PARTS[name].dimensions(fewer))


FUNCTIONALS = FeatureSet(
    "functionals",
    ("audio", "lld", "log_mel", "mfcc", "pitch", "functionals"),
    _extract,
    _dimensions,
    framing=None,
)


def _extract_by_library(signal: NDArray[np.float32], *, functionals: FunctionalsParams, **sections: Section) -> Array:
    """`_extract` with the other engine of lld. Apart from it, so that a digest of its code is of one engine's."""
    by_library = {**DESCRIPTORS, "lld": DESCRIPTORS["lld"]._replace(features=LLD_BY_LIBRARY)}
    return values(signal, functionals, sections, descriptors=by_library)


FUNCTIONALS_BY_LIBRARY = replace(FUNCTIONALS, extract=_extract_by_library, facts=LLD_BY_LIBRARY.facts)
