"""The result of an ensemble: the posteriors of several models combined, and compared with each of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipelines import paths
from pipelines.evaluations.plan import check_tested_once, labelled_corpus, protocol_kind, protocol_section
from pipelines.evaluations.provenance import ensemble_origin, sealed
from pipelines.evaluations.result import synthetic, unknown_speakers, warnings_of_members
from pipelines.known_corpora import CORPORA
from ser_tasks.errors import UserError
from ser_tasks.evaluation.scoring import Labels, score
from ser_tasks.evaluation.splits import Fold
from ser_tasks.models.ensembles.ensemble import Ensemble
from ser_tasks.models.ensembles.paired import mcnemar, uar_difference
from ser_tasks.models.ensembles.rules import RULES
from ser_tasks.models.lone_classes import missing_in_training
from ser_tasks.params import EnsembleParams, Params
from ser_tasks.provenance.versions import library_versions


def result_of(name: str, section: EnsembleParams, params: Params) -> tuple[dict[str, Any], Ensemble, NDArray[np.int64]]:
    """The result, the posteriors, and the confusion matrix, from the members' predictions that lie here."""
    protocol = protocol_section(params, section.corpus, section.protocol)
    check_tested_once(protocol, corpus=section.corpus, command=f"ensembles.{name}")
    tables = member_tables(section)
    made = RULES[section.rule].evaluate(tables)
    labels = _labels(section, params)
    strange = sorted(set(made.predictions.utterance_id) - set(labels.utterance_ids))
    if strange:
        raise UserError(
            f"{section.corpus} has no utterance {strange[0]} of these classes today, but the members of {name} have "
            f"predictions of it ({len(strange)} such). Evaluate them again: {', '.join(section.members)}"
        )
    figures, confusion = score(made.predictions, labels, params.evaluation)
    result = {**_head(name, section, params), **figures, **_circumstances(section, labels, made, params)}
    result["against"] = {member: _against(made, table, labels, params) for member, table in tables.items()}
    return sealed(result, ensemble_origin(name, section, params), made.predictions), made, confusion


def member_tables(
    section: EnsembleParams, where: Callable[[str, str, str], Path] = paths.predictions
) -> dict[str, pd.DataFrame]:
    """Test predictions of each member, from the place of its kind.

    Raises:
        UserError: one has not been evaluated
    """
    tables = {}
    for member in section.members:
        file = where(section.corpus, section.protocol, member)
        if not file.exists():
            raise UserError(
                f"{file}: {member} has not been evaluated on {section.corpus}. Evaluate it: "
                f"ser evaluate {section.corpus} {member} --protocol {section.protocol}"
            )
        tables[member] = pd.read_parquet(file)
    return tables


def _labels(section: EnsembleParams, params: Params) -> Labels:
    return Labels.of(labelled_corpus(section.corpus, params).utterances)


def _head(name: str, section: EnsembleParams, params: Params) -> dict[str, Any]:
    protocol = protocol_section(params, section.corpus, section.protocol)
    return {
        "corpus": section.corpus,
        "corpus_kind": CORPORA[section.corpus].kind,
        "preset": params.corpus[section.corpus].preset,
        "protocol": section.protocol,
        "protocol_kind": protocol_kind(protocol),
        "model": name,
    }


def _circumstances(section: EnsembleParams, labels: Labels, made: Ensemble, params: Params) -> dict[str, Any]:
    absent = ["Some utterances were answered by some members only."] if len(made.answered) > 1 else []
    emotions = dict(zip(labels.utterance_ids, labels.emotions, strict=True))
    missed = missing_in_training(_cross_validation(made.predictions), emotions)
    place = (section.corpus, section.protocol)
    theirs = warnings_of_members(paths.result(*place, member) for member in section.members)
    said = synthetic(section.corpus) + unknown_speakers(section.corpus) + theirs + missed + absent
    return {
        "utterances": len(made.predictions),
        "speakers": len(set(labels.speakers)),
        "classes": sorted(set(labels.emotions)),
        "dropped": {},
        "feature_set": "predictions",
        "members": list(section.members),
        "rule": section.rule,
        "answered": dict(made.answered),
        "seed": params.evaluation.seed,
        "versions": library_versions(),
        "warnings": list(dict.fromkeys(said)),
    }


def _cross_validation(predictions: pd.DataFrame) -> list[Fold]:
    """Folds that train on the test parts of the others; none where there is one fold, without its training part."""
    if predictions.fold.nunique() < 2:
        return []
    ids = predictions.utterance_id
    parts = [(str(name), (predictions.fold == name).to_numpy()) for name in predictions.fold.unique()]
    return [Fold(name, tuple(ids[~tested]), (), tuple(ids[tested])) for name, tested in parts]


def _against(made: Ensemble, member: pd.DataFrame, labels: Labels, params: Params) -> dict[str, float]:
    """The ensemble less one of its members, on the utterances of that member; several seeds count as their mean."""
    classes = sorted(set(labels.emotions))
    alone = member.groupby(["utterance_id", "fold", "truth"], as_index=False, sort=False)[classes].mean().assign(seed=0)
    ours = made.predictions[made.predictions.utterance_id.isin(alone.utterance_id)]
    evaluation = params.evaluation
    speakers = dict(zip(labels.utterance_ids, labels.speakers, strict=True))
    found = uar_difference(
        ours,
        alone,
        speakers,
        confidence=evaluation.confidence,
        resamples=evaluation.bootstrap_resamples,
        seed=evaluation.seed,
    )
    return found.figures() | {"mcnemar_p": round(mcnemar(ours, alone).p, 4)}
