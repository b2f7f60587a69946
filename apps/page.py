"""A prediction as it is shown and exported: HTML, JSON, CSV, and the analysed sound."""

from __future__ import annotations

import base64
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.explain.recording import Attention, attention_over
from ser_tasks.bundles.inference.prediction import Prediction, model_signal, recognise, recognise_all
from ser_tasks.bundles.inference.timeline import WindowPrediction, window_predictions, windows_in
from ser_tasks.bundles.model_bundle import ModelBundle
from ser_tasks.html import templates
from ser_tasks.plots.recording import recording_figure
from ser_tasks.plots.style import as_webp_uri

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.card import Card
    from ser_tasks.params import TimelineParams
    from ser_tasks.text.asr.engine import Transcript

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = ("file", "bundle", "start", "end", "emotion", "unsure", "class", "probability")


@dataclass(frozen=True)
class RecordingPrediction:
    """What one bundle predicts for one recording."""

    card: Card
    answer: Prediction  # for the whole recording
    signal: NDArray[np.float32]  # mono, at card.sampling_rate
    attention: Attention | None  # None: a model without, or one that reads a trimmed clip, whose time is another
    moments: tuple[WindowPrediction, ...]  # over time; none for what is no longer than a window


def prediction_of(bundle: Bundle, recording: Recording, *, timeline: TimelineParams) -> RecordingPrediction:
    """The prediction for a recording as a whole, and for windows that slide over it.

    Raises:
        AudioError: sound that nothing can be predicted from
    """
    answer = recognise(bundle, recording)
    signal = model_signal(recording, bundle.card.sampling_rate)
    return RecordingPrediction(
        card=bundle.card,
        answer=answer,
        signal=signal,
        attention=_attention(bundle, signal),
        moments=_moments(bundle, recording, answer.transcript, timeline=timeline),
    )


def _attention(bundle: Bundle, signal: NDArray[np.float32]) -> Attention | None:
    """Of a network of sound alone, if its times are those of the recording."""
    if not isinstance(bundle, ModelBundle) or bundle.reads:
        return None
    conditioning: Any = bundle.sections["conditioning"]
    return attention_over(bundle, signal) if conditioning.trim is None else None


def _moments(
    bundle: Bundle, recording: Recording, transcript: Transcript | None, *, timeline: TimelineParams
) -> tuple[WindowPrediction, ...]:
    """The whole recording as one segment: what is short enough to be shown is seldom worth dividing into speech."""
    windows = windows_in((0.0, recording.duration), window=timeline.window, hop=timeline.hop)
    if len(windows) < 2:
        return ()
    words = None if transcript is None else [transcript.between(*window) for window in windows]
    answers = recognise_all(bundle, [_part(recording, *window) for window in windows], transcripts=words)
    rules: dict[str, Any] = timeline.model_dump(include={"smoothing", "change_cost"})
    return tuple(window_predictions(windows, answers, segment=1, unsure_below=bundle.card.unsure_below, **rules))


def _part(recording: Recording, start: float, end: float) -> Recording:
    first, last = round(start * recording.sampling_rate), round(end * recording.sampling_rate)
    return Recording(recording.samples[first:last], recording.sampling_rate)


def percent(share: float) -> str:
    """0.642 -> 64.2 %."""
    return f"{100 * share:.1f} %"


PAGES = templates(TEMPLATES)
PAGES.filters["percent"] = percent


def results(name: str, predictions: Sequence[RecordingPrediction]) -> str:
    """HTML: a column for each bundle, side by side where there is room, and below them the downloads."""
    return _macro("results", [_shown(name, one) for one in predictions], _downloads(name, predictions))


def summary(predictions: Sequence[RecordingPrediction]) -> str:
    """HTML: what a screen reader announces when the prediction is there."""
    return _macro("summary", predictions)


def error_message(text: str) -> str:
    """HTML: what went wrong, in the place of the prediction."""
    return _macro("error", text)


def _macro(name: str, *arguments: object) -> str:
    return str(getattr(PAGES.get_template("page.html.jinja").module, name)(*arguments)).strip()


