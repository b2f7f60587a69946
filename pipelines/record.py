"""What an evaluation leaves behind: predictions, plots, the result, and a run in MLflow."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import places
from pipelines.provenance import digest_of, features_of, file_digest, provenance
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation import FoldOutcome, predicted_classes
from ser_tasks.figures import confusion_figure
from ser_tasks.result import write_result
from ser_tasks.tracking import CONFIGURATION, log_evaluation

HEADLINE = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "weighted_f1", "uar_fold_mean", "uar_fold_sd")


def write_outputs(result: Mapping[str, Any], predictions: pd.DataFrame) -> None:
    """The files that dvc.yaml declares as outs, metrics and plots."""
    place = (result["corpus"], result["protocol"], result["model"])
    with atomic_path(_answers(result)) as temporary:
        predictions.to_parquet(temporary, index=False)
    actual = pd.DataFrame({"actual": predictions.truth, "predicted": predicted_classes(predictions, result["classes"])})
    recall = pd.DataFrame(list(result["recall"].items()), columns=["emotion", "recall"])
    for name, table in {"confusion": actual, "recall": recall}.items():
        with atomic_path(places.plots(*place) / f"{name}.csv") as temporary:
            table.to_csv(temporary, index=False)
    write_result(result, places.result(*place))


def track(
    result: Mapping[str, Any],
    confusion: NDArray[np.int64],
    outcomes: list[FoldOutcome],
    *,
    seconds: float,
    protocol: Mapping[str, Any],
    settings: Mapping[str, Any],
) -> str:
    """One MLflow run with a child for each fold; returns its id.

    Args:
        result: as written to results/
        confusion: counts, rows the truth
        outcomes: of the folds, in their order
        seconds: that the evaluation took, without the folds found in the cache
        protocol, settings: the sections of params.yaml that the folds and the model read
    """
    place = (result["corpus"], result["protocol"], result["model"])
    title = f"{' · '.join(place)}\nUAR {100 * result['uar']:.1f} %"
    read = {
        "preset": result["preset"],
        "seed": str(result["seed"]),
        **{f"protocol.{key}": str(value) for key, value in protocol.items()},
        **{f"model.{key}": str(value) for key, value in settings.items()},
    }
    return log_evaluation(
        experiment=f"ser/{result['corpus']}",
        name=f"{result['model']} · {result['protocol']}",
        description=" ".join([f"{result['utterances']} utterances of {result['corpus']}.", *result["warnings"]]),
        params=read,
        metrics={"seconds": seconds}
        | {key: result[key] for key in HEADLINE}
        | {f"recall_{name}": recall for name, recall in result["recall"].items()},
        tags=_tags(result, read),
        folds=[{**fold, "chosen": outcome.chosen} for fold, outcome in zip(result["folds"], outcomes, strict=True)],
        figure=confusion_figure(confusion, result["classes"], title=title),
        files=[places.result(*place), _answers(result)],
    )


def _answers(result: Mapping[str, Any]) -> Path:
    """Posteriors of a model, or of an ensemble."""
    where = places.ensemble if "members" in result else places.predictions
    return where(result["corpus"], result["protocol"], result["model"])


def _read_by(result: Mapping[str, Any]) -> str:
    """Digest of what the model reads: features, of several corpora where it learnt from others, or members' answers."""
    if "train" in result:
        corpora = (*result["train"], result["corpus"])
        return digest_of({name: features_of(name, result["feature_set"])[1] for name in corpora})
    if "members" not in result:
        return features_of(result["corpus"], result["feature_set"])[1]
    files = {name: places.predictions(result["corpus"], result["protocol"], name) for name in result["members"]}
    return digest_of({name: file_digest(file) for name, file in files.items()})


def _described_by(result: Mapping[str, Any]) -> str:
    """Digest of the utterance table, or of those of several corpora."""
    tables = {name: file_digest(places.utterances(name)) for name in (*result.get("train", ()), result["corpus"])}
    return tables[result["corpus"]] if len(tables) == 1 else digest_of(tables)


def _tags(result: Mapping[str, Any], read: Mapping[str, str]) -> dict[str, str]:
    named = {key: str(result[key]) for key in ("corpus", "corpus_kind", "protocol", "model", "feature_set", "seed")}
    data = {
        "data.utterances": _described_by(result),
        "data.features": _read_by(result),
    }
    return {
        **{f"ser.{key}": value for key, value in named.items()},
        CONFIGURATION: digest_of({**named, **read}),
        "data.digest": digest_of(data),
        **data,
        **provenance(),
    }
