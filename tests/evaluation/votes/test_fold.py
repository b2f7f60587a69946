"""A fold trained on votes: what is handed to the model, and what its outcome depends on."""

from dataclasses import replace

import numpy as np
import pytest

from ser_tasks.corpora.votes import vote_table, write_votes
from ser_tasks.evaluation.fold import compute_fold
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.evaluation.votes.fold import VotedRequest, VotesOfCorpus, read_voted
from ser_tasks.params.reading import read_params
from tests.models.remote.small_plans import N_DIMS, write_features
from tests.pipelines.test_settings import PROJECT

LABELS = Labels(("a", "b", "c"), ("joy", "anger", "joy"), ("1", "2", "3"))
ROWS = np.arange(6, dtype=np.float32).reshape(3, 2)
MAP = (("happy", "joy"), ("elated", "joy"), ("angry", "anger"))


@pytest.fixture
def votes(tmp_path):
    write_votes(vote_table({"a": {"happy": 1, "elated": 1, "angry": 2}, "b": {"bored": 3}}), tmp_path / "v.parquet")
    return (VotesOfCorpus(tmp_path / "v.parquet", MAP),)


def test_each_row_has_the_shares_of_its_votes_unless_it_is_tested_or_nobody_voted_for_a_class(votes):
    read = read_voted(ROWS, votes, LABELS, hidden=())
    assert [own.shares for own in read] == [(0.5, 0.5), None, None]
    np.testing.assert_array_equal([own.row for own in read], ROWS)
    assert [own.shares for own in read_voted(ROWS, votes, LABELS, hidden={"a"})] == [None, None, None]


def test_frames_have_the_votes_of_their_utterance(votes):
    read = read_voted((ROWS, ROWS[:1], ROWS[:2]), votes, LABELS, hidden=())
    assert [own.shares for own in read] == [(0.5, 0.5), None, None]
    assert [own.row.shape for own in read] == [(3, 2), (1, 2), (2, 2)]


@pytest.mark.parametrize("model", ["logistic_votes", pytest.param("mlp_votes", marks=pytest.mark.network)])
def test_a_fold_trains_on_the_votes_and_knows_them_by_their_digest(tmp_path, model):
    """Raters call what is labelled high low, and the other way round: the model follows the raters."""
    rng = np.random.default_rng(0)
    ids = [f"{speaker}{number:02d}" for speaker in "pqrs" for number in range(12)]
    high = np.array([int(name[1:]) % 2 == 1 for name in ids])
    labels = Labels(tuple(ids), tuple(np.where(high, "high", "low").tolist()), tuple(name[0] for name in ids))
    frames = [rng.normal(3 * one, 0.3, (1, N_DIMS)).astype(np.float32) for one in high]
    write_features(tmp_path / "features", ids, frames)
    turned = {name: {"low" if one else "high": 3} for name, one in zip(ids, high, strict=True)}
    write_votes(vote_table(turned), tmp_path / "v.parquet")
    fold = Fold("speaker s", tuple(ids[:36]), (), tuple(ids[36:]))
    request = VotedRequest(
        *(fold, labels, tmp_path / "features", "digest", model, read_params(PROJECT / "params.yaml"), 0),
        *(tmp_path / "work", tmp_path / "adopted"),
        votes=(VotesOfCorpus(tmp_path / "v.parquet", (("high", "high"), ("low", "low"))),),
    )
    outcome = compute_fold(request)
    answered = np.array(outcome["posteriors"]).argmax(axis=1) == 0  # high, by the alphabet
    np.testing.assert_array_equal(answered, ~high[36:])
    assert outcome["chosen"]["without_votes"] == 0
    assert replace(request, features_digest="of other votes").cache_key != request.cache_key
