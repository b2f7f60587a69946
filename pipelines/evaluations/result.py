"""The result of an evaluation: its figures, what they were computed from, and what a reader must know of them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from pipelines import paths
from pipelines.evaluations.plan import Evaluation, protocol_kind
from pipelines.evaluations.provenance import evaluation_origin, sealed
from pipelines.known_corpora import CORPORA
from ser_tasks.corpora.corpus import BY_GENDER
from ser_tasks.evaluation.by_gender import emotion_figures
from ser_tasks.evaluation.result import SHARED_SPEAKERS, percent
from ser_tasks.evaluation.scoring import FoldOutcome, prediction_table, score
from ser_tasks.features.audio_text import reads_words
from ser_tasks.models import MODELS
from ser_tasks.models.dimensions.regressor import DimensionModel
from ser_tasks.models.model_versions import model_versions
from ser_tasks.models.recogniser import Model
from ser_tasks.params import BalanceParams, Params
from ser_tasks.text.transcripts import RECOGNISED

FEW_EPOCHS = "Networks were trained for {} epochs only."
SPEAKER_NORM = "Speaker normalisation hears all of a test speaker's unlabelled audio."


def result_of(
    evaluation: Evaluation, outcomes: list[FoldOutcome]
) -> tuple[dict[str, Any], pd.DataFrame, NDArray[np.int64]]:
    """What results/ holds, the predictions, and the confusion matrix."""
    predictions = prediction_table(evaluation.runs, outcomes, evaluation.labels)
    figures, confusion = score(predictions, evaluation.labels, evaluation.params.evaluation)
    params, own = evaluation.params, evaluation.params.corpus[evaluation.corpus]
    if own.preset.endswith(BY_GENDER):
        figures["emotion"] = emotion_figures(predictions, evaluation.labels, params.evaluation)
    result = {**head(evaluation), **figures, **circumstances(evaluation), "warnings": warnings(evaluation, outcomes)}
    return sealed(result, evaluation_origin(evaluation), predictions), predictions, confusion


def head(evaluation: Evaluation) -> dict[str, Any]:
    """What was evaluated."""
    return {
        "corpus": evaluation.corpus,
        "corpus_kind": CORPORA[evaluation.corpus].kind,
        "preset": evaluation.params.corpus[evaluation.corpus].preset,
        "protocol": evaluation.protocol,
        "protocol_kind": protocol_kind(evaluation.section),
        "model": evaluation.model,
    }


def circumstances(evaluation: Evaluation) -> dict[str, Any]:
    """What the figures were computed from, and with."""
    return {
        "utterances": len(evaluation.labels.utterance_ids),
        "speakers": len(set(evaluation.labels.speakers)) if CORPORA[evaluation.corpus].speakers_known else 0,
        "classes": sorted(set(evaluation.labels.emotions)),
        "dropped": evaluation.dropped,
        "feature_set": MODELS[evaluation.model].feature_set,
        "seed": evaluation.params.evaluation.seed,
        "versions": model_versions(evaluation.model),
    }


def warnings(evaluation: Evaluation, outcomes: list[FoldOutcome]) -> list[str]:
    """What a reader must know before comparing this number."""
    said = synthetic(evaluation.corpus) + unknown_speakers(evaluation.corpus) + list(evaluation.notes)
    said += few_epochs(evaluation.params.corpus[evaluation.corpus].epochs, outcomes)
    machines = sorted({str(outcome.chosen["hardware"]) for outcome in outcomes if "hardware" in outcome.chosen})
    said += [f"Trained elsewhere, on {machine}." for machine in machines]
    balance = evaluation.params.corpus[evaluation.corpus].balance
    if balance is not None:
        said.append(f"Classes are not those of the preset as it stands: {_in_words(balance)}.")
    if MODELS[evaluation.model].feature_set == RECOGNISED:
        said.append(heard_by(evaluation.corpus))
    said += without_turns(evaluation.corpus, MODELS[evaluation.model], evaluation.params)
    if MODELS[evaluation.model].speaker_norm:
        said.append(SPEAKER_NORM)
    if any(evaluation.shared.values()):
        said.append(
            f"{SHARED_SPEAKERS} {evaluation.shared['speaker']} test utterances have their speaker in the "
            f"training part, {evaluation.shared['group']} a twin take."
        )
    return said


def _in_words(balance: BalanceParams) -> str:
    """What is done to the classes, and what not."""
    done = [f"{old} is called {new}" for old, new in (balance.merge or {}).items()]
    done += [f"{', '.join(balance.keep)} are kept"] if balance.keep else []
    way = {"down": "large classes are drawn from", "over": "rare classes are repeated"}
    done += [f"in training parts {way[balance.training]}, test parts are as they are"] if balance.training else []
    return "; ".join(done)


def without_turns(corpus: str, line: Model | DimensionModel, params: Params) -> list[str]:
    """Of a model of words that reads earlier turns, in a corpus that orders none."""
    if not reads_words(line.feature_set):
        return []
    settings = line.section(params).model_dump(mode="json")
    turns = settings.get("context", {}).get("turns") or settings.get("previous_turns")
    column = pq.read_table(paths.utterances(corpus), columns=["turn"]).column("turn")
    if not turns or column.null_count < len(column):
        return []
    return [f"No utterance of {corpus} has a turn: the {turns} turns before it, which this model reads, are missing."]


def heard_by(corpus: str) -> str:
    """Source of the transcripts, and their word error rate."""
    heard = json.loads(paths.heard_result(corpus).read_text(encoding="utf-8"))
    errors = heard["word_errors"]
    rate = f"word error rate {percent(errors['wer'])} %" if errors else "word error rate unknown"
    return f"Words as {heard['engine']} {heard['engine_version']} heard them: {rate}."


def warnings_of_members(files: Iterable[Path]) -> list[str]:
    """What a reader must know of any member of an ensemble, each sentence once; of results that are here."""
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files if file.exists()]
    return list(dict.fromkeys(warning for result in results for warning in result["warnings"]))


def synthetic(corpus: str) -> list[str]:
    """For a corpus in which no person speaks."""
    if CORPORA[corpus].kind != "synthetic":
        return []
    return ["Synthetic speech: the figures say that the workflow runs, nothing about people."]


def few_epochs(limit: int | None, outcomes: Sequence[FoldOutcome]) -> list[str]:
    """For networks whose training a corpus cut short."""
    if limit is None or not any("epochs" in key for outcome in outcomes for key in outcome.chosen):
        return []
    return [FEW_EPOCHS.format(limit)]


def unknown_speakers(corpus: str) -> list[str]:
    """For a corpus of which nobody knows who speaks."""
    if CORPORA[corpus].speakers_known:
        return []
    return [
        "Speakers are unknown: test voices may have been learnt from, so take it for speaker-dependent; and the "
        "interval takes every utterance for a speaker of its own, so it is too narrow."
    ]
