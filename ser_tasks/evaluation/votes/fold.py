"""A fold of a model that is trained on distributions: its features, and beside them the votes of the raters."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from ser_tasks.corpora.votes import class_votes, read_votes
from ser_tasks.evaluation.fold import CrossRequest, DegradedRequest, FoldRequest
from ser_tasks.evaluation.fold_features import read_corpora, read_degraded
from ser_tasks.models.voted import Voted

if TYPE_CHECKING:
    from ser_tasks.evaluation.scoring import Labels
    from ser_tasks.models.recogniser import Features
    from ser_tasks.provenance.code_digest import Root


@dataclass(frozen=True)
class VotesOfCorpus:
    """The votes on one corpus, and what its raters' labels mean in the classes of an evaluation."""

    table: Path
    label_map: tuple[tuple[str, str], ...]  # a rater's label, and its class
    prefix: str = ""  # of ids, where utterances of several corpora stand side by side


def read_voted(
    features: Features, votes: Sequence[VotesOfCorpus], labels: Labels, hidden: Collection[str]
) -> tuple[Voted, ...]:
    """Features, each with the shares of the votes; without, where none is for a class, or it is hidden.

    Args:
        features: a row for each utterance, or its frames, in the order of the labels
        votes: of each corpus that has some
        labels: of every utterance of the evaluation
        hidden: utterances whose votes are not handed over: those that are tested

    Raises:
        UserError: no table of votes, or no vote for the classes
    """
    classes = sorted(set(labels.emotions))
    counts = np.zeros((len(labels.utterance_ids), len(classes)), np.int64)
    for own in votes:
        rows = [place for place, name in enumerate(labels.utterance_ids) if name.startswith(own.prefix)]
        names = [labels.utterance_ids[place].removeprefix(own.prefix) for place in rows]
        of_label = dict(own.label_map)
        counts[rows] = class_votes(read_votes(own.table), names, class_of_label=of_label, classes=classes).counts
    known = counts.sum(axis=1) > 0
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return tuple(
        Voted(row, tuple(map(float, own)) if voted and name not in hidden else None)
        for name, row, own, voted in zip(labels.utterance_ids, features, shares, known, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class VotedRequest(FoldRequest):
    """One fold whose training examples have votes; `features_digest` is of the features, the votes and the map."""

    votes: tuple[VotesOfCorpus, ...]
    joining: ClassVar[tuple[Root, ...]] = (read_voted,)

    def read(self, copy: int = 0) -> Features:
        """The same, each with the votes on it; an augmented copy has those of its original."""
        return read_voted(super().read(copy), self.votes, self.labels, set(self.fold.test))


@dataclass(frozen=True, kw_only=True)
class VotedCrossRequest(VotedRequest, CrossRequest):
    """The same over several corpora; in training, utterances of one without votes have their label for target."""

    joining = (read_corpora, read_voted)  # type: ignore[assignment]  # more than either base has


@dataclass(frozen=True, kw_only=True)
class DegradedVotedRequest(VotedRequest, DegradedRequest):
    """The same with degraded test utterances, whose votes are hidden as those of all that is tested."""

    joining = (read_degraded, read_voted)  # type: ignore[assignment]  # as above
