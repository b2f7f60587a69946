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
from pipelines.evaluations.tune_target import AnyRequest
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.tuning.candidate import settings
from ser_tasks.evaluation.tuning.search import Best
from ser_tasks.evaluation.tuning.study import full_name
from ser_tasks.provenance.versions import library_versions


def score_outer(tuning: Tuning, best: Mapping[str, Best]) -> None:
    """Fit on each outer training part, predict its test part, and compare."""
    chosen = [best[planned.part] for planned in tuning.nested]
    tuned = [replace(own, params=candidate_params(tuning, c)) for own, c in zip(tuning.outer, chosen, strict=True)]
    target, evaluation = tuning.target, tuning.evaluation
    tables = _answers(tuning, {"tuned": tuned, "defaults": list(tuning.outer)})
    table = target.utterances(evaluation)
    result = {
        **_head(tuning, best),
        **{which: target.figures(evaluation, own) for which, own in tables.items()},
        "against_defaults": target.difference(evaluation, tables["tuned"], tables["defaults"]),
        "speakers": table.speaker[table.utterance_id.isin(tables["tuned"].utterance_id)].nunique(),
        "versions": target.versions(evaluation.model) | library_versions(("optuna",)),
    }
    file = paths.tuned(evaluation.corpus, evaluation.protocol, evaluation.model)
    write_result(result, file)
    track_nested(tuning, result, file)
    show_nested(result, target.key)


def _answers(tuning: Tuning, asked: Mapping[str, list[AnyRequest]]) -> dict[str, pd.DataFrame]:
    """Predictions of each list of folds; those that an evaluation has made before come from the cache."""
    different = {own.cache_key: own for requests in asked.values() for own in requests}  # where nothing beat it: one
    running = {key: tuning.target.submit(own) for key, own in different.items()}
    folders = {f"{own.fold.name} {key[:8]}": own.folder for key, own in different.items()}
    watch_folds(list(running.values()), folders, title="outer folds")
    stored = {key: future.result() for key, future in running.items()}
    return {
        which: tuning.target.predictions(requests, [stored[own.cache_key] for own in requests])
        for which, requests in asked.items()
    }


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
                f"inner_{tuning.target.key}": round(own.score, 4),
                f"inner_{tuning.target.key}_defaults": round(own.defaults_score, 4),
                "params": settings(evaluation.params, tuning.space, own.drawn),
            }
            for part, own in best.items()
        },
    }
