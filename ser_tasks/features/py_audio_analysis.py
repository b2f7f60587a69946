"""The descriptors of `lld` as pyAudioAnalysis itself computes them, frame by frame: its bits, at its speed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.features.framing import checked, samples_of
from ser_tasks.features.lld import LLD, chroma_map, short_term_descriptors
from ser_tasks.provenance.versions import library_versions

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.features.lld import LldParams
    from ser_tasks.params import AudioParams

FULL_SCALE = 2**15  # the library reads 16-bit integers, and divides by this


def library_descriptors(
    signal: NDArray[np.floating], *, sampling_rate: int, window: float, hop: float, deltas: bool
) -> NDArray[np.float64]:
    """Short-term descriptors of one utterance, by `ShortTermFeatures.feature_extraction`.

    The library gets the samples as 16-bit integers are scaled, not rounded: 16-bit audio that was not resampled
    reaches it as `audioBasicIO.read_audio_file` would have read it.

    Args:
        signal, sampling_rate, window, hop, deltas: as in `short_term_descriptors`

    Returns:
        shape (n_frames, 34), or (n_frames, 68) with deltas; named by `lld_names`. A signal shorter than one
        window, which the library refuses, has the one frame of `short_term_descriptors`.

    Raises:
        UserError: no samples, or a window too short for the chroma

    Source: Giannakopoulos (2015), doi:10.1371/journal.pone.0144610
    """
    # Here, because it loads pyplot: 1 s of CPU time that nobody else should pay.
    from pyAudioAnalysis.ShortTermFeatures import feature_extraction  # noqa: PLC0415

    n_window, n_hop = samples_of(window, sampling_rate), samples_of(hop, sampling_rate)
    if len(checked(signal)) < n_window:
        return short_term_descriptors(signal, sampling_rate=sampling_rate, window=window, hop=hop, deltas=deltas)
    chroma_map(sampling_rate, n_window // 2)  # refuses the windows that the library fails on
    values, _ = feature_extraction(signal.astype(np.float64) * FULL_SCALE, sampling_rate, n_window, n_hop, deltas)
    return np.asarray(values.T)


def _extract(signal: NDArray[np.float32], *, audio: AudioParams, lld: LldParams) -> NDArray[np.float64]:
    return library_descriptors(signal, sampling_rate=audio.sampling_rate, **lld.model_dump(exclude={"engine"}))


def _version() -> dict[str, str]:
    return library_versions(("pyAudioAnalysis",))


LLD_BY_LIBRARY = replace(LLD, extract=_extract, facts=_version)
