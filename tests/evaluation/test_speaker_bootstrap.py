"""Intervals over speakers, against Student's closed form where speakers are alike in size, and simulated where not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ser_tasks.evaluation.metrics import uar_interval
from ser_tasks.evaluation.scoring import Labels, score
from ser_tasks.evaluation.speaker_bootstrap import effective_speakers, half_width, speaker_draws, standard_error
from ser_tasks.models.ensembles.paired import uar_difference
from ser_tasks.params import EvaluationParams
from ser_tasks.text.asr.word_errors import wer_interval
from tests.models.ensembles.tables import CLASSES, table

HITS = {"a": 9, "b": 5, "c": 8, "d": 2, "e": 7}  # of ten utterances of each class
BOOTSTRAP = {"confidence": 0.95, "resamples": 20_000, "seed": 0}
NARROW = {**BOOTSTRAP, "confidence": 0.5}  # within the ends of the scale
UARS = np.array([hits / 10 for hits in HITS.values()])


def answers(hits: dict[str, int], *, of: int = 10):
    """A prediction table of so many hits of each speaker in each class, and who speaks."""
    rows, speakers = {}, {}
    for speaker, right in hits.items():
        for truth in CLASSES:
            for take in range(of):
                name, said_anger = f"{speaker} {truth} {take}", (truth == "anger") == (take < right)
                rows[name], speakers[name] = (f"fold {speaker}", truth, 0.9 if said_anger else 0.1), speaker
    return table(rows), speakers


def said(predictions) -> list[str]:
    return [CLASSES[int(p < 0.5)] for p in predictions.anger]


def student_interval(values: np.ndarray, confidence: float = 0.95) -> tuple[float, float]:
    return stats.t.interval(confidence, len(values) - 1, loc=values.mean(), scale=stats.sem(values))


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_of_speakers_with_as_much_to_say_the_interval_is_students_for_the_mean_of_their_uars(confidence):
    predictions, speakers = answers(HITS)
    settings = {**BOOTSTRAP, "confidence": confidence}
    found = uar_interval(
        list(predictions.truth), said(predictions), list(speakers.values()), classes=CLASSES, **settings
    )
    assert (found.low, found.high) == pytest.approx(student_interval(UARS, confidence), abs=0.003)


def test_the_interval_in_a_result_is_drawn_over_speakers_as_often_as_params_say():
    predictions, speakers = answers(HITS)
    labels = Labels(tuple(predictions.utterance_id), tuple(predictions.truth), tuple(speakers.values()))
    params = EvaluationParams(seed=0, bootstrap_resamples=20_000, confidence=0.95)
    figures, _ = score(predictions, labels, params)
    assert (figures["uar_low"], figures["uar_high"]) == pytest.approx(student_interval(UARS), abs=0.003)


def test_the_paired_test_is_students_on_the_differences_of_speakers_with_as_much_to_say():
    other = {"a": 7, "b": 5, "c": 5, "d": 3, "e": 4}
    (first, speakers), (second, _) = answers(HITS), answers(other)
    found = uar_difference(first, second, speakers, **BOOTSTRAP)
    expected = stats.ttest_rel(UARS, [hits / 10 for hits in other.values()])
    assert found.p == pytest.approx(expected.pvalue, rel=0.03)
    assert (found.interval.low, found.interval.high) == pytest.approx(
        tuple(expected.confidence_interval(0.95)), abs=0.004
    )


UNEQUAL = {"a": 9, "b": 1, "c": 2}, {"a": 20, "b": 4, "c": 3}  # hits, utterances, of each class


def unequal():
    """The prediction table of speakers who say more or less, and who speaks."""
    made = [answers({speaker: UNEQUAL[0][speaker]}, of=n) for speaker, n in UNEQUAL[1].items()]
    return pd.concat([predictions for predictions, _ in made]), {k: v for _, own in made for k, v in own.items()}


def test_against_a_model_that_is_always_wrong_the_interval_of_the_difference_is_that_of_the_uar():
    first, speakers = unequal()
    wrong = first.assign(anger=1.0 * (first.truth == "joy"), joy=1.0 * (first.truth == "anger"))
    found = uar_difference(first, wrong, speakers, **NARROW)
    alone = uar_interval(list(first.truth), said(first), list(speakers.values()), classes=CLASSES, **NARROW)
    assert 0 < alone.low < found.difference < alone.high < 1
    assert (found.interval.low, found.interval.high) == pytest.approx((alone.low, alone.high))


def test_the_word_error_rate_of_words_that_are_right_or_substituted_has_the_interval_of_one_class():
    words, wrong = [40, 8, 6, 10], [8, 3, 1, 5]
    truth = ["anger"] * sum(words)
    heard = [CLASSES[int(place < missed)] for n, missed in zip(words, wrong, strict=True) for place in range(n)]
    recall = uar_interval(truth, heard, np.repeat(list("abcd"), words).tolist(), classes=CLASSES, **NARROW)
    counts = pd.DataFrame({"words": words, "substitutions": wrong, "deletions": 0, "insertions": 0})
    found = wer_interval(counts, list("abcd"), **NARROW)
    assert (found.low, found.high) == pytest.approx((1 - recall.high, 1 - recall.low))


def test_every_draw_has_as_many_speakers_as_there_are_and_any_of_them_twice():
    draws = speaker_draws(6, resamples=500, seed=3)
    assert draws.shape == (500, 6)
    assert (draws.sum(axis=1) == 6).all()
    assert draws.mean(axis=0) == pytest.approx(np.ones(6), abs=0.15)
    assert draws.max() > 1
    assert (draws == speaker_draws(6, resamples=500, seed=3)).all()


def test_n_speakers_of_one_size_are_worth_n_to_the_last_bit_and_others_fewer():
    for n, size in ((10, 7), (24, 60), (91, 27)):
        assert effective_speakers([size] * n) == n
    assert effective_speakers([30, 10]) == pytest.approx(40**2 / 1000)
    assert effective_speakers([100, 1, 1]) == pytest.approx(1.04, abs=0.001)
    assert effective_speakers([5, 5, 0]) == 2  # who says nothing is not there


def test_the_standard_error_makes_up_for_each_speakers_own_part_in_the_mean():
    drawn = np.array([0.4, 0.6])
    assert standard_error(drawn, 5) == pytest.approx(0.1 * np.sqrt(5 / 4))


def test_half_the_width_is_students_quantile_in_standard_errors_and_no_doubt_stays_none():
    assert half_width(0.1, 3, 0.95) == pytest.approx(0.4303, abs=1e-4)  # 4.303 of every table
    assert half_width(0.0, 1.0001, 0.95) == 0
    assert half_width(0.1, 1.01, 0.95) > 1e6


def held_share(sizes: list[int], *, trials: int) -> float:
    """How many of 95 % intervals hold the true UAR of 0.6, by simulation of speakers whose own recall is drawn."""
    rng, held = np.random.default_rng(0), 0
    speakers = np.repeat(np.arange(len(sizes)), sizes)
    for trial in range(trials):
        truth = np.arange(len(speakers)) % 2
        hit = rng.random(len(speakers)) < rng.beta(6, 4, len(sizes))[speakers]
        found = uar_interval(
            truth.tolist(),
            np.where(hit, truth, 1 - truth).tolist(),
            speakers.tolist(),
            classes=(0, 1),
            confidence=0.95,
            resamples=200,
            seed=trial,
        )
        held += found.low <= 0.6 <= found.high
    return held / trials


def test_where_six_voices_hold_83_percent_of_the_utterances_the_interval_holds_the_truth_nearly_as_often_as_it_says():
    sizes = [40] * 6 + [2] * 25  # n - 1 degrees of freedom: 88 %
    assert effective_speakers(sizes) == pytest.approx(8.7, abs=0.1)
    assert held_share(sizes, trials=200) >= 0.92
