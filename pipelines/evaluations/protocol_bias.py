"""`ser protocol-bias`: one model on one corpus under protocols from biased to strict, and why they differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipelines import paths
from pipelines.commands.arguments import check_arguments, check_features
from pipelines.display.protocol_bias import show_protocol_bias
from pipelines.evaluations.plan import Evaluation
from pipelines.evaluations.plan_protocol_bias import Comparison, Row, plan_inflation, with_each_c
from pipelines.evaluations.result import SPEAKER_NORM, synthetic, unknown_speakers
from pipelines.evaluations.run import run_folds
from pipelines.known_corpora import CORPORA
from pipelines.settings import project_params
from ser_tasks.engine import flow
from ser_tasks.evaluation.protocol_bias.compare import against, chosen_on_test
from ser_tasks.evaluation.protocol_bias.protocols import REFERENCE
from ser_tasks.evaluation.protocol_bias.shared import sentences, shared_with_training
from ser_tasks.evaluation.result import write_result
from ser_tasks.evaluation.scoring import prediction_table, score
from ser_tasks.models import MODELS
from ser_tasks.models.model_versions import model_versions
from ser_tasks.params import Params

STATED = ("uar", "uar_low", "uar_high", "accuracy", "macro_f1", "uar_fold_mean", "uar_fold_sd")
Tables = Mapping[str, pd.DataFrame]  # row -> its predictions


@flow("inflation", run_name="{corpus} {model}")
def inflation(corpus: str, model: str, params: Params) -> dict[str, Any]:
    """Folds of every protocol, their audit, one task a fold, and the comparison; returns the result."""
    planned = plan_inflation(corpus, model, params)
    tables = {row.name: answers(row.evaluation) for row in (*planned.rows, *planned.equal)}
    result = {
        **head(planned),
        "protocols": [protocol_figures(row, tables, planned) for row in planned.rows],
        "left_out": planned.left_out,
        "equal_training": equal_training(planned, tables),
        "chosen_on_test": [figures for row in flattered(planned) if (figures := selected(row, tables))],
        "warnings": warnings(planned),
    }
    write_result(result, paths.inflation(corpus, model))
    show_protocol_bias(result)
    return result


def answers(evaluation: Evaluation) -> pd.DataFrame:
    """Predictions of all folds, from the cache where they were made before."""
    return prediction_table(evaluation.runs, run_folds(evaluation), evaluation.labels)


def head(planned: Comparison) -> dict[str, Any]:
    """What was compared, on what and with what."""
    own = planned.honest.evaluation
    said = sentences(planned.utterances)
    return {
        "corpus": own.corpus,
        "corpus_kind": CORPORA[own.corpus].kind,
        "preset": own.params.corpus[own.corpus].preset,
        "model": own.model,
        "utterances": len(planned.utterances),
        "speakers": planned.utterances.speaker.nunique(),
        "sentences": None if said.isna().all() else said.nunique(),
        "classes": sorted(set(own.labels.emotions)),
        "seed": own.params.evaluation.seed,
        "versions": model_versions(own.model),
    }


def protocol_figures(row: Row, tables: Tables, planned: Comparison) -> dict[str, Any]:
    """One row: what is shared with training parts, the figures, and their gain over the corpus' own protocol."""
    return {
        "protocol": row.name,
        "title": row.title,
        **_sizes(row, planned.utterances),
        **_figures(row.evaluation, tables[row.name]),
        "against_honest": None if row.name == REFERENCE else _against(row, tables[row.name], tables[REFERENCE]),
    }


def equal_training(planned: Comparison, tables: Tables) -> list[dict[str, Any]]:
    """What the sentence adds, the voice, and both, with training parts of the same size; none if it is not known."""
    return [
        {
            "shares": row.name,
            **_sizes(row, planned.utterances),
            **_figures(row.evaluation, tables[row.name]),
            "against": {
                other.name: _against(row, tables[row.name], tables[other.name])
                for other in planned.equal[:place]
                if {row.name, other.name} != {"sentence", "speaker"}
            },
        }
        for place, row in enumerate(planned.equal)
    ]


def flattered(planned: Comparison) -> list[Row]:
    """The rows on which choosing by test scores is shown: the first and the corpus' own one."""
    return list({row.name: row for row in (planned.rows[0], planned.honest)}.values())


def selected(row: Row, tables: Tables) -> dict[str, Any] | None:
    """The figures if each fold had chosen C by its own test part; None for a model without a list of C."""
    each = {value: answers(evaluation) for value, evaluation in with_each_c(row.evaluation).items()}
    if not each:
        return None
    table, chosen = chosen_on_test(each, sorted(set(row.evaluation.labels.emotions)))
    return {
        "protocol": row.name,
        "title": row.title,
        "c": list(each),
        "chosen": chosen,
        **_figures(row.evaluation, table),
        "against_training": _against(row, table, tables[row.name]),
    }


def warnings(planned: Comparison) -> list[str]:
    """What a reader must know before quoting a figure."""
    own = planned.honest.evaluation
    said = synthetic(own.corpus) + unknown_speakers(own.corpus)
    if MODELS[own.model].speaker_norm:
        said.append(SPEAKER_NORM)
    if MODELS[own.model].keras and (epochs := own.params.corpus[own.corpus].epochs):
        said.append(f"Networks were trained for {epochs} epochs only.")
    return said


def _sizes(row: Row, utterances: pd.DataFrame) -> dict[str, Any]:
    folds = list({fold.name: fold for fold, _ in row.evaluation.runs}.values())
    return {
        "folds": len(folds),
        "train_utterances": round(float(np.mean([len(fold.train) + len(fold.validation) for fold in folds])), 1),
        "test_utterances": sum(len(fold.test) for fold in folds),
        "shared": shared_with_training(utterances, folds),
    }


def _figures(evaluation: Evaluation, table: pd.DataFrame) -> dict[str, Any]:
    figures, _ = score(table, evaluation.labels, evaluation.params.evaluation)
    return {name: figures[name] for name in STATED}


def _against(row: Row, first: pd.DataFrame, second: pd.DataFrame) -> dict[str, float]:
    return against(first, second, row.evaluation.labels, row.evaluation.params.evaluation)


def main(corpus: str, model: str) -> dict[str, Any]:
    """The flow with the workers that params.yaml sets.

    Raises:
        UserError: a corpus or model that is not known, or not read yet
    """
    params = project_params()
    check_arguments("ser protocol-bias", corpus, REFERENCE, model, params)
    check_features("ser protocol-bias", corpus, model)
    run = inflation.on(params.workers)
    result: dict[str, Any] = run(corpus, model, params.for_corpus(corpus))
    return result
