"""The log-mel spectrogram that Whisper reads, for a network that goes on training the encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.errors import UserError
from ser_tasks.features.encoded import at_rate, of_encoder
from ser_tasks.features.encoders.encoder import Encoder
from ser_tasks.features.encoders.folder import loaded
from ser_tasks.features.encoders.whisper import HOP, SAMPLING_RATE, WINDOW, WhisperEncoder, log_mel
from ser_tasks.features.feature_set import FeatureSet, Framing

if TYPE_CHECKING:  # for annotations alone: an edited schema leaves the digest of this code as it is
    from ser_tasks.params import AudioParams

BANDS, MORE_BANDS = 80, {"whisper_large_v3": 128}
FIRST = "conv1/weight"  # of shape (outputs, bands, 3)


def mel_of_encoder(which: Encoder, signal: NDArray[np.float32], *, audio: AudioParams) -> NDArray[np.float32]:
    """Log-mel of one utterance, (n_samples,) -> (n_samples // 160, n_mels), as its encoder reads it.

    Raises:
        UserError: no weights here, weights for another number of bands, or audio at a rate that is not the encoder's
    """
    encoder = at_rate(which, audio)
    assert isinstance(encoder, WhisperEncoder)
    found, expected = encoder.weights[FIRST].shape[1], bands_of(which)
    if found != expected:
        raise UserError(f"{which.name}: its weights take {found} mel bands, expected {expected}. Fetch them again.")
    return log_mel(signal, n_mels=expected)


def bands_of(which: Encoder) -> int:
    """Mel bands that it reads, without its weights where the table of encoders has it."""
    if which.hub is None:
        return int(loaded(which).weights[FIRST].shape[1])  # type: ignore[attr-defined]  # a Whisper
    return MORE_BANDS.get(which.name, BANDS)


def _dimensions(which: Encoder, *, audio: AudioParams) -> tuple[str, ...]:
    return tuple(f"mel_{band}" for band in range(bands_of(which)))


def _framing(*, audio: AudioParams) -> Framing:
    return Framing(WINDOW / SAMPLING_RATE, HOP / SAMPLING_RATE)


def encoder_mel(name: str, which: Encoder) -> FeatureSet:
    """The feature set of what a Whisper encoder reads; its digest has the weights, which the network begins with."""
    return of_encoder(which, name, ("audio",), mel_of_encoder, _dimensions, framing=_framing)
