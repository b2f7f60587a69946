"""From posteriors and votes to distances, against SciPy's entropy and the paired t-test of the statistics books."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy, ttest_rel

from ser_tasks.evaluation.robustness.vote_losses import vote_losses
from ser_tasks.evaluation.robustness.words import summary_of_votes
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=20_000, confidence=0.95)
IDS = [f"{speaker}{i}" for speaker in "abcdefgh" for i in range(3)]
SPEAKERS = {name: name[0] for name in IDS}
CLASSES = ["anger", "joy", "sadness"]
COUNTS = pd.DataFrame(np.random.default_rng(1).multinomial(5, [0.5, 0.3, 0.2], len(IDS)), IDS, CLASSES)


def table(posteriors, ids=IDS, seed=0) -> pd.DataFrame:
    return pd.DataFrame(
        {"utterance_id": ids, "fold": "f", "seed": seed, "truth": "joy"} | dict(zip(CLASSES, posteriors.T, strict=True))
    )


def posteriors(seed: int, sharpness: float) -> np.ndarray:
    """Answers that are right in part: the shares of the votes, mixed with chance."""
    chance = np.random.default_rng(seed).dirichlet([1, 1, 1], len(IDS))
    return sharpness * COUNTS.to_numpy() / 5 + (1 - sharpness) * chance


def distances(answered: np.ndarray) -> np.ndarray:
    """KL to the answer of which one part in a hundred is shared out, by SciPy."""
    return entropy(COUNTS.to_numpy() / 5, 0.99 * answered + 0.01 / 3, axis=1)


CLEAN, SOFT, LOUD = posteriors(2, 0.9), posteriors(3, 0.8), posteriors(4, 0.2)
FOUND = vote_losses({"": table(CLEAN), "soft": table(SOFT), "loud": table(LOUD)}, COUNTS, SPEAKERS, PARAMS)


def test_the_distance_is_that_of_scipy_under_each_condition_and_its_difference_from_the_clean_one():
    for name, answered in {"": CLEAN, "soft": SOFT, "loud": LOUD}.items():
        assert FOUND[name]["kl"] == pytest.approx(distances(answered).mean(), abs=5e-5)
        assert FOUND[name]["kl_low"] < FOUND[name]["kl"] < FOUND[name]["kl_high"]
    lost = distances(LOUD).mean() - distances(CLEAN).mean()
    assert lost > 0.1
    assert FOUND["loud"]["kl_difference"]["kl_difference"] == pytest.approx(lost, abs=5e-5)
    assert "kl_difference" not in FOUND[""]


def test_p_is_that_of_a_paired_t_test_over_speakers_and_two_tests_count_as_two():
    of_speakers = {n: distances(own).reshape(8, 3).mean(axis=1) for n, own in (("", CLEAN), ("s", SOFT), ("l", LOUD))}
    soft, loud = (ttest_rel(of_speakers[name], of_speakers[""]) for name in "sl")
    test = FOUND["soft"]["kl_difference"]
    assert test["p"] == pytest.approx(soft.pvalue, rel=0.03)
    assert (test["low"], test["high"]) == pytest.approx(tuple(soft.confidence_interval()), rel=0.03)
    assert FOUND["loud"]["kl_difference"]["p"] == pytest.approx(loud.pvalue, abs=2e-4)
    assert loud.pvalue < soft.pvalue < 0.05
    assert test["p_holm"] == test["p"]
    assert FOUND["loud"]["kl_difference"]["p_holm"] == pytest.approx(2 * loud.pvalue, abs=3e-4)


def test_the_prior_of_an_utterance_is_the_mean_of_the_votes_on_other_speakers():
    shares = COUNTS / 5
    others = [shares[[SPEAKERS[other] != SPEAKERS[name] for other in IDS]].mean().to_numpy() for name in IDS]
    assert FOUND[""]["kl_of_the_prior"] == pytest.approx(distances(np.array(others)).mean(), abs=5e-5)


def test_utterances_that_few_voted_on_do_not_count_and_each_seed_counts_as_it_is():
    half = COUNTS.iloc[::2]
    assert FOUND[""]["kl_utterances"] == len(IDS)
    twice = pd.concat([table(CLEAN), table(LOUD, seed=1)])
    found = vote_losses({"": twice, "soft": table(SOFT)}, half, SPEAKERS, PARAMS)
    assert found[""]["kl_utterances"] == len(IDS) / 2
    assert found[""]["kl"] == pytest.approx(
        np.concatenate([distances(CLEAN)[::2], distances(LOUD)[::2]]).mean(), abs=5e-5
    )


def test_one_speaker_has_no_interval():
    own = {"": table(CLEAN[:3], IDS[:3]), "loud": table(LOUD[:3], IDS[:3])}
    found = vote_losses(own, COUNTS.iloc[:3], SPEAKERS, PARAMS)
    assert (found["loud"]["kl_low"], found["loud"]["kl_high"]) == (None, None)
    assert found[""]["kl_of_the_prior"] is None, "there are no votes on others"
    assert summary_of_votes(found[""], [{"kind": "white", "value": 0, **found["loud"]}]).endswith(
        "It is of one speaker: there are no votes on others to hold it against."
    )
    test = found["loud"]["kl_difference"]
    assert (test["low"], test["high"], test["p"]) == (None, None, 1.0)


def test_the_sentence_names_the_worst_and_where_an_answer_without_sound_is_nearer():
    def condition(value: float, kl: float) -> dict:
        return {"kind": "white", "value": value, "condition": f"white_{value:g}", "kl": kl}

    clean = {"kl": 0.494, "kl_of_the_prior": 0.924}
    worse = summary_of_votes(clean, [condition(20, 0.7), condition(10, 0.95), condition(0, 2.0)])
    assert worse.startswith("KL from the votes is 0.494 when clean, at worst 2.000 (white noise, 0 dB SNR).")
    assert worse.endswith("nearer to them for white noise, 10 dB SNR; white noise, 0 dB SNR.")
    assert summary_of_votes(clean, [condition(20, 0.7)]).endswith("farther from them under every condition.")
    better = summary_of_votes({"kl": 0.494, "kl_of_the_prior": 0.45}, [condition(20, 0.4)])
    assert better.startswith("KL from the votes is 0.494 when clean, and larger under none.")
    assert better.endswith("has 0.450, and is nearer to them for clean recordings.")
