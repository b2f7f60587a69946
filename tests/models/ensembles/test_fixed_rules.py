"""Ensembles without weights, on numbers worked by hand."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.ensembles.members import side_by_side
from ser_tasks.models.ensembles.rules import RULES
from tests.models.ensembles.tables import anger, table

SPEECH = table({"a": ("f", "anger", 0.6), "b": ("f", "joy", 0.3), "c": ("g", "joy", 0.1)})
TEXT = table({"b": ("f", "joy", 0.9), "a": ("f", "anger", 0.3), "d": ("g", "anger", 0.8)})  # no c, another order
MEMBERS = {"speech": SPEECH, "text": TEXT}

average, geometric_average, maximum_confidence = (
    RULES[name].evaluate for name in ("average", "geometric_average", "maximum_confidence")
)


def test_the_most_confident_member_decides_alone():
    assert anger(maximum_confidence(MEMBERS)) == pytest.approx({"a": 0.3, "b": 0.9, "c": 0.1, "d": 0.8})


def test_the_arithmetic_mean_is_of_the_members_present():
    assert anger(average(MEMBERS)) == pytest.approx({"a": 0.45, "b": 0.6, "c": 0.1, "d": 0.8})


def test_the_geometric_mean_is_scaled_to_sum_to_1():
    def mean(p, q):
        return np.sqrt(p * q) / (np.sqrt(p * q) + np.sqrt((1 - p) * (1 - q)))

    expected = {"a": mean(0.6, 0.3), "b": mean(0.3, 0.9), "c": 0.1, "d": 0.8}
    assert anger(geometric_average(MEMBERS)) == pytest.approx(expected)


def test_the_members_of_each_prediction_are_counted():
    assert average(MEMBERS).answered == {"speech": 1, "speech + text": 2, "text": 1}


def test_certain_posteriors_stay_finite_in_the_geometric_mean():
    tables = {"one": table({"a": ("f", "anger", 1.0)}), "other": table({"a": ("f", "anger", 0.0)})}
    assert anger(geometric_average(tables)) == pytest.approx({"a": 0.5})


def test_several_seeds_of_a_member_are_averaged_first():
    again = table({"a": ("f", "anger", 0.8), "b": ("f", "joy", 0.1), "c": ("g", "joy", 0.5)}, seed=1)
    both = pd.concat([SPEECH, again], ignore_index=True)
    found = average({"speech": both, "text": TEXT})
    assert anger(found) == pytest.approx({"a": 0.5, "b": 0.55, "c": 0.3, "d": 0.8})


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (table({"a": ("f", "joy", 0.5)}), r"disagree about the truth of 1 utterances.*a: \['anger', 'joy'\]"),
        (table({"a": ("g", "anger", 0.5)}), r"disagree about the fold of 1 utterances"),
        (TEXT.rename(columns={"joy": "happiness"}), r"other classes.*same preset"),
        (table({"a": ("f", "fear", 0.5)}), r"disagree about the truth"),
        (table({"x": ("f", "fear", 0.5)}), r"the truth is \['fear'\] for some"),
        (pd.concat([TEXT, TEXT], ignore_index=True), r"text: 3 utterances are answered twice.*b"),
        (TEXT.assign(joy=np.nan), r"posteriors that are missing"),
    ],
)
def test_tables_that_do_not_belong_together_are_errors(other, message):
    with pytest.raises(UserError, match=message):
        side_by_side({"speech": SPEECH, "text": other})


def test_one_model_is_no_ensemble():
    with pytest.raises(UserError, match="two models or more"):
        average({"speech": SPEECH})
