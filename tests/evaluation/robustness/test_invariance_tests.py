"""What must not change a prediction: as a definition, and as a requirement on a recogniser of the demo corpus."""

from pathlib import Path

import numpy as np
import pytest

from ser_tasks.audio.recording import Recording
from ser_tasks.bundles.bundle import load_bundle
from ser_tasks.corpora.synthesis.corpus import EMOTIONS, SAMPLING_RATE, synthesise_utterance
from ser_tasks.evaluation.robustness.invariance_tests import InvarianceResult, Shift, shifts, statuses
from ser_tasks.evaluation.robustness.invariances import INVARIANCES
from ser_tasks.features.table import SECTIONS, feature_set
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm import SvmRecogniser
from ser_tasks.params import ToleranceParams
from ser_tasks.params.reading import read_params
from tests.bundles.small_bundles import PROJECT, RATE, SVM, voice


def recording(samples, rate=RATE):
    return Recording(np.asarray(samples, np.float32).reshape(len(samples), -1), rate)


def changed(name, given):
    return INVARIANCES[name].change(given)


def test_each_change_is_what_it_says():
    given = recording(voice("anger"))
    samples = given.samples
    np.testing.assert_allclose(changed("softer", given).samples, samples / 3.981072, rtol=1e-5)
    assert np.abs(changed("full_scale", given).samples).max() == 1
    np.testing.assert_array_equal(changed("silence", given).samples[RATE // 2 : -RATE // 2], samples)
    assert changed("silence", given).duration == given.duration + 1
    np.testing.assert_array_equal(changed("stereo", given).samples, np.hstack([samples, samples]))
    np.testing.assert_array_equal(changed("polarity", given).samples, -samples)
    np.testing.assert_allclose(changed("offset", given).samples - samples, 0.01, atol=1e-7)
    np.testing.assert_allclose(changed("flac", given).samples, samples, atol=2**-23)
    back = changed("rate", given)
    assert back.sampling_rate == 44_100
    assert back.duration == pytest.approx(given.duration, abs=1e-3)


def test_storing_channels_and_polarity_change_no_prediction_of_a_bundle(bundle_folder):
    moved = shifts(load_bundle(bundle_folder), recording(voice("neutral", speaker=5)))
    assert set(moved) == set(INVARIANCES)
    for name in ("stereo", "flac", "polarity"):
        assert not moved[name].changed
        assert moved[name].confidence < 0.01


def test_a_verdict_counts_labels_and_takes_the_largest_shift():
    def result(name, shift):
        return InvarianceResult(Path(name), dict.fromkeys(INVARIANCES, shift))

    found = [
        result("a", Shift("x", "x", 0.02)),
        result("b", Shift("x", "y", 0.2)),
        InvarianceResult(Path("c"), {}, "cut"),
    ]
    strict, lax = (ToleranceParams(labels_changed=share, confidence=0.25) for share in (0.1, 0.5))
    status = statuses(found, strict)[0]
    assert (status.recordings, status.changed, status.largest, status.worst) == (2, 1, 0.2, Path("b"))
    assert not status.holds
    assert statuses(found, lax)[0].holds
    assert not statuses(found, lax.model_copy(update={"confidence": 0.1}))[0].holds


@pytest.fixture(scope="module")
def demo_answers():
    """A function: predictions of an SVM on peak-normalised demo speech for an unseen speaker, under a change."""
    params = read_params(PROJECT / "params.yaml")
    sections = {name: getattr(params, name) for name in SECTIONS}

    def features(sound):
        peak = np.abs(sound.samples).max()
        return feature_set("functionals")((sound.samples[:, 0] / peak * 0.9).astype(np.float32), sections)

    def spoken(speaker, takes):
        return [
            (e, recording(synthesise_utterance(speaker, e, i, params.demo)[0])) for e in EMOTIONS for i in range(takes)
        ]

    assert SAMPLING_RATE == RATE
    heard = [(speaker, *one) for speaker in range(3) for one in spoken(speaker, 3)]
    rows = np.concatenate([features(sound) for _, _, sound in heard])
    settings = SVM.model_copy(update={"c": (10.0,), "gamma": (0.0003,), "pca_variance": (0.97,)})
    svm = SvmRecogniser(settings, classes=EMOTIONS, seed=0)
    svm.fit(Examples(rows, np.array([e for _, e, _ in heard]), np.array([str(s) for s, _, _ in heard])), None)
    unheard = [sound for _, sound in spoken(3, 1)]
    return lambda change: svm.posteriors(np.concatenate([features(change(sound)) for sound in unheard]))


@pytest.mark.parametrize("name", ["softer", "full_scale", "silence"])
def test_neither_level_nor_silence_at_the_ends_changes_what_the_demo_svm_predicts(demo_answers, name):
    before, after = demo_answers(lambda sound: sound), demo_answers(INVARIANCES[name].change)
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    np.testing.assert_allclose(before, after, atol=0.05)
