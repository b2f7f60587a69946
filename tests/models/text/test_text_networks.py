"""Networks on words: the contract of all networks, and tasks with known solutions."""

import keras
import numpy as np
import pytest

from ser_tasks.errors import UserError
from ser_tasks.models.networks.embedding import embedding_model
from ser_tasks.models.text.dialogue_blstm import DialogueBlstmParams, build_dialogue_blstm
from ser_tasks.models.text.network import TextNetworkRecogniser, TextNetworkSection, text_network
from ser_tasks.models.text.text_lstm import TextLstmParams, build_text_lstm
from ser_tasks.models.text.token_embedding import TokenEmbedding, set_word_vectors
from ser_tasks.models.text.token_frames import token_frames
from ser_tasks.params import AugmentationParams, TrainingParams, WordsParams
from ser_tasks.text.tokens import UNKNOWN, Vocabulary
from ser_tasks.text.transcripts import Turn
from tests.models.networks.small_networks import values
from tests.models.text.dialogues import CLASSES, recall, spoken

pytestmark = pytest.mark.network

TRAINING = TrainingParams(
    seeds=1,
    keep="best",
    refit=False,
    balance="none",
    precision="float32",
    epochs=8,
    patience=8,
    validation_share=0.34,
    batch_size=20,  # divides the numbers of utterances: a step at any other shape is traced anew
    frames_multiple=16,
    learning_rate=0.02,
    warm_up_epochs=1,
    weight_decay=0.0,
    label_smoothing=0.0,
    clip_norm=5,
    optimizer="adamw",
    momentum=0.9,
    tensorboard=False,
    augmentation=AugmentationParams(tempo=None, spec_augment=None, mixup_alpha=None),
)
WORDS = WordsParams(min_count=1, vectors=None, balance=0.5)
LSTM = {"embedding": 8, "units": 6, "word_dropout": 0.0, "dropout": 0.0}
DIALOGUE = {**LSTM, "previous_turns": 1, "dense": 8}
SMALL = {
    **{
        f"{pooling} {directions}": (
            build_text_lstm,
            {**LSTM, "pooling": pooling, "bidirectional": directions == "both"},
        )
        for pooling, directions in [("last", "one"), ("last", "both"), ("mean", "both"), ("attention", "both")]
    },
    "self_attention": (build_text_lstm, {**LSTM, "pooling": "self_attention", "bidirectional": True}),
    "dialogue": (build_dialogue_blstm, DIALOGUE),
}
every_network = pytest.mark.parametrize("name", SMALL)


def small_network(name: str) -> keras.Model:
    keras.utils.set_random_seed(3)
    build, sizes = SMALL[name]
    return build(n_words=30, n_classes=3, **sizes)


def batch(*turns: tuple[int, ...], padding: int = 0) -> dict[str, np.ndarray]:
    """One row for each tuple, which gives the number of words of each of its turns, oldest first; garbage behind."""
    rng = np.random.default_rng(0)
    longest = max(map(sum, turns)) + padding
    frames = rng.normal(0, 1e6, (len(turns), longest, 3)).astype(np.float32)
    mask = np.zeros((len(turns), longest), np.float32)
    for row, counts in enumerate(turns):
        rows = [(2 + (7 * row + 3 * i + back) % 28, back, back % 2) for back, n in _ago(counts) for i in range(n)]
        frames[row, : len(rows)], mask[row, : len(rows)] = rows, 1
    return {"frames": frames, "mask": mask}


def _ago(counts: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(len(counts) - 1 - i, n) for i, n in enumerate(counts)]


@every_network
def test_garbage_in_padding_changes_no_logit(name):
    model = small_network(name)
    bare, padded = (values(model(batch((3, 5), (1,), (9,), padding=padding))) for padding in (0, 37))
    np.testing.assert_allclose(padded, bare, atol=1e-5)


@every_network
def test_an_utterance_gets_the_same_logits_alone_and_among_longer_ones(name):
    model, together = small_network(name), batch((3, 5), (1,), (9,))
    answers = values(model(together))
    for row, n in enumerate((8, 1, 9)):
        alone = {key: value[row : row + 1, :n] for key, value in together.items()}
        np.testing.assert_allclose(values(model(alone))[0], answers[row], atol=1e-5)


@every_network
def test_one_step_changes_every_layer(name):
    model = small_network(name)
    model.compile(
        keras.optimizers.SGD(10.0),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        run_eagerly=keras.backend.backend() == "tensorflow",
    )
    before = {w.path: values(w) for w in model.trainable_weights}
    model.train_on_batch(batch((3, 5), (4, 2), (2, 9)), np.array([0, 1, 2]))
    assert [w.path for w in model.trainable_weights if np.array_equal(values(w), before[w.path])] == []


@every_network
def test_a_saved_network_predicts_as_before(name, tmp_path):
    model, x = small_network(name), batch((3, 5), (1,))
    model.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(values(loaded(x)), values(model(x)), atol=1e-6)


@every_network
def test_the_logits_are_a_linear_map_of_the_embedding(name):
    model, x = small_network(name), batch((3, 5), (1,))
    kernel, bias = map(values, model.get_layer("logits").weights)
    np.testing.assert_allclose(values(embedding_model(model)(x)) @ kernel + bias, values(model(x)), atol=1e-5)


