"""Balancing in the plan of an evaluation: off, nothing is touched; on, training parts alone are."""

from collections import Counter
from typing import Any

import pytest

from pipelines.evaluations import plan
from ser_tasks.evaluation.scoring import Labels
from ser_tasks.evaluation.splits import Fold
from ser_tasks.params import BalanceParams
from ser_tasks.tasks import balanced_training_parts

LABELS = Labels(tuple("abcdefg"), tuple("xxxxyyy"), tuple("1234123"))
FOLDS = (Fold("one", tuple("abcde"), ("f",), ("g",)), Fold("other", tuple("cdefg"), (), tuple("ab")))


@pytest.fixture(autouse=True)
def _somewhere_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where the results are kept


@pytest.mark.parametrize("settings", [None, BalanceParams(merge={"x": "z"}, keep=None, training=None)])
def test_without_balancing_the_folds_are_the_ones_of_the_protocol(settings):
    assert plan.balanced(FOLDS, LABELS, settings, seed=0) is FOLDS


@pytest.mark.parametrize(("method", "sizes"), [("down", [1, 2]), ("over", [4, 3])])
def test_training_parts_become_even_and_nothing_else_changes(method, sizes):
    found = plan.balanced(FOLDS, LABELS, BalanceParams(merge=None, keep=None, training=method), seed=0)
    emotion = dict(zip(LABELS.utterance_ids, LABELS.emotions, strict=True))
    counts = [Counter(emotion[name] for name in fold.train) for fold in found]
    assert counts == [{"x": size, "y": size} for size in sizes]
    assert [(f.name, f.validation, f.test) for f in found] == [(f.name, f.validation, f.test) for f in FOLDS]


def test_a_result_is_used_again_for_the_same_folds_labels_method_and_seed_alone():
    def key(**changes: Any) -> str:
        return balanced_training_parts.key(**{"folds": FOLDS, "labels": LABELS, "method": "down", "seed": 0, **changes})

    others = [{"seed": 1}, {"method": "over"}, {"folds": FOLDS[:1]}, {"labels": Labels(*(LABELS.utterance_ids,) * 3)}]
    keys = [key(), *(key(**other) for other in others)]
    assert len(set(keys)) == len(keys)
    assert key() == keys[0]
