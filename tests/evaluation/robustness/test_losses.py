"""From predictions to figures and sentences, on tables small enough to count by hand."""

import pandas as pd
import pytest

from ser_tasks.evaluation.robustness.condition import Condition
from ser_tasks.evaluation.robustness.losses import clean_figures, losses, under
from ser_tasks.evaluation.robustness.words import summary
from ser_tasks.evaluation.scoring import FoldOutcome, Labels
from ser_tasks.params import EvaluationParams

PARAMS = EvaluationParams(seed=0, bootstrap_resamples=500, confidence=0.95)
CLASSES = ("anger", "neutral")
IDS = tuple(f"{speaker}{i}" for speaker in "abcd" for i in range(4))
TRUTH = CLASSES * 8
LABELS = Labels(IDS, TRUTH, tuple(name[0] for name in IDS))
SOFT, LOUD = Condition("white", 30.0, {"seed": 0}), Condition("white", 0.0, {"seed": 0})


def table(answers, *, seeds=(0,)):
    rows = [
        {
            "utterance_id": name,
            "fold": "f",
            "seed": seed,
            "truth": truth,
            **{one: float(one == said) for one in CLASSES},
        }
        for seed in seeds
        for name, truth, said in zip(IDS, TRUTH, answers, strict=True)
    ]
    return pd.DataFrame(rows)


def figures(clean, soft, loud, **options):
    tables = {"": table(clean, **options), SOFT.name: table(soft, **options), LOUD.name: table(loud, **options)}
    return losses(tables, [SOFT, LOUD], LABELS, PARAMS)


def test_the_predictions_under_a_condition_are_found_by_it_and_named_as_the_utterances():
    outcome = FoldOutcome(("a", "b", "a under white_0", "b under white_0"), ((0.1,), (0.2,), (0.3,), (0.4,)), {})
    assert under(outcome, "") == FoldOutcome(("a", "b"), ((0.1,), (0.2,)), {})
    assert under(outcome, "white_0") == FoldOutcome(("a", "b"), ((0.3,), (0.4,)), {})


@pytest.mark.parametrize("seeds", [(0,), (0, 1)])
def test_the_same_predictions_lose_nothing_and_one_class_for_all_loses_down_to_chance(seeds):
    soft, loud = figures(TRUTH, TRUTH, ["anger"] * 16, seeds=seeds)
    assert (soft["uar"], soft["labels_changed"]) == (1, 0)
    assert soft["difference"] == {"uar_difference": 0, "low": 0, "high": 0, "p": 1, "p_holm": 1}
    assert (loud["uar"], loud["labels_changed"]) == (0.5, 0.5)
    assert loud["difference"]["uar_difference"] == -0.5
    assert loud["answers"] == {"anger": 1, "neutral": 0}
    assert loud["recall"] == {"anger": 1, "neutral": 0}


def test_two_tests_count_as_two():
    some = list(TRUTH)
    some[1] = some[3] = some[5] = "anger"
    soft, loud = figures(TRUTH, TRUTH, some)
    assert 0 < loud["difference"]["p"] < 1
    assert loud["difference"]["p_holm"] == pytest.approx(2 * loud["difference"]["p"], abs=2e-4)
    assert soft["difference"]["p_holm"] == 1


def test_the_sentences_state_what_is_lost_where_the_predictions_go_and_what_stays():
    clean = clean_figures(table(TRUTH), LABELS, PARAMS)
    assert clean["answers"] == {"anger": 0.5, "neutral": 0.5}
    said = summary(clean, figures(TRUTH, TRUTH, ["anger"] * 16), chance=0.5)
    assert said == [
        "Clean, UAR is 100.0: 50.0 points above chance (50.0).",
        "Points lost to white noise: 50.0 at 0 dB SNR; 100 % of the lead over chance: 100 % of the answers are anger "
        "then, 50 % when clean.",
        "Differences that the test does not tell from none, in points: white noise, 30 dB SNR (+0.0).",
    ]
