"""One prediction for each file, or the reason why there is none, and both as rows of a table."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ser_tasks.audio.attempt import result_or_fault
from ser_tasks.audio.channels import EACH, MIX, channels_of, chosen
from ser_tasks.audio.decode import read_recording
from ser_tasks.audio.recording import AudioError, Recording, Source
from ser_tasks.bundles.dimensions.card import DimensionCard
from ser_tasks.bundles.inference.any_bundle import AnyPrediction, predictions_of
from ser_tasks.bundles.inference.estimate import DimensionPrediction, columns_of, values_of
from ser_tasks.bundles.inference.prediction import Prediction
from ser_tasks.text.asr.engine import Transcript

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import AnyBundle
    from ser_tasks.bundles.dimensions.card import AnyCard
    from ser_tasks.bundles.inference.rating_timeline import RatingTimeline, WindowEstimate
    from ser_tasks.bundles.inference.timeline import Timeline, WindowPrediction
    from ser_tasks.params import PredictParams

Kind: TypeAlias = Literal["text", "number", "share", "count", "flag", "texts", "members"]
Columns: TypeAlias = dict[str, Kind]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Of one file, or one channel of it: a prediction, or the reason why there is none."""

    path: Path
    channel: str
    prediction: AnyPrediction | None
    fault: str | None


def predict_files(
    bundle: AnyBundle, paths: Sequence[Path], *, limits: PredictParams, channel: str = MIX, words: str | None = None
) -> list[Outcome]:
    """Predictions of some files, in their order; for what cannot be read or predicted, the reason.

    Args:
        bundle: the model
        paths: of the files, whose sound is held in memory together
        limits: of one file
        channel: see `ser_tasks.audio.channels.mixed_down`; of each, a prediction for every channel
        words: that are said in each; None: the recogniser of the bundle finds them
    """
    transcript = None if words is None else Transcript(words)
    read = [part for path in paths for part in _read_channels(path, channel, limits)]
    sound = [(path, found) for path, _, found in read if isinstance(found, Recording)]
    try:
        given = [transcript] * len(sound)
        predicted: list[AnyPrediction | str] = [*predictions_of(bundle, [one for _, one in sound], given)]
    except Exception:  # which one it is shows when each is predicted alone
        predicted = [_alone(bundle, recording, path, transcript) for path, recording in sound]
    predictions = iter(predicted)
    return [
        _outcome(path, part, next(predictions) if isinstance(found, Recording) else found) for path, part, found in read
    ]


def _alone(bundle: AnyBundle, recording: Recording, path: Path, transcript: Transcript | None) -> AnyPrediction | str:
    return result_or_fault(lambda: predictions_of(bundle, [recording], [transcript])[0], path)


def _read_channels(path: Path, channel: str, limits: PredictParams) -> list[tuple[Path, str, Recording | str]]:
    """The chosen channels of one file, or what is wrong with it."""
    recording = result_or_fault(lambda: _read(path, limits), path)
    if isinstance(recording, str):
        return [(path, channel, recording)]
    parts = channels_of(recording.samples.shape[1]) if channel == EACH else (channel,)
    return [(path, part, result_or_fault(lambda part=part: chosen(recording, part), path)) for part in parts]  # type: ignore[misc]


def _outcome(path: Path, channel: str, found: AnyPrediction | str) -> Outcome:
    return Outcome(path, channel, None, found) if isinstance(found, str) else Outcome(path, channel, found, None)


def _read(path: Path, limits: PredictParams) -> Recording:
    """The whole recording, unless that is too much.

    Raises:
        AudioError: unreadable, or longer or larger than what one prediction is made for
    """

    def allow(source: Source, n_samples: int) -> None:
        seconds, decoded = n_samples / source.sampling_rate, 4 * source.n_channels * n_samples / 2**20
        if seconds > limits.longest:
            raise AudioError(
                f"{path}: {seconds:.0f} s long, but one prediction is made for at most {limits.longest:g} s: "
                "emotions change. Use --timeline, or raise predict.longest in params.yaml."
            )
        if decoded > limits.largest:
            raise AudioError(
                f"{path}: {source.n_channels} channels, {decoded:.0f} MiB when decoded, but at most "
                f"{limits.largest:g} MiB are held at once. Mix it down, use --timeline, or raise predict.largest in "
                "params.yaml."
            )

    return read_recording(path, allow=allow)


