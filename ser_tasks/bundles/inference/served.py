"""A bundle as MLflow serves it: a table of recordings in, a table of predictions out.

MLflow finds it by name (`loader_module`), hands over the folder of the bundle, and keeps no code and no pickle.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ser_tasks.audio.decode import read_recording
from ser_tasks.audio.recording import AudioError, Recording
from ser_tasks.bundles.bundle import AnyBundle, load_any_bundle
from ser_tasks.bundles.dimensions.card import DimensionCard
from ser_tasks.bundles.dimensions.ensemble_bundle import BundleOfDimensions
from ser_tasks.bundles.inference.estimate import DimensionPrediction, columns_of, estimate_all, values_of
from ser_tasks.bundles.inference.prediction import Prediction, recognise_all
from ser_tasks.errors import UserError
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.dimensions.card import AnyCard
    from ser_tasks.bundles.inference.files import Columns

COLUMNS = ("path", "audio", "samples", "sampling_rate")
TRANSCRIPT, MEMBERS = "transcript", "members"
PROBABILITY = "p_"  # before the name of the class


def recording_from_bytes(content: bytes) -> Recording:
    """The bytes of a sound file or of a video, as `audio.decode.read_recording` reads it.

    Raises:
        AudioError: no sound file
    """
    with tempfile.TemporaryDirectory(prefix="ser-") as folder:
        file = Path(folder, "recording")
        file.write_bytes(content)
        try:
            return read_recording(file)
        except AudioError as error:
            raise AudioError(str(error).replace(str(file), f"the recording ({len(content)} bytes)")) from error


def recording_from_samples(samples: Sequence[float] | NDArray[np.floating], sampling_rate: int) -> Recording:
    """Samples of full scale [-1, 1], shape (n_samples,) or (n_samples, n_channels).

    Raises:
        AudioError: no samples, another shape, or a magnitude that full scale cannot have
    """
    values = np.asarray(samples, np.float32)
    if values.ndim not in (1, 2) or not values.size:
        raise AudioError(f"samples of shape {values.shape}. Expected (n_samples,) or (n_samples, n_channels).")
    if np.isfinite(values).all() and np.abs(values).max() > 2:
        raise AudioError(
            f"samples up to {np.abs(values).max():.0f}. Expected full scale to be 1: divide 16-bit integers by 32768."
        )
    return Recording(values.reshape(len(values), -1), int(sampling_rate))


def _load_pyfunc(path: str) -> ServedBundle:
    """The model that MLflow serves; MLflow calls this."""
    return ServedBundle(load_any_bundle(Path(path)))


class ServedBundle:
    """Predictions of recordings, a row each."""

    def __init__(self, bundle: AnyBundle) -> None:
        self.bundle = bundle

    def predict(self, recordings: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """The predictions.

        Args:
            recordings: each row has one of `path` (of a file that the server can read), `audio` (the bytes of a sound
                file; base64 over HTTP), or `samples` (full scale 1) with `sampling_rate` (Hz); and may have
                `transcript`, its words, for a bundle that reads words (its recogniser finds them where there are none)
            params: none are known

        Returns:
            columns emotion, confidence, unsure, remarks, duration (s), of a bundle that reads words `transcript`, of an
            ensemble `members` (name -> class -> probability), and a probability p_CLASS for each class; of a bundle of
            dimensions, each with the ends of its interval, as valence, valence_low and valence_high, unsure, remarks,
            duration, transcript of one that reads words, and of an ensemble members (name -> dimension -> value)

        Raises:
            UserError: a row without a recording, or with one that cannot be predicted; or words for a bundle without
        """
        given = recordings.to_dict("records")
        read = [_recording(row, place) for place, row in enumerate(given)]
        columns = list(answer_columns(self.bundle.card))
        rows = self._rows(read, [_words(row) for row in given])
        return pd.DataFrame(rows, index=recordings.index, columns=columns)

    def _rows(self, recordings: Sequence[Recording], words: Sequence[Transcript | None]) -> list[dict[str, Any]]:
        if isinstance(self.bundle, BundleOfDimensions):
            rated = estimate_all(self.bundle, recordings, transcripts=words)
            return [values_of(one.dimensions) | _about(one) for one in rated]
        return [_row(one) for one in recognise_all(self.bundle, recordings, transcripts=words)]


def answer_columns(card: AnyCard) -> Columns:
    """Columns of the table of predictions, and what they hold."""
    about: Columns = {"unsure": "flag", "remarks": "texts", "duration": "number"}
    about |= {TRANSCRIPT: "text"} if card.asr is not None else {}
    about |= {MEMBERS: "members"} if card.members else {}
    if isinstance(card, DimensionCard):
        return {**dict.fromkeys(columns_of(card.dimensions), "number"), **about}
    shares: Columns = {PROBABILITY + name: "share" for name in card.classes}
    return {"emotion": "text", "confidence": "number", **about, **shares}


def _words(row: dict[Any, Any]) -> Transcript | None:
    """Given; an empty text gives none."""
    found = row.get(TRANSCRIPT)
    return None if _missing(found) or not str(found).strip() else Transcript(str(found))


def _recording(row: dict[Any, Any], place: int) -> Recording:
    given = {name: value for name, value in row.items() if name in COLUMNS and not _missing(value)}
    match given:
        case {"path": path, **rest} if not rest:
            return read_recording(Path(path))
        case {"audio": content, **rest} if not rest:
            return recording_from_bytes(content)
        case {"samples": samples, "sampling_rate": rate, **rest} if not rest:
            return recording_from_samples(samples, rate)
    raise UserError(
        f"row {place}: found {sorted(given) or 'nothing'}. Expected one of path, audio, or samples with sampling_rate."
    )


def _missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and pd.isna(value))


def _row(one: Prediction) -> dict[str, Any]:
    probabilities = {PROBABILITY + name: share for name, share in one.probabilities.items()}
    return {"emotion": one.emotion, "confidence": one.confidence, **_about(one), **probabilities}


def _about(one: Prediction | DimensionPrediction) -> dict[str, Any]:
    words = one.transcript and one.transcript.text
    members = {name: dict(own) for name, own in one.members.items()}
    about = {"unsure": one.unsure, "remarks": list(one.remarks), "duration": one.duration}
    return {**about, TRANSCRIPT: words, MEMBERS: members}
