"""What `ser score` does: a bundle on recordings with labels that it was not trained on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.commands.bundles import find_bundle
from pipelines.commands.exit_statuses import UNREADABLE
from pipelines.commands.predict import BATCH, FILES_PER_WORKER, processes
from pipelines.commands.predict_formats import ENDINGS, csv_rows, json_lines, parquet_rows
from pipelines.commands.score_sources import LabelledSet, labelled_corpus, labelled_table
from pipelines.display.predictions import bar, report_fault
from pipelines.display.score import show_score
from pipelines.orchestration.worker_pool import worker_pool
from ser_tasks.audio.clip import clips_of
from ser_tasks.bundles.card import Card, check_files, read_card
from ser_tasks.bundles.inference.clips import ClipOutcome, predict_clips
from ser_tasks.bundles.inference.files import Columns
from ser_tasks.bundles.scoring import (
    LabelledPrediction,
    prediction_rows,
    predictions_table,
    score_labelled,
    shared_classes,
)
from ser_tasks.bundles.training_record import FILE, read_training_record, seen_in_training
from ser_tasks.corpora.corpus import UNKNOWN, some
from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.result import write_result
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.versions import library_versions

if TYPE_CHECKING:
    from ser_tasks.params import Params

ROWS = {"csv": csv_rows, "jsonl": json_lines, "parquet": parquet_rows}
RESULT = ".json"
ALONE = "One speaker alone says nothing about others: the interval is all of 0 to 100 %."
NOBODY = (
    "Speakers are unknown: the interval takes every recording for a speaker of its own, so it is too narrow, and "
    "whether a speaker was in the training data was not checked."
)
UNCHECKED = "Whether its speakers and recordings were in the training data was not checked: the bundle does not know."


@dataclass(frozen=True)
class Scored:
    """What was predicted, and what could not be: utterance id -> speaker, truth, reason."""

    predictions: list[LabelledPrediction]
    faults: dict[str, tuple[str, str, str]]


def score_bundle(
    named: str,
    *,
    corpus: str | None,
    table: Path | None,
    preset: str | None,
    options: dict[str, object],
    to: Sequence[Path],
    unchecked: bool,
    workers: int | None,
) -> int:
    """The exit status, after the figures are printed and written.

    Args:
        named: the bundle
        corpus, table: one of them: what it is scored on
        preset: label map of the corpus; None: as params.yaml has it
        options: how the table is read, as `ser import` does
        to: files to write: .json for the figures, .csv, .jsonl or .parquet for the predictions
        unchecked: go on where a bundle does not know what it was trained on
        workers: processes; None: as many as are worth starting

    Raises:
        LeakError: a speaker or a recording was in its training data
        UserError: nothing can start
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow logs much at start, none of it useful here
    folder, params = find_bundle(named), read_params()
    card = read_card(folder)
    check_files(card, folder)
    _check_arguments(corpus, table, preset, options, to)
    found = labelled_corpus(str(corpus), preset, params) if table is None else labelled_table(table, options)
    checked = check_unseen(folder, found, unchecked=unchecked)
    scored = _predicted(folder, card, found, params, workers)
    result, predictions = _result(card, found, scored, params, checked=checked)
    _write(result, predictions, scored, to)
    show_score(result)
    return UNREADABLE if scored.faults else 0


def _check_arguments(
    corpus: str | None, table: Path | None, preset: str | None, options: dict[str, object], to: Sequence[Path]
) -> None:
    if (corpus is None) == (table is None):
        raise UserError("name what to score on: a corpus (ser score BUNDLE CORPUS), or --table FILE; one of them.")
    given = ["--preset"] if table is not None and preset else []
    given += [f"--{name}" for name, value in options.items() if value and table is None]
    if given:
        other = "a corpus, not of a table" if table is not None else "a table, not of a corpus"
        raise UserError(f"{', '.join(given)}: an option of {other}. Leave it out.")
    for file in to:
        if file.suffix.lower() != RESULT and ENDINGS.get(file.suffix.lower()) not in ROWS:
            raise UserError(
                f"--to {file}: expected a name that ends in {RESULT} (the figures), or in .csv, .jsonl or .parquet "
                "(the predictions)."
            )


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


