"""Ridge on words: against the closed form on the same TF-IDF, and on sentences whose words decide the ratings."""

import numpy as np
import pandas as pd
import pytest

from ser_tasks.errors import UserError
from ser_tasks.evaluation.dimensions.agreement import concordance
from ser_tasks.evaluation.dimensions.fold import rated_features
from ser_tasks.models.dimensions import DIMENSION_MODELS
from ser_tasks.models.dimensions.regressor import RatedExamples
from ser_tasks.models.dimensions.tfidf_ridge import WordsRidge
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.params import TfidfRidgeParams
from ser_tasks.text.transcripts import Turn

SECTION = {"word_ngrams": 1, "character_ngrams": None, "min_count": 2, "inner_folds": 3}
ALONE = TfidfRidgeParams(**SECTION, context={"turns": 0, "weight": 0.2}, alpha=[0.1, 1, 10])
AFTER = TfidfRidgeParams(**SECTION, context={"turns": 1, "weight": 1.0}, alpha=[0.1, 1, 10])
PLEASANT, CALM = ("awful", "dull", "fine", "lovely"), ("sleepy", "slow", "quick", "frantic")


def examples(n: int = 120, *, n_speakers: int = 6) -> RatedExamples:
    """One word tells the valence, another the activation; a third tells nothing."""
    rng = np.random.default_rng(0)
    choices = rng.integers(0, 4, (n, 2))
    rows = np.empty(n, object)
    for place, (valence, activation) in enumerate(choices):
        text = f"{PLEASANT[valence]} and {CALM[activation]} {rng.choice(['day', 'night'])}"
        rows[place] = (Turn("and then", "other"), Turn(text, str(place % n_speakers)))
    ratings = 1.5 + choices + rng.normal(0, 0.1, (n, 2))
    return RatedExamples(rows, np.clip(ratings, 1, 5), np.array([str(place % n_speakers) for place in range(n)]))


@pytest.mark.parametrize("params", [ALONE, AFTER])
def test_the_planes_are_those_of_ridge_in_closed_form(params):
    train = examples()
    model = WordsRidge(params, seed=0)
    chosen = model.fit(train)
    rows = DialogueTfidf(params).fit(train.features).transform(train.features).toarray()
    centred, mean = rows - rows.mean(axis=0), train.ratings.mean(axis=0)
    for place, alpha in enumerate(chosen["alpha"]):
        plane = np.linalg.solve(centred.T @ centred + alpha * np.eye(rows.shape[1]), centred.T @ train.ratings)
        scores = mean[place] + centred @ plane[:, place]
        expected = np.clip(model.chosen.matched.offset[place] + model.chosen.matched.slope[place] * scores, 1, 5)
        np.testing.assert_allclose(model.predict(train.features)[:, place], expected, atol=1e-5)


def test_words_that_decide_the_ratings_are_learnt_for_each_dimension_and_one_dimension_is_the_same_alone():
    train, both, alone = examples(), WordsRidge(ALONE, seed=0), WordsRidge(ALONE, seed=0)
    both.fit(train)
    alone.fit(train.of_dimension(1))
    predicted = both.predict(train.features)
    assert all(concordance(t, p) > 0.95 for t, p in zip(train.ratings.T, predicted.T, strict=True))
    np.testing.assert_allclose(alone.predict(train.features)[:, 0], predicted[:, 1], atol=1e-5)
    assert alone.half_widths() == pytest.approx(both.half_widths()[1:], abs=1e-5)


def test_words_of_no_training_utterance_say_nothing():
    train, model = examples(), WordsRidge(ALONE, seed=0)
    model.fit(train)
    rows = np.empty(2, object)
    rows[:] = [(Turn("xylophone zebra", "9"),), (Turn("quokka umbrella", "9"),)]
    first, second = model.predict(rows)
    np.testing.assert_allclose(first, second, atol=1e-9)


def test_vocabulary_and_idf_of_an_inner_part_come_from_its_other_speakers(monkeypatch):
    learnt_from, fit = [], DialogueTfidf.fit

    def watched(self, dialogues, truth=None):
        learnt_from.append({dialogue[-1].speaker for dialogue in dialogues})
        return fit(self, dialogues, truth)

    monkeypatch.setattr(DialogueTfidf, "fit", watched)
    WordsRidge(ALONE, seed=0).fit(examples())
    *inner, whole = learnt_from
    assert whole == set("012345")
    assert [len(speakers) for speakers in inner] == [4, 4, 4]
    assert set.intersection(*inner) == set()


def test_one_speaker_is_refused():
    with pytest.raises(UserError, match="one speaker"):
        WordsRidge(ALONE, seed=0).fit(examples(n_speakers=1))


@pytest.mark.parametrize("model", ["tfidf_ridge", "tfidf_ridge_heard"])
def test_its_features_are_the_dialogues_of_the_table_of_words(tmp_path, model):
    table, columns = tmp_path / "words.parquet", ["utterance_id", "speaker", "group", "turn", "transcript"]
    pd.DataFrame([("a", "s1", "g", 0, "hello"), ("b", "s2", "g", 1, "go away")], columns=columns).to_parquet(table)
    rows = rated_features(DIMENSION_MODELS[model], table, ["b", "a"])
    assert rows.shape == (2,)
    assert rows[0] == (Turn("hello", "s1"), Turn("go away", "s2"))
    assert rows[1] == (Turn("hello", "s1"),)
