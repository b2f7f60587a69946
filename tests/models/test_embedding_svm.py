"""The SVM behind a network: first one whose embeddings are known, then a real one."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from ser_tasks.errors import LeakError
from ser_tasks.models.embedding_svm import EmbeddingSvmRecogniser, embedding_svm
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.svm import SvmRecogniser
from ser_tasks.models.unfitted import check_unfitted
from ser_tasks.params import SvmParams
from ser_tasks.params.reading import read_params
from ser_tasks.provenance.code_digest import code_parts

pytestmark = pytest.mark.network

CLASSES = ("anger", "neutral", "sadness")
SVM = SvmParams(anova_alpha=0.05, pca_variance=(0.95,), c=(1.0, 10.0), gamma=("scale",), inner_folds=3)


def examples(seed: int, *, n: int = 72) -> Examples:
    """Clips of 8 to 20 frames in 5 dimensions; the class lifts one of the first three; six speakers."""
    rng = np.random.default_rng(seed)
    truth, speaker = np.arange(n) % 3, np.arange(n) // 3 % 6
    lifts = np.eye(5, dtype=np.float32)[truth] * 2
    clips = tuple(rng.normal(lift, 1, (rng.integers(8, 20), 5)).astype(np.float32) for lift in lifts)
    return Examples(clips, np.array(CLASSES)[truth], np.array([f"s{s}" for s in speaker]))


def means(features) -> np.ndarray:
    return np.array([frames.mean(axis=0) for frames in features], np.float32)


@dataclass
class MeanOverTime:
    """A network that has nothing to learn; it remembers what it was given."""

    seen: dict = field(default_factory=dict)

    def fit(self, train, validation, *, folder=None):
        self.seen |= {"train": train, "validation": validation, "folder": folder}
        return {"epochs": 7, "temperature": 1.5}

    def embeddings(self, features):
        assert self.seen, "asked before it was trained"
        return means(features)


def unfitted(network=None) -> EmbeddingSvmRecogniser:
    return EmbeddingSvmRecogniser(network or MeanOverTime(), SvmRecogniser(SVM, classes=CLASSES, seed=0))


def answers(recogniser, features) -> np.ndarray:
    return np.array(CLASSES)[recogniser.posteriors(features).argmax(axis=1)]


def test_it_predicts_as_the_svm_does_on_the_embeddings_themselves():
    train, test = examples(0), examples(1)
    recogniser, plain = unfitted(), SvmRecogniser(SVM, classes=CLASSES, seed=0)
    recogniser.fit(train, None)
    plain.fit(Examples(means(train.features), train.emotions, train.speakers), None)
    np.testing.assert_array_equal(recogniser.posteriors(test.features), plain.posteriors(means(test.features)))
    assert (answers(recogniser, test.features) == test.emotions).mean() > 0.9


def test_an_official_validation_part_goes_to_the_network_apart_and_to_the_svm_with_the_rest(tmp_path):
    train, validation, test = examples(0), examples(2, n=36), examples(1)
    recogniser, plain = unfitted(), SvmRecogniser(SVM, classes=CLASSES, seed=0)
    recogniser.fit(train, validation, folder=tmp_path)
    assert recogniser.network.seen == {"train": train, "validation": validation, "folder": tmp_path}
    both = train.and_also(validation)
    plain.fit(Examples(means(both.features), both.emotions, both.speakers), None)
    np.testing.assert_array_equal(recogniser.posteriors(test.features), plain.posteriors(means(test.features)))


def test_augmented_copies_reach_the_svm_as_embeddings_too():
    train, copy, test = examples(0), examples(3), examples(1)
    recogniser, plain = unfitted(), SvmRecogniser(SVM, classes=CLASSES, seed=0)
    recogniser.fit(Examples(train.features, train.emotions, train.speakers, (copy.features,)), None)
    both = train.and_also(copy)
    plain.fit(Examples(means(both.features), both.emotions, both.speakers), None)
    np.testing.assert_array_equal(recogniser.posteriors(test.features), plain.posteriors(means(test.features)))


def test_what_either_chose_is_reported_under_its_name():
    chosen = unfitted().fit(examples(0), None)
    assert (chosen["network.epochs"], chosen["network.temperature"]) == (7, 1.5)
    assert chosen["svm__C"] in SVM.c
    assert chosen["temperature"] != 1.5


def test_the_leak_audit_sees_an_svm_that_was_fitted_before():
    recogniser = unfitted()
    check_unfitted(recogniser, where="speaker a")
    recogniser.fit(examples(0), None)
    with pytest.raises(LeakError, match=r"speaker a: pipeline\.\w+ .* was fitted before the fold began"):
        check_unfitted(recogniser, where="speaker a")


@pytest.fixture(scope="module")
def params():
    """The project's own, with a small network that is trained for few epochs."""
    whole = read_params()
    mlp = whole.networks.mlp
    short = {"epochs": 15, "validation_share": 0.34, "learning_rate": 0.01, "batch_size": 24}
    training = mlp.training.model_copy(update=short)
    small = mlp.model_copy(update={"units": (8,), "training": training})
    return SimpleNamespace(networks=SimpleNamespace(mlp=small), embedding_svm=SVM)


def test_its_section_is_that_of_the_network_and_that_of_the_svm(params):
    dumped = embedding_svm("mlp", "functionals").section(params).model_dump(mode="json")
    assert dumped["units"] == [8]
    assert dumped["training"]["epochs"] == 15
    assert dumped["svm"] == SVM.model_dump(mode="json")
    assert "backend" in dumped


def test_an_edit_of_network_trainer_or_svm_is_seen_by_the_digest_of_the_code():
    model = embedding_svm("psd_cnn", "psd_image")
    reached = code_parts(model.build, *model.code)
    modules = ("svm", "network", "networks.spectrogram_cnn", "networks.embedding")
    assert {f"ser_tasks.models.{name}" for name in modules} | {"ser_tasks.models.training.trainer"} <= set(reached)


def test_a_real_network_is_trained_and_the_svm_predicts_from_its_units(params):
    model = embedding_svm("mlp", "functionals")
    recogniser = model.build(model.section(params), classes=CLASSES, seed=0)
    train, test = (Examples(means(e.features), e.emotions, e.speakers) for e in (examples(0), examples(1)))
    chosen = recogniser.fit(train, None)
    assert recogniser.embeddings(test.features).shape == (len(test.emotions), 8)
    assert recogniser.pipeline["scaler"].n_features_in_ <= 8
    np.testing.assert_allclose(recogniser.posteriors(test.features).sum(axis=1), 1)
    assert (answers(recogniser, test.features) == test.emotions).mean() > 0.8
    assert chosen["network.epochs"] <= 15
