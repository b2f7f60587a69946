"""What `ser protocol-bias` compares, before any of it is computed: folds of each protocol, audited."""

from dataclasses import dataclass, replace

import pandas as pd

from pipelines.evaluations.plan import (
    Evaluation,
    balanced,
    check_tested_once,
    labelled_corpus,
    plan_evaluation,
    protocol_kind,
)
from ser_tasks.errors import LeakError, UserError
from ser_tasks.evaluation.audit import audit_folds
from ser_tasks.evaluation.protocol_bias.equal_size import equal_folds
from ser_tasks.evaluation.protocol_bias.protocols import (
    EQUAL,
    PROTOCOLS,
    REFERENCE,
    STRICT,
    ComparedProtocol,
    FoldArguments,
    both_apart,
)
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.tuning.candidate import with_settings
from ser_tasks.models import MODELS
from ser_tasks.params import Params

KINDS = {
    "loso": "leave one speaker out",
    "speaker_folds": "speaker folds as published",
    "speaker_kfold": "speakers apart, k-fold",
    "leave_session_out": "leave one session out",
    "official": "official split",
}


@dataclass(frozen=True)
class Row:
    """A protocol, and what is evaluated under it."""

    name: str
    title: str
    evaluation: Evaluation


@dataclass(frozen=True)
class Comparison:
    """One model on one corpus under every protocol that the corpus has something for."""

    utterances: pd.DataFrame
    rows: tuple[Row, ...]  # from the most biased to the strictest
    equal: tuple[Row, ...]  # one for each of SHARING, training parts of the same size; none: sentences are not known
    left_out: dict[str, str]  # name of a protocol -> why

    @property
    def honest(self) -> Row:
        """The row that the others are held against."""
        return self.row(REFERENCE)

    def row(self, name: str) -> Row:
        """By name."""
        return next(row for row in (*self.rows, *self.equal) if row.name == name)


def plan_inflation(corpus: str, model: str, params: Params) -> Comparison:
    """Folds, their audit and requests of every protocol.

    Raises:
        LeakError: the corpus' own protocol shares what it must not
    """
    evaluation = plan_evaluation(corpus, REFERENCE, model, params)
    check_tested_once(evaluation.section, corpus=corpus, command="ser protocol-bias")
    own = Row(REFERENCE, KINDS[protocol_kind(evaluation.section)], evaluation)
    utterances = labelled_corpus(corpus, params).utterances
    asked, dealt, left_out = FoldArguments(utterances, corpus, params), dict[str, Row](), dict[str, str]()
    for protocol in PROTOCOLS:
        try:
            row = own if protocol.name == REFERENCE else _row(protocol, asked, own.evaluation)
        except UserError as error:
            left_out[protocol.name] = str(error)
            continue
        if row is not own and _parts(row.evaluation) == _parts(own.evaluation):
            left_out[protocol.name] = "the same folds as those of the corpus' own protocol"
        else:
            dealt[protocol.name] = row
    equal: tuple[Row, ...] = ()
    if STRICT in dealt:
        try:
            equal = _equal(asked, own.evaluation)
        except LeakError as error:
            left_out["of equal size"] = str(error)
    return Comparison(utterances, tuple(dealt.values()), equal, left_out)


def _row(protocol: ComparedProtocol, asked: FoldArguments, own: Evaluation) -> Row:
    """As an evaluation under this name is planned, or the corpus' own evaluation with other folds."""
    if protocol.folds is None:
        evaluation = plan_evaluation(own.corpus, protocol.name, own.model, own.params, seeds=len(own.seeds))
        return Row(protocol.name, protocol.title, evaluation)
    return _with_folds(protocol, protocol.folds(asked), asked, own)


def _equal(asked: FoldArguments, own: Evaluation) -> tuple[Row, ...]:
    folds = equal_folds(asked.utterances, both_apart(asked), seed=asked.seed)
    return tuple(_with_folds(protocol, folds[protocol.name], asked, own) for protocol in EQUAL)


def _with_folds(protocol: ComparedProtocol, folds: tuple[Fold, ...], asked: FoldArguments, own: Evaluation) -> Row:
    folds = balanced(folds, own.labels, own.params.corpus[own.corpus].balance, seed=asked.seed)
    shared = audit_folds(asked.utterances, folds, straddling=protocol.shares)
    runs = tuple((fold, seed) for fold in folds for seed in own.seeds)
    requests = tuple(replace(own.requests[0], fold=fold, seed=seed) for fold, seed in runs)
    evaluation = replace(own, protocol=protocol.title, shared=shared, runs=runs, requests=requests)
    return Row(protocol.name, protocol.title, evaluation)


def _parts(evaluation: Evaluation) -> set[tuple[frozenset[str], frozenset[str]]]:
    return {(frozenset(fold.train), frozenset(fold.test)) for fold, _ in evaluation.runs}


def with_each_c(evaluation: Evaluation) -> dict[float, Evaluation]:
    """The same with each value of the model's list `c` alone; none for a model that has no such list."""
    params, name = evaluation.params, MODELS[evaluation.model].section_name
    section, found = getattr(params, name, None), {}
    for value in getattr(section, "c", ()):
        alone = with_settings(params, {f"{name}.c": [value]})
        requests = tuple(replace(request, params=alone) for request in evaluation.requests)
        found[value] = replace(evaluation, params=alone, requests=requests)
    return found if len(found) > 1 else {}
