"""Predictions of utterances of a corpus: whole files, parts of files, and single channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ser_tasks.audio.attempt import result_or_fault
from ser_tasks.audio.channels import MIX, chosen
from ser_tasks.audio.decode import read_recording
from ser_tasks.audio.recording import AudioError, Recording, Source
from ser_tasks.bundles.inference.any_bundle import AnyPrediction, predictions_of

if TYPE_CHECKING:
    from ser_tasks.audio.clip import Clip
    from ser_tasks.bundles.bundle import AnyBundle


@dataclass(frozen=True)
class ClipOutcome:
    """Of one utterance: a prediction, or the reason why there is none."""

    utterance_id: str
    prediction: AnyPrediction | None
    fault: str | None


def predict_clips(bundle: AnyBundle, clips: Sequence[Clip], *, root: Path, largest: float) -> list[ClipOutcome]:
    """Predictions of some utterances, in their order; for what cannot be read or predicted, the reason.

    Each is cut, mixed down and resampled as features are extracted from (`ser_tasks.audio.decode.read_mono`), so that
    a bundle sees what its model would see in an evaluation.

    Args:
        bundle: the model, of classes or of dimensions
        clips: the utterances, whose sound is held in memory together; of one file in a row, it is decoded once
        root: the folder that their paths begin at
        largest: MiB of a decoded file that are held at most
    """
    found = _read(clips, root, largest)
    sound = [(root / clip.path, part) for clip, part in zip(clips, found, strict=True) if isinstance(part, Recording)]
    try:
        predicted: list[AnyPrediction | str] = [*predictions_of(bundle, [part for _, part in sound])]
    except Exception:  # which one it is shows when each is predicted alone
        predicted = [result_or_fault(lambda one=part: predictions_of(bundle, [one])[0], path) for path, part in sound]  # type: ignore[misc]
    predictions = iter(predicted)
    return [
        _outcome(clip, next(predictions) if isinstance(part, Recording) else part)
        for clip, part in zip(clips, found, strict=True)
    ]


def _read(clips: Sequence[Clip], root: Path, largest: float) -> list[Recording | str]:
    """The part and the channel that each clip stands for, or what is wrong with it."""
    parts: list[Recording | str] = []
    path: str | None = None
    whole: Recording | str = ""
    for clip in clips:
        file = root / clip.path
        if clip.path != path:
            path, whole = clip.path, result_or_fault(lambda file=file: _whole(file, largest), file)  # type: ignore[misc]
        if isinstance(whole, Recording):
            parts.append(result_or_fault(lambda clip=clip, whole=whole, file=file: _part(whole, clip, file), file))  # type: ignore[misc]
        else:
            parts.append(str(whole))
    return parts


def _whole(path: Path, largest: float) -> Recording:
    def allow(source: Source, n_samples: int) -> None:
        decoded = 4 * source.n_channels * n_samples / 2**20
        if decoded > largest:
            raise AudioError(
                f"{path}: {decoded:.0f} MiB when decoded, but at most {largest:g} MiB are held at once. Cut it into "
                "files, or raise predict.largest in params.yaml."
            )

    return read_recording(path, allow=allow)


def _part(recording: Recording, clip: Clip, path: Path) -> Recording:
    """Raises AudioError for times outside of the file, or a channel that it does not have."""
    first = round((clip.start or 0.0) * recording.sampling_rate)
    last = len(recording.samples) if clip.end is None else round(clip.end * recording.sampling_rate)
    if not 0 <= first < last <= len(recording.samples):
        raise AudioError(
            f"{path}: the part from {clip.start} s to {clip.end} s is not inside the file "
            f"({recording.duration:.3f} s). Correct its times."
        )
    cut = Recording(recording.samples[first:last], recording.sampling_rate, recording.notes)
    return chosen(cut, clip.channel or MIX)


def _outcome(clip: Clip, found: AnyPrediction | str) -> ClipOutcome:
    if isinstance(found, str):
        return ClipOutcome(clip.utterance_id, None, found)
    return ClipOutcome(clip.utterance_id, found, None)
