"""A bundle answers as the model it was made of, and says what is wrong with it."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.bundles.card import BundleError
from ser_tasks.bundles.out_of_distribution import describe
from ser_tasks.features.table import SECTIONS, feature_set
from tests.bundles.small_bundles import CLASSES, RATE, small_params, voice


def test_it_reads_what_the_feature_set_makes_of_the_signal_and_knows_the_voices(bundle_folder):
    bundle, params = load_bundle(bundle_folder), small_params()
    signals = [voice(emotion, speaker=9, take=9) for emotion in CLASSES]
    sections = {name: getattr(params, name) for name in SECTIONS}
    np.testing.assert_array_equal(bundle.features(signals[0]), feature_set("functionals")(signals[0], sections))
    posteriors = bundle.posteriors(signals)
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    assert [bundle.classes[place] for place in posteriors.argmax(axis=1)] == list(CLASSES)
    assert bundle.posteriors([]).shape == (0, 3)


def test_a_file_that_was_changed_or_lost_is_named_with_the_fix(own_bundle):
    page = own_bundle / "MODEL_CARD.md"
    page.write_text("# other\n", encoding="utf-8")
    with pytest.raises(BundleError, match=r"MODEL_CARD.md: changed since.*ser bundle CORPUS MODEL"):
        load_bundle(own_bundle)
    page.unlink()
    with pytest.raises(BundleError, match=r"MODEL_CARD.md: missing from the bundle.*copy it again"):
        load_bundle(own_bundle)


def test_an_edited_card_is_refused_and_so_are_another_format_and_no_card(own_bundle):
    file = own_bundle / "bundle.json"
    card = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**card, "unsure_below": 0.0}), encoding="utf-8")
    with pytest.raises(BundleError, match=r"content was changed.*Make the bundle again"):
        load_bundle(own_bundle)
    file.write_text(json.dumps({**card, "format": 3}), encoding="utf-8")
    with pytest.raises(BundleError, match=r"format 3, but this version of ser reads formats 1 and 2"):
        load_bundle(own_bundle)
    file.write_text("[]", encoding="utf-8")
    with pytest.raises(BundleError, match="not the card of a bundle"):
        load_bundle(own_bundle)
    file.unlink()
    with pytest.raises(BundleError, match=r"no bundle here"):
        load_bundle(own_bundle)


def test_sound_of_another_kind_lies_farther_from_the_training_data_than_a_new_voice(bundle_folder):
    bundle = load_bundle(bundle_folder)
    known = bundle.unlikeness(bundle.features(voice("neutral", speaker=2, take=8)))
    hiss = np.random.default_rng(0).normal(scale=0.1, size=RATE).astype(np.float32)
    assert known < 1 < bundle.unlikeness(bundle.features(hiss))


def test_frames_are_described_by_their_mean_and_standard_deviation():
    frames = np.array([[1, 10], [3, 10]], np.float32)
    np.testing.assert_array_equal(describe(frames), [2, 10, 1, 0])
    np.testing.assert_array_equal(describe(frames[:1]), [1, 10])


def test_signals_are_conditioned_as_those_of_the_training_set(bundle_folder):
    bundle, signal = load_bundle(bundle_folder), voice("anger", speaker=9)
    to_one_level = {**bundle.card.sections["conditioning"], "peak": 0.5}
    card = bundle.card.model_copy(update={"sections": {**bundle.card.sections, "conditioning": to_one_level}})
    levelled = replace(bundle, card=card)
    np.testing.assert_allclose(levelled.features(0.1 * signal), levelled.features(signal), rtol=1e-3, atol=1e-3)
    assert np.abs(bundle.features(0.1 * signal) - bundle.features(signal)).max() > 1
