"""Votes of raters as counts: how many gave an utterance which label. A table of its own, beside that of utterances.

One rater has one vote. A rater who gave an utterance several labels is counted in the column `several` and in no other,
as in the coefficients of agreement. Votes stand beside the table of utterances and not in it, so that results on
classes, which know that table by its digest, stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ser_tasks.atomic import atomic_path
from ser_tasks.corpora.vocabulary import class_of, plain
from ser_tasks.errors import UserError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SEVERAL = "several"  # column: raters who gave several labels
OWN_COLUMNS = ("utterance_id", SEVERAL)  # all others are labels, as the column `emotion` of the corpus spells them


def usual_label(spelt: str) -> str:
    """What a rater's word is called in the vocabulary: Excited -> excitement; another word stays, without its case.

    >>> usual_label("Excited"), usual_label("Other")
    ('excitement', 'other')
    """
    return class_of(spelt) or plain(spelt)


def vote_table(counts: Mapping[str, Mapping[str, int]], several: Mapping[str, int] | None = None) -> pd.DataFrame:
    """The table of votes, sorted by utterance: one column for each label, and `several`.

    Args:
        counts: utterance -> label -> raters who gave it
        several: utterance -> raters who gave several labels
    """
    import pandas as pd  # noqa: PLC0415  as below: the table of corpora, which names these functions, needs none of it

    labels = sorted({label for own in counts.values() for label in own})
    names = sorted({*counts, *(several or {})})
    columns = {label: [counts.get(name, {}).get(label, 0) for name in names] for label in labels}
    table = pd.DataFrame({SEVERAL: [(several or {}).get(name, 0) for name in names], **columns}, dtype=np.int32)
    table.insert(0, "utterance_id", pd.Series(names, dtype=object))
    return table


def votes_of_raters(
    utterances: pa.Table, *, label: Callable[[str], str] = usual_label, counts: Callable[[str], bool] = bool
) -> pd.DataFrame:
    """The table of votes of a corpus whose utterance table has the vote of each rater.

    Args:
        utterances: columns `utterance_id` and `votes`, as `ser_tasks.corpora.utterances.SCHEMA` has them
        label: what a rater's word is called in the column `emotion`
        counts: whether the votes of a rater of this name count
    """
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    votes = utterances["votes"].combine_chunks()
    called = cache(label)
    owners, cast = pc.list_parent_indices(votes), pc.list_flatten(votes)
    raters, labels = pc.struct_field(cast, "rater"), pc.struct_field(cast, "labels")
    counted = np.array([counts(name) for name in raters.dictionary_encode().to_pylist()], bool)
    lengths = np.where(counted, pc.list_value_length(labels).to_numpy(zero_copy_only=False), 0)
    names = utterances["utterance_id"].to_pandas().to_numpy()[owners.to_numpy()]
    given: dict[str, Counter[str]] = {}
    single = pc.list_flatten(labels.filter(pa.array(lengths == 1))).to_pylist()
    for name, spelt in zip(names[lengths == 1], single, strict=True):
        given.setdefault(name, Counter())[called(spelt)] += 1
    return vote_table(given, Counter(names[lengths > 1]))


def write_votes(table: pd.DataFrame, path: Path) -> None:
    """Write the table to Parquet, atomically."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    with atomic_path(path) as temporary:
        pq.write_table(pa.Table.from_pandas(table, preserve_index=False), temporary)


def read_votes(path: Path) -> pd.DataFrame:
    """The table written by `write_votes`.

    Raises:
        UserError: not there
    """
    import pyarrow.parquet as pq  # noqa: PLC0415

    if not path.exists():
        raise UserError(
            f"{path}: no such table of votes. Make it: ser repro votes@{path.stem}, once {path.stem} has a line under "
            "evaluations: in params.yaml."
        )
    table: pd.DataFrame = pq.read_table(path).to_pandas()
    return table


@dataclass(frozen=True)
class ClassVotes:
    """Votes on utterances by the classes of an evaluation.

    Attributes:
        counts: raters who gave each class, shape (n_utterances, n_classes)
        outside: raters who gave a label that is of no class, shape (n_utterances,)
        several: raters who gave several labels, shape (n_utterances,)
    """

    counts: NDArray[np.int64]
    outside: NDArray[np.int64]
    several: NDArray[np.int64]


def class_votes(
    votes: pd.DataFrame, utterance_ids: Sequence[str], *, class_of_label: Mapping[str, str], classes: Sequence[str]
) -> ClassVotes:
    """Votes on these utterances, in their order; 0 everywhere for one that nobody voted on.

    Args:
        votes: the table of votes
        utterance_ids: of the utterances
        class_of_label: the label map of a preset; labels that it does not name are outside
        classes: in the order of the columns of the result

    Raises:
        UserError: no vote on any of them is of the classes
    """
    own = votes.set_index("utterance_id").reindex(list(utterance_ids), fill_value=0)
    labels = [name for name in own.columns if name != SEVERAL]
    counts = np.zeros((len(own), len(classes)), np.int64)
    for label in labels:
        if class_of_label.get(label) in classes:
            counts[:, classes.index(class_of_label[label])] += own[label].to_numpy(np.int64)
    if not counts.any():
        raise UserError(
            f"none of the {len(own)} utterances has a vote for {', '.join(classes)}; the table of votes has "
            f"{', '.join(labels) or 'no votes at all'}. Choose a preset whose labels raters used, or complete the "
            "label files of the corpus (docs/votes.md)."
        )
    outside = own[labels].to_numpy(np.int64).sum(axis=1) - counts.sum(axis=1)
    return ClassVotes(counts, outside, own[SEVERAL].to_numpy(np.int64))