def _shown(name: str, one: RecordingPrediction) -> dict[str, Any]:
    """What the template reads."""
    picture = recording_figure(one.signal, one.card.sampling_rate, attention=one.attention, moments=one.moments)
    return {
        **vars(one),
        "remarks": [*_low_confidence(one), *one.answer.remarks],
        "about": _about(one),
        "picture": as_webp_uri(picture),
        "described": _description(name, one),
    }


def _low_confidence(one: RecordingPrediction) -> list[str]:
    limit = one.card.unsure_below
    return [f"less than the {percent(limit)} from which on this model counts as sure"] * (one.answer.confidence < limit)


def _description(name: str, one: RecordingPrediction) -> str:
    """What the picture shows, for those who do not see it."""
    shown = ["waveform", "log-mel spectrogram"]
    if one.attention is not None:
        peak = one.attention.times[one.attention.weights.argmax()]
        shown[1] += f" with the attention of the network, largest at {peak:.1f} s"
    if one.moments:
        shown.append("emotions over time, as in the table")
    return f"{name}, {one.answer.duration:.1f} s: {', '.join(shown)}"


def _about(one: RecordingPrediction) -> tuple[str, ...]:
    card, figures = one.card, one.card.figures
    return (
        f"{card.model}, trained on {card.training.kind} speech: {card.training.title}, "
        f"{figures.utterances} utterances of {figures.speakers} speakers.",
        f"Tested in cross-validation ({figures.protocol_kind}): recall averaged over its classes (UAR) "
        f"{percent(figures.uar)}, 95 % interval {percent(figures.uar_low)} to {percent(figures.uar_high)}; "
        f"guessing has {percent(1 / len(card.classes))}.",
        f"Licence of the corpus: {card.licence}. {card.citation}",
    )


def _downloads(name: str, predictions: Sequence[RecordingPrediction]) -> dict[str, Any]:
    """What the template offers, each as a data URI, so that nothing has to be kept for it."""
    stem, first = PurePath(name).stem or "recording", predictions[0]
    return {
        "name": name,
        "sound": _uri(as_wav(first.signal, first.card.sampling_rate), "audio/wav"),
        "links": (
            (f"{stem}.json", _uri(as_json(name, predictions).encode(), "application/json")),
            (f"{stem}.csv", _uri(as_csv(name, predictions).encode(), "text/csv")),
        ),
    }


def _uri(content: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def as_json(name: str, predictions: Sequence[RecordingPrediction]) -> str:
    """Everything, one entry for each bundle; times in s."""
    return json.dumps({"file": name, "answers": [_entry(one) for one in predictions]}, indent=2, ensure_ascii=False)


def as_csv(name: str, predictions: Sequence[RecordingPrediction]) -> str:
    """One row for each class of each prediction: for the whole recording first, then over time."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in predictions:
        spans: list[tuple[float, float, Prediction | WindowPrediction]] = [(0.0, one.answer.duration, one.answer)]
        spans += [(moment.start, moment.end, moment) for moment in one.moments]
        for start, end, found in spans:
            fixed = (name, one.card.name, f"{start:.3f}", f"{end:.3f}", found.emotion, str(found.unsure).lower())
            writer.writerows((*fixed, label, f"{share:.6f}") for label, share in found.probabilities.items())
    return text.getvalue()


def as_wav(signal: NDArray[np.float32], sampling_rate: int) -> bytes:
    """A WAV file, 16-bit PCM."""
    stream = BytesIO()
    soundfile.write(stream, signal, sampling_rate, format="WAV", subtype="PCM_16")
    return stream.getvalue()


def _entry(one: RecordingPrediction) -> dict[str, Any]:
    answer = one.answer
    return {
        "bundle": one.card.name,
        "emotion": answer.emotion,
        "probabilities": dict(answer.probabilities),
        "confidence": answer.confidence,
        "unsure": answer.unsure,
        "remarks": list(answer.remarks),
        "duration": answer.duration,
        "timeline": [
            {
                "start": moment.start,
                "end": moment.end,
                "emotion": moment.emotion,
                "probabilities": dict(moment.probabilities),
                "unsure": moment.unsure,
                "remarks": list(moment.remarks),
            }
            for moment in one.moments
        ],
    }
