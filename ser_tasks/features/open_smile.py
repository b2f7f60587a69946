"""Functionals of openSMILE, which papers are compared with: eGeMAPS and ComParE 2016, by audEERING's own library."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.feature_set import FeatureSet
from ser_tasks.features.framing import checked, samples_of
from ser_tasks.provenance.versions import library_versions

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

LIBRARY = "opensmile"
INSTALL = "pip install -e '.[opensmile]'"
LICENCE = "audEERING Research License: no commercial use"
SHORTEST = 0.06  # s: one window of 60 ms; the library makes NaN of less
LOUDEST = 1 - 2**-15  # the library makes 16-bit integers of samples without limits: 1.0 becomes the most negative one


@dataclass(frozen=True)
class OpenSmileSet:
    """One of its configurations.

    Attributes:
        configuration: as the library calls it
        n_dims: functionals
        source: the paper
    """

    configuration: str
    n_dims: int
    source: str


OPEN_SMILE: Mapping[str, OpenSmileSet] = {
    "egemaps": OpenSmileSet("eGeMAPSv02", 88, "Eyben et al. (2016), doi:10.1109/TAFFC.2015.2457417"),
    "compare_2016": OpenSmileSet("ComParE_2016", 6373, "Schuller et al. (2016), doi:10.21437/Interspeech.2016-129"),
}


def open_smile_functionals(name: str, signal: NDArray[np.floating], *, sampling_rate: int) -> NDArray[np.float32]:
    """Functionals of one utterance.

    Args:
        name: a key of OPEN_SMILE
        signal: mono waveform, shape (n_samples,), full scale [-1, 1]; one below 60 ms is filled with zeros, and samples
            beyond full scale, as resampling makes them of loud recordings, are cut to it, as in a 16-bit file
        sampling_rate: in Hz

    Returns:
        shape (1, n_dims)

    Raises:
        UserError: the library is not installed, no samples, or a value that is no number
    """
    samples = np.clip(checked(signal).astype(np.float32), -1, LOUDEST)
    samples = np.pad(samples, (0, max(0, samples_of(SHORTEST, sampling_rate) - len(samples))))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        values = np.asarray(_library(name).process_signal(samples, sampling_rate), np.float32)
    if not np.isfinite(values).all():
        words = "; ".join(str(one.message) for one in said)
        raise UserError(
            f"openSMILE makes no number of {int((~np.isfinite(values)).sum())} of the {values.size} features of "
            f"{name}, for a signal of {len(signal)} samples at {sampling_rate} Hz ({words or 'without a warning'}). "
            "Look at the recording: ser check CORPUS"
        )
    return values


@lru_cache
def _library(name: str) -> Any:
    """The extractor, made once in each process."""
    try:
        import opensmile  # noqa: PLC0415  an extra, and half a second
    except ImportError as error:
        raise UserError(
            f"the feature set {name} is computed by the library {LIBRARY}, which is not installed ({error}). {INSTALL} "
            f"Its licence: {LICENCE}."
        ) from None
    configuration = opensmile.FeatureSet[OPEN_SMILE[name].configuration]
    return opensmile.Smile(configuration, opensmile.FeatureLevel.Functionals)


def _extract(name: str, signal: NDArray[np.float32], *, audio: AudioParams) -> NDArray[np.float32]:
    return open_smile_functionals(name, signal, sampling_rate=audio.sampling_rate)


def _dimensions(name: str, *, audio: AudioParams) -> tuple[str, ...]:
    return tuple(_library(name).feature_names)


def _version() -> dict[str, str]:
    return library_versions((LIBRARY,))


def open_smile(name: str) -> FeatureSet:
    """The feature set of one of its configurations."""
    return FeatureSet(
        name, ("audio",), partial(_extract, name), partial(_dimensions, name), framing=None, facts=_version
    )
