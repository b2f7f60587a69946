"""What every score of a bundle needs: a test set that it has not seen, its predictions, what a reader must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.commands.predict import BATCH, FILES_PER_WORKER, processes
from pipelines.display.predictions import bar, report_fault
from pipelines.orchestration.worker_pool import worker_pool
from ser_tasks.audio.clip import clips_of
from ser_tasks.bundles.inference.clips import predict_clips
from ser_tasks.bundles.training_record import FILE, read_training_record, seen_in_training
from ser_tasks.corpora.corpus import UNKNOWN, some
from ser_tasks.errors import LeakError, UserError
from ser_tasks.provenance.versions import library_versions

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.commands.score_sources import LabelledSet
    from ser_tasks.bundles.dimensions.card import AnyCard
    from ser_tasks.bundles.inference.any_bundle import AnyPrediction
    from ser_tasks.bundles.inference.files import Columns
    from ser_tasks.params import Params

ALONE = "One speaker alone says nothing about others: the interval is all of 0 to 100 %."
NOBODY = (
    "Speakers are unknown: the interval takes every recording for a speaker of its own, so it is too narrow, and "
    "whether a speaker was in the training data was not checked."
)
UNCHECKED = "Whether its speakers and recordings were in the training data was not checked: the bundle does not know."


@dataclass(frozen=True)
class Predicted:
    """What was predicted, and what could not be, and why: by utterance id."""

    predictions: dict[str, AnyPrediction]
    faults: dict[str, str]


@dataclass(frozen=True)
class Score:
    """The figures, ready for JSON, and the predictions as rows of a table."""

    result: dict[str, Any]
    columns: Columns
    rows: Sequence[Mapping[str, Any]]


def check_unseen(folder: Path, found: LabelledSet, *, unchecked: bool) -> bool:
    """Whether it could be checked that the bundle knows neither the speakers nor the recordings.

    Raises:
        LeakError: it knows some
        UserError: it cannot tell, and `unchecked` is not given
    """
    record = read_training_record(folder)
    if record is None:
        if unchecked:
            return False
        raise UserError(
            f"{folder}: this bundle was made before bundles recorded what they were trained on (no {FILE}), so that "
            f"nobody can tell whether {found.name} was. Make it again (ser repro bundle@NAME); or, if you know that it "
            "was not, add --unchecked."
        )
    rows = found.utterances
    digests = [
        (str(name), sha if isinstance(sha, str) else None)
        for name, sha in zip(rows.utterance_id, rows.sha256, strict=True)
    ]
    seen = seen_in_training(record, speakers=found.named_speakers(), recordings=digests)
    if seen:
        kinds = (("speakers", seen.speakers), ("recordings", seen.recordings))
        known = " and ".join(f"{len(names)} {what} ({some(names)})" for what, names in kinds if names)
        raise LeakError(
            f"{found.name}: {known} were in the training data of {folder}: its figures on them would not be those of "
            "unseen speakers. Score it on others; for those of its own corpus, on unseen speakers, see its card "
            f"({folder}/MODEL_CARD.md)."
        )
    return True


def predict_test_set(
    folder: Path, card: AnyCard, found: LabelledSet, params: Params, *, rows: pd.DataFrame, workers: int | None
) -> Predicted:
    """Of these utterances of the test set; few are held at a time.

    Raises:
        UserError: none could be predicted
    """
    clips = clips_of(rows)
    count = workers or processes(card, len(clips) // FILES_PER_WORKER)
    predict = partial(predict_clips, root=found.root, largest=params.predict.largest)
    batches = (clips[first : first + BATCH] for first in range(0, len(clips), BATCH))
    predicted = Predicted({}, {})
    with bar(visible=True) as progress, worker_pool(folder, count) as pool:
        task = progress.add_task("utterances", total=len(clips))
        for outcome in chain.from_iterable(pool.map(predict, batches)):
            if outcome.prediction is not None:
                predicted.predictions[outcome.utterance_id] = outcome.prediction
            else:
                report_fault(str(outcome.fault))
                predicted.faults[outcome.utterance_id] = str(outcome.fault)
            progress.advance(task)
    if not predicted.predictions:
        raise UserError(f"none of {len(clips)} recordings could be predicted, see the errors above. Name others.")
    return predicted


def in_frame(
    card: AnyCard,
    found: LabelledSet,
    predicted: Predicted,
    figures: Mapping[str, Any],
    *,
    left_out: Mapping[str, int],
    checked: bool,
    params: Params,
    warned: Sequence[str] = (),
) -> dict[str, Any]:
    """The figures between what they are of and what a reader must know of them: a whole result.

    Args:
        card: of the bundle
        found: the test set
        predicted: its predictions
        figures: of these
        left_out: reason -> utterances, besides those that the test set itself left out
        checked: whether the bundle knows what it was trained on
        params: of the project; and `warned`, what else to say
    """
    known = found.utterances.set_index("utterance_id").speaker
    speakers = known[list(predicted.predictions)].nunique() if found.speakers_known else None
    return {
        "bundle": card.name,
        "model": card.model,
        "trained_on": card.corpus,
        "scored_on": found.name,
        **found.about,
        "utterances": len(predicted.predictions),
        "speakers": speakers,
        **figures,
        "left_out": {reason: n for reason, n in found.dropped.items() if n} | dict(left_out),
        "unreadable": predicted.faults,
        "checked": checked,
        "seed": params.evaluation.seed,
        "versions": library_versions(),
        "warnings": [*_warnings(card, found, speakers, checked=checked), *warned],
    }


def _warnings(card: AnyCard, found: LabelledSet, speakers: int | None, *, checked: bool) -> list[str]:
    """What a reader must know before comparing these figures."""
    warned = [] if checked else [UNCHECKED]
    warned += [NOBODY] if speakers is None else [ALONE] if speakers == 1 else []
    if found.about["kind"] == "synthetic":
        warned.append("Synthetic speech: the figures say nothing about people.")
    elif card.training.kind == "synthetic":
        warned.append("Trained on synthetic speech: the figures say how far that goes, no more.")
    for what, trained in (("language", card.training.language), ("kind", card.training.kind)):
        tested = found.about[what]
        if tested not in ("", None, UNKNOWN) and not set(tested.split(", ")) <= set(trained.split(", ")):
            label = {"language": "Language", "kind": "Kind of speech"}[what]
            warned.append(f"{label} differs: trained on {trained}, scored on {tested}.")
    return [*warned, *found.notes]
