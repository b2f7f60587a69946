"""An audio-text network: the contract of all networks, each branch alone, and a task that needs both."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.features.audio_text import SpeechAndWords
from ser_tasks.models import MODELS
from ser_tasks.models.multimodal.network import SpeechTextRecogniser
from ser_tasks.models.multimodal.speech_text import ModalityDropout
from ser_tasks.models.multimodal.speech_text_fusion import SpeechTextFusionParams
from ser_tasks.models.networks.embedding import embedding_model
from ser_tasks.models.networks.mlp import MlpSizes
from ser_tasks.models.text.network import TextNetworkSection
from ser_tasks.models.text.text_lstm import TextLstmSizes
from ser_tasks.params import WordsParams
from tests.models.multimodal.small_fusion import CLASSES, SPEECH, TEXT, batch, small_fusion, spoken
from tests.models.networks.small_networks import values
from tests.models.text.test_text_networks import TRAINING

pytestmark = pytest.mark.network

every_branch = pytest.mark.parametrize("speech", SPEECH)
FRAMES, WORDS = (9, 1, 5, 0, 6), (4, 7, 0, 3, 6)  # of five utterances, one without words, one without sound


def mixed(speech: str, *, padding: int = 0) -> dict[str, np.ndarray]:
    return batch(FRAMES, WORDS, n_dims=SPEECH[speech][0], padding=padding)


@every_branch
def test_the_logits_are_a_linear_map_of_what_each_branch_makes_of_its_own_input_alone(speech):
    model, x = small_fusion(speech), mixed(speech)
    found = []
    for row, (n_frames, n_words) in enumerate(zip(FRAMES, WORDS, strict=True)):
        sound, words = x["frames"][row : row + 1, :n_frames, 2:], x["frames"][row : row + 1, :n_words, :1]
        given = {"speech": sound, "text": np.concatenate([words, 0 * words, 0 * words], axis=-1)}
        parts = []
        for name, frames in given.items():
            branch = model.get_layer(name)
            absent = np.zeros(branch.output.shape[-1])
            alone = {"frames": frames, "mask": np.ones(frames.shape[:2], np.float32)}
            parts.append(values(branch(alone))[0] if frames.shape[1] else absent)
        found.append(np.concatenate(parts))
    kernel, bias = map(values, model.get_layer("logits").weights)
    np.testing.assert_allclose(values(model(x)), np.array(found) @ kernel + bias, atol=1e-5)
    np.testing.assert_allclose(values(embedding_model(model)(x)), np.array(found), atol=1e-5)


@every_branch
@pytest.mark.parametrize("training", [False, True])
def test_garbage_in_11_rows_of_padding_changes_no_logit(speech, training):
    bare, padded = (values(small_fusion(speech)(mixed(speech, padding=n), training=training)) for n in (0, 11))
    np.testing.assert_allclose(padded, bare, atol=1e-5)


@every_branch
def test_one_step_changes_every_weight_of_both_branches(speech):
    model = small_fusion(speech)
    model.compile(
        keras.optimizers.SGD(100.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        run_eagerly=keras.backend.backend() == "tensorflow",
    )
    before = {w.path: values(w) for w in model.trainable_weights}
    model.train_on_batch(mixed(speech), np.array([0, 1, 2, 0, 1]))
    assert [w.path for w in model.trainable_weights if np.array_equal(values(w), before[w.path])] == []
    assert all(np.isfinite(values(w)).all() for w in model.weights)


@every_branch
def test_a_saved_network_predicts_as_before(speech, tmp_path):
    model, x = small_fusion(speech), mixed(speech)
    model.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(values(loaded(x)), values(model(x)), atol=1e-6)


def test_in_training_some_lose_their_sound_others_their_words_and_none_both_nor_what_they_have_alone():
    layer, n = ModalityDropout(0.4), 20_000
    both, none = np.ones((n, 3), np.float32), np.zeros((n, 3), np.float32)
    sound, words = (values(mask)[:, 0] for mask in layer(both, both, training=True))
    np.testing.assert_allclose([1 - sound.mean(), 1 - words.mean()], 0.2, atol=0.01)
    assert (sound + words > 0).all()
    for masks in ((both, none), (none, both)):
        np.testing.assert_array_equal([values(mask) for mask in layer(*masks, training=True)], masks)
    np.testing.assert_array_equal(values(layer(both, both, training=False)[0]), both)


def recogniser(*, vectors: str | None = None, epochs: int = 18) -> SpeechTextRecogniser:
    section = SpeechTextFusionParams(
        training=TRAINING.model_copy(update={"epochs": epochs, "patience": epochs, "batch_size": 15}),
        words=WordsParams(min_count=1, vectors=vectors, balance=0.0),
        speech=MlpSizes(input_dropout=0.0, units=(16, 16), dropout=0.0),
        text=TextLstmSizes(**{**TEXT, "bidirectional": False}),
        modality_dropout=0.3,
        dropout=0.0,
    )
    return MODELS["speech_text_fusion"].build(TextNetworkSection(section), classes=CLASSES, seed=0)


def said(network: SpeechTextRecogniser, **kinds: bool) -> np.ndarray:
    posteriors = network.posteriors(spoken(1, **kinds).features)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    return np.array(CLASSES)[posteriors.argmax(axis=1)]


def test_what_needs_both_is_learned_from_both_and_one_alone_still_gives_what_it_can():
    network = recogniser()
    chosen = network.fit(spoken(0), None)
    truth = spoken(1).emotions
    assert chosen["words"] == len(network.vocabulary.words)
    assert (said(network) == truth).mean() > 0.95
    read = said(network, frames=False)
    assert ((read == "anger") == (truth == "anger")).mean() > 0.9
    heard = said(network, words=False)
    assert ((heard == "joy") == (truth == "joy")).mean() > 0.9


def test_vocabulary_and_statistics_are_of_the_training_utterances_alone():
    train, other = spoken(0, n=24), spoken(1, n=24)
    lacking = (SpeechAndWords(None, "only words"), SpeechAndWords(train.features[1].frames, None), *train.features[2:])
    unheard = tuple(SpeechAndWords(100 + item.frames, "unheard") for item in other.features)
    network = recogniser()
    learn, check = network._divide(replace(train, features=lacking), replace(other, features=unheard))
    assert (learn.features, check.features) == (lacking, unheard)
    assert "only" in network.vocabulary.words
    assert "unheard" not in network.vocabulary.words
    frames = np.concatenate([item.frames for item in lacking[1:]])
    statistics = network._untrained(network._labelled(learn)).get_layer("speech").get_layer("standardise")
    np.testing.assert_allclose(values(statistics.mean), frames.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(values(statistics.std), frames.std(axis=0), atol=1e-5)


def test_augmented_sound_is_trained_on_beside_the_same_words():
    train = spoken(0, n=24)
    louder = tuple(item._replace(frames=item.frames + 1) for item in train.features)
    network = recogniser()
    learn, _ = network._divide(replace(train, copies=(louder,)), train)
    labelled = network._labelled(learn)
    for own, copy in zip(labelled.frames, labelled.copies[0], strict=True):
        np.testing.assert_array_equal(copy[:, :2], own[:, :2])
        np.testing.assert_array_equal(copy[0, 2:], own[0, 2:] + 1)


def test_a_given_file_of_word_vectors_is_what_the_text_branch_begins_with(tmp_path):
    (tmp_path / "vectors.txt").write_text("great 1 2 3\nstop 4 5 6\n", encoding="utf-8")
    network = recogniser(vectors=str(tmp_path / "vectors.txt"))
    learn, _ = network._divide(spoken(0, n=24), spoken(1, n=12))
    vectors = values(network._untrained(network._labelled(learn)).get_layer("text").get_layer("words").vectors)
    (stop,) = network.vocabulary.numbers(["stop"])
    assert len(vectors) == len(network.vocabulary)
    np.testing.assert_array_equal(vectors[stop], network._word_vectors()[stop])


def test_without_any_sound_or_with_features_of_another_kind_it_says_so():
    with pytest.raises(UserError, match=r"no utterance of the training part has sound.*transcripts alone"):
        recogniser().fit(spoken(0, n=24, frames=False), None)
    train = replace(spoken(0, n=24), features=np.zeros((24, 3), np.float32))
    with pytest.raises(UserError, match=r"features of another kind \(ndarray\)"):
        recogniser().fit(train, None)
