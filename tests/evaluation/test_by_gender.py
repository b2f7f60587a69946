"""Classes of gender and emotion, and the figures of emotion alone."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.corpora import CORPORA
from ser_tasks.corpora.labels import apply_preset
from ser_tasks.errors import UserError
from ser_tasks.evaluation.by_gender import emotion_figures
from ser_tasks.evaluation.scoring import Labels, predicted_classes
from ser_tasks.params import EvaluationParams

SETTINGS = EvaluationParams(seed=0, bootstrap_resamples=200, confidence=0.95)
CLASSES = ["female_anger", "female_joy", "male_anger", "male_joy"]


def utterances(**columns) -> pd.DataFrame:
    rows = {"utterance_id": ["u1", "u2", "u3"], "emotion": ["anger", "calm", "neutral"], "style": "speech"}
    return pd.DataFrame({**rows, "gender": ["female", "male", "male"], **columns})


def test_fabiens_fourteen_classes_of_ravdess():
    preset = CORPORA["ravdess"].all_presets["speech7_calm_as_neutral_by_gender"]
    found = apply_preset(utterances(), preset)
    assert found.utterances.emotion.tolist() == ["female_anger", "male_neutral"], "calm is called neutral"
    assert found.dropped == {"emotion neutral": 1}
    emotions = sorted(set(preset.classes.values()))
    every = pd.DataFrame([(e, g) for e in preset.classes for g in ("female", "male")], columns=["emotion", "gender"])
    made = apply_preset(every.assign(style="speech", utterance_id=every.index.astype(str)), preset)
    assert sorted(set(made.utterances.emotion)) == [f"{g}_{e}" for g in ("female", "male") for e in emotions]
    assert made.utterances.emotion.nunique() == 14


def test_every_preset_of_every_corpus_has_one_by_gender_beside_it():
    for corpus in CORPORA.values():
        assert set(corpus.all_presets) == {*corpus.presets, *(f"{name}_by_gender" for name in corpus.presets)}


@pytest.mark.parametrize("gender", [None, "unknown", "diverse"])
def test_a_speaker_of_unknown_gender_is_an_error(gender):
    preset = CORPORA["ravdess"].all_presets["speech8_by_gender"]
    with pytest.raises(UserError, match=r"1 of 3 have .* the first is u2. Fill in the column gender"):
        apply_preset(utterances(gender=["female", gender, "male"]), preset)


def test_emotion_alone_is_what_is_left_of_each_decision_without_its_gender():
    truth = [CLASSES[i] for i in (0, 0, 1, 2, 3, 3)]
    decided = [CLASSES[i] for i in (0, 2, 3, 1, 3, 2)]  # the second and third: gender alone is wrong
    posteriors = np.zeros((6, 4))  # the other emotion is the likelier one where both genders of each are added up
    for row, name in enumerate(decided):
        emotion = name.partition("_")[2]
        posteriors[row] = [0.4 if one == name else 0.3 * (not one.endswith(emotion)) for one in CLASSES]
    ids = tuple(f"u{i}" for i in range(6))
    table = pd.DataFrame({"utterance_id": ids, "fold": "one", "seed": 0, "truth": truth})
    table = pd.concat([table, pd.DataFrame(posteriors, columns=CLASSES)], axis=1)
    assert predicted_classes(table, CLASSES) == decided
    figures = emotion_figures(table, Labels(ids, tuple(truth), tuple("aabbcc")), SETTINGS)
    assert figures["recall"] == {"anger": round(2 / 3, 4), "joy": round(2 / 3, 4)}
    assert figures["uar"] == figures["accuracy"] == round(4 / 6, 4)
