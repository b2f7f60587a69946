"""Compared with another table, and chosen on the test part: predictions that can be checked by eye."""

import pytest

from ser_tasks.evaluation.protocol_bias.compare import against, chosen_on_test
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.params import EvaluationParams
from tests.models.ensembles.tables import table

CLASSES = ("anger", "joy")
TRUTH = {"u1": "anger", "u2": "joy", "u3": "anger", "u4": "joy"}
LABELS = Labels(tuple(TRUTH), tuple(TRUTH.values()), ("a", "a", "b", "b"))
PARAMS = EvaluationParams(seed=0, bootstrap_resamples=200, confidence=0.95)


def answers(**right: bool):
    """One row for each utterance that is named."""
    return table(
        {name: ("fold 1" if name < "u3" else "fold 2", TRUTH[name], float((TRUTH[name] == "anger") == ok))
         for name, ok in right.items()}
    )  # fmt: skip


def test_the_difference_is_that_of_the_uars_on_what_both_predicted():
    first = answers(u1=True, u2=True, u3=True, u4=False)
    found = against(first, answers(u1=False, u2=True, u3=True, u4=False), LABELS, PARAMS)
    assert (found["uar_difference"], found["utterances"]) == (pytest.approx(0.75 - 0.5), 4)
    fewer = against(first, answers(u3=False, u4=True), LABELS, PARAMS)
    assert (fewer["uar_difference"], fewer["utterances"]) == (0.5 - 0.5, 2)


def test_what_is_chosen_on_the_test_part_is_the_best_of_each_fold_and_so_at_least_the_best_overall():
    low, high = answers(u1=True, u2=True, u3=False, u4=False), answers(u1=False, u2=False, u3=True, u4=True)
    chosen, settings = chosen_on_test({1.0: low, 10.0: high}, CLASSES)
    assert settings == [1.0, 10.0]
    said = [CLASSES[int(joy > anger)] for anger, joy in zip(chosen.anger, chosen.joy, strict=True)]
    assert said == list(chosen.truth) == [TRUTH[name] for name in chosen.utterance_id]
