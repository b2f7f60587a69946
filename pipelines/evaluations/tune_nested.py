"""What tuning is worth: the outer folds, scored once with what each study chose and once with params.yaml as it is."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from pipelines import paths
from pipelines.display.progress import watch_folds
from pipelines.display.tuning import show_nested
from pipelines.evaluations.plan_tuning import Tuning, study_name
from pipelines.evaluations.record_tuning import track_nested
from pipelines.evaluations.tune_study import candidate_params
from ser_tasks.evaluation.fold import FoldRequest, fold_outcome
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.scoring import prediction_table, score
from ser_tasks.evaluation.tuning.candidate import settings
from ser_tasks.evaluation.tuning.search import Best
from ser_tasks.evaluation.tuning.study import full_name
from ser_tasks.models.ensembles.paired import uar_difference
from ser_tasks.models.model_versions import model_versions
from ser_tasks.provenance.versions import library_versions
from ser_tasks.tasks import run_fold


def score_outer(tuning: Tuning, best: Mapping[str, Best]) -> None:
    """Fit on each outer training part, predict its test part, and compare."""
    chosen = [best[planned.part] for planned in tuning.nested]
    tuned = [replace(own, params=candidate_params(tuning, c)) for own, c in zip(tuning.outer, chosen, strict=True)]
    tables = _answers(tuning, {"tuned": tuned, "defaults": list(tuning.outer)})
    labels, options = tuning.evaluation.labels, tuning.evaluation.params.evaluation
    result = {
        **_head(tuning, best),
        **{which: score(table, labels, options)[0] for which, table in tables.items()},
        "against_defaults": _test(tuning, tables),
        "speakers": len({labels.speakers[labels.utterance_ids.index(name)] for name in tables["tuned"].utterance_id}),
        "versions": model_versions(tuning.evaluation.model) | library_versions(("optuna",)),
    }
    file = paths.tuned(tuning.evaluation.corpus, tuning.evaluation.protocol, tuning.evaluation.model)
    write_result(result, file)
    track_nested(tuning, result, file)
    show_nested(result)


def _answers(tuning: Tuning, asked: Mapping[str, list[FoldRequest]]) -> dict[str, pd.DataFrame]:
    """Predictions of each list of folds; those that an evaluation has made before come from the cache."""
    different = {own.cache_key: own for requests in asked.values() for own in requests}  # where nothing beat it: one
    running = {key: run_fold.submit(own) for key, own in different.items()}
    folders = {f"{own.fold.name} {key[:8]}": own.folder for key, own in different.items()}
    watch_folds(list(running.values()), folders, title="outer folds")
    outcomes = {key: fold_outcome(future.result()) for key, future in running.items()}
    runs = [(request.fold, request.seed) for request in tuning.outer]
    return {
        which: prediction_table(runs, [outcomes[own.cache_key] for own in requests], tuning.evaluation.labels)
        for which, requests in asked.items()
    }


def _test(tuning: Tuning, tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    labels, options = tuning.evaluation.labels, tuning.evaluation.params.evaluation
    return uar_difference(
        tables["tuned"],
        tables["defaults"],
        dict(zip(labels.utterance_ids, labels.speakers, strict=True)),
        confidence=options.confidence,
        resamples=options.bootstrap_resamples,
        seed=options.seed,
    ).figures()


def _head(tuning: Tuning, best: Mapping[str, Best]) -> dict[str, Any]:
    """What was searched, and what each study chose."""
    evaluation = tuning.evaluation
    return {
        "corpus": evaluation.corpus,
        "protocol": evaluation.protocol,
        "model": evaluation.model,
        "outer_folds": [request.fold.name for request in tuning.outer],
        "of_folds": tuning.n_folds,
        "tuning": evaluation.params.tuning.model_dump(mode="json"),
        "seed": evaluation.params.evaluation.seed,
        "studies": [full_name(study_name(tuning, planned), planned.origin) for planned in tuning.studies],
        "chosen": {
            part: {
                "inner_uar": round(own.uar, 4),
                "inner_uar_defaults": round(own.defaults_uar, 4),
                "params": settings(evaluation.params, tuning.space, own.drawn),
            }
            for part, own in best.items()
        },
    }
