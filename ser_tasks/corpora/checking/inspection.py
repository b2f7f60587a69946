"""Signal statistics of one file, for `ser check`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from ser_tasks.audio.channels import mixed_down, remark_on_channels
from ser_tasks.audio.decode import AudioError, read_recording
from ser_tasks.audio.recording import PointerError
from ser_tasks.corpora.checking.fingerprint import DIGITS
from ser_tasks.corpora.checking.takes import Bands, Take, bands_of, take_of

BANDS = 32  # equal parts of 0 Hz to half the sampling rate
WINDOW = 2_048  # samples of one spectrum
FULL_SCALE = 0.999
CLIPPED_RUN = 3  # samples in a row at full scale: one alone is a peak-normalised file
CLIFF = 25.0  # dB within two bands; RAVDESS itself falls by 16 at most, near 21 kHz
CLIFF_BEFORE = 0.85  # of half the sampling rate; a converter's own filter comes later
NOTHING = -105.0  # dBFS in a band: 16-bit rounding leaves about -116
FLOOR = 1e-10  # keeps log10 finite on digital silence: -200 dBFS of amplitude


@dataclass(frozen=True)
class Inspected:
    """One file, decoded; levels in dB re full scale."""

    path: str
    n_samples: int  # per channel
    sampling_rate: int  # Hz
    n_channels: int
    digest: str  # beginning of `Recording.sha256`
    peak: float
    rms: float
    clipped: int  # runs of samples at full scale
    spectrum: NDArray[np.float32]  # shape (BANDS,): power of each band, dBFS
    take: Take  # by which copies of it are found
    notes: tuple[str, ...]  # on how it was read
    remark: str | None  # on its channels

    @property
    def stem(self) -> str:
        """File name without folder and extension."""
        return PurePosixPath(self.path).stem

    @property
    def duration(self) -> float:
        """Length in s."""
        return self.n_samples / self.sampling_rate


@dataclass(frozen=True)
class Unreadable:
    """A file that is no recording, and why."""

    path: str
    why: str
    pointer: bool = False  # to a file that Git LFS has not fetched


def inspect_file(root: Path, path: str, keep: Callable[[Bands], Take] = take_of) -> Inspected | Unreadable:
    """Measures of one file, decoded; `path` is relative to the corpus root, `keep` decides where bands are kept."""
    try:
        recording = read_recording(root / path)
    except AudioError as error:
        return Unreadable(path, str(error), isinstance(error, PointerError))
    samples = recording.samples
    mono = mixed_down(samples)
    return Inspected(
        path=path,
        n_samples=len(samples),
        sampling_rate=recording.sampling_rate,
        n_channels=samples.shape[1],
        digest=recording.sha256[:DIGITS],
        peak=decibels(float(np.abs(samples).max())),
        rms=decibels(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))),
        clipped=clipped_runs(samples),
        spectrum=band_levels(mono),
        take=keep(bands_of(mono, recording.sampling_rate)),
        notes=recording.notes,
        remark=remark_on_channels(samples),
    )


def decibels(amplitude: float) -> float:
    """20 log10 of an amplitude re full scale."""
    return float(20 * np.log10(max(amplitude, FLOOR)))


def clipped_runs(samples: NDArray[np.float32]) -> int:
    """Runs of CLIPPED_RUN samples or more at full scale, shape (n_samples, n_channels)."""
    loud = np.abs(samples) >= FULL_SCALE
    if not loud.any():
        return 0
    edges = np.diff(np.pad(loud, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    starts, ends = np.argwhere(edges.T == 1)[:, 1], np.argwhere(edges.T == -1)[:, 1]
    return int(np.count_nonzero(ends - starts >= CLIPPED_RUN))


def band_levels(signal: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean power in equal bands of the spectrum, dBFS, shape (BANDS,); a short signal is padded with zeros.

    A full-scale sine has -3.01 dBFS in its band.
    """
    n_windows = max(len(signal) // WINDOW, 1)
    padded = np.pad(signal, (0, max(WINDOW - len(signal), 0)))
    frames = padded[: n_windows * WINDOW].reshape(n_windows, WINDOW)
    taper = np.hanning(WINDOW).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(frames * taper, axis=1))).mean(axis=0)
    power *= 2 / (WINDOW * np.square(taper).sum())
    bands = power[1:].reshape(BANDS, -1).sum(axis=1)
    return np.asarray(10 * np.log10(np.maximum(bands, FLOOR**2)), np.float32)


def cliff(spectra: NDArray[np.float32]) -> float | None:
    """Where the spectrum of a corpus ends: a fraction of half the sampling rate, None where it does not.

    A recording's spectrum falls gently up to the anti-aliasing filter, close to the end. One that was
    resampled upwards falls by CLIFF dB within two bands, well before, and nothing follows.

    Args:
        spectra: levels of all files, shape (n_files, BANDS), dBFS
    """
    levels = np.median(spectra, axis=0)
    for band in range(int(CLIFF_BEFORE * BANDS)):
        above = levels[band + 2 :]
        if above.max() < min(levels[band] - CLIFF, NOTHING):
            return (band + 1) / BANDS
    return None