def test_tokens_come_with_their_turn_and_whether_the_speaker_is_the_same():
    vocabulary = Vocabulary(("no", "way", "!"))
    dialogue = (Turn("Early no", "A"), Turn("Way", "A"), Turn("", "B"), Turn("No!", "A"))
    expected = [[3, 2, 1], [UNKNOWN, 1, 0], [2, 0, 1], [4, 0, 1]]
    np.testing.assert_array_equal(token_frames(dialogue, vocabulary, previous_turns=2), expected)
    np.testing.assert_array_equal(token_frames(dialogue, vocabulary, previous_turns=0), expected[2:])
    assert len(token_frames(dialogue[:1], vocabulary, previous_turns=2)) == 2


def test_word_dropout_takes_words_for_unknown_ones_in_training_alone():
    layer = TokenEmbedding(n_words=3, units=1, word_dropout=0.3)
    frames, real = np.full((1, 20_000, 3), 2, np.float32), np.ones((1, 20_000), np.float32)
    layer(frames, real)
    layer.vectors.assign([[0], [1], [2]])
    np.testing.assert_array_equal(values(layer(frames, real, training=False)), 2)
    np.testing.assert_allclose((values(layer(frames, real, training=True)) == 1).mean(), 0.3, atol=0.02)


def test_given_word_vectors_are_what_the_network_begins_with():
    model, vectors = small_network("mean both"), np.arange(240, dtype=np.float32).reshape(30, 8)
    set_word_vectors(model, vectors)
    x = batch((4,))
    found = keras.Model(model.input, model.get_layer("words").output)(x)
    np.testing.assert_array_equal(values(found)[0], vectors[x["frames"][0, :, 0].astype(int)])


def test_absent_turns_do_not_count_and_others_do():
    model = small_network("dialogue")
    alone, after = batch((4,)), batch((6, 4))
    after["frames"][0, -4:, 0] = alone["frames"][0, :, 0]
    assert np.abs(values(model(after)) - values(model(alone))).max() > 1e-4
    weights = keras.Model(model.input, model.get_layer("context").output[1])
    np.testing.assert_allclose([values(weights(x))[0, 0] for x in (alone, after)], [0, 1])


def recogniser(name: str, *, words: WordsParams = WORDS, epochs: int = 8, **sizes) -> TextNetworkRecogniser:
    training = TRAINING.model_copy(update={"epochs": epochs})
    section, build = {
        "text_lstm": (TextLstmParams, build_text_lstm),
        "dialogue_blstm": (DialogueBlstmParams, build_dialogue_blstm),
    }[name]
    return TextNetworkRecogniser(
        build, TextNetworkSection(section(training=training, words=words, **sizes)), classes=CLASSES, seed=0
    )


def test_telling_words_are_learned():
    network = recogniser("text_lstm", **LSTM, pooling="attention", bidirectional=True)
    chosen = network.fit(spoken(0), None)
    assert recall(network, spoken(1)) > 0.95
    assert chosen["words"] == len(network.vocabulary.words)


def test_earlier_turns_are_trained_on():
    network = recogniser("dialogue_blstm", **DIALOGUE)
    network.fit(spoken(0, n=240, in_context=True), spoken(2, in_context=True))
    assert recall(network, spoken(1, in_context=True)) > 0.9


def test_the_vocabulary_is_of_the_training_speakers_alone(tmp_path):
    (tmp_path / "vectors.txt").write_text("great 1 2 3\nstop 4 5 6\n", encoding="utf-8")
    words = WordsParams(min_count=1, vectors=str(tmp_path / "vectors.txt"), balance=0.0)
    network = recogniser("text_lstm", words=words, epochs=1, **LSTM, pooling="last", bidirectional=False)
    train, other = spoken(0, n=24), spoken(1, n=24)
    heard = tuple((Turn("unheard", "v"), Turn("unheard words", "v")) for _ in other.features)
    network.fit(train, type(other)(heard, other.emotions, other.speakers))
    assert "unheard" not in network.vocabulary.words
    assert network.model.get_layer("words").vectors.shape == (len(network.vocabulary), 3)


def test_the_logits_are_moved_from_the_balance_of_the_training_to_the_one_wanted():
    train, check = spoken(0, n=24), spoken(1, n=12)
    uneven = train.part([i for i in range(24) if i % 3 != 1 or i < 9])  # anger 8, joy 3, neutral 8
    biases = {}
    for wanted in (0.0, 1.0):
        words = WORDS.model_copy(update={"balance": wanted})
        network = recogniser("text_lstm", words=words, epochs=1, **LSTM, pooling="mean", bidirectional=False)
        network.fit(uneven, check)
        biases[wanted] = values(network.model.get_layer("logits").bias)
    moved = biases[0.0] - biases[1.0]
    np.testing.assert_allclose(moved - moved[0], np.log([9, 4, 9]) - np.log(9), atol=1e-4)  # each count and one more


def test_the_table_builds_it_and_an_unknown_pooling_is_an_error():
    model = text_network("text_lstm")
    section = TextNetworkSection(
        TextLstmParams(training=TRAINING, words=WORDS, **LSTM, pooling="last", bidirectional=True)
    )
    built = model.build(section, classes=CLASSES, seed=0)
    assert isinstance(built, TextNetworkRecogniser)
    assert built.build is build_text_lstm
    assert model.feature_set == "transcripts"
    with pytest.raises(UserError, match=r"pooling is 'max'.*self_attention"):
        build_text_lstm(n_words=5, n_classes=2, **LSTM, pooling="max", bidirectional=True)
