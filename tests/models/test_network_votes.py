"""Networks on distributions: their posteriors approach the votes of raters, whatever class most of them gave."""

from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from ser_tasks.errors import UserError
from ser_tasks.models import MODELS, ON_VOTES
from ser_tasks.models.network import network_builder
from ser_tasks.models.network_votes import NetworkVotesRecogniser, cross_entropy_of
from ser_tasks.models.recogniser import Examples
from ser_tasks.models.training.history import Epoch
from ser_tasks.models.training.target_trainer import TargetHistory
from ser_tasks.models.voted import Voted, frames_of
from tests.models.dimensions.test_network_ccc import changed

pytestmark = pytest.mark.network

CLASSES = ("calm", "joy", "rage")


def recogniser(**training: object) -> NetworkVotesRecogniser:
    section = changed(**{"epochs": 30, "patience": 30} | training)
    return NetworkVotesRecogniser(network_builder("attentive_statistics"), section, classes=CLASSES, seed=0)


def examples(n: int = 150) -> tuple[Examples, np.ndarray]:
    """Frames whose mean in three dimensions is the logarithm of the shares; the class is the largest one."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1.5] * 3, n)
    frames = tuple(np.float32(np.log(own) + rng.normal(0, 0.3, (rng.integers(10, 30), 3))) for own in shares)
    rows = tuple(Voted(own, tuple(map(float, votes))) for own, votes in zip(frames, shares, strict=True))
    emotions = np.array(CLASSES)[shares.argmax(axis=1)]
    return Examples(rows, emotions, np.array([f"s{number % 6}" for number in range(n)])), shares


def test_posteriors_of_unseen_speakers_approach_the_votes_and_not_the_class_that_most_gave():
    train, shares = examples()
    tested = train.speakers == "s5"
    network = recogniser()
    said = network.fit(train.part(list(np.flatnonzero(~tested))), None)
    posteriors = network.posteriors(frames_of([one for one, own in zip(train.features, tested, strict=True) if own]))
    np.testing.assert_allclose(posteriors.sum(axis=1), 1)
    assert np.abs(posteriors - shares[tested]).mean() < 0.06
    one_hot = np.eye(3)[shares[tested].argmax(axis=1)]
    assert np.abs(posteriors - shares[tested]).mean() < np.abs(posteriors - one_hot).mean() / 2
    assert said["without_votes"] == 0
    assert 0 <= said["val_kl"] < 0.05


def test_the_distance_is_the_cross_entropy_to_the_votes():
    rng = np.random.default_rng(0)
    shares, logits = rng.dirichlet([1, 1, 1], 20), rng.normal(size=(20, 3))
    expected = -(shares * np.log(softmax(logits, axis=1))).sum(axis=1).mean()
    assert cross_entropy_of(shares, logits) == pytest.approx(expected)


def test_an_utterance_without_votes_has_its_label_and_none_with_votes_at_all_is_refused():
    train, _ = examples(60)
    some = tuple(Voted(one.row, None) if place % 2 else one for place, one in enumerate(train.features))
    assert recogniser(epochs=1).fit(Examples(some, train.emotions, train.speakers), None)["without_votes"] == 30
    bare = Examples(frames_of(train.features), train.emotions, train.speakers)
    with pytest.raises(UserError, match="none were handed over"):
        recogniser(epochs=1).fit(bare, None)


def test_the_loss_is_the_cross_entropy_to_the_votes_and_speakers_set_aside_are_not_trained_on(monkeypatch):
    asked = []

    def trained(model, learn, check, *, aim, **_):
        asked.append((learn, check, aim))
        return TargetHistory("best", [Epoch(1.0, 1.0, None, 1.0)])

    monkeypatch.setattr("ser_tasks.models.training.target_trainer.train_on_targets", trained)
    whole, shares = examples(60)
    recogniser(refit=True).fit(whole.part(range(40)), whole.part(range(40, 60)))
    (learn, check, aim), (everything, nobody, _) = asked
    np.testing.assert_allclose(learn.targets, shares[:40], atol=1e-6)
    np.testing.assert_allclose(check.targets, shares[40:], atol=1e-6)
    np.testing.assert_allclose(everything.targets, shares, atol=1e-6)
    assert nobody is None
    logits = np.random.default_rng(0).normal(size=(60, 3))
    loss = float(aim.loss(shares.astype(np.float32), logits.astype(np.float32)))
    assert loss == pytest.approx(aim.distance(shares, logits), abs=1e-5)


def test_an_official_validation_part_chooses_the_epoch_and_refit_trains_on_it_too(tmp_path: Path):
    whole, _ = examples(60)
    train, validation = whole.part(range(40)), whole.part(range(40, 60))
    said = recogniser(epochs=4, patience=4, refit=True).fit(train, validation, folder=tmp_path)
    with np.load(tmp_path / "refit/network.npz") as refit:
        assert str(refit["about"]).count('"loss"') == said["kept_epoch"]


def test_the_same_voices_with_other_copies_train_another_network():
    train, _ = examples(60)
    louder = tuple(Voted(one.row + 1, one.shares) for one in train.features)
    plain, copied = recogniser(epochs=2), recogniser(epochs=2)
    plain.fit(train, None)
    copied.fit(Examples(train.features, train.emotions, train.speakers, (louder,)), None)
    assert not np.allclose(plain.posteriors(train.features), copied.posteriors(train.features))


def test_every_network_on_votes_stands_among_the_models_that_need_them():
    assert {"mlp_votes", "blstm_attention_votes", "cnn_blstm_attention_votes", "whisper_base_mlp_votes"} <= ON_VOTES
    assert MODELS["mlp_votes"].network_name == "mlp"
