"""Stage `transcripts`: transcripts of a corpus by a speech recogniser."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.display.progress import watch_shards
from pipelines.display.tables import CONSOLE
from pipelines.evaluations.record import dotted
from pipelines.evaluations.run_tags import digest_of, file_digest, provenance
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.corpora.utterances import read_utterances
from ser_tasks.engine import flow
from ser_tasks.errors import UserError
from ser_tasks.evaluation.result import percent, write_result
from ser_tasks.params import AsrParams, EvaluationParams, Params
from ser_tasks.tasks import recognise_shard
from ser_tasks.text.asr.transcribe import (
    Shard,
    plan_transcripts,
    read_transcribed,
    with_recognised_transcripts,
    write_recognised,
)
from ser_tasks.text.asr.word_errors import COUNTS, corpus_word_errors, wer_interval, word_errors
from ser_tasks.tracking import CONFIGURATION, KIND, DataRead, log_evaluation


@flow("transcripts", run_name="{corpus}")
def transcripts(corpus: str, params: Params) -> None:
    """Transcribe the missing shards, write their words, and score them if there are manual transcripts."""
    utterances, folder = read_utterances(paths.utterances(corpus)), paths.RECOGNISED / corpus
    shards = plan(corpus, utterances, params.asr)
    hear(corpus, shards)
    transcribed = read_transcribed(folder, shards)
    write_recognised(with_recognised_transcripts(utterances, transcribed), paths.heard(corpus))

    result = head(corpus, params) | figures(utterances, transcribed, params.evaluation)
    pace = transcribed.seconds.sum() / result["speech_seconds"]
    write_result(result, paths.heard_result(corpus))
    show_heard(result, pace=pace)
    track(result, pace=pace)


def plan(corpus: str, utterances: pd.DataFrame, params: AsrParams) -> list[Shard]:
    """What is to be transcribed, by the engine that params.yaml names.

    Raises:
        UserError: nothing can be transcribed, the engine is not installed, or it does not know the language
    """
    shards = plan_transcripts(utterances, params.engine_here, params.settings, shard_minutes=params.shard_minutes)
    if not shards:
        raise UserError(
            f"{corpus}: none of its {len(utterances)} utterances has sound. Fetch its recordings, or take its "
            "models of recognised transcripts out of evaluations: in params.yaml."
        )
    return shards


def hear(corpus: str, shards: list[Shard]) -> None:
    """All shards side by side; those that an earlier, interrupted run finished are there already."""
    root, folder = paths.corpus_root(corpus), paths.RECOGNISED / corpus
    running = [recognise_shard.submit(shard, root, folder) for shard in shards]
    watch_shards(running, title=f"{corpus} · transcripts")
    for shard in running:
        shard.result()


def head(corpus: str, params: Params) -> dict[str, Any]:
    """The transcripts, and their settings."""
    return {"corpus": corpus, "corpus_kind": CORPORA[corpus].kind, "settings": params.asr.settings}


def figures(utterances: pd.DataFrame, transcribed: pd.DataFrame, params: EvaluationParams) -> dict[str, Any]:
    """How much was transcribed, by what; and the distance from the manual transcripts, null where there are none.

    No times: the same work gives the same figures.
    """
    spoken = utterances[utterances.path.notna()]
    return {
        **{key: str(transcribed[key].iloc[0]) for key in ("engine", "engine_version", "recogniser")},
        "utterances": len(transcribed),
        "nothing_heard": int((transcribed.transcript == "").sum()),
        "speech_seconds": round(float(spoken.duration.sum()), 2),
        "word_errors": errors_of(spoken[spoken.transcript.notna()], transcribed, params),
    }


def errors_of(said: pd.DataFrame, transcribed: pd.DataFrame, params: EvaluationParams) -> dict[str, float] | None:
    """Word error rate, its interval if there are several speakers, and what it is made of."""
    if said.empty:
        return None
    heard = dict(zip(transcribed.utterance_id, transcribed.transcript, strict=True))
    errors = word_errors(dict(zip(said.utterance_id, said.transcript, strict=True)), heard)
    totals = corpus_word_errors(errors)
    interval = wer_interval(
        errors, list(said.speaker), confidence=params.confidence, resamples=params.bootstrap_resamples, seed=params.seed
    )
    rates = {"wer": totals["wer"]} | ({} if interval is None else {"wer_low": interval.low, "wer_high": interval.high})
    return totals | {name: round(rate, 4) for name, rate in rates.items()}


def show_heard(result: Mapping[str, Any], *, pace: float) -> None:
    """The transcripts in three lines."""
    kind = "  (synthetic speech)" if result["corpus_kind"] == "synthetic" else ""
    CONSOLE.print(f"\n[bold]{result['corpus']} · heard by {result['engine']} {result['engine_version']}[/]{kind}")
    CONSOLE.print(
        f"  {result['utterances']} utterances, {result['nothing_heard']} of them without a word; "
        f"{pace:.2f} s for each second of speech"
    )
    errors = result["word_errors"]
    if errors is None:
        CONSOLE.print("  no manual transcripts: the word error rate is not known")
        return
    parts = ", ".join(f"{name} {percent(errors[name] / errors['words'])}" for name in COUNTS[1:])
    known = "wer_low" in errors
    interval = f" [{percent(errors['wer_low'])}, {percent(errors['wer_high'])}]" if known else ""
    CONSOLE.print(
        f"  word error rate {percent(errors['wer'])}{interval}: {parts}; "
        f"of {errors['words']} words in {errors['utterances']} utterances"
    )


def track(result: Mapping[str, Any], *, pace: float) -> str:
    """One MLflow run, in the corpus' experiment; returns its id."""
    settings = dotted("asr", result["settings"])
    rates = result["word_errors"] or {}
    named = {key: result[key] for key in ("corpus", "corpus_kind", "engine", "engine_version", "recogniser")}
    counted = ("utterances", "nothing_heard", "speech_seconds")
    table = paths.utterances(result["corpus"])
    return log_evaluation(
        experiment=f"ser/{result['corpus']}",
        name=f"heard · {result['engine']}",
        description=f"Transcripts of {result['corpus']} by {result['engine']}.",
        params={"corpus": result["corpus"], "engine": result["engine"]} | settings,
        metrics=rates | {"seconds_per_second": pace} | {key: result[key] for key in counted},
        tags={
            KIND: "heard",
            **{f"ser.{key}": str(value) for key, value in named.items()},
            CONFIGURATION: digest_of({**settings, "corpus": result["corpus"], "engine": result["engine"]}),
            "data.utterances": file_digest(table),
            **provenance(),
        },
        folds=[],
        figure=None,
        tables={},
        data=[DataRead(result["corpus"], file_digest(table), table, "test")],
        files=[paths.heard_result(result["corpus"]), paths.heard(result["corpus"])],
    )


def main(corpus: str) -> None:
    """The flow with the workers that params.yaml sets."""
    params = project_params()
    transcripts.on(params.workers)(corpus, params)
