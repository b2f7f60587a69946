"""Embeddings of a speech encoder: statistics of every layer over time, one row for each utterance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveFloat

from ser_tasks.errors import UserError
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import deciding_facts, loaded
from ser_tasks.features.feature_set import FeatureSet, Framing
from ser_tasks.params.base import Once, Section

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.features.encoders.encoder import LoadedEncoder
    from ser_tasks.params import AudioParams

STATISTICS: dict[str, Callable[..., Any]] = {"mean": np.mean, "std": np.std}


class EncoderParams(Section):
    """Statistics of the frames of every layer of a speech encoder."""

    statistics: Annotated[tuple[Literal["mean", "std"], ...], Once, Field(min_length=1)]  # over the frames
    loudness_range: PositiveFloat | None  # dB below the loudest frame of a clip that still count; null: all frames


def statistics_of_layers(
    which: Encoder, signal: NDArray[np.float32], *, audio: AudioParams, encoder: EncoderParams
) -> NDArray[np.float32]:
    """Statistics over the frames of every layer of one utterance, (n_samples,) -> (1, n_layers * kinds * width).

    All layers, because the middle ones tell most of emotion and the last, made for words, least; a linear model finds
    which. Chen et al. (2021), arXiv:2110.13900, weight the layers of a frozen encoder likewise.

    Raises:
        UserError: no weights here, or audio at a rate that is not the encoder's
    """
    hearing = at_rate(which, audio)
    kinds, layers = [STATISTICS[kind] for kind in encoder.statistics], hearing(signal)
    loud = _loud(signal, len(layers[0]), encoder.loudness_range)
    rows = [kind(layer[loud].astype(np.float64), axis=0) for layer in layers for kind in kinds]
    return np.asarray(np.concatenate(rows)[None], np.float32)


def _loud(signal: NDArray[np.float32], n_frames: int, loudness_range: float | None) -> NDArray[np.bool_]:
    """Frames that count, by the power of the sound under each: pauses tell of the room."""
    bounds = np.linspace(0, len(signal), n_frames + 1).astype(int)
    power = np.array([np.mean(signal[a : max(b, a + 1)] ** 2, dtype=np.float64) for a, b in pairwise(bounds)])
    if loudness_range is None:
        return np.ones(n_frames, np.bool_)
    return np.asarray(power >= power.max() * 10 ** (-loudness_range / 10))


def at_rate(which: Encoder, audio: AudioParams) -> LoadedEncoder:
    """The encoder, if it takes sound at the rate of params.yaml."""
    hearing = loaded(which)
    if hearing.sampling_rate != audio.sampling_rate:
        raise UserError(
            f"{which.name} hears {hearing.sampling_rate} Hz, but audio.sampling_rate in params.yaml is "
            f"{audio.sampling_rate}. Set it to {hearing.sampling_rate}."
        )
    return hearing


def _dimensions(which: Encoder, *, audio: AudioParams, encoder: EncoderParams) -> tuple[str, ...]:
    return all_features(*layers_and_width(which), encoder.statistics)


def layers_and_width(which: Encoder) -> tuple[int, int]:
    """As the table of encoders has them, or the folder of one that is not in it."""
    return (which.layers, which.width) if which.hub else (loaded(which).n_layers, loaded(which).width)


def all_features(layers: int, width: int, statistics: Sequence[str]) -> tuple[str, ...]:
    """Names of the dimensions of one utterance, in their order: layer by layer, statistic by statistic."""
    return tuple(f"layer_{i}_{kind}_{j}" for i in range(layers) for kind in statistics for j in range(width))


def encoded(which: Encoder) -> FeatureSet:
    """The feature set of an encoder."""
    return of_encoder(which, which.name, ("audio", "encoder"), statistics_of_layers, _dimensions, framing=None)


def of_encoder(
    which: Encoder,
    name: str,
    sections: tuple[str, ...],
    extract: Callable[..., NDArray[np.float32]],
    dimensions: Callable[..., tuple[str, ...]],
    *,
    framing: Callable[..., Framing] | None,
) -> FeatureSet:
    """A feature set whose functions take an encoder first, and whose digest has its code and its weights."""
    return FeatureSet(
        name,
        sections,
        partial(extract, which),
        partial(dimensions, which),
        framing=framing,
        code=(which.family.code,),
        facts=partial(deciding_facts, which),
    )
