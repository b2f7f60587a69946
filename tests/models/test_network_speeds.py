"""Networks on several speeds of each recording: what they are trained on, stopped by, and answer."""

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.models import MODELS
from ser_tasks.models.network import NetworkRecogniser, network_builder
from ser_tasks.models.network_speeds import NetworkSpeedsRecogniser
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.speaker_norm import speaker_norm
from ser_tasks.models.training.history import Epoch, History
from ser_tasks.models.training.logits import network_logits
from tests.models.dimensions.test_network_ccc import changed

pytestmark = pytest.mark.network

CLASSES = ("calm", "rage")
SPEEDS = (1, 0.87, 1.15)


def one_speed(utterance: int, speed: float) -> np.ndarray:
    """Frames of an utterance, fewer where it is faster; their values say which utterance and speed they are of."""
    return np.full((int(30 / speed), 2), utterance + speed, np.float32)


def examples(n: int = 12) -> Examples:
    rows = tuple(
        np.concatenate([np.column_stack([own := one_speed(i, speed), np.full(len(own), speed)]) for speed in SPEEDS])
        for i in range(n)
    )
    return Examples(rows, np.array(CLASSES * (n // 2)), np.array([f"s{i // 2}" for i in range(n)]))


def recogniser(kind: type[NetworkRecogniser] = NetworkSpeedsRecogniser, **training: object) -> NetworkRecogniser:
    return kind(network_builder("attentive_statistics"), changed(**{"epochs": 2} | training), classes=CLASSES, seed=0)


@pytest.fixture
def given(monkeypatch):
    """Parts that the loop is given, which then trains nothing."""
    asked = []

    def trained(model, learn, check, **_):
        asked.append((learn, check))
        return History("best", [Epoch(1.0, 1.0, 0.5, 1.0)])

    monkeypatch.setattr("ser_tasks.models.training.trainer.train", trained)
    return asked


def test_the_other_speeds_are_copies_of_the_same_utterances_and_the_dimension_that_says_which_is_gone(given):
    whole = examples()
    recogniser(refit=True).fit(whole.part(range(8)), whole.part(range(8, 12)))
    (learn, check), (everything, nobody) = given
    for part, utterances in ((learn, range(8)), (check, range(8, 12)), (everything, range(12))):
        for speed, frames in zip(SPEEDS, (part.frames, *part.copies), strict=True):
            for found, utterance in zip(frames, utterances, strict=True):
                np.testing.assert_array_equal(found, one_speed(utterance, speed))
    assert nobody is None


def test_augmented_copies_have_every_speed_too(given):
    train = examples()
    louder = tuple(np.column_stack([rows[:, :-1] * 2, rows[:, -1]]) for rows in train.features)
    recogniser().fit(Examples(train.features, train.emotions, train.speakers, (louder,)), None)
    ((learn, _),) = given
    own, *others = (frames[0] for frames in (learn.frames, *learn.copies))
    (utterance,) = [i for i in range(12) if np.array_equal(own, one_speed(i, 1))]
    for found, (factor, speed) in zip(others, [(1, 0.87), (1, 1.15), (2, 1), (2, 0.87), (2, 1.15)], strict=True):
        np.testing.assert_array_equal(found, factor * one_speed(utterance, speed))


def test_the_prediction_is_that_of_the_mean_logit_over_all_speeds():
    train = examples()
    found = recogniser()
    found.fit(train, None)
    speeds = [[one_speed(i, speed) for i in range(12)] for speed in SPEEDS]
    logits = np.mean([network_logits(found.model, own, settings=found.section.training) for own in speeds], axis=0)
    np.testing.assert_allclose(found.posteriors(train.features), softmax(logits / found.temperature, axis=1), atol=1e-6)


def test_embeddings_are_means_over_all_speeds_of_the_network_that_was_kept(tmp_path):
    train = examples()
    found, again = recogniser(), recogniser()
    found.fit(train, None, folder=tmp_path)
    assert again.load(tmp_path, n_dims=3)
    plain = recogniser(NetworkRecogniser)
    plain.model = found.model
    speeds = [plain.embeddings(tuple(one_speed(i, speed) for i in range(12))) for speed in SPEEDS]
    np.testing.assert_allclose(again.embeddings(train.features), np.mean(speeds, axis=0), atol=1e-6)


def test_speeds_of_features_that_are_z_scored_per_speaker_are_told_apart(given):
    whole = examples()
    normalised = speaker_norm(whole.features, whole.speakers)
    recogniser().fit(Examples(normalised, whole.emotions, whole.speakers), None)
    ((learn, _),) = given
    assert [len(frames[0]) for frames in (learn.frames, *learn.copies)] == [int(30 / speed) for speed in SPEEDS]


@pytest.mark.parametrize(
    ("name", "read", "norm"),
    [
        ("attentive_statistics_speeds", "whisper_base_frames_speeds", False),
        ("attentive_statistics_speeds_speaker_norm", "whisper_base_frames_speeds", True),
        ("wavlm_large_attentive_statistics_speeds", "wavlm_large_frames_speeds", False),
        ("whisper_tiny_en_attentive_statistics_speeds_speaker_norm", "whisper_tiny_en_frames_speeds", True),
        ("residual_cnn_speeds", "log_mel_speeds", False),
        ("blstm_attention_speeds", "lld_speeds", False),
    ],
)
def test_a_line_of_the_table_reads_the_frames_of_every_speed(name, read, norm):
    line = MODELS[name]
    assert (line.feature_set, line.speaker_norm) == (read, norm)
    assert "ser_tasks.models.network_speeds" in line.code
    assert line.section_name == f"networks.{line.network_name}"
