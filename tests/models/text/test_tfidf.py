"""TF-IDF and logistic regression on dialogues whose telling words are known."""

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer

from ser_tasks.errors import UserError
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.text.dialogue_tfidf import DialogueTfidf
from ser_tasks.models.text.tfidf import TfidfRecogniser
from ser_tasks.models.unfitted import check_unfitted
from ser_tasks.params import ContextParams, TfidfParams
from ser_tasks.text.transcripts import Turn
from tests.models.text.dialogues import CLASSES, recall, spoken


def params(*, turns: int = 0, balance: float = 0.0, min_count: int = 1, **other) -> TfidfParams:
    context = ContextParams(turns=turns, weight=0.5)
    plain = {"word_ngrams": 2, "character_ngrams": None, "c": (0.1, 10.0), "inner_folds": 3}
    return TfidfParams(**{**plain, **other}, min_count=min_count, context=context, balance=balance)


def fitted(settings: TfidfParams, train: Examples, validation: Examples | None = None) -> TfidfRecogniser:
    recogniser = TfidfRecogniser(settings, classes=CLASSES, seed=0)
    recogniser.fit(train, validation)
    return recogniser


def test_telling_words_are_learned():
    assert recall(fitted(params(), spoken(0)), spoken(1)) == 1


def test_earlier_turns_help_only_where_they_are_read():
    train, test = spoken(0, in_context=True), spoken(1, in_context=True)
    assert recall(fitted(params(turns=1), train), test) == 1
    assert recall(fitted(params(turns=0), train), test) < 0.6


def test_words_are_weighted_as_scikit_learn_does():
    dialogues = [(Turn(text, "s"),) for text in ("no no way", "no out", "way back no")]
    ours = DialogueTfidf(params(character_ngrams=(2, 3))).fit(dialogues).transform(dialogues).toarray()
    texts = [dialogue[-1].text for dialogue in dialogues]
    words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"\S+", sublinear_tf=True).fit_transform(texts)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 3), sublinear_tf=True).fit_transform(texts)
    np.testing.assert_allclose(ours[:, : words.shape[1]], words.toarray())
    np.testing.assert_allclose(ours[:, -letters.shape[1] :], letters.toarray())


def test_the_blocks_of_an_earlier_turn_carry_its_words_its_speaker_and_whether_there_was_one():
    vectoriser = DialogueTfidf(params(turns=1)).fit([(Turn("yes", "A"),), (Turn("no", "A"),)])
    said = [(Turn("no", "A"), Turn("yes", "A")), (Turn("no", "B"), Turn("yes", "A")), (Turn("yes", "A"),)]
    last_block = vectoriser.transform(said).toarray()[:, -4:]  # no, yes, same speaker, none; all weigh 0.5
    np.testing.assert_allclose(last_block, [[0.5, 0, 0.5, 0], [0.5, 0, 0, 0], [0, 0, 0, 0.5]])


@pytest.mark.parametrize("turns", [0, 1])
def test_an_utterance_without_words_is_predicted_by_what_remains_without_any_word(turns):
    recogniser = fitted(params(turns=turns), spoken(0))
    silent = (Turn("", "A"),)
    found = recogniser.posteriors((silent, silent))
    classifier = recogniser.pipeline["classifier"]
    scores = classifier.intercept_ + (0.5 * classifier.coef_[:, -1] if turns else 0)  # the flag: no turn before
    np.testing.assert_allclose(found, [softmax(scores / recogniser.temperature)] * 2)


def test_words_of_validation_and_of_test_are_no_part_of_the_vocabulary():
    other = Examples(((Turn("unheard", "v"),),) * 3, np.array(CLASSES), np.array(["v"] * 3))
    recogniser = fitted(params(), spoken(0), other)
    vocabulary = recogniser.pipeline["tfidf"].words_.vocabulary_
    assert "unheard" not in vocabulary
    assert "great" in vocabulary


def test_an_official_validation_part_chooses_c_and_temperature_but_is_not_trained_on():
    train, other = spoken(0), spoken(1)
    wrong = Examples(other.features, np.roll(other.emotions, 1), other.speakers)
    misled = TfidfRecogniser(params(c=(1.0,)), classes=CLASSES, seed=0)
    chosen = misled.fit(train, wrong)
    assert recall(misled, other) == 1
    assert chosen["inner_uar"] < 0.1
    assert chosen["temperature"] > 100


def test_weights_follow_the_balance():
    rng = np.random.default_rng(0)
    emotions = np.array(["joy"] * 90 + ["neutral"] * 30 + ["anger"] * 30)
    features = tuple((Turn(str(word), "s"),) for word in rng.choice(["a", "b", "c"], 150))  # words say nothing
    train = Examples(features, emotions, np.array([f"s{i % 5}" for i in range(150)]))
    shares = {}
    for balance in (0.0, 1.0):
        recogniser = fitted(params(balance=balance, c=(0.01,)), train)
        recogniser.temperature = 1.0
        shares[balance] = recogniser.posteriors(features).mean(axis=0)
    np.testing.assert_allclose(shares[0.0], [0.2, 0.6, 0.2], atol=0.02)
    np.testing.assert_allclose(shares[1.0], [1 / 3] * 3, atol=0.02)


def test_a_class_without_training_utterances_keeps_its_column_and_is_not_predicted():
    train = spoken(0)
    two = train.part(list(np.flatnonzero(train.emotions != "joy")))
    posteriors = fitted(params(), two).posteriors(spoken(1).features)
    assert posteriors.shape == (120, 3)
    assert (posteriors.argmax(axis=1) != CLASSES.index("joy")).all()


def test_features_of_sound_and_words_too_rare_are_errors():
    sound = Examples(np.zeros((6, 4), np.float32), np.array(CLASSES * 2), np.array(list("aabbcc")))
    with pytest.raises(UserError, match=r"reads the turns of a dialogue.*must be 'transcripts'"):
        fitted(params(), sound)
    with pytest.raises(UserError, match=r"occurs in 5000 of.*Lower min_count of the model's section"):
        fitted(params(min_count=5000), spoken(0))


def test_nothing_is_fitted_before_the_fold():
    check_unfitted(TfidfRecogniser(params(), classes=CLASSES, seed=0), where="fold 1")
    assert not hasattr(TfidfRecogniser(params(), classes=CLASSES, seed=0), "pipeline")
