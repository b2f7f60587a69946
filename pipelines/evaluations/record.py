"""What an evaluation leaves behind: predictions, plots, the result, and a run in MLflow."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.evaluations.run_tags import digest_of, features_of, file_digest, provenance
from ser_tasks.atomic import atomic_path
from ser_tasks.evaluation.metrics import recall_per_class
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.scoring import FoldOutcome, predicted_classes
from ser_tasks.tracking import CONFIGURATION, KIND, DataRead, Use, log_evaluation

SAID = ("corpus", "corpus_kind", "protocol", "model", "feature_set", "seed")  # as tags, to search for
CHOSEN = ("corpus", "protocol", "protocol_kind", "model", "feature_set", "preset", "seed")  # as params, to draw by
MEASURED = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1")  # for dvc metrics
HEADLINE = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "weighted_f1", "uar_fold_mean", "uar_fold_sd")


def write_outputs(result: Mapping[str, Any], predictions: pd.DataFrame) -> None:
    """The files that dvc.yaml declares as outs, metrics and plots."""
    place = (result["corpus"], result["protocol"], result["model"])
    with atomic_path(_answers(result)) as temporary:
        predictions.to_parquet(temporary, index=False)
    actual = pd.DataFrame({"actual": predictions.truth, "predicted": predicted_classes(predictions, result["classes"])})
    recall = pd.DataFrame(list(result["recall"].items()), columns=["emotion", "recall"])
    for name, table in {"confusion": actual, "recall": recall}.items():
        with atomic_path(paths.plots(*place) / f"{name}.csv") as temporary:
            table.to_csv(temporary, index=False)
    write_result({key: result[key] for key in MEASURED}, paths.metrics(*place))
    write_result(result, paths.result(*place))


def track(
    result: Mapping[str, Any],
    confusion: NDArray[np.int64],
    outcomes: list[FoldOutcome],
    *,
    seconds: float,
    protocol: Mapping[str, Any],
    settings: Mapping[str, Any],
    epochs: Sequence[Sequence[Mapping[str, float]]] = (),
) -> str:
    """One MLflow run with a child for each fold; returns its id.

    Args:
        result: as written to results/
        confusion: counts, rows the truth
        outcomes: of the folds, in their order
        seconds: that the evaluation took, without the folds found in the cache
        protocol, settings: the sections of params.yaml that the folds and the model read
        epochs: of each fold, what a network measured in each, as `ser_tasks.evaluation.cost` keeps it;
            nothing of other models
    """
    from ser_tasks.plots.confusion import confusion_figure  # noqa: PLC0415  with matplotlib

    place = (result["corpus"], result["protocol"], result["model"])
    title = f"{' · '.join(place)}\nUAR {100 * result['uar']:.1f} %"
    read = {
        **{key: str(result[key]) for key in CHOSEN},
        **dotted("protocol", {key: value for key, value in protocol.items() if key != "kind"}),
        **dotted("model", settings),
    }
    return log_evaluation(
        experiment=f"ser/{result['corpus']}",
        name=f"{result['model']} · {result['protocol']}",
        description=" ".join([f"{result['utterances']} utterances of {result['corpus']}.", *result["warnings"]]),
        params=read,
        metrics={key: result[key] for key in HEADLINE}
        | {f"recall/{name}": recall for name, recall in result["recall"].items()}
        | differences(result.get("against", {}))
        | {"seconds": seconds},
        tags=_tags(result, read),
        folds=[
            {**fold, "chosen": outcome.chosen, "epochs": curve}
            for fold, outcome, curve in zip(result["folds"], outcomes, epochs or [()] * len(outcomes), strict=True)
        ],
        figure=confusion_figure(confusion, result["classes"], title=title),
        tables={
            "confusion": confusion_table(confusion, result["classes"]),
            "recall": recall_table(confusion, result["classes"]),
        },
        data=_data(result),
        files=[paths.result(*place), _answers(result)],
    )


def dotted(section: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Settings as params of a run: {"training": {"epochs": 60}} of section model -> {"model.training.epochs": "60"}.

    Of a list of one value the value, so that the page takes it for a number.
    """
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{section}.{key}"
        if isinstance(value, Mapping) and value:
            flat |= dotted(name, value)
        else:
            flat[name] = str(value[0] if isinstance(value, list | tuple) and len(value) == 1 else value)
    return flat


def differences(against: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Figures of paired tests as metrics: against/svm/p."""
    return {f"against/{other}/{key}": value for other, test in against.items() for key, value in test.items()}


def confusion_table(confusion: NDArray[np.int64], classes: Sequence[str]) -> pd.DataFrame:
    """Column truth, then one for each class: the share of that truth with this prediction."""
    share = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    return pd.DataFrame(share.round(3), columns=list(classes)).assign(truth=list(classes))[["truth", *classes]]


def recall_table(confusion: NDArray[np.int64], classes: Sequence[str]) -> pd.DataFrame:
    """Columns emotion, recall, precision (0 for a class that was never predicted) and utterances."""
    precision = np.nan_to_num(recall_per_class(confusion.T))
    return pd.DataFrame(
        {
            "emotion": list(classes),
            "recall": recall_per_class(confusion).round(4),
            "precision": precision.round(4),
            "utterances": confusion.sum(axis=1),
        }
    )


def _data(result: Mapping[str, Any]) -> list[DataRead]:
    """The training and the test corpora."""
    use: dict[str, Use] = dict.fromkeys(result.get("train", ()), "train")
    use[result["corpus"]] = "test" if "train" in result else "train and test"
    tables = {name: paths.utterances(name) for name in use}
    return [DataRead(name, file_digest(table), table, use[name]) for name, table in tables.items()]


def _answers(result: Mapping[str, Any]) -> Path:
    """Posteriors of a model, or of an ensemble."""
    where = paths.ensemble if "members" in result else paths.predictions
    return where(result["corpus"], result["protocol"], result["model"])


def _read_by(result: Mapping[str, Any]) -> str:
    """Digest of what the model reads: features, those of its training corpora too, or members' posteriors."""
    if "train" in result:
        corpora = (*result["train"], result["corpus"])
        return digest_of({name: features_of(name, result["feature_set"])[1] for name in corpora})
    if "members" not in result:
        return features_of(result["corpus"], result["feature_set"])[1]
    files = {name: paths.predictions(result["corpus"], result["protocol"], name) for name in result["members"]}
    return digest_of({name: file_digest(file) for name, file in files.items()})


def _described_by(result: Mapping[str, Any]) -> str:
    """Digest of the utterance table, or of those of several corpora."""
    tables = {name: file_digest(paths.utterances(name)) for name in (*result.get("train", ()), result["corpus"])}
    return tables[result["corpus"]] if len(tables) == 1 else digest_of(tables)


def _tags(result: Mapping[str, Any], read: Mapping[str, str]) -> dict[str, str]:
    named = {key: str(result[key]) for key in SAID}
    data = {
        "data.utterances": _described_by(result),
        "data.features": _read_by(result),
    }
    return {
        KIND: "evaluation",
        **{f"ser.{key}": value for key, value in named.items()},
        CONFIGURATION: digest_of({**named, **read}),
        "data.digest": digest_of(data),
        **data,
        **provenance(),
    }
