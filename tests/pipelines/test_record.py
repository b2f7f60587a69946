"""What an evaluation logs beside its figures, worked out by hand."""

import numpy as np
import pandas as pd

from pipelines.evaluations.record import confusion_table, differences, dotted, recall_table

CLASSES = ("anger", "neutral")
CONFUSION = np.array([[3, 1], [0, 0]])  # three of four angers were found; nothing was neutral


def test_a_confusion_table_has_the_share_of_each_truth():
    expected = pd.DataFrame({"truth": ["anger", "neutral"], "anger": [0.75, 0.0], "neutral": [0.25, 0.0]})
    pd.testing.assert_frame_equal(confusion_table(CONFUSION, CLASSES), expected)


def test_a_recall_table_has_recall_and_precision_of_each_class():
    found = recall_table(CONFUSION, CLASSES)
    assert found.recall.tolist()[0] == 0.75
    assert np.isnan(found.recall.tolist()[1]), "no neutral utterance could have been found"
    assert found.precision.tolist() == [1.0, 0.0]
    assert found.utterances.tolist() == [4, 0]


def test_settings_are_params_by_dotted_names_and_a_list_of_one_is_its_value():
    settings = {"c": [3, 10], "gamma": [0.1], "training": {"epochs": 60, "augmentation": {"tempo": None}}}
    assert dotted("model", settings) == {
        "model.c": "[3, 10]",
        "model.gamma": "0.1",
        "model.training.epochs": "60",
        "model.training.augmentation.tempo": "None",
    }


def test_a_paired_test_is_a_group_of_metrics():
    assert differences({"svm": {"uar_difference": 0.02, "p": 0.3}}) == {
        "against/svm/uar_difference": 0.02,
        "against/svm/p": 0.3,
    }
