"""What is shown, as files: JSON, CSV, and the analysed sound."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from apps.recording_prediction import (
    LongPrediction,
    LongRating,
    Rated,
    Recognised,
    RecordingPrediction,
    RecordingRating,
    Shown,
)

if TYPE_CHECKING:
    from ser_tasks.bundles.inference.estimate import DimensionPrediction, Estimate
    from ser_tasks.bundles.inference.prediction import Prediction
    from ser_tasks.bundles.inference.rating_timeline import WindowEstimate
    from ser_tasks.bundles.inference.timeline import WindowPrediction

ABOUT = ("file", "bundle", "channel", "start", "end")
COLUMNS = (*ABOUT, "emotion", "unsure", "transcript", "class", "probability")
RATING_COLUMNS = (*ABOUT, "dimension", "rating", "low", "high", "unsure", "transcript")


def downloads(name: str, predictions: Sequence[Shown]) -> dict[str, Any]:
    """What the template offers, each as a data URI, so that nothing has to be kept for it."""
    stem = PurePath(name).stem or "recording"
    recognised = [one for one in predictions if not isinstance(one, Rated)]
    rated = [one for one in predictions if isinstance(one, Rated)]
    links = [(f"{stem}.json", _uri(as_json(name, predictions).encode(), "application/json"))]
    links += [(f"{stem}.csv", _uri(as_csv(name, recognised).encode(), "text/csv"))] * bool(recognised)
    links += [(f"{stem}.ratings.csv", _uri(ratings_as_csv(name, rated).encode(), "text/csv"))] * bool(rated)
    return {"name": name, "sounds": _sounds(predictions), "links": links}


def _sounds(predictions: Sequence[Shown]) -> dict[str, str]:
    """Of each channel, what the first bundle read of it; none of a long recording."""
    found: dict[str, str] = {}
    for one in predictions:
        if isinstance(one, RecordingPrediction | RecordingRating) and one.channel not in found:
            found[one.channel] = _uri(as_wav(one.signal, one.card.sampling_rate), "audio/wav")
    return found


def _uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def as_json(name: str, predictions: Sequence[Shown]) -> str:
    """Everything, one entry for each bundle and channel; times in s."""
    return json.dumps({"file": name, "answers": [_entry(one) for one in predictions]}, indent=2, ensure_ascii=False)


def as_csv(name: str, predictions: Sequence[Recognised]) -> str:
    """One row for each class of each prediction: for the whole recording first, if there is one, then over time."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in predictions:
        for start, end, found in _spans(one):
            about = (name, one.card.name, one.channel, f"{start:.3f}", f"{end:.3f}")
            fixed = (*about, found.emotion, str(found.unsure).lower(), _words(found))
            writer.writerows((*fixed, label, f"{share:.6f}") for label, share in found.probabilities.items())
    return text.getvalue()


def ratings_as_csv(name: str, predictions: Sequence[Rated]) -> str:
    """One row for each dimension: of the whole recording first, if it is short enough, then over time."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RATING_COLUMNS)
    for one in predictions:
        whole = [(0.0, one.answer.duration, one.answer)] if isinstance(one, RecordingRating) else []
        found: list[tuple[float, float, DimensionPrediction | WindowEstimate]] = [
            *whole,
            *((moment.start, moment.end, moment) for moment in one.moments),
        ]
        for start, end, rated in found:
            about = (name, one.card.name, one.channel, f"{start:.3f}", f"{end:.3f}")
            unsure = str(rated.unsure).lower()
            for label, own in rated.dimensions.items():
                writer.writerow((*about, label, *(f"{value:.6f}" for value in astuple(own)), unsure, _words(rated)))
    return text.getvalue()


def _spans(one: Recognised) -> list[tuple[float, float, Prediction | WindowPrediction]]:
    whole = [(0.0, one.answer.duration, one.answer)] if isinstance(one, RecordingPrediction) else []
    return [*whole, *((moment.start, moment.end, moment) for moment in one.moments)]


def _words(found: Prediction | WindowPrediction | DimensionPrediction | WindowEstimate) -> str:
    return found.transcript if isinstance(found.transcript, str) else found.transcript.text if found.transcript else ""


def as_wav(signal: NDArray[np.float32], sampling_rate: int) -> bytes:
    """A WAV file, 16-bit PCM."""
    stream = BytesIO()
    soundfile.write(stream, signal, sampling_rate, format="WAV", subtype="PCM_16")
    return stream.getvalue()


def _entry(one: Shown) -> dict[str, Any]:
    about = {"bundle": one.card.name, "channel": one.channel}
    if isinstance(one, Rated):
        return {**about, **_rated(one), "timeline": [_rated_moment(moment) for moment in one.moments]}
    whole = {**about, **(_long(one) if isinstance(one, LongPrediction) else _whole(one.answer))}
    return {**whole, "timeline": [_moment(moment) for moment in one.moments]}


def _whole(answer: Prediction) -> dict[str, Any]:
    return {
        "emotion": answer.emotion,
        "probabilities": dict(answer.probabilities),
        "confidence": answer.confidence,
        "unsure": answer.unsure,
        "remarks": list(answer.remarks),
        "duration": answer.duration,
        "transcript": None if answer.transcript is None else asdict(answer.transcript),
        "members": {name: dict(own) for name, own in answer.members.items()},
    }


def _long(one: LongPrediction) -> dict[str, Any]:
    return {
        "duration": one.duration,
        "remarks": list(one.notes),
        "speech": [list(span) for span in one.timeline.segments],
        "emotions": [asdict(segment) for segment in one.timeline.emotion_segments],
    }


def _rated(one: Rated) -> dict[str, Any]:
    scale = {"scale": list(one.card.scale), "interval": one.card.interval}
    if isinstance(one, LongRating):
        means = [asdict(segment) for segment in one.timeline.rated_segments]
        return {**scale, "duration": one.duration, "remarks": list(one.notes), "segments": means}
    answer = one.answer
    found = {"dimensions": _dimensions(answer.dimensions), "unsure": answer.unsure, "remarks": list(answer.remarks)}
    words = None if answer.transcript is None else asdict(answer.transcript)
    members = {name: dict(own) for name, own in answer.members.items()}
    return {**scale, **found, "duration": answer.duration, "transcript": words, "members": members}


def _rated_moment(moment: WindowEstimate) -> dict[str, Any]:
    return {**asdict(moment), "dimensions": _dimensions(moment.dimensions)}


def _dimensions(found: Mapping[str, Estimate]) -> dict[str, Any]:
    return {name: asdict(one) for name, one in found.items()}


def _moment(moment: WindowPrediction) -> dict[str, Any]:
    return {
        "start": moment.start,
        "end": moment.end,
        "segment": moment.segment,
        "emotion": moment.emotion,
        "probabilities": dict(moment.probabilities),
        "unsure": moment.unsure,
        "remarks": list(moment.remarks),
        "transcript": moment.transcript,
    }
