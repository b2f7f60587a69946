"""Figures against votes and their intervals. Oracles: the bootstrap written out, and means by hand."""

import numpy as np
import pytest

from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, speaker_draws
from ser_tasks.evaluation.student_t import student_t
from ser_tasks.evaluation.votes.answers import of_posteriors, of_the_votes
from ser_tasks.evaluation.votes.scoring import score_votes, uar_of_shares
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=200, confidence=0.95)


def some(n: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Votes of five raters, posteriors and speakers, of n utterances."""
    rng = np.random.default_rng(1)
    counts = rng.multinomial(5, [0.5, 0.3, 0.2], n)
    return counts, rng.dirichlet(np.ones(3), n), np.array(["a", "b", "c", "c"])[np.arange(n) % 4]


def test_uar_weights_classes_alike_however_large_their_share_of_the_truth_is():
    """Of half an utterance all is found, of three one: (1 + 1/3) / 2."""
    assert uar_of_shares(np.array([[0.5, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 0.0, 0.0]])) == pytest.approx(2 / 3)


def test_the_figures_are_means_over_the_utterances():
    counts, posteriors, speakers = some()
    found = score_votes(of_posteriors(counts, posteriors), speakers, PARAMS)
    answered, first = posteriors.argmax(axis=1), counts == counts.max(axis=1, keepdims=True)
    hits = [1 / first[row].sum() if first[row, one] else 0 for row, one in enumerate(answered)]
    assert found.accuracy == pytest.approx(np.mean(hits))
    assert found.agreed == pytest.approx(np.mean(counts[np.arange(60), answered] / 5))
    shares = counts / 5
    entropy = -np.mean([sum(p * np.log(p) for p in row if p) for row in shares])
    assert found.cross_entropy - found.kl == pytest.approx(entropy)


def test_the_interval_of_kl_is_from_whole_speakers():
    counts, posteriors, speakers = some()
    answers = of_posteriors(counts, posteriors)
    found = score_votes(answers, speakers, PARAMS)
    distance = answers.cross_entropy - answers.entropy
    own = [distance[speakers == name] for name in "abc"]
    drawn = [
        np.concatenate([np.tile(part, times) for part, times in zip(own, draw, strict=True)]).mean()
        for draw in speaker_draws(3, resamples=200, seed=0)
    ]
    n = effective_speakers([15, 15, 30])
    half = student_t(n - 1, 0.95) * np.std(drawn) * np.sqrt(n / (n - 1))
    assert found.kl_interval.high == pytest.approx(found.kl + half)
    assert found.kl_interval.low == pytest.approx(max(0, found.kl - half))


def test_one_speaker_says_nothing_of_others():
    counts, posteriors, _ = some()
    found = score_votes(of_posteriors(counts, posteriors), np.repeat("a", 60), PARAMS)
    assert (found.kl_interval.high, found.uar_interval.low, found.uar_interval.high) == (np.inf, 0.0, 1.0)


def test_the_votes_themselves_are_at_no_distance():
    counts, _, speakers = some()
    found = score_votes(of_the_votes(counts), speakers, PARAMS)
    assert (found.kl, found.jensen_shannon) == (0.0, 0.0)
    assert found.accuracy == pytest.approx(np.mean(1 / (counts == counts.max(axis=1, keepdims=True)).sum(axis=1)))