def prediction_columns(card: AnyCard, *, channels: bool = False) -> Columns:
    """Columns of a table with one row per file, or per channel; the classes are posteriors.

    With the words, of a bundle that reads some, and what each member predicts, of an ensemble. Of a bundle of
    dimensions each of them, and the ends of its interval.
    """
    what: Columns = {"path": "text", **({"channel": "text"} if channels else {})}
    about: Columns = {"unsure": "flag", "remarks": "texts", "duration": "number"}
    about |= {"transcript": "text"} if card.asr else {}
    about |= {"members": "members"} if card.members else {}
    if isinstance(card, DimensionCard):
        return {**what, **dict.fromkeys(columns_of(card.dimensions), "number"), **about}
    fixed: Columns = {**what, "emotion": "text", "confidence": "number", **about}
    return fixed | _shares(card.classes)


def prediction_row(outcome: Outcome, columns: Columns) -> Row:
    """One file; of one without a prediction, everything is empty but its path and the fault, among the remarks."""
    values: Row = {"path": str(outcome.path), "channel": outcome.channel}
    found = outcome.prediction
    if found is None:
        values |= {"unsure": True, "remarks": [str(outcome.fault)]}
    else:
        values |= {"unsure": found.unsure, "remarks": list(found.remarks), "duration": found.duration}
        values["transcript"] = found.transcript and found.transcript.text
        values["members"] = {name: dict(own) for name, own in found.members.items()}
        values |= values_of(found.dimensions) if isinstance(found, DimensionPrediction) else _of_classes(found)
    return {name: values.get(name) for name in columns}


def _of_classes(found: Prediction) -> Row:
    return {
        "emotion": found.emotion,
        "confidence": found.confidence,
        **found.probabilities,
    }


def window_columns(card: AnyCard) -> Columns:
    """Columns of a table with one row per window of a timeline; times in s."""
    place: Columns = {"path": "text", "segment": "count", "start": "number", "end": "number"}
    about: Columns = {"unsure": "flag", "remarks": "texts", **({"transcript": "text"} if card.asr else {})}
    if isinstance(card, DimensionCard):
        return {**place, **dict.fromkeys(columns_of(card.dimensions), "number"), **about}
    return {**place, "emotion": "text", "confidence": "number", **about, **_shares(card.classes)}


def window_rows(path: Path, timeline: Timeline) -> Iterator[Row]:
    """All windows of one recording."""
    for window in timeline.windows:
        yield {
            **_of_window(path, window),
            "emotion": window.emotion,
            "confidence": window.confidence,
            **window.probabilities,
        }


def rated_window_rows(path: Path, timeline: RatingTimeline) -> Iterator[Row]:
    """The same of dimensions."""
    for window in timeline.windows:
        yield _of_window(path, window) | values_of(window.dimensions)


def _of_window(path: Path, window: WindowPrediction | WindowEstimate) -> Row:
    return {
        "path": str(path),
        "segment": window.segment,
        "start": window.start,
        "end": window.end,
        "unsure": window.unsure,
        "remarks": list(window.remarks),
        **({} if window.transcript is None else {"transcript": window.transcript}),
    }


def as_text(row: Row) -> Mapping[str, str]:
    """Values as CSV has them: numbers with 6 digits, true and false, texts with semicolons, nothing for none.

    Of each member the likeliest class, as `svm: anger 0.71`, or every dimension.
    """
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_in_short(own)}" for name, own in value.items())
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _in_short(own: Mapping[str, float]) -> str:
    of_classes = math.isclose(sum(own.values()), 1, rel_tol=1e-3)  # ratings begin at 1
    shown = [max(own, key=lambda name: own[name])] if of_classes else own
    return ", ".join(f"{name} {own[name]:.2f}" for name in shown)


def _shares(classes: Sequence[str]) -> Columns:
    return dict.fromkeys(classes, "share")
