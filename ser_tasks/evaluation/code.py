"""Roots of the code of an evaluation: what reads, trains, calibrates and predicts; digests start from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ser_tasks.evaluation.fold_features import n_copies, reader_of
from ser_tasks.evaluation.scoring import evaluate_fold

if TYPE_CHECKING:
    from ser_tasks.models.recogniser import Model
    from ser_tasks.provenance.code_digest import Root


def evaluation_code(model: Model) -> tuple[Root, ...]:
    """Where all code that a fold of this model depends on is reached from; not how features are extracted."""
    return (evaluate_fold, model.build, *model.code, reader_of(model.feature_set), n_copies)
