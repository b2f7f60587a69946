"""One prediction for each file, or the reason why there is none, and both as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ser_tasks.audio.attempt import result_or_fault
from ser_tasks.audio.channels import EACH, MIX, channels_of, chosen
from ser_tasks.audio.decode import read_recording
from ser_tasks.audio.recording import AudioError, Recording, Source
from ser_tasks.bundles.inference.prediction import Prediction, recognise, recognise_all

if TYPE_CHECKING:
    from ser_tasks.bundles.bundle import Bundle
    from ser_tasks.bundles.inference.timeline import Timeline
    from ser_tasks.params import PredictParams

Kind: TypeAlias = Literal["text", "number", "share", "count", "flag", "texts"]
Columns: TypeAlias = dict[str, Kind]
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Outcome:
    """Of one file, or one channel of it: a prediction, or the reason why there is none."""

    path: Path
    channel: str
    prediction: Prediction | None
    fault: str | None


def predict_files(bundle: Bundle, paths: Sequence[Path], *, limits: PredictParams, channel: str = MIX) -> list[Outcome]:
    """Predictions of some files, in their order; for what cannot be read or predicted, the reason.

    Args:
        bundle: the model
        paths: of the files, whose sound is held in memory together
        limits: of one file
        channel: see `ser_tasks.audio.channels.mixed_down`; of each, a prediction for every channel
    """
    read = [part for path in paths for part in _read_channels(path, channel, limits)]
    sound = [(path, found) for path, _, found in read if isinstance(found, Recording)]
    try:
        predicted: list[Prediction | str] = [*recognise_all(bundle, [recording for _, recording in sound])]
    except Exception:  # which one it is shows when each is predicted alone
        predicted = [result_or_fault(lambda r=recording: recognise(bundle, r), path) for path, recording in sound]  # type: ignore[misc]
    predictions = iter(predicted)
    return [
        _outcome(path, part, next(predictions) if isinstance(found, Recording) else found) for path, part, found in read
    ]


def _read_channels(path: Path, channel: str, limits: PredictParams) -> list[tuple[Path, str, Recording | str]]:
    """The chosen channels of one file, or what is wrong with it."""
    recording = result_or_fault(lambda: _read(path, limits), path)
    if isinstance(recording, str):
        return [(path, channel, recording)]
    parts = channels_of(recording.samples.shape[1]) if channel == EACH else (channel,)
    return [(path, part, result_or_fault(lambda part=part: chosen(recording, part), path)) for part in parts]  # type: ignore[misc]


def _outcome(path: Path, channel: str, found: Prediction | str) -> Outcome:
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


def prediction_columns(classes: Sequence[str], *, channels: bool = False) -> Columns:
    """Columns of a table with one row per file, or per channel; the classes are posteriors."""
    fixed: Columns = {
        "path": "text",
        **({"channel": "text"} if channels else {}),
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
        "duration": "number",
    }
    return fixed | _shares(classes)


def prediction_row(outcome: Outcome, classes: Sequence[str], *, channels: bool = False) -> Row:
    """One file; of one without a prediction, everything is empty but its path and the fault, among the remarks."""
    which = {"path": str(outcome.path)} | ({"channel": outcome.channel} if channels else {})
    if outcome.prediction is None:
        empty = dict.fromkeys(prediction_columns(classes))
        return which | {**empty, **which, "unsure": True, "remarks": [str(outcome.fault)]}
    found = outcome.prediction
    return (
        which
        | {
            "emotion": found.emotion,
            "confidence": found.confidence,
            "unsure": found.unsure,
            "remarks": list(found.remarks),
            "duration": found.duration,
        }
        | dict(found.probabilities)
    )


def window_columns(classes: Sequence[str]) -> Columns:
    """Columns of a table with one row per window of a timeline; times in s."""
    fixed: Columns = {
        "path": "text",
        "segment": "count",
        "start": "number",
        "end": "number",
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
    }
    return fixed | _shares(classes)


def window_rows(path: Path, timeline: Timeline) -> Iterator[Row]:
    """All windows of one recording."""
    for window in timeline.windows:
        yield {
            "path": str(path),
            "segment": window.segment,
            "start": window.start,
            "end": window.end,
            "emotion": window.emotion,
            "confidence": window.confidence,
            "unsure": window.unsure,
            "remarks": list(window.remarks),
        } | dict(window.probabilities)


def as_text(row: Row) -> Mapping[str, str]:
    """Values as CSV has them: numbers with 6 digits, true and false, texts with semicolons, nothing for none."""
    return {name: _text(value) for name, value in row.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _shares(classes: Sequence[str]) -> Columns:
    return dict.fromkeys(classes, "share")
