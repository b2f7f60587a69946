"""Explanations of whole answers, from the sound on, by networks too small to have learnt anything."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipelines.commands.explain import named_by_frequency
from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.explain.group_importance import descriptor_groups
from ser_tasks.bundles.explain.recording import attention_over, explain
from ser_tasks.bundles.model_bundle import ModelBundle
from ser_tasks.bundles.out_of_distribution import describe, fit_detector
from ser_tasks.errors import UserError
from ser_tasks.models.training.logits import network_logits
from ser_tasks.plots.explanation import draw_explanation
from tests.bundles.export.small_exports import small_network_bundle
from tests.bundles.export.sounds import SPEECH_LIKE

pytestmark = pytest.mark.network

RATE = 16_000
SPOKEN = Recording(SPEECH_LIKE[:, None], RATE)


def network(model: str) -> ModelBundle:
    """In memory alone, with a cloud of other sounds around it."""
    bundle = small_network_bundle(model, Path("nowhere"))
    described = np.array([describe(bundle.features(level * SPEECH_LIKE)) for level in np.linspace(0.1, 1, 6)])
    return replace(bundle, detector=fit_detector(described, list("aabbcc"), n_components=2, quantile=0.99))


@pytest.fixture(scope="module")
def attentive() -> ModelBundle:
    return network("cnn_blstm_attention")


def logits(bundle, features) -> np.ndarray:
    recogniser = bundle.recogniser
    return network_logits(recogniser.model, [features.astype(np.float32)], settings=recogniser.section.training)[0]


def test_attributions_sum_to_what_the_recording_changes_in_the_logit_of_the_answer(attentive, tmp_path):
    found = explain(attentive, SPOKEN, of=None, against=None, baseline="mean")
    features = attentive.features(SPEECH_LIKE)
    assert found.of == found.prediction.emotion
    assert found.attribution.values.shape == found.features.shape == features.shape
    mean = np.broadcast_to(np.asarray(attentive.recogniser.model.get_layer("standardise").mean), features.shape)
    place = attentive.classes.index(found.of)
    change = logits(attentive, features)[place] - logits(attentive, mean)[place]
    assert found.attribution.change == pytest.approx(change, abs=1e-4)
    assert found.attribution.values.sum() == pytest.approx(change, abs=max(0.01, 0.01 * abs(change)))
    assert found.attention.weights.sum() == pytest.approx(1, abs=1e-5)
    assert found.attention.times.max() < len(features) * found.hop

    draw_explanation(found, attentive.card, named_by_frequency(attentive), title="a.wav", to=tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_one_class_can_be_held_against_another_and_the_sound_against_silence():
    bundle = network("psd_cnn")
    found = explain(bundle, SPOKEN, of="anger", against="sadness", baseline="silence")
    assert found.attention is None
    silence = np.broadcast_to(bundle.features(np.zeros(RATE, np.float32))[:1], found.features.shape)
    given, silent = logits(bundle, found.features), logits(bundle, silence)
    assert found.attribution.change == pytest.approx((given[0] - given[2]) - (silent[0] - silent[2]), abs=1e-4)


def test_a_network_on_statistics_of_the_utterance_is_explained_by_their_groups(tmp_path):
    bundle = network("mlp")
    found = explain(bundle, SPOKEN, of=None, against=None, baseline="mean")
    assert found.hop is None
    assert found.attention is None
    names = named_by_frequency(bundle)
    sums = [found.attribution.values[0, columns].sum() for columns in descriptor_groups(names).values()]
    assert sum(sums) == pytest.approx(found.attribution.change, abs=0.01)
    draw_explanation(found, bundle.card, names, title="a.wav", to=tmp_path / "a.svg")
    assert "slopes of MFCC" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_of_a_network_at_several_speeds_attention_and_unlikeness_are_those_of_the_recording_as_it_is(attentive):
    card, speeds = attentive.card, {"rates": [0.8, 1.25]}
    changes = {"model": "cnn_blstm_attention_speeds", "feature_set": "log_mel_speeds"}
    card = card.model_copy(update={**changes, "sections": {**card.sections, "speeds": speeds}})
    several = ModelBundle(attentive.folder, card, attentive.recogniser, attentive.detector)
    own, played = attentive.features(SPEECH_LIKE), several.features(SPEECH_LIKE)
    assert len(played) > 2.5 * len(own)
    found, expected = (attention_over(bundle, SPEECH_LIKE) for bundle in (several, attentive))
    np.testing.assert_array_equal(found.weights, expected.weights)
    np.testing.assert_array_equal(found.times, expected.times)
    assert several.unlikeness(played) == attentive.unlikeness(own) > 0
    with pytest.raises(UserError, match="cnn_blstm_attention_speeds is no network of sound alone, as recorded"):
        explain(several, SPOKEN, of=None, against=None, baseline="mean")


def test_an_svm_and_a_class_that_is_not_there_are_refused(attentive, bundle_folder):
    with pytest.raises(UserError, match="ser explain model demo svm"):
        explain(load_bundle(bundle_folder), SPOKEN, of=None, against=None, baseline="mean")
    with pytest.raises(UserError, match="Name one of anger, neutral, sadness"):
        explain(attentive, SPOKEN, of="angr", against=None, baseline="mean")


def test_bands_are_named_by_their_frequency(attentive):
    """64 bands from 20 to 8000 Hz, evenly spaced in Slaney's mel: linear below 1 kHz, 27 steps to 6.4 kHz above."""
    top, bottom = 15 + 27 * np.log(8) / np.log(6.4), 20 / (200 / 3)
    mels = np.linspace(bottom, top, 66)[1:-1]
    expected = np.where(mels < 15, mels * 200 / 3, 1000 * 6.4 ** ((mels - 15) / 27))
    found = [int(name.removesuffix(" Hz")) for name in named_by_frequency(attentive)]
    np.testing.assert_allclose(found, expected, atol=1)