def _predicted(folder: Path, card: Card, found: LabelledSet, params: Params, workers: int | None) -> Scored:
    """Of every utterance whose class the bundle has; few are held at a time."""
    rows = found.utterances[found.utterances.emotion.isin(card.classes)]
    shared_classes(list(rows.emotion), card.classes)
    clips = clips_of(rows)
    said = {name: (speaker, truth) for name, speaker, truth in rows[["utterance_id", "speaker", "emotion"]].to_numpy()}
    count = workers or processes(card, len(clips) // FILES_PER_WORKER)
    predict = partial(predict_clips, root=found.root, largest=params.predict.largest)
    batches = (clips[first : first + BATCH] for first in range(0, len(clips), BATCH))
    scored = Scored([], {})
    with bar(visible=True) as progress, worker_pool(folder, count) as pool:
        task = progress.add_task("utterances", total=len(clips))
        for outcome in chain.from_iterable(pool.map(predict, batches)):
            _take(scored, outcome, *said[outcome.utterance_id])
            progress.advance(task)
    if not scored.predictions:
        raise UserError(f"none of {len(clips)} recordings could be predicted, see the errors above. Name others.")
    return scored


def _take(scored: Scored, outcome: ClipOutcome, speaker: str, truth: str) -> None:
    if outcome.prediction is not None:
        scored.predictions.append(LabelledPrediction(outcome.utterance_id, speaker, truth, outcome.prediction))
    else:
        report_fault(str(outcome.fault))
        scored.faults[outcome.utterance_id] = (speaker, truth, str(outcome.fault))


def _result(
    card: Card, found: LabelledSet, scored: Scored, params: Params, *, checked: bool
) -> tuple[dict[str, Any], pd.DataFrame]:
    """What the result file holds, and the table of the predictions."""
    classes = shared_classes([labelled.truth for labelled in scored.predictions], card.classes)
    figures = score_labelled(
        scored.predictions,
        classes=classes,
        unsure_below=card.unsure_below,
        n_bins=params.reliability.calibration_bins,
        params=params.evaluation,
    )
    speakers = len({labelled.speaker for labelled in scored.predictions}) if found.speakers_known else None
    foreign = found.utterances.emotion[~found.utterances.emotion.isin(card.classes)].value_counts()
    result = {
        "bundle": card.name,
        "model": card.model,
        "trained_on": card.corpus,
        "scored_on": found.name,
        **found.about,
        "utterances": len(scored.predictions),
        "speakers": speakers,
        **figures,
        "bundle_classes": list(card.classes),
        "left_out": {reason: n for reason, n in found.dropped.items() if n}
        | {f"emotion {name}": int(n) for name, n in foreign.items()},
        "unreadable": {name: fault for name, (_, _, fault) in scored.faults.items()},
        "checked": checked,
        "seed": params.evaluation.seed,
        "versions": library_versions(),
        "warnings": _warnings(card, found, speakers, checked=checked),
    }
    return result, predictions_table(scored.predictions, classes)


def _warnings(card: Card, found: LabelledSet, speakers: int | None, *, checked: bool) -> list[str]:
    """What a reader must know before comparing these figures."""
    warned = [] if checked else [UNCHECKED]
    warned += [NOBODY] if speakers is None else [ALONE] if speakers == 1 else []
    if "synthetic" in (card.training.kind, found.about["kind"]):
        warned.append("Synthetic speech: the figures say nothing about people.")
    for what, trained in (("language", card.training.language), ("kind", card.training.kind)):
        tested = found.about[what]
        if tested not in ("", None, UNKNOWN) and not set(tested.split(", ")) <= set(trained.split(", ")):
            label = {"language": "Language", "kind": "Kind of speech"}[what]
            warned.append(f"{label} differs: trained on {trained}, scored on {tested}.")
    return [*warned, *found.notes]


def _write(result: dict[str, Any], predictions: pd.DataFrame, scored: Scored, to: Sequence[Path]) -> None:
    columns = columns_of(result["classes"])
    for file in to:
        if file.suffix.lower() == RESULT:
            write_result(result, file)
            continue
        with ROWS[ENDINGS[file.suffix.lower()]](columns, file) as write:
            for row in prediction_rows(predictions, scored.faults):
                write(row)


def columns_of(classes: Sequence[str]) -> Columns:
    """Of the table of predictions; the classes are posteriors."""
    fixed: Columns = {
        "utterance_id": "text",
        "speaker": "text",
        "truth": "text",
        "emotion": "text",
        "confidence": "number",
        "unsure": "flag",
        "remarks": "texts",
        "duration": "number",
    }
    return fixed | dict.fromkeys(classes, "share")
