"""A fold of a model that is trained on distributions: its features, and beside them the votes of the raters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ser_tasks.corpora.votes import class_votes, read_votes
from ser_tasks.evaluation.fold import FoldRequest
from ser_tasks.models.voted import Voted

if TYPE_CHECKING:
    from ser_tasks.evaluation.scoring import Labels
    from ser_tasks.models.recogniser import Features


def read_voted(
    features: Features, votes: Path, labels: Labels, label_map: Mapping[str, str], hidden: Collection[str]
) -> tuple[Voted, ...]:
    """Features, each with the shares of the votes; without, where none is for a class, or it is hidden.

    Args:
        features: a row for each utterance, or its frames, in the order of the labels
        votes: the table of votes
        labels: of every utterance of the evaluation
        label_map: what raters' labels mean in its classes
        hidden: utterances whose votes are not handed over: those that are tested

    Raises:
        UserError: no table of votes, or no vote for the classes
    """
    classes = sorted(set(labels.emotions))
    counts = class_votes(read_votes(votes), labels.utterance_ids, class_of_label=label_map, classes=classes).counts
    known = counts.sum(axis=1) > 0
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return tuple(
        Voted(row, tuple(map(float, own)) if voted and name not in hidden else None)
        for name, row, own, voted in zip(labels.utterance_ids, features, shares, known, strict=True)
    )


@dataclass(frozen=True, kw_only=True)
class VotedRequest(FoldRequest):
    """One fold whose training examples have votes; `features_digest` is of the features, the votes and the map."""

    votes: Path  # the table
    label_map: tuple[tuple[str, str], ...]  # a rater's label, and its class
    joining = (read_voted,)

    def read(self, copy: int = 0) -> Features:
        """The same, each with the votes on it; an augmented copy has those of its original."""
        return read_voted(super().read(copy), self.votes, self.labels, dict(self.label_map), set(self.fold.test))
