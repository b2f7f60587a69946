"""Balancing utterance tables. Oracles: counts by hand."""

from collections import Counter

import pandas as pd
import pytest

from ser_tasks.corpora.labels import (
    Labelled,
    balance_training,
    chosen_classes,
    keep_classes,
    merge_classes,
    training_weights,
)
from ser_tasks.errors import UserError
from ser_tasks.evaluation.splits import Fold

EMOTIONS = ["anger"] * 6 + ["happiness"] * 3 + ["excitement"] * 2 + ["sadness"]
TABLE = pd.DataFrame({"utterance_id": [f"u{i:02d}" for i in range(12)], "emotion": EMOTIONS})
FOLD = Fold("one", tuple(f"u{i:02d}" for i in (0, 1, 2, 3, 6, 7, 11)), ("u04", "u08"), ("u05", "u09", "u10"))


def classes(names):
    by_name = TABLE.set_index("utterance_id").emotion
    return Counter(by_name[name] for name in names)


def test_classes_are_kept_by_name_and_the_others_counted():
    kept = keep_classes(TABLE, ["sadness", "happiness"])
    assert kept.utterances.utterance_id.tolist() == ["u06", "u07", "u08", "u11"]
    assert kept.dropped == {"emotion anger": 6, "emotion excitement": 2}


def test_merged_classes_lose_no_utterance():
    merged = merge_classes(TABLE, {"excitement": "happiness"})
    assert Counter(merged.emotion) == {"anger": 6, "happiness": 5, "sadness": 1}
    assert merged.utterance_id.tolist() == TABLE.utterance_id.tolist()
    assert TABLE.emotion.tolist() == EMOTIONS


def test_what_is_kept_is_named_as_it_is_called_after_the_merge_and_every_drop_is_counted():
    chosen = chosen_classes(
        Labelled(TABLE, {"style song": 7}), merge={"excitement": "happiness"}, keep=["happiness", "sadness"]
    )
    assert Counter(chosen.utterances.emotion) == {"happiness": 5, "sadness": 1}
    assert chosen.dropped == {"style song": 7, "emotion anger": 6}
    assert chosen_classes(Labelled(TABLE, {}), merge=None, keep=None).utterances is TABLE


def test_classes_merged_into_a_single_one_are_a_mistake():
    everything = dict.fromkeys(set(EMOTIONS), "speech")
    with pytest.raises(UserError, match=r"all 12 utterances are of one class then\. Merge fewer"):
        chosen_classes(Labelled(TABLE, {}), merge=everything, keep=None)


@pytest.mark.parametrize("change", [keep_classes, merge_classes])
def test_a_class_without_utterances_is_a_mistake(change):
    with pytest.raises(UserError, match=r"of joy; the table has anger, excitement"):
        change(TABLE, {"joy": "happiness", "anger": "anger"})


def test_down_leaves_as_many_of_every_class_as_the_rarest_has():
    fold = balance_training(TABLE, FOLD, method="down", seed=0)
    assert classes(fold.train) == {"anger": 1, "happiness": 1, "sadness": 1}
    assert set(fold.train) <= set(FOLD.train)


def test_over_keeps_everything_and_repeats_rare_classes_evenly():
    fold = balance_training(TABLE, FOLD, method="over", seed=0)
    assert classes(fold.train) == {"anger": 4, "happiness": 4, "sadness": 4}
    assert Counter(fold.train) == {"u00": 1, "u01": 1, "u02": 1, "u03": 1, "u06": 2, "u07": 2, "u11": 4}


@pytest.mark.parametrize("method", ["down", "over"])
def test_only_the_training_part_changes_by_a_seed(method):
    fold = balance_training(TABLE, FOLD, method=method, seed=3)
    assert (fold.name, fold.validation, fold.test) == (FOLD.name, FOLD.validation, FOLD.test)
    assert fold == balance_training(TABLE, FOLD, method=method, seed=3)
    draws = {balance_training(TABLE, FOLD, method="down", seed=seed).train for seed in range(9)}
    assert len(draws) > 1


def test_the_rows_of_the_table_may_stand_in_any_order():
    shuffled = TABLE.sample(frac=1, random_state=1)
    assert balance_training(shuffled, FOLD, method="down", seed=5) == balance_training(
        TABLE, FOLD, method="down", seed=5
    )


def test_weights_make_the_classes_of_the_training_part_weigh_alike():
    weights = training_weights(TABLE, FOLD)
    assert weights.index.tolist() == list(FOLD.train)
    assert weights["u00"] == pytest.approx(7 / (3 * 4))
    assert weights["u06"] == pytest.approx(7 / (3 * 2))
    assert weights["u11"] == pytest.approx(7 / (3 * 1))
    assert weights.mean() == pytest.approx(1)
